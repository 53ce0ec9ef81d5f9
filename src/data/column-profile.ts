import { textKey } from './text-key.ts';
import type { ColumnKind, ColumnProfile } from './types.ts';

/** Distinct values are counted up to this many; a column with more has "many". */
export const distinctLimit = 10_000;

/** Gathers the statistics of one column, a cell at a time, in bounded memory. */
export interface ColumnProfiler {
  add(cell: string, nested: boolean): void;
  result(): ColumnProfile;
}

/** What may divide several labels in a cell, the likeliest first. */
export const labelDelimiters = [';', '|', ','] as const;

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const booleanPattern = /^(?:true|false|yes|no|t|f|y|n)$/i;
const datePattern =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m|z|utc|[+-]\d{2}:?\d{2})?)?$/i;
// Of an address each part may be read in one way only: cells of hardly anything but @ and dots take no longer.
const codePattern = /^(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|https?:\/\/\S+|[^\s@]+@[^\s@]+\.[^\s@.]+)$/i;
const longestSpecialValue = 300;

export function createColumnProfiler(index: number, name: string): ColumnProfiler {
  let rows = 0;
  let empty = 0;
  let length = 0;
  let words = 0;
  let numbers = 0;
  let wholeNumbers = 0;
  let booleans = 0;
  let dates = 0;
  let codes = 0;
  let nestedCells = 0;
  /** Cells that are lists of plain values, and those values. */
  let lists = 0;
  let elements = 0;
  const elementValues = new Set<number>();
  const elementExamples: string[] = [];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const values = new Set<number>();
  /** Values with their digits replaced: `order-123` and `order-124` have one shape. */
  const shapes = new Set<number>();
  let withDigits = 0;
  let oneWord = 0;
  const divided: Record<string, number> = Object.fromEntries(labelDelimiters.map((delimiter) => [delimiter, 0]));
  const examples: string[] = [];

  const addNumber = (value: number) => {
    numbers++;
    if (Number.isInteger(value)) wholeNumbers++;
    if (value < min) min = value;
    if (value > max) max = value;
  };

  const classify = (value: string) => {
    if (numberPattern.test(value)) addNumber(Number(value));
    else if (booleanPattern.test(value)) booleans++;
    else if (datePattern.test(value)) dates++;
    else if (codePattern.test(value)) codes++;
    if (/\d/.test(value)) {
      withDigits++;
      if (shapes.size < distinctLimit) shapes.add(textKey(value.replace(/\d+/g, '0')));
    }
  };

  const addNested = (cell: string) => {
    nestedCells++;
    const list = cell.startsWith('[') ? plainListOf(cell) : null;
    if (list === null) return;
    lists++;
    for (const element of list) {
      if (element === '') continue;
      elements++;
      if (elementValues.size >= distinctLimit) continue;
      const before = elementValues.size;
      elementValues.add(textKey(element));
      if (elementValues.size > before && elementExamples.length < 3) elementExamples.push(shorten(element));
    }
  };

  return {
    add(cell, nested) {
      rows++;
      const value = cell.trim();
      if (value === '') {
        empty++;
        return;
      }
      if (nested) {
        addNested(value);
        return;
      }
      length += value.length;
      const wordCount = countWords(value);
      words += wordCount;
      if (wordCount === 1) oneWord++;
      if (values.size < distinctLimit) {
        const before = values.size;
        values.add(textKey(value));
        if (values.size > before && examples.length < 3) examples.push(shorten(value));
      }
      if (value.length > longestSpecialValue) return;
      classify(value);
      for (const delimiter of labelDelimiters) if (value.includes(delimiter)) divided[delimiter]!++;
    },
    result() {
      // Nested cells are counted apart: a few of them do not make a column of texts another.
      const filled = rows - empty - nestedCells;
      const distinct = values.size;
      const isUnique = distinct > 2 && distinct >= 0.95 * Math.min(filled, distinctLimit);
      const kind = (): ColumnKind => {
        if (nestedCells > filled) return lists > nestedCells / 2 ? 'lists' : 'nested';
        if (filled === 0) return 'empty';
        if (distinct === 1 && filled > 1) return 'constant';
        if (numbers === filled) return wholeNumbers === filled ? 'whole numbers' : 'numbers';
        if (booleans === filled) return 'boolean';
        if (dates >= 0.95 * filled) return 'dates';
        if (isId()) return 'ids';
        if (distinct <= Math.max(20, filled / 3) && distinct < distinctLimit && !isUnique && words / filled <= 6) {
          return 'classes';
        }
        return 'text';
      };
      const isId = () => {
        if (codes >= 0.95 * filled) return true;
        if (!isUnique || withDigits < 0.95 * filled || filled < 5) return false;
        // Numbered alike (`TICKET 17`), or single words that all have digits.
        const areNumberedAlike = words <= 3 * filled && shapes.size <= Math.max(1, 0.05 * distinct);
        return areNumberedAlike || oneWord >= 0.95 * filled;
      };
      if (kind() === 'lists') {
        const found = { distinct: elementValues.size, elements, examples: elementExamples };
        return { index, name, kind: 'lists', rows, empty, ...found, meanLength: 0, meanWords: 0, divided };
      }
      const profile: ColumnProfile = {
        index,
        name,
        kind: kind(),
        rows,
        empty,
        distinct,
        meanLength: filled === 0 ? 0 : length / filled,
        meanWords: filled === 0 ? 0 : words / filled,
        divided,
        examples,
      };
      return numbers > 0 && numbers === filled ? { ...profile, min, max } : profile;
    },
  };
}

/** The elements of a JSON list, as texts; null where it holds lists, objects or null. */
function plainListOf(json: string): string[] | null {
  const list = JSON.parse(json) as unknown[];
  return list.every((element) => element !== null && typeof element !== 'object')
    ? list.map((e) => String(e).trim())
    : null;
}

function countWords(value: string): number {
  let count = 0;
  let inWord = false;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    const isBlank = unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || unit === 0xa0 || unit === 0x3000;
    if (!isBlank && !inWord) count++;
    inWord = !isBlank;
  }
  return count;
}

function shorten(value: string): string {
  const line = value.slice(0, 60).replace(/\s+/g, ' ');
  return value.length > 40 ? `${line.slice(0, 39)}…` : line;
}
