import { readFile } from 'node:fs/promises';
import { DataError } from '../../src/errors.ts';
import type { PublishedExample, PublishedFilling } from './published.ts';

/**
 * Reads published figures: a list of examples, or an object with one under `examples`.
 * @throws DataError naming the first thing that is not as expected
 */
export async function readFigures(path: string): Promise<PublishedExample[]> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new DataError(`the file cannot be read: ${cause.message}`, { where: path, cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`this is not JSON: ${(cause as Error).message}`, { where: path, cause });
  }
  const examples = Array.isArray(value) ? value : (value as { examples?: unknown } | null)?.examples;
  if (!Array.isArray(examples) || examples.length === 0) throw wrong(path, 'there is no list of examples');
  return examples.map((example: Partial<PublishedExample> | null, i) => {
    const { text, fillings } = example ?? {};
    const where = `${path}, example ${i + 1}`;
    if (typeof text !== 'string' || text.split('[MASK]').length !== 2)
      throw wrong(where, 'it needs a text with one [MASK]');
    if (!Array.isArray(fillings) || fillings.length === 0 || !fillings.every(isFilling)) {
      throw wrong(where, 'it needs a list of fillings, each with a token_str and a score');
    }
    return { text, fillings };
  });
}

function isFilling(value: unknown): value is PublishedFilling {
  const { token_str, score, token } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof token_str === 'string' && typeof score === 'number' && (token === undefined || typeof token === 'number')
  );
}

function wrong(where: string, message: string): DataError {
  return new DataError(message, { where, fix: 'see `distiltune reproduce model-card --help` for what it looks like' });
}
