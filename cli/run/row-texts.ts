import type { ExampleFile } from '../../src/data/example-file.ts';
import type { ExampleSet } from '../../src/tasks/example-set.ts';
import type { TokenItem } from '../../src/tasks/token-classification.ts';
import type { RowText } from './diagnostics.ts';

/** Looks up the texts of a set's rows, by their numbers from 0; those that the file has no more are left out. */
export type RowTexts = (rows: readonly number[]) => Promise<Map<number, RowText>>;

/**
 * A set of tagged words keeps them. One of other texts keeps none: its file is read again up to the last row that is asked
 * for, and what was found the last time is remembered, since mistakes come again.
 * @param file that the set's rows come from
 */
export function createRowTexts(file: ExampleFile, set: ExampleSet): RowTexts {
  if (file.kind !== 'texts') return async (rows) => new Map(rows.map((row) => [row, wordsOf(set, row)]));
  let known = new Map<number, RowText>();
  return async (rows) => {
    const wanted = new Map(rows.filter((row) => !known.has(row)).map((row) => [set.line(row), row]));
    const found = new Map(rows.flatMap((row) => (known.has(row) ? [[row, known.get(row)!] as const] : [])));
    if (wanted.size > 0) {
      for await (const { line, text, pair } of file.examples()) {
        const row = wanted.get(line);
        if (row === undefined) continue;
        found.set(row, { text: shortened(text), ...(pair === undefined ? {} : { pair: shortened(pair) }) });
        if (found.size === rows.length) break;
      }
    }
    known = found;
    return found;
  };
}

function wordsOf(set: ExampleSet, row: number): RowText {
  const { text, words } = set.input(row).item as TokenItem;
  return { text: shortened(text ?? words.join(' ')) };
}

const mostCharacters = 300;

/** A text as an event holds it: a string of its own, and no view of the block it was read from. */
export function shortened(text: string, most = mostCharacters): string {
  // Half a pair of surrogates is no character.
  const cut = text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
  return Buffer.from(cut, 'utf16le').toString('utf16le');
}
