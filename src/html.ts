import { showUnseen } from './unseen.ts';

/** A piece of a page: markup, and not a text. */
export interface Html {
  readonly markup: string;
}

/** What a place between tags, or in a quoted attribute, takes: texts are escaped, pieces are not, null is nothing. */
export type HtmlValue = string | number | Html | null | readonly HtmlValue[];

/** A template whose values are escaped unless they are pieces themselves: no text can become markup by oversight. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { markup: strings.reduce((markup, part, i) => markup + markupOf(values[i - 1]!) + part) };
}

function markupOf(value: HtmlValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * A text for a place between tags or in a quoted attribute: whatever it holds, it is shown and not read, what would not be
 * seen included.
 */
export const escapeHtml = (text: string): string =>
  showUnseen(text).replace(/[&<>"']/g, (character) => entities[character]!);
