import { html } from '../../src/html.ts';
import { htmlPage } from '../../src/html-page.ts';
import { taskTitles } from './card/card.ts';
import { chartStyle } from './chart.ts';
import { commandSection } from './commands.ts';
import { dataSection } from './data.ts';
import { diagnosticsSections } from './diagnostics/sections.ts';
import { metricsSection } from './metrics.ts';
import { outcomeOf } from './outcome.ts';
import type { RunRecord } from './record.ts';
import { settingsSection } from './settings.ts';
import { pageStyle } from './style.ts';
import { summary } from './summary.ts';
import { trainingSection } from './training.ts';

export interface PageFacts {
  /** Where the run was, in a line. */
  machine: string;
}

/** What a run came to, as one page that needs nothing else and can be sent to anyone: a few hundred kilobytes at most. */
export function reportPage(record: RunRecord, { machine }: PageFacts): string {
  const { name, config, events, results } = record;
  const outcome = outcomeOf(record);
  const sections = [
    trainingSection(record),
    metricsSection(record),
    ...diagnosticsSections(record),
    dataSection(record),
    settingsSection(record),
    commandSection(record),
  ].filter((section) => section !== null);
  const body = html`<main>
<header>
<h1><bdi>${name}</bdi></h1>
<p class="lead"><span class="state ${outcome.kind}">${outcome.glyph} ${outcome.text}</span> ${taskTitles[config.resolved.task]}${events.began === null ? null : html` · ${dateText(events.began)}`}</p>
${outcome.detail === null ? null : html`<p class="alert">${outcome.detail}</p>`}
</header>
${summary(record)}
<nav aria-label="sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(({ id, title, content }) => html`<section id="${id}">\n<h2>${title}</h2>\n${content}</section>\n`)}
<footer><p>${machine}. ${versionsText(config.versions)}.${results === null ? null : ` Largest memory of the process: ${(results.peakRssBytes / 1e9).toFixed(1)} GB.`}</p></footer>
</main>`;
  return htmlPage({ title: `${name}: ${taskTitles[config.resolved.task]}`, body, style: chartStyle + pageStyle });
}

/** `2026-01-31 14:05 UTC` */
const dateText = (time: string) => `${time.slice(0, 16).replace('T', ' ')} UTC`;

const versionsText = (versions: Record<string, string>) =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
