import type { Engine, Tensor } from '../engine/types.ts';
import type { AttentionGroup, TokenBatch } from './batch.ts';

/** A group's index tensors, made once per pass and shared by all layers. */
export interface GroupPlan extends AttentionGroup {
  indices: {
    rowOfPlace: Tensor;
    placeOfRow: Tensor;
    /** 0 for places that are kept, a large negative number for padding, [count, 1, 1, length]. */
    bias: Tensor;
  } | null;
}

// Not -Infinity: the difference to the row's maximum must stay finite, and exp of it is 0 all the same.
const PADDING_SCORE = -1e9;

export function planGroups(e: Engine, batch: TokenBatch): GroupPlan[] {
  return batch.groups.map((group) => {
    const { padding, count, length, rows } = group;
    if (!padding) return { ...group, indices: null };
    const bias = padding.keepMask.map((keep) => (keep === 1 ? 0 : PADDING_SCORE));
    return {
      ...group,
      indices: {
        rowOfPlace: e.ints(padding.rowOfPlace, [count * length]),
        placeOfRow: e.ints(padding.placeOfRow, [rows]),
        bias: e.floats(bias, [count, 1, 1, length]),
      },
    };
  });
}

interface SavedGroup {
  q: Tensor; // [B, H, Lq, D/H]
  k: Tensor; // [B, H, L, D/H]
  v: Tensor; // [B, H, L, D/H]
  probabilities: Tensor; // [B, H, Lq, L]
  mask: Tensor | null; // [B, H, Lq, L], dropout's
}
export type AttentionSaved = SavedGroup[];

export interface AttentionShape {
  heads: number;
  /** Queries of the first token of each sequence only, [B, D], instead of all, [T, D]. */
  firstOnly: boolean;
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017) within each sequence, on flat rows.
 * @returns context, of q's shape; what the gradient needs is saved when `save` is set.
 */
export function attention(
  e: Engine,
  q: Tensor, // [T, D] or [B, D]
  k: Tensor, // [T, D]
  v: Tensor, // [T, D]
  groups: GroupPlan[],
  { heads, firstOnly }: AttentionShape,
  drawMask: (shape: number[], group: number) => Tensor | null,
  save: boolean,
): { context: Tensor; saved: AttentionSaved } {
  return e.tidy(() => {
    const saved: AttentionSaved = [];
    const width = k.shape[1]! / heads;
    const parts = groups.map((group, g) => {
      const qh = firstOnly
        ? e.reshape(sequencesOf(e, q, group, groups), [group.count, heads, 1, width])
        : toHeads(e, q, group, groups, heads);
      const kh = toHeads(e, k, group, groups, heads);
      const vh = toHeads(e, v, group, groups, heads);
      const probabilities = e.tidy(() => {
        const scores = e.scale(e.batchMatMul(qh, kh, false, true), 1 / Math.sqrt(width)); // [B, H, Lq, L]
        return e.softmax(group.indices ? e.add(scores, group.indices.bias) : scores);
      });
      const mask = drawMask(probabilities.shape, g);
      const context = e.tidy(() => {
        const block = e.batchMatMul(mask ? e.multiply(probabilities, mask) : probabilities, vh); // [B, H, Lq, D/H]
        return firstOnly ? e.reshape(block, [group.count, heads * width]) : fromHeads(e, block, group);
      });
      if (save) saved.push({ q: qh, k: kh, v: vh, probabilities, mask });
      else e.dispose(qh, kh, vh, probabilities, mask);
      return context;
    });
    return { context: parts.length === 1 ? parts[0]! : e.concatRows(parts), saved };
  });
}

/** Disposes what was saved. */
export function attentionGradient(
  e: Engine,
  dContext: Tensor,
  saved: AttentionSaved,
  groups: GroupPlan[],
  { heads, firstOnly }: AttentionShape,
): { dq: Tensor; dk: Tensor; dv: Tensor } {
  return e.tidy(() => {
    const parts = groups.map((group, g) => {
      const { q, k, v, probabilities, mask } = saved[g]!;
      const width = q.shape[3]!;
      const gradients = e.tidy(() => {
        const d = firstOnly
          ? e.reshape(sequencesOf(e, dContext, group, groups), [group.count, heads, 1, width])
          : gradientToHeads(e, dContext, group, groups, heads);
        const dv = e.tidy(() => e.batchMatMul(mask ? e.multiply(probabilities, mask) : probabilities, d, true));
        const dScores = e.tidy(() => {
          const dDropped = e.batchMatMul(d, v, false, true);
          const dProbabilities = mask ? e.multiply(dDropped, mask) : dDropped;
          return e.scale(e.softmaxGradient(probabilities, dProbabilities), 1 / Math.sqrt(width));
        });
        const dq = e.batchMatMul(dScores, k);
        const dk = e.batchMatMul(dScores, q, true);
        return {
          dq: firstOnly ? e.reshape(dq, [group.count, heads * width]) : fromHeads(e, dq, group),
          dk: fromHeads(e, dk, group),
          dv: fromHeads(e, dv, group),
        };
      });
      e.dispose(q, k, v, probabilities, mask);
      return gradients;
    });
    const joined = (name: 'dq' | 'dk' | 'dv') =>
      parts.length === 1 ? parts[0]![name] : e.concatRows(parts.map((part) => part[name]));
    return { dq: joined('dq'), dk: joined('dk'), dv: joined('dv') };
  });
}

const rowsOf = (e: Engine, x: Tensor, group: GroupPlan, groups: GroupPlan[]) =>
  groups.length === 1 ? x : e.sliceRows(x, group.firstRow, group.rows);

const sequencesOf = (e: Engine, x: Tensor, group: GroupPlan, groups: GroupPlan[]) =>
  groups.length === 1 ? x : e.sliceRows(x, group.firstSequence, group.count);

/** Rows [T, D] -> the group's block [B, H, L, D/H]. Padding holds some other row: the bias takes it out. */
function toHeads(e: Engine, x: Tensor, group: GroupPlan, groups: GroupPlan[], heads: number): Tensor {
  return e.tidy(() => {
    const rows = rowsOf(e, x, group, groups);
    return splitHeads(e, group.indices ? e.gatherRows(rows, group.indices.rowOfPlace) : rows, group, heads);
  });
}

/** The same for a gradient, where padding must be 0. */
function gradientToHeads(e: Engine, d: Tensor, group: GroupPlan, groups: GroupPlan[], heads: number): Tensor {
  return e.tidy(() => {
    const rows = rowsOf(e, d, group, groups);
    const places = group.count * group.length;
    return splitHeads(e, group.indices ? e.scatterRows(rows, group.indices.placeOfRow, places) : rows, group, heads);
  });
}

const splitHeads = (e: Engine, block: Tensor, { count, length }: GroupPlan, heads: number) =>
  e.swapMiddle(e.reshape(block, [count, length, heads, block.shape[1]! / heads]));

/** [B, H, L, D/H] -> the group's rows [rows, D]. */
function fromHeads(e: Engine, block: Tensor, group: GroupPlan): Tensor {
  return e.tidy(() => {
    const [, heads, , width] = block.shape as [number, number, number, number];
    const places = e.reshape(e.swapMiddle(block), [group.count * group.length, heads * width]);
    return group.indices ? e.gatherRows(places, group.indices.placeOfRow) : places;
  });
}
