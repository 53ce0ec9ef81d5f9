import { isKnownName } from './column-names.ts';
import type { Choice } from './types.ts';

const longestName = 60;
const mostWords = 6;

/**
 * Decides whether the first row names the columns, by comparing it with the rows below.
 * @param rows of the sample, the first included, blank lines not.
 */
export function detectHeader(rows: readonly (readonly string[])[], asked: boolean | null): Choice<boolean> {
  const flag = asked === false || asked === null ? '--header' : '--no-header';
  if (asked !== null) return { value: asked, reason: 'as asked', flag };
  const yes = (reason: string) => ({ value: true, reason, flag: '--no-header' });
  const no = (reason: string) => ({ value: false, reason, flag: '--header' });
  const first = (rows[0] ?? []).map((cell) => cell.trim());
  const below = rows.slice(1);
  const filled = first.filter((cell) => cell !== '');
  if (filled.length === 0) return no('the first row is empty');

  const number = filled.find(isNumber);
  if (number !== undefined) return no(`the first row holds a number (${number})`);
  const known = filled.find(isKnownName);
  if (known !== undefined && filled.every(isKnownName)) return yes(`"${known}" is what a column is called`);
  const repeated = firstRepeated(first, below);
  if (repeated !== undefined) return no(`"${shorten(repeated)}" of the first row is a value in the rows below, too`);
  if (known !== undefined) return yes(`"${known}" is what a column is called`);
  if (below.length === 0) return no('it is the only row');
  const sentence = filled.find((cell) => !looksLikeName(cell));
  if (sentence !== undefined) return no(`the first row holds a text ("${shorten(sentence)}")`);
  const numeric = firstOfNumbers(first, below);
  if (numeric !== undefined) return yes(`"${first[numeric]}" stands over numbers`);
  // A lone short line may be a text as well as a name: a name too many costs less than a text too few.
  if (first.length === 1) return no('the first row is not a name that is known');
  return yes('the first row is short and none of its cells comes again below');
}

function isNumber(cell: string): boolean {
  return /^[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?%?$/i.test(cell);
}

function looksLikeName(cell: string): boolean {
  return cell.length <= longestName && !/[.!?…]$|[\r\n]/.test(cell) && cell.split(/\s+/).length <= mostWords;
}

/** The first of the cells that stands in its column once more. Row by row: rows may be many, or columns. */
function firstRepeated(first: readonly string[], below: readonly (readonly string[])[]): string | undefined {
  let repeated = first.length;
  for (const row of below) {
    const at = row.slice(0, repeated).findIndex((cell, index) => first[index] !== '' && cell.trim() === first[index]);
    if (at >= 0) repeated = at;
  }
  return first[repeated];
}

/** The index of the first named column that holds numbers, and nothing else. */
function firstOfNumbers(first: readonly string[], below: readonly (readonly string[])[]): number | undefined {
  const kinds = first.map((): 'empty' | 'numbers' | 'other' => 'empty');
  for (const row of below) {
    for (const [index, cell] of row.slice(0, first.length).entries()) {
      const value = cell.trim();
      if (value !== '' && kinds[index] !== 'other') kinds[index] = isNumber(value) ? 'numbers' : 'other';
    }
  }
  const found = first.findIndex((cell, index) => cell !== '' && kinds[index] === 'numbers');
  return found < 0 ? undefined : found;
}

function shorten(cell: string): string {
  return cell.length > 40 ? `${cell.slice(0, 39)}…` : cell;
}
