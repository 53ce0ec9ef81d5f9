import { createColors } from 'picocolors';
import type { AnyAuditReport } from '../../src/data/trainable.ts';
import { type Html, html } from '../../src/html.ts';
import { htmlTable } from '../../src/html-page.ts';
import { renderAudit } from '../plain/audit.ts';
import { count } from '../plain/table.ts';
import type { RunRecord } from './record.ts';
import type { Section } from './section.ts';

/** Where the rows come from, what they are like, and what was found to be wrong with them. */
export function dataSection({ config, events }: RunRecord): Section {
  const rows = (['train', 'validation', 'test'] as const)
    .filter((split) => config.examples[split] > 0)
    .map((split) => {
      const file = config.files[split];
      const source =
        file === undefined ? [html`<span class="dim">held out of</span> `, config.files.train!.name] : file.name;
      return [
        split,
        count(config.examples[split]),
        source,
        file?.format ?? '',
        file === undefined ? '' : html`<code title="${file.sha256}">${file.sha256.slice(0, 12)}</code>`,
      ];
    });
  const files = htmlTable({
    name: 'files',
    header: ['split', 'rows', 'file', 'format', 'SHA-256'],
    rows,
    texts: [2, 3, 4],
  });
  const { warnings } = events;
  const more = warnings.count - warnings.first.length;
  return {
    id: 'data',
    title: 'Data',
    content: html`${files}
${events.data === null ? null : auditOf(events.data.audit)}
${warnings.count === 0 ? null : html`<h3>Warnings of the run</h3><ul class="findings">${warnings.first.map((text) => html`<li>${text}</li>`)}${more > 0 ? html`<li>and ${count(more)} more</li>` : null}</ul>`}`,
  };
}

/** The lines of `data check`, with room enough that none is divided: `  name  value`, `  ! what is wrong`, `      where`. */
function auditOf(audit: AnyAuditReport): Html {
  const lines = renderAudit(audit, { width: Number.MAX_SAFE_INTEGER, colors: createColors(false) });
  const facts: Html[] = [];
  const findings: { text: string; details: string[] }[] = [];
  for (const line of lines) {
    const [, name, value] = /^ {2}(\S.*?)(?: {2,}|$)(.*)$/.exec(line) ?? [];
    if (line.startsWith('  ! ')) findings.push({ text: line.slice(4), details: [] });
    else if (name === undefined) findings.at(-1)?.details.push(line.trim());
    else facts.push(html`<div><dt>${name}</dt><dd>${value!}</dd></div>`);
  }
  return html`<dl class="facts">${facts}</dl>
<h3>What the audit found</h3>
${
  findings.length === 0
    ? html`<p>Nothing.</p>`
    : html`<ul class="findings">${findings.map(
        ({ text, details }) =>
          html`<li>${text}${details.length === 0 ? null : html`<ul>${details.map((detail) => html`<li>${detail}</li>`)}</ul>`}</li>`,
      )}</ul>`
}`;
}
