/**
 * How large the parts of a file may be. Larger ones are refused and counted, so that memory stays bounded whatever a file
 * holds: some ten times the longest row.
 */

/** Longest row, line, paragraph or sentence, in UTF-16 code units. A longer one is a quote that never closes, or no table. */
export const maxRowLength = 10_000_000;

/** Most cells in a row of a delimited text: as many as the columns of the largest spreadsheets. */
export const maxColumns = 16_384;

/** Longest label or tag: they are all kept, where texts are not. */
export const maxLabelLength = 1000;

/** Longest text to be split into words with a tag each, and most words of a sentence. */
export const maxTaggedText = 1_000_000;
export const maxSentenceWords = 100_000;

/** Characters of the rows that are looked at before all are read, and kept meanwhile. */
export const maxSampleLength = 2 * maxRowLength;

/** A limit as messages write it: `10,000,000`. */
export const shownLimit = (limit: number): string => limit.toLocaleString('en-US');

/** A part of a file within a message. */
export function shorten(text: string, length = 40): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
