import { DataError, UsageError } from '../errors.ts';
import type { ExampleWishes } from './example-kinds.ts';
import { maxColumns, maxSampleLength } from './limits.ts';
import { readLines } from './lines.ts';
import { parseTag } from './tags.ts';
import type { TextSource } from './text-source.ts';
import type { Choice } from './types.ts';

/** How the lines of a CoNLL file become words and tags. Columns are 0-based. */
export interface ConllLayout {
  /** `' '`: any run of blanks and tabs. */
  delimiter: Choice<'\t' | ' '>;
  width: number;
  word: Choice<number>;
  /** null value: not labelled. */
  tag: Choice<number | null>;
  /** Whether the first column numbers the words, as in CoNLL-U: lines of spans (3-4) and of empty words (8.1) are no words. */
  isNumbered: boolean;
  /** Tags of lines that are no comment for sure. */
  tagsSeen: ReadonlySet<string>;
}

const sampledLines = 5000;
const wordFlag = '--text-column';
const tagFlag = '--label-column';
/** Universal part of speech: the fourth of CoNLL-U's ten columns. */
const conllU = { width: 10, tag: 3 };

/** Whether a line divides sentences. A no-break space is a word. */
export function isBlankLine(line: string): boolean {
  return /^[ \t\f\v]*$/.test(line);
}

/** Whether a line marks the beginning of a document. */
export function isDocumentStart(line: string): boolean {
  return /^-DOCSTART-(?:[ \t]|$)/.test(line);
}

/** The cells of a line, blanks around them left out; `maxColumns + 1` at most. */
export function cellsOf(line: string, delimiter: '\t' | ' '): string[] {
  const text = trimmed(line, ' \t', 0);
  if (delimiter === ' ') return text.split(/[ \t]+/, maxColumns + 1);
  return text.split('\t', maxColumns + 1).map((cell) => {
    const start = cell.search(/[^ ]/);
    return start < 0 ? '' : trimmed(cell, ' ', start);
  });
}

/** A text from `start` on without the blanks at its end. A pattern would try at each blank of a run that is not there. */
function trimmed(text: string, blanks: string, start: number): string {
  let end = text.length;
  while (end > start && blanks.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/**
 * Whether a line is a comment (`# text = ...`), given that it is the first of a sentence. A word that begins with `#` stands
 * in a line like the others: as many cells, and a tag that the others have.
 */
export function isComment(
  line: string,
  { delimiter, width, tag, tagsSeen }: Omit<ConllLayout, 'word' | 'isNumbered'>,
): boolean {
  if (!line.startsWith('#')) return false;
  const cells = cellsOf(line, delimiter.value);
  if (cells.length !== width) return true;
  return tag.value !== null && !tagsSeen.has(cells[tag.value]!) && parseTag(cells[tag.value]!) === undefined;
}

/**
 * Finds out how the lines are to be read, from the first of them.
 * @throws UsageError when a column is asked for that is not there; DataError when there is no line with a word
 */
export async function detectConllLayout(
  text: TextSource,
  wishes: Pick<ExampleWishes, 'textColumn' | 'labelColumn' | 'delimiter'>,
): Promise<ConllLayout> {
  const lines = await sampleLines(text);
  if (lines.length === 0) {
    throw new DataError('there is no line with a word', {
      where: text.name,
      fix: 'write a word and its tag on each line, and a blank line after each sentence',
    });
  }
  const delimiter = chooseDelimiter(lines, wishes.delimiter ?? null);
  const rows = lines.map((line) => cellsOf(line, delimiter.value));
  const width = commonWidth(rows).width;
  const regular = rows.filter((cells) => cells.length === width);
  const isNumbered =
    width >= 2 &&
    regular.every(([first]) => /^\d+(?:[-.]\d+)?$/.test(first!)) &&
    regular.some(([first]) => first === '1');
  const word = chooseWord(width, isNumbered, wishes.textColumn ?? null, text.name);
  const tag = chooseTag(width, word.value, isNumbered, wishes.labelColumn ?? null, text.name);
  const tagsSeen = new Set(tag.value === null ? [] : regular.map((cells) => cells[tag.value!]!));
  return { delimiter, width, word, tag, isNumbered, tagsSeen };
}

/** The first lines that hold words, those left out that may be comments. */
async function sampleLines(text: TextSource): Promise<string[]> {
  const sample = { lines: [] as string[], length: 0 };
  const withHash = { lines: [] as string[], length: 0 };
  const isFull = ({ lines, length }: typeof sample) => lines.length >= sampledLines || length > maxSampleLength;
  for await (const batch of readLines(text.read())) {
    for (const { text: line } of batch) {
      if (line === null || isBlankLine(line) || isDocumentStart(line)) continue;
      const part = line.startsWith('#') ? withHash : sample;
      if (isFull(part)) continue;
      part.lines.push(line);
      part.length += line.length;
    }
    if (isFull(sample)) break;
  }
  return sample.lines.length > 0 ? sample.lines : withHash.lines;
}

/** The most frequent number of cells, and the share of rows that have it. */
export function commonWidth(rows: readonly (readonly string[])[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width, count] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return { width, share: count / rows.length };
}

/** Blanks or tabs, whichever divide the lines more evenly. */
export function chooseDelimiter(lines: readonly string[], asked: string | null): Choice<'\t' | ' '> {
  const flag = '--delimiter';
  if (asked !== null) {
    const isTab = asked === '\t' || asked.toLowerCase() === 'tab';
    if (isTab) return { value: '\t', reason: 'as asked', flag };
    if (asked === ' ' || /^(?:space|blank)s?$/i.test(asked)) return { value: ' ', reason: 'as asked', flag };
    throw new UsageError(`${JSON.stringify(asked)} does not divide CoNLL columns`, {
      fix: `${flag} takes tab or space there`,
    });
  }
  const [tabs, blanks] = (['\t', ' '] as const).map((delimiter) =>
    commonWidth(lines.map((line) => cellsOf(line, delimiter))),
  ) as [ReturnType<typeof commonWidth>, ReturnType<typeof commonWidth>];
  const describe = (name: string, { width, share }: typeof tabs) => {
    const which = share === 1 ? 'every line' : `${Math.floor(share * 1000) / 10} % of the lines`;
    return width === 1 ? 'one word on each line' : `${name} divide ${which} into ${width} columns`;
  };
  // Where tabs divide, blanks may stand inside words; a file of both divides evenly only by both.
  const byBlanks = tabs.width === 1 || (blanks.share >= tabs.share && blanks.width > tabs.width);
  return byBlanks
    ? { value: ' ', reason: describe('blanks', blanks), flag }
    : { value: '\t', reason: describe('tabs', tabs), flag };
}

function chooseWord(width: number, isNumbered: boolean, asked: string | null, name: string): Choice<number> {
  if (asked !== null && asked !== 'auto')
    return { value: columnNumber(asked, width, wordFlag, name), reason: 'as asked', flag: wordFlag };
  return isNumbered
    ? { value: 1, reason: 'the first column numbers the words', flag: wordFlag }
    : { value: 0, reason: width === 1 ? 'the only column' : 'the first column', flag: wordFlag };
}

function chooseTag(
  width: number,
  word: number,
  isNumbered: boolean,
  asked: string | null,
  name: string,
): Choice<number | null> {
  const flag = tagFlag;
  if (asked === 'none') return { value: null, reason: 'as asked', flag };
  if (asked !== null && asked !== 'auto') {
    const value = columnNumber(asked, width, flag, name);
    if (value === word) {
      throw new UsageError(`column ${asked} is asked for twice`, {
        where: name,
        fix: `give ${wordFlag} and ${flag} different columns`,
      });
    }
    return { value, reason: 'as asked', flag };
  }
  if (isNumbered && width === conllU.width)
    return { value: conllU.tag, reason: 'the universal part of speech of CoNLL-U', flag };
  return word >= width - 1
    ? { value: null, reason: 'there is no further column', flag }
    : { value: width - 1, reason: 'the last column', flag };
}

function columnNumber(asked: string, width: number, flag: string, name: string): number {
  const number = Number(asked);
  if (/^\d+$/.test(asked) && number >= 1 && number <= width) return number - 1;
  throw new UsageError(`there is no column "${asked}"`, {
    where: name,
    fix: `CoNLL columns have no names: ${flag} takes a number from 1 to ${width}`,
  });
}
