import type {
  AttentionPlan,
  Dropout,
  Engine,
  LayerKernels,
  LayerNormResult,
  NormInputs,
  Saved,
  SequenceGroup,
  Tensor,
} from '../engine/types.ts';

/** A group's index tensors, made once per pass and shared by all layers. */
interface PlannedGroup extends SequenceGroup {
  indices: {
    rowOfPlace: Tensor;
    placeOfRow: Tensor;
    /** 0 for places that are kept, a large negative number for padding, [count, 1, 1, length]. */
    bias: Tensor;
  } | null;
}

interface Plan extends AttentionPlan {
  groups: PlannedGroup[];
}

// Not -Infinity: the difference to the row's maximum must stay finite, and exp of it is 0 all the same.
const PADDING_SCORE = -1e9;

interface SavedGroup {
  q: Tensor; // [B, H, Lq, D/H]
  k: Tensor; // [B, H, L, D/H]
  v: Tensor; // [B, H, L, D/H]
  probabilities: Tensor; // [B, H, Lq, L]
  mask: Tensor | null; // [B, H, Lq, L], dropout's
}
interface SavedAttention extends Saved {
  groups: SavedGroup[];
  /** Behind a function: `tidy` looks for tensors in all that is returned, and would read its arrays through. */
  plan(): Plan;
  firstOnly: boolean;
}
interface SavedNorm extends Saved {
  normalized: Tensor;
  inverseDeviation: Tensor;
  mask: Tensor | null;
}
interface SavedActivation extends Saved {
  x: Tensor;
}

/**
 * The kernels of a layer on an engine that has none of its own: the same numbers to rounding, in more passes over
 * memory. Attention pads within groups of like length.
 */
export function composedKernels(e: Engine): LayerKernels {
  const maskOf = (shape: number[], dropout: Dropout | null, place = 0) =>
    dropout && e.dropoutMask(shape, dropout.rate, { ...dropout.key, site: dropout.key.site + place });
  const norm = (x: Tensor, { gamma, beta, epsilon }: NormInputs) => e.layerNorm(x, gamma, beta, epsilon);
  const savedNorm = ({ normalized, inverseDeviation }: LayerNormResult, mask: Tensor | null): SavedNorm => ({
    normalized,
    inverseDeviation,
    mask,
    dispose: () => e.dispose(normalized, inverseDeviation, mask),
  });
  const sum = (parts: Tensor[]) => parts.reduce((a, b) => e.add(a, b));

  return {
    plan(layout) {
      const groups = layout.groups.map((group): PlannedGroup => {
        const { padding, count, length, rows } = group;
        if (!padding) return { ...group, indices: null };
        const bias = padding.keepMask.map((keep) => (keep === 1 ? 0 : PADDING_SCORE));
        const indices = {
          rowOfPlace: e.ints(padding.rowOfPlace, [count * length]),
          placeOfRow: e.ints(padding.placeOfRow, [rows]),
          bias: e.floats(bias, [count, 1, 1, length]),
        };
        return { ...group, indices };
      });
      const dispose = () => {
        for (const { indices } of groups) if (indices) e.dispose(...Object.values(indices));
      };
      return { groups, dispose } as Plan;
    },

    embed: ({ words, places, ids, positions, ...scaling }, dropout, save) =>
      e.tidy(() => {
        const result = e.tidy(() => norm(e.add(e.gatherRows(words, ids), e.gatherRows(places, positions)), scaling));
        const mask = maskOf(result.y.shape, dropout);
        return { y: mask ? e.multiply(result.y, mask) : result.y, saved: save ? savedNorm(result, mask) : null };
      }),
    embedGradient(dy, saved, gamma) {
      const { normalized, inverseDeviation, mask } = saved as SavedNorm;
      const gradients = e.tidy(() => {
        const whole = sum(dy);
        return e.layerNormGradient(mask ? e.multiply(whole, mask) : whole, normalized, inverseDeviation, gamma);
      });
      saved.dispose();
      return gradients;
    },

    attention: ({ q, k, v, qBias, kBias, vBias }, plan, heads, dropout, save) =>
      e.tidy(() => {
        const { groups } = plan as Plan;
        const firstOnly = q.shape[0] !== k.shape[0];
        const width = k.shape[1]! / heads;
        const saved: SavedGroup[] = [];
        const biased = { q: e.add(q, qBias), k: e.add(k, kBias), v: e.add(v, vBias) };
        const parts = groups.map((group, g) => {
          const qh = firstOnly
            ? e.reshape(sequencesOf(e, biased.q, group, groups), [group.count, heads, 1, width])
            : toHeads(e, biased.q, group, groups, heads);
          const kh = toHeads(e, biased.k, group, groups, heads);
          const vh = toHeads(e, biased.v, group, groups, heads);
          const probabilities = e.tidy(() => {
            const scores = e.scale(e.batchMatMul(qh, kh, false, true), 1 / Math.sqrt(width)); // [B, H, Lq, L]
            return e.softmax(group.indices ? e.add(scores, group.indices.bias) : scores);
          });
          const mask = maskOf(probabilities.shape, dropout, g);
          const context = e.tidy(() => {
            const block = e.batchMatMul(mask ? e.multiply(probabilities, mask) : probabilities, vh);
            return firstOnly ? e.reshape(block, [group.count, heads * width]) : fromHeads(e, block, group);
          });
          if (save) saved.push({ q: qh, k: kh, v: vh, probabilities, mask });
          else e.dispose(qh, kh, vh, probabilities, mask);
          return context;
        });
        const context = parts.length === 1 ? parts[0]! : e.concatRows(parts);
        if (!save) return { context, saved: null };
        const dispose = () => {
          for (const group of saved) e.dispose(...Object.values(group));
        };
        return { context, saved: { groups: saved, plan: () => plan as Plan, firstOnly, dispose } as SavedAttention };
      }),

    attentionGradient(dContext, saved) {
      const { groups: kept, plan, firstOnly } = saved as SavedAttention;
      const { groups } = plan();
      const gradients = e.tidy(() => {
        const parts = groups.map((group, g) => {
          const { q, k, v, probabilities, mask } = kept[g]!;
          const [, heads, , width] = q.shape as [number, number, number, number];
          return e.tidy(() => {
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
            return {
              dq: firstOnly ? e.reshape(dq, [group.count, heads * width]) : fromHeads(e, dq, group),
              dk: fromHeads(e, e.batchMatMul(dScores, q, true), group),
              dv: fromHeads(e, dv, group),
            };
          });
        });
        const joined = (name: 'dq' | 'dk' | 'dv') =>
          parts.length === 1 ? parts[0]![name] : e.concatRows(parts.map((part) => part[name]));
        const [dq, dk, dv] = [joined('dq'), joined('dk'), joined('dv')];
        return { dq, dk, dv, dqBias: e.sumRows(dq), dkBias: e.sumRows(dk), dvBias: e.sumRows(dv) };
      });
      saved.dispose();
      return gradients;
    },

    residualNorm: ({ x, bias, residual, ...scaling }, dropout, save) =>
      e.tidy(() => {
        const mask = maskOf(x.shape, dropout);
        const result = e.tidy(() => {
          const biased = e.add(x, bias);
          return norm(e.add(mask ? e.multiply(biased, mask) : biased, residual), scaling);
        });
        return { y: result.y, saved: save ? savedNorm(result, mask) : null };
      }),
    residualNormGradient(dy, saved, gamma) {
      const { normalized, inverseDeviation, mask } = saved as SavedNorm;
      const gradients = e.tidy(() => {
        const { dx, dGamma, dBeta } = e.layerNormGradient(sum(dy), normalized, inverseDeviation, gamma);
        const dDropped = mask ? e.multiply(dx, mask) : dx;
        return { dx, dDropped, dGamma, dBeta, dBias: e.sumRows(dDropped) };
      });
      saved.dispose();
      return gradients;
    },

    activation: (kind, x, bias, save) =>
      e.tidy(() => {
        const biased = e.add(x, bias);
        const y = kind === 'gelu' ? e.gelu(biased) : e.relu(biased);
        return { y, saved: save ? ({ x: biased, dispose: () => e.dispose(biased) } as SavedActivation) : null };
      }),
    activationGradient(kind, dy, saved) {
      const { x } = saved as SavedActivation;
      const gradients = e.tidy(() => {
        const dx = kind === 'gelu' ? e.geluGradient(x, dy) : e.reluGradient(x, dy);
        return { dx, dBias: e.sumRows(dx) };
      });
      saved.dispose();
      return gradients;
    },
  };
}

const rowsOf = (e: Engine, x: Tensor, group: PlannedGroup, groups: PlannedGroup[]) =>
  groups.length === 1 ? x : e.sliceRows(x, group.firstRow, group.rows);

const sequencesOf = (e: Engine, x: Tensor, group: PlannedGroup, groups: PlannedGroup[]) =>
  groups.length === 1 ? x : e.sliceRows(x, group.firstSequence, group.count);

/** Rows [T, D] -> the group's block [B, H, L, D/H]. Padding holds some other row: the bias takes it out. */
function toHeads(e: Engine, x: Tensor, group: PlannedGroup, groups: PlannedGroup[], heads: number): Tensor {
  return e.tidy(() => {
    const rows = rowsOf(e, x, group, groups);
    return splitHeads(e, group.indices ? e.gatherRows(rows, group.indices.rowOfPlace) : rows, group, heads);
  });
}

/** The same for a gradient, where padding must be 0. */
function gradientToHeads(e: Engine, d: Tensor, group: PlannedGroup, groups: PlannedGroup[], heads: number): Tensor {
  return e.tidy(() => {
    const rows = rowsOf(e, d, group, groups);
    const places = group.count * group.length;
    return splitHeads(e, group.indices ? e.scatterRows(rows, group.indices.placeOfRow, places) : rows, group, heads);
  });
}

const splitHeads = (e: Engine, block: Tensor, { count, length }: PlannedGroup, heads: number) =>
  e.swapMiddle(e.reshape(block, [count, length, heads, block.shape[1]! / heads]));

/** [B, H, L, D/H] -> the group's rows [rows, D]. */
function fromHeads(e: Engine, block: Tensor, group: PlannedGroup): Tensor {
  return e.tidy(() => {
    const [, heads, , width] = block.shape as [number, number, number, number];
    const places = e.reshape(e.swapMiddle(block), [group.count * group.length, heads * width]);
    return group.indices ? e.gatherRows(places, group.indices.placeOfRow) : places;
  });
}
