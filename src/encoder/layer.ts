import type { Engine, Tensor } from '../engine/types.ts';
import { type AttentionSaved, attention, attentionGradient, type GroupPlan } from './attention.ts';
import type { DistilBertConfig } from './config.ts';
import { layerNorm, layerNormGradient } from './layer-norm.ts';
import { linear, linearInputGradient, linearWeightGradient } from './linear.ts';
import type { Gradients, Weights } from './weights.ts';

/** What a layer is told about the pass it is part of. */
export interface LayerContext {
  engine: Engine;
  config: DistilBertConfig;
  weights: Weights;
  groups: GroupPlan[];
  /** Row of each sequence's first token, [B]. */
  firstRows: Tensor;
  /** Dropout masks; `place` tells the layer's own places apart. null: nothing is dropped. */
  drawMask(shape: number[], rate: number, place: number): Tensor | null;
}

export interface LayerSaved {
  x: Tensor; // [T, D]
  queries: Tensor; // [T, D], or [B, D] when only first tokens are read
  attention: AttentionSaved;
  context: Tensor;
  attentionNorm: { normalized: Tensor; inverseDeviation: Tensor };
  attended: Tensor; // after the first norm
  inner: Tensor; // [., F], before the activation
  activated: Tensor; // [., F]
  feedForwardMask: Tensor | null;
  outputNorm: { normalized: Tensor; inverseDeviation: Tensor };
}

const FEED_FORWARD_PLACE = 0;
const ATTENTION_PLACE = 1; // and one more per group

const layerName = (layer: number) => `distilbert.transformer.layer.${layer}`;

/**
 * One transformer layer, norms after the residuals (modeling_distilbert.py, `TransformerBlock`).
 * @param x [T, D]
 * @param firstOnly compute the output of each sequence's first token only, [B, D]: keys and values still cover all rows.
 * @returns y of [T, D] or [B, D]; `saved` holds what the gradient needs, null unless asked for.
 */
export function layerForward(
  c: LayerContext,
  layer: number,
  x: Tensor,
  firstOnly: boolean,
  save: boolean,
): { y: Tensor; saved: LayerSaved | null } {
  const { engine: e, weights: w, config } = c;
  const name = layerName(layer);
  return e.tidy(() => {
    const queries = firstOnly ? e.gatherRows(x, c.firstRows) : x;
    const q = linear(e, w, `${name}.attention.q_lin`, queries);
    const k = linear(e, w, `${name}.attention.k_lin`, x);
    const v = linear(e, w, `${name}.attention.v_lin`, x);
    const drawAttentionMask = (shape: number[], group: number) =>
      c.drawMask(shape, config.attentionDropout, ATTENTION_PLACE + group);
    const attended = attention(e, q, k, v, c.groups, { heads: config.nHeads, firstOnly }, drawAttentionMask, save);
    e.dispose(q, k, v);
    const attentionNorm = e.tidy(() => {
      const residual = e.add(linear(e, w, `${name}.attention.out_lin`, attended.context), queries);
      return layerNorm(e, w, `${name}.sa_layer_norm`, residual);
    });
    const inner = linear(e, w, `${name}.ffn.lin1`, attentionNorm.y);
    const activated = config.activation === 'gelu' ? e.gelu(inner) : e.relu(inner);
    if (!save) e.dispose(inner);
    const feedForward = linear(e, w, `${name}.ffn.lin2`, activated);
    const feedForwardMask = c.drawMask(feedForward.shape, config.dropout, FEED_FORWARD_PLACE);
    const outputNorm = e.tidy(() => {
      const dropped = feedForwardMask ? e.multiply(feedForward, feedForwardMask) : feedForward;
      return layerNorm(e, w, `${name}.output_layer_norm`, e.add(dropped, attentionNorm.y));
    });
    if (!save) return { y: outputNorm.y, saved: null };
    const saved: LayerSaved = {
      x,
      queries,
      attention: attended.saved,
      context: attended.context,
      attentionNorm: { normalized: attentionNorm.normalized, inverseDeviation: attentionNorm.inverseDeviation },
      attended: attentionNorm.y,
      inner,
      activated,
      feedForwardMask,
      outputNorm: { normalized: outputNorm.normalized, inverseDeviation: outputNorm.inverseDeviation },
    };
    return { y: outputNorm.y, saved };
  });
}

/**
 * Adds the gradients of the layer's weights and returns dx, [T, D], or null when `wantsInput` is off.
 * Disposes `dy` and everything saved, each as soon as it is used.
 */
export function layerBackward(
  c: LayerContext,
  layer: number,
  dy: Tensor,
  s: LayerSaved,
  gradients: Gradients,
  wantsInput: boolean,
): Tensor | null {
  const { engine: e, weights: w, config } = c;
  const name = layerName(layer);
  const firstOnly = s.queries !== s.x;

  const dResidual = layerNormGradient(e, w, gradients, `${name}.output_layer_norm`, dy, s.outputNorm);
  e.dispose(dy, s.outputNorm.normalized, s.outputNorm.inverseDeviation);
  const dFeedForward = s.feedForwardMask ? e.multiply(dResidual, s.feedForwardMask) : dResidual;
  linearWeightGradient(e, w, gradients, `${name}.ffn.lin2`, s.activated, dFeedForward);
  const dActivated = linearInputGradient(e, w, `${name}.ffn.lin2`, dFeedForward);
  if (dFeedForward !== dResidual) e.dispose(dFeedForward);
  e.dispose(s.feedForwardMask, s.activated);
  const dInner =
    config.activation === 'gelu' ? e.geluGradient(s.inner, dActivated) : e.reluGradient(s.inner, dActivated);
  e.dispose(dActivated, s.inner);
  linearWeightGradient(e, w, gradients, `${name}.ffn.lin1`, s.attended, dInner);
  const dAttended = e.tidy(() => e.add(dResidual, linearInputGradient(e, w, `${name}.ffn.lin1`, dInner)));
  e.dispose(dInner, dResidual, s.attended);

  const dSum = layerNormGradient(e, w, gradients, `${name}.sa_layer_norm`, dAttended, s.attentionNorm);
  e.dispose(dAttended, s.attentionNorm.normalized, s.attentionNorm.inverseDeviation);
  linearWeightGradient(e, w, gradients, `${name}.attention.out_lin`, s.context, dSum);
  const dContext = linearInputGradient(e, w, `${name}.attention.out_lin`, dSum);
  e.dispose(s.context);
  const { dq, dk, dv } = attentionGradient(e, dContext, s.attention, c.groups, { heads: config.nHeads, firstOnly });
  e.dispose(dContext);
  linearWeightGradient(e, w, gradients, `${name}.attention.q_lin`, s.queries, dq);
  linearWeightGradient(e, w, gradients, `${name}.attention.k_lin`, s.x, dk);
  linearWeightGradient(e, w, gradients, `${name}.attention.v_lin`, s.x, dv);
  const dx = wantsInput
    ? e.tidy(() => {
        const dQueries = e.add(dSum, linearInputGradient(e, w, `${name}.attention.q_lin`, dq));
        const throughQueries = firstOnly ? e.scatterRows(dQueries, c.firstRows, s.x.shape[0]!) : dQueries;
        const throughKeys = linearInputGradient(e, w, `${name}.attention.k_lin`, dk);
        const throughValues = linearInputGradient(e, w, `${name}.attention.v_lin`, dv);
        return e.add(throughQueries, e.add(throughKeys, throughValues));
      })
    : null;
  e.dispose(dSum, dq, dk, dv, s.x);
  if (firstOnly) e.dispose(s.queries);
  return dx;
}
