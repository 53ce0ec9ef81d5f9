import { type Html, type HtmlValue, html } from './html.ts';

export interface Page {
  title: string;
  body: Html;
  /** Rules of this page, beside those of all. */
  style?: string;
}

/** A page that needs nothing else: no script, no font, no network, from anywhere, light and dark, on paper too. */
export function htmlPage({ title, body, style = '' }: Page): string {
  const sheet: Html = { markup: `<style>${commonStyle}${style}</style>` };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${sheet}
</head>
<body>
${body}
</body>
</html>
`.markup;
}

export interface TableOptions {
  /** What the table is of, for those who cannot see where it stands. */
  name: string;
  header: readonly HtmlValue[];
  /** The first cell of each names it. */
  rows: readonly (readonly HtmlValue[])[];
  /** Columns of texts, beside the first; the others hold numbers. */
  texts?: readonly number[];
  /** Columns of whole sentences, which may take several lines. */
  long?: readonly number[];
}

/** A table that scrolls by itself where it is too wide. */
export function htmlTable({ name, header, rows, texts = [], long = [] }: TableOptions): Html {
  const kind = (column: number) => {
    if (long.includes(column)) return html` class="text long"`;
    return column === 0 || texts.includes(column) ? html` class="text"` : null;
  };
  const head = header.map((cell, i) => html`<th scope="col"${kind(i)}>${cell}</th>`);
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, i) =>
        i === 0 ? html`<th scope="row"${kind(i)}>${cell}</th>` : html`<td${kind(i)}>${cell}</td>`,
      )}</tr>\n`,
  );
  return scrolling(name, html`<table>\n<thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table>`);
}

/** [gold][predicted] counts. A cell is the darker the larger its share of its row is; what is right has a frame. */
export function confusionTable(
  name: string,
  { labels, counts }: { labels: readonly string[]; counts: readonly (readonly number[])[] },
): Html {
  const rows = counts.map((row, g) => {
    const sum = row.reduce((a, b) => a + b, 0);
    const cells = row.map((count, p) => {
      const share = sum === 0 ? 0 : Math.round((100 * count) / sum);
      return html`<td class="${g === p ? 'right' : 'wrong'}" style="--share:${share}">${count}</td>`;
    });
    return html`<tr><th scope="row"><bdi>${labels[g]!}</bdi></th>${cells}</tr>\n`;
  });
  const head = labels.map((label) => html`<th scope="col"><bdi>${label}</bdi></th>`);
  const kind = labels.length > 6 ? 'confusion many' : 'confusion';
  return scrolling(
    name,
    html`<table class="${kind}">\n<thead><tr><th scope="col">true \\ predicted</th>${head}</tr></thead>\n<tbody>${rows}</tbody></table>`,
  );
}

/** Can be scrolled with the keys, too. */
export function scrolling(name: string, content: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0">${content}</div>\n`;
}

/** Colours of Okabe and Ito (2008), which people who see no red or green tell apart. */
const commonStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --dim: #57606a; --paper: #fff; --raised: #f6f8fa; --line: #d8dee4; --link: #0b5c8c;
  --one: #0072b2; --two: #d55e00; --three: #009e73; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9aa4af; --paper: #0d1117; --raised: #161b22; --line: #30363d;
  --link: #79c0ff; --one: #56b4e9; --two: #e69f00; --three: #2fbf95; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
a { color: var(--link); }
small, .dim { color: var(--dim); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .85em; }
.scroll { overflow-x: auto; margin: .5rem 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th { color: var(--dim); font-weight: 600; } tbody th { font-weight: 500; }
.text { text-align: left; }
.long { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
.confusion th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); }
.confusion td { min-width: 2.5rem; background: color-mix(in srgb, var(--shade) calc(var(--share) * .55%), transparent); }
.confusion .right { --shade: var(--one); box-shadow: inset 0 0 0 1px var(--one); font-weight: 600; }
.confusion .wrong { --shade: var(--two); }
.many thead th:not(:first-child) { writing-mode: vertical-rl; text-align: left; vertical-align: bottom; padding: .6rem .25rem; max-height: 12rem; }
@media (max-width: 40rem) { th, td { padding: .25rem .4rem; } .text:not(.long) { white-space: normal; overflow-wrap: anywhere; min-width: 4.5rem; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } .scroll { overflow: visible; } h2, h3 { break-after: avoid; }
  tr, figure { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
