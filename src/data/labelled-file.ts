import { DataError } from '../errors.ts';
import { type ColumnWishes, chooseColumns } from './columns.ts';
import { readExamples, sourceOf } from './examples.ts';
import { orderLabels } from './label-order.ts';
import { type SplitShares, stratifiedSplit } from './split.ts';
import { openTable, type TableOptions } from './table.ts';
import { textKey } from './text-key.ts';
import type { Example, ExampleColumns, RefusedRow } from './types.ts';

/** A labelled file in memory. For files that do not fit, stream them: `openTable` and `readExamples`. */
export interface LabelledFile {
  /** Rows with a text and a label. */
  examples: (Example & { label: string })[];
  /** The distinct labels, in the order of `orderLabels`. */
  labels: string[];
  columns: ExampleColumns;
  /** Rows that could not be used, with the reason. */
  refused: RefusedRow[];
}

/**
 * Reads a CSV, TSV or JSON Lines file of texts and labels; format and columns are detected unless named.
 * @throws DataError when the file cannot be used
 */
export async function readLabelledFile(path: string, options: TableOptions & ColumnWishes = {}): Promise<LabelledFile> {
  const table = await openTable(path, options);
  try {
    const columns = chooseColumns(table, options);
    if (columns.labels !== null) {
      throw new DataError('the rows have several labels each', {
        where: table.name,
        fix: 'read it with openExamples, or name a column with one label as labelColumn',
      });
    }
    const source = sourceOf(columns);
    const refused: RefusedRow[] = [];
    const examples: LabelledFile['examples'] = [];
    for await (const example of readExamples(table, source, { onRefused: (row) => refused.push(row) })) {
      const { label, text, line } = example;
      if (label === undefined) refused.push({ line, reason: 'no label' });
      else if (text.trim() === '') refused.push({ line, reason: 'empty text' });
      else examples.push({ ...example, label });
    }
    return { examples, labels: orderLabels(examples.map(({ label }) => label)), columns, refused };
  } finally {
    await table.close();
  }
}

/** Splits examples as `stratifiedSplit` does: same share of every label on each side, copies of a text together. */
export function splitExamples<E extends Example>(
  examples: readonly E[],
  shares: SplitShares,
  seed: number,
): { train: E[]; validation: E[]; test: E[] } {
  const ids = new Map<string, number>();
  const labels = examples.map(({ label = '' }) => {
    if (!ids.has(label)) ids.set(label, ids.size);
    return ids.get(label)!;
  });
  const keys = examples.map(({ text, pair }) => textKey(text, pair));
  const sides = stratifiedSplit(examples.length, labels, shares, seed, keys);
  const side = (number: number) => examples.filter((_, i) => sides[i] === number);
  return { train: side(0), validation: side(1), test: side(2) };
}
