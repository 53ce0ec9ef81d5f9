import { DataError } from '../errors.ts';
import type { Format } from './format.ts';
import { createRowMaker, readJsonLines } from './json-lines.ts';
import { maxNameLength, shownLimit } from './limits.ts';
import type { RefusedRow, TableRow } from './types.ts';

const mostKeys = 10_000;
const sampledLines = 200_000;
/** Cells that are handed on together: a short line may stand for as many as there are keys. */
const cellsAtOnce = 50_000;

/** Whether a text is JSON Lines, by its name and its beginning. @throws DataError for JSON that is not one object a line. */
export function isJsonLines(head: string, name: string): boolean {
  const isNamedSo = /\.(?:jsonl|ndjson)$/i.test(name);
  const start = head.trimStart();
  if (!isNamedSo && /^\[\s*\{/.test(start)) {
    throw new DataError('this is one JSON list, not JSON Lines', { where: name, fix: 'write one object per line' });
  }
  if (isNamedSo) return true;
  if (!start.startsWith('{')) return false;
  const firstLine = start.slice(0, start.indexOf('\n') < 0 ? undefined : start.indexOf('\n'));
  if (isObject(firstLine)) return true;
  if (/\.json$/i.test(name) || /^\{\s*"/.test(start)) {
    throw new DataError('this is JSON over several lines, not JSON Lines', {
      where: name,
      fix: 'write one object per line',
    });
  }
  return false;
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * The keys of the objects become the columns, in the order in which they first appear.
 * @param texts the text, or its beginning: keys are gathered from the first 200,000 lines.
 */
export async function detectJsonLines(texts: AsyncIterable<string>, isCut: boolean, name: string): Promise<Format> {
  const columns = await gatherKeys(texts, isCut, name);
  return {
    format: 'jsonl',
    delimiter: null,
    quotes: null,
    header: null,
    columns,
    async *batches(source, onRefused, cut) {
      const toRow = createRowMaker(columns);
      for await (const lines of readJsonLines(source, cut)) {
        let batch: TableRow[] = [];
        for (const line of lines) {
          const row = 'reason' in line ? line : toRow(line.line, line.value);
          if ('reason' in row) onRefused(row);
          else if (batch.push(row) * columns.length >= cellsAtOnce) {
            yield batch;
            batch = [];
          }
        }
        if (batch.length > 0) yield batch;
      }
    },
  };
}

async function gatherKeys(texts: AsyncIterable<string>, isCut: boolean, name: string): Promise<string[]> {
  const keys = new Set<string>();
  let firstRefused: RefusedRow | null = null;
  let count = 0;
  for await (const lines of readJsonLines(texts, isCut)) {
    for (const line of lines) {
      if ('reason' in line) firstRefused ??= line;
      else {
        const own = Object.keys(line.value);
        if (own.some((key) => key.length > maxNameLength)) throw keyTooLong(`${name}, line ${line.line}`);
        for (const key of own) keys.add(key);
      }
    }
    if (keys.size > mostKeys) {
      throw new DataError(`the rows have more than ${mostKeys} different keys`, {
        where: name,
        fix: 'give every row the same keys, such as {"text": ..., "label": ...}',
      });
    }
    count += lines.length;
    if (count >= sampledLines) break;
  }
  if (keys.size === 0) {
    throw new DataError(firstRefused?.reason ?? 'there are no rows', {
      where: firstRefused === null ? name : `${name}, line ${firstRefused.line}`,
      fix: 'write one object per line, such as {"text": ..., "label": ...}',
    });
  }
  return [...keys];
}

function keyTooLong(where: string): DataError {
  return new DataError(`a key is longer than ${shownLimit(maxNameLength)} characters`, {
    where,
    fix: 'give every row the same short keys, such as {"text": ..., "label": ...}',
  });
}
