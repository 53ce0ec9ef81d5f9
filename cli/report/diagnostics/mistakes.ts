import { type Html, type HtmlValue, html } from '../../../src/html.ts';

/** A row that was predicted wrongly. */
export interface ShownMistake {
  text: string;
  pair?: string | null | undefined;
  /** What was wrong about it. */
  verdict: HtmlValue;
}

const mostOpen = 8;

/** Texts with what was said of them, in their order, the later ones folded away; null where there is none. */
export function mistakeList(title: string, mistakes: readonly ShownMistake[]): Html | null {
  if (mistakes.length === 0) return null;
  const rest = mistakes.slice(mostOpen);
  return html`<h3>${title}</h3>
<ol class="mistakes">${mistakes.slice(0, mostOpen).map(item)}</ol>
${rest.length === 0 ? null : html`<details><summary>${rest.length} more</summary><ol class="mistakes">${rest.map(item)}</ol></details>`}`;
}

const item = ({ text, pair, verdict }: ShownMistake) =>
  html`<li><p dir="auto">${text}</p>${pair == null ? null : html`<p dir="auto">${pair}</p>`}<p class="verdict">${verdict}</p></li>\n`;

/** A label, or an answer, that was predicted and is wrong. */
export const wrongly = (text: string): Html => html`<b class="wrong-label"><bdi>${text}</bdi></b>`;

/** One that would have been right. */
export const rightly = (text: string): Html => html`<b class="right-label"><bdi>${text}</bdi></b>`;

/** Several of them, divided by commas. */
export const listed = (items: readonly Html[]): HtmlValue => items.map((item, i) => (i === 0 ? item : [', ', item]));
