/**
 * How large the parts of a file may be. Larger ones are refused and counted, so that memory stays bounded whatever a file
 * holds: some ten times the longest row.
 */

/** Longest row, line, paragraph or sentence, in UTF-16 code units. A longer one is a quote that never closes, or no table. */
export const maxRowLength = 10_000_000;

/** Most cells in a row of a delimited text: as many as the columns of the largest spreadsheets. */
export const maxColumns = 16_384;

/** Longest name of a column, and longest key. */
export const maxNameLength = 1000;

/** Longest label or tag: they are all kept, where texts are not. A column with longer ones holds texts. */
export const maxLabelLength = 1000;
export const isLongLabel = (label: string): boolean => label.length > maxLabelLength;

/** Longest text to be split into words with a tag each, and most words of a sentence. */
export const maxTaggedText = 1_000_000;
export const maxSentenceWords = 100_000;

/** Characters of the rows that are looked at together before all are read; the first of them may be longer. */
export const maxSampleLength = 4_000_000;

/** A limit as messages write it: `10,000,000`. */
export const shownLimit = (limit: number): string => limit.toLocaleString('en-US');

/** Why rows cannot be used whose labels or tags are too long. */
export const longLabel = `a label is longer than ${shownLimit(maxLabelLength)} characters`;
export const longTag = `a tag is longer than ${shownLimit(maxLabelLength)} characters`;
