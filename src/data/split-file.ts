import { readFile } from 'node:fs/promises';
import { DataError } from '../errors.ts';
import { createCsvWriter } from './csv-writer.ts';
import type { SplitName } from './split.ts';
import { splitNames } from './split.ts';

/**
 * Writes which side each row is on, as CSV with the columns `line` and `split`, so that the split can be repeated or seen.
 * @param lines 1-based line of each row in its file.
 */
export async function writeSplit(path: string, lines: ArrayLike<number>, split: Uint8Array): Promise<void> {
  const writer = await createCsvWriter(path);
  try {
    await writer.write(['line', 'split']);
    for (let row = 0; row < split.length; row++) await writer.write([lines[row]!, splitNames[split[row]!]!]);
  } finally {
    await writer.close();
  }
}

/**
 * Reads what `writeSplit` wrote, for the rows that begin on `lines`.
 * @throws DataError when the file is missing or malformed, or its lines are not those of the data.
 */
export async function readSplit(path: string, lines: ArrayLike<number>): Promise<Uint8Array> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new DataError('the split cannot be read', { where: path, fix: 'check the path, or split anew', cause });
  });
  const sideOfLine = new Map<number, number>();
  for (const [index, row] of text.split(/\r?\n/).entries()) {
    if (row === '' || (index === 0 && row === 'line,split')) continue;
    const [line, name, ...rest] = row.split(',');
    const side = splitNames.indexOf(name as SplitName);
    if (!/^\d+$/.test(line!) || side < 0 || rest.length > 0) {
      throw new DataError(`"${row.slice(0, 80)}" is not a line number and one of ${splitNames.join(', ')}`, {
        where: `${path}, line ${index + 1}`,
        fix: 'write rows such as 12,validation',
      });
    }
    sideOfLine.set(Number(line), side);
  }
  const split = new Uint8Array(lines.length);
  for (let row = 0; row < lines.length; row++) {
    const side = sideOfLine.get(lines[row]!);
    if (side === undefined) {
      throw new DataError(`the data has a row on line ${lines[row]} that the split does not know`, {
        where: path,
        fix: 'the data has changed since the split was written: split anew',
      });
    }
    split[row] = side;
    sideOfLine.delete(lines[row]!);
  }
  if (sideOfLine.size > 0) {
    const line = sideOfLine.keys().next().value;
    throw new DataError(`the split has rows that the data lacks (${sideOfLine.size}), the first on line ${line}`, {
      where: path,
      fix: 'the data has changed since the split was written: split anew',
    });
  }
  return split;
}
