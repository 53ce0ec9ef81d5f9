import type { SequenceGroup } from '../engine/types.ts';

/**
 * A batch holds real tokens only: the sequences lie one behind the other in flat rows [T], sorted by length. Linear
 * layers run on [T, D] and never see padding; attention pads within groups of like length.
 */
export interface TokenBatch {
  /** Number of sequences, B. */
  count: number;
  /** Number of real tokens, T. */
  tokens: number;
  /** `order[i]` is the caller's index of the batch's i-th sequence. */
  order: Uint32Array;
  /** Token ids, [T]. */
  ids: Int32Array;
  /** Position of each token in its sequence, [T]. */
  positions: Int32Array;
  /** Row of each sequence's first token, [B]. */
  firstRows: Int32Array;
  groups: SequenceGroup[];
}

/**
 * Lays sequences of token ids out as a batch.
 * @param padTo pads all sequences to one group of this length instead (for comparisons; costs time, changes no result).
 * @throws RangeError when a sequence is empty or an id is outside the vocabulary.
 */
export function makeBatch(sequences: ArrayLike<number>[], vocabSize: number, padTo?: number): TokenBatch {
  const count = sequences.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => sequences[a]!.length - sequences[b]!.length || a - b,
  );
  const lengths = Array.from(order, (i) => sequences[i]!.length);
  if (count === 0 || lengths[0] === 0) throw new RangeError('a batch needs at least one token in each sequence');
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const firstRows = new Int32Array(count);
  let row = 0;
  for (let s = 0; s < count; s++) {
    firstRows[s] = row;
    const sequence = sequences[order[s]!]!;
    for (let position = 0; position < sequence.length; position++, row++) {
      const id = sequence[position]!;
      if (!(id >= 0 && id < vocabSize)) {
        throw new RangeError(`token id ${id} is outside the model's vocabulary of ${vocabSize}`);
      }
      ids[row] = id;
      positions[row] = position;
    }
  }
  const ends = padTo === undefined ? groupEnds(lengths) : [count];
  const groups = ends.map((end, g) => {
    const start = g === 0 ? 0 : ends[g - 1]!;
    return attentionGroup(lengths.slice(start, end), start, firstRows[start]!, padTo);
  });
  return { count, tokens, order, ids, positions, firstRows, groups };
}

function attentionGroup(lengths: number[], firstSequence: number, firstRow: number, padTo = 0): SequenceGroup {
  const count = lengths.length;
  const length = Math.max(padTo, lengths[count - 1]!);
  const rows = lengths.reduce((a, b) => a + b, 0);
  if (rows === count * length) return { firstSequence, count, length, firstRow, rows, padding: null };
  const rowOfPlace = new Int32Array(count * length);
  const placeOfRow = new Int32Array(rows);
  const keepMask = new Float32Array(count * length);
  let row = 0;
  for (let s = 0; s < count; s++) {
    for (let position = 0; position < lengths[s]!; position++, row++) {
      const place = s * length + position;
      rowOfPlace[place] = row;
      placeOfRow[row] = place;
      keepMask[place] = 1;
    }
  }
  return { firstSequence, count, length, firstRow, rows, padding: { rowOfPlace, placeOfRow, keepMask } };
}

/** What one more group costs, in padded tokens that it must save: about forty kernel calls a layer. */
const GROUP_COST = 256;

/** Cuts ascending lengths into groups so that padded tokens plus the groups' own cost are fewest. Returns the ends. */
export function groupEnds(lengths: number[], groupCost: number = GROUP_COST): number[] {
  const count = lengths.length;
  const best = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const cut = new Int32Array(count + 1);
  best[0] = 0;
  for (let end = 1; end <= count; end++) {
    const length = lengths[end - 1]!;
    let padding = 0;
    for (let start = end - 1; start >= 0; start--) {
      padding += length - lengths[start]!;
      const cost = best[start]! + groupCost + padding;
      if (cost < best[end]!) {
        best[end] = cost;
        cut[end] = start;
      }
    }
  }
  const ends: number[] = [];
  for (let end = count; end > 0; end = cut[end]!) ends.push(end);
  return ends.reverse();
}
