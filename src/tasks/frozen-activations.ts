import { makeBatch } from '../encoder/batch.ts';
import type { DistilBertConfig } from '../encoder/config.ts';
import { encode, lowestTrained } from '../encoder/distilbert.ts';
import type { Weights } from '../encoder/weights.ts';
import { freeMemory } from '../engine/free-memory.ts';
import { pauseForEvents } from '../engine/pause.ts';
import type { Engine, Tensor } from '../engine/types.ts';
import { UsageError } from '../errors.ts';

/** What the layers below the lowest one that trains give of sequences, found by their tokens. */
export interface FrozenActivations {
  /** Memory that is held, in bytes. */
  readonly bytes: number;
  /**
   * Where a pass over the sequences begins: the input of `layer`, [T, D]; where all layers are frozen (`nLayers`) what the head
   * reads, [T, D] or [B, D]. Throws `RangeError` for a sequence that was not among those computed.
   */
  of(sequences: readonly ArrayLike<number>[]): { layer: number; hidden: Tensor };
}

/** Tokens that are computed at once. */
const BATCH_TOKENS = 4096;

/**
 * Computes each different sequence once, without dropout, in the order given: what comes out depends on nothing else, so that
 * a run which is gone on with has the same to the bit.
 * @param sequences the sequences, each time it is called
 * @returns null when `signal` was aborted
 * @throws UsageError when it would take more than half of the memory that is free
 */
export async function holdActivations(
  network: { engine: Engine; config: DistilBertConfig; weights: Weights; head: { rows: 'first' | 'all' } },
  sequences: () => Iterable<ArrayLike<number>>,
  signal?: AbortSignal,
): Promise<FrozenActivations | null> {
  const { engine, config, weights, head } = network;
  const layer = lowestTrained(config, weights);
  const firstOnly = layer === config.nLayers && head.rows === 'first';
  const rowsOf = (length: number) => (firstOnly ? 1 : length);
  checkMemory(sequences, rowsOf, config.dim);

  const held = new Map<string, Float32Array>();
  let bytes = 0;
  const compute = (part: Map<string, ArrayLike<number>>) => {
    const keys = [...part.keys()];
    const batch = makeBatch([...part.values()], config.vocabSize);
    const values = engine.tidy(() =>
      engine.values(encode(engine, config, weights, batch, { rows: head.rows, until: layer }).hidden).slice(),
    );
    bytes += values.byteLength;
    let from = 0;
    batch.order.forEach((i) => {
      const to = from + rowsOf(part.get(keys[i]!)!.length) * config.dim;
      held.set(keys[i]!, values.subarray(from, to));
      from = to;
    });
  };

  let part = new Map<string, ArrayLike<number>>();
  let tokens = 0;
  for (const sequence of sequences()) {
    const key = keyOf(sequence);
    if (held.has(key) || part.has(key)) continue;
    part.set(key, sequence);
    tokens += sequence.length;
    if (tokens < BATCH_TOKENS) continue;
    compute(part);
    part = new Map();
    tokens = 0;
    await pauseForEvents();
    if (signal?.aborted) return null;
  }
  if (part.size > 0) compute(part);

  return {
    bytes,
    of(wanted) {
      const rows = wanted.map((sequence) => {
        const found = held.get(keyOf(sequence));
        if (!found) throw new RangeError('a sequence is not among those whose activations are held');
        return found;
      });
      const values = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const row of rows) {
        values.set(row, at);
        at += row.length;
      }
      return { layer, hidden: engine.floats(values, [values.length / config.dim, config.dim]) };
    },
  };
}

/** Equal for equal sequences only. */
const keyOf = (sequence: ArrayLike<number>): string => Array.prototype.join.call(sequence, ' ');

function checkMemory(
  sequences: () => Iterable<ArrayLike<number>>,
  rowsOf: (length: number) => number,
  dim: number,
): void {
  let rows = 0;
  for (const { length } of sequences()) rows += rowsOf(length);
  const needed = rows * dim * Float32Array.BYTES_PER_ELEMENT;
  const free = freeMemory();
  if (needed <= free / 2) return;
  const megabytes = (count: number) => `${Math.ceil(count / 2 ** 20).toLocaleString('en-US')} MB`;
  throw new UsageError(
    `The activations of the frozen layers would take ${megabytes(needed)}, and ${megabytes(free)} are free.`,
    {
      where: 'cacheActivations',
      fix: 'Leave --cache-activations away, or freeze all layers: of a text, most heads then read one token only.',
    },
  );
}
