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
 * A text for a place between tags or in a quoted attribute: whatever it holds, it is shown and not read. What would not be
 * seen, or would turn the text around (control characters, the marks of Unicode's bidirectional algorithm, blanks of no
 * width), is shown by its number.
 */
export function escapeHtml(text: string): string {
  return text.replace(unseen, numberOf).replace(/[&<>"']/g, (character) => entities[character]!);
}

const unseen =
  /(?![\t\n\r])[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]/gu;

const numberOf = (character: string) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`;
