import type { AttentionPlan, Dropout, Engine, LayerKernels, Saved, Tensor } from '../engine/types.ts';
import type { DistilBertConfig } from './config.ts';
import { LAYER_NORM_EPSILON } from './layer-norm.ts';
import { linearInputGradient, product, productGradient } from './linear.ts';
import type { Gradients, Weights } from './weights.ts';

/** What a layer is told about the pass it is part of. */
export interface LayerContext {
  engine: Engine;
  kernels: LayerKernels;
  config: DistilBertConfig;
  weights: Weights;
  plan: AttentionPlan;
  /** Row of each sequence's first token, [B]. */
  firstRows: Tensor;
  /** `place` tells the layer's own places apart. null: nothing is dropped. */
  dropout(rate: number, place: number): Dropout | null;
}

export interface LayerSaved {
  x: Tensor; // [T, D]
  queries: Tensor; // [T, D], or [B, D] when only first tokens are read
  attention: Saved;
  context: Tensor;
  attentionNorm: Saved;
  attended: Tensor; // after the first norm
  activation: Saved;
  activated: Tensor; // [., F]
  outputNorm: Saved;
}

const FEED_FORWARD_PLACE = 0;
const ATTENTION_PLACE = 1; // and one more per group, where attention pads

const layerName = (layer: number) => `distilbert.transformer.layer.${layer}`;

/**
 * One transformer layer, norms after the residuals (modeling_distilbert.py, `TransformerBlock`). Biases are added by the
 * kernels between the matrix products, which read and write everything once.
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
  const { engine: e, kernels, weights: w, config } = c;
  const name = layerName(layer);
  return e.tidy(() => {
    const queries = firstOnly ? e.gatherRows(x, c.firstRows) : x;
    const attended = e.tidy(() =>
      kernels.attention(
        {
          q: product(e, w, `${name}.attention.q_lin`, queries),
          k: product(e, w, `${name}.attention.k_lin`, x),
          v: product(e, w, `${name}.attention.v_lin`, x),
          ...attentionBiases(w, name),
        },
        c.plan,
        config.nHeads,
        c.dropout(config.attentionDropout, ATTENTION_PLACE),
        save,
      ),
    );
    const attentionNorm = e.tidy(() =>
      kernels.residualNorm(
        {
          x: product(e, w, `${name}.attention.out_lin`, attended.context),
          bias: w.read(`${name}.attention.out_lin.bias`),
          residual: queries,
          ...normWeights(w, `${name}.sa_layer_norm`),
        },
        null,
        save,
      ),
    );
    if (!save) e.dispose(attended.context);
    const activated = e.tidy(() => {
      const inner = product(e, w, `${name}.ffn.lin1`, attentionNorm.y);
      return kernels.activation(config.activation, inner, w.read(`${name}.ffn.lin1.bias`), save);
    });
    const outputNorm = e.tidy(() =>
      kernels.residualNorm(
        {
          x: product(e, w, `${name}.ffn.lin2`, activated.y),
          bias: w.read(`${name}.ffn.lin2.bias`),
          residual: attentionNorm.y,
          ...normWeights(w, `${name}.output_layer_norm`),
        },
        c.dropout(config.dropout, FEED_FORWARD_PLACE),
        save,
      ),
    );
    if (!save) return { y: outputNorm.y, saved: null };
    const saved: LayerSaved = {
      x,
      queries,
      attention: attended.saved!,
      context: attended.context,
      attentionNorm: attentionNorm.saved!,
      attended: attentionNorm.y,
      activation: activated.saved!,
      activated: activated.y,
      outputNorm: outputNorm.saved!,
    };
    return { y: outputNorm.y, saved };
  });
}

/**
 * Adds the gradients of the layer's weights and returns dx, [T, D], in parts that are to be added up, or null when
 * `wantsInput` is off. Disposes `dy`, parts of the same kind, and everything saved, each as soon as it is used.
 */
export function layerBackward(
  c: LayerContext,
  layer: number,
  dy: Tensor[],
  s: LayerSaved,
  gradients: Gradients,
  wantsInput: boolean,
): Tensor[] | null {
  const { engine: e, kernels, weights: w, config } = c;
  const name = layerName(layer);
  const firstOnly = s.queries !== s.x;
  const weightGradient = (linear: string, x: Tensor, d: Tensor) =>
    productGradient(e, w, gradients, `${name}.${linear}`, x, d);
  const inputGradient = (linear: string, d: Tensor) => linearInputGradient(e, w, `${name}.${linear}`, d);

  const output = e.tidy(() =>
    kernels.residualNormGradient(dy, s.outputNorm, w.read(`${name}.output_layer_norm.weight`)),
  );
  e.dispose(...dy);
  gradients.addTrained(w, {
    [`${name}.output_layer_norm.weight`]: output.dGamma,
    [`${name}.output_layer_norm.bias`]: output.dBeta,
    [`${name}.ffn.lin2.bias`]: output.dBias,
  });
  weightGradient('ffn.lin2', s.activated, output.dDropped);
  const dActivated = inputGradient('ffn.lin2', output.dDropped);
  if (output.dDropped !== output.dx) e.dispose(output.dDropped);
  e.dispose(s.activated);
  const inner = e.tidy(() =>
    kernels.activationGradient(config.activation, dActivated, s.activation, w.read(`${name}.ffn.lin1.bias`)),
  );
  e.dispose(dActivated);
  gradients.addTrained(w, { [`${name}.ffn.lin1.bias`]: inner.dBias });
  weightGradient('ffn.lin1', s.attended, inner.dx);
  const dAttended = [output.dx, inputGradient('ffn.lin1', inner.dx)];
  e.dispose(inner.dx, s.attended);

  const sum = e.tidy(() =>
    kernels.residualNormGradient(dAttended, s.attentionNorm, w.read(`${name}.sa_layer_norm.weight`)),
  );
  e.dispose(...dAttended);
  gradients.addTrained(w, {
    [`${name}.sa_layer_norm.weight`]: sum.dGamma,
    [`${name}.sa_layer_norm.bias`]: sum.dBeta,
    [`${name}.attention.out_lin.bias`]: sum.dBias,
  });
  weightGradient('attention.out_lin', s.context, sum.dx);
  const dContext = inputGradient('attention.out_lin', sum.dx);
  e.dispose(s.context);
  const { dq, dk, dv, ...biases } = e.tidy(() =>
    kernels.attentionGradient(dContext, s.attention, attentionBiases(w, name)),
  );
  e.dispose(dContext);
  gradients.addTrained(w, {
    [`${name}.attention.q_lin.bias`]: biases.dqBias,
    [`${name}.attention.k_lin.bias`]: biases.dkBias,
    [`${name}.attention.v_lin.bias`]: biases.dvBias,
  });
  weightGradient('attention.q_lin', s.queries, dq);
  weightGradient('attention.k_lin', s.x, dk);
  weightGradient('attention.v_lin', s.x, dv);
  const dx = wantsInput
    ? e.tidy(() => {
        const throughQueries = [sum.dx, inputGradient('attention.q_lin', dq)];
        const [a, b] = throughQueries as [Tensor, Tensor];
        return [
          ...(firstOnly ? [e.scatterRows(e.add(a, b), c.firstRows, s.x.shape[0]!)] : throughQueries),
          inputGradient('attention.k_lin', dk),
          inputGradient('attention.v_lin', dv),
        ];
      })
    : null;
  if (!dx?.includes(sum.dx)) e.dispose(sum.dx);
  e.dispose(dq, dk, dv, s.x);
  if (firstOnly) e.dispose(s.queries);
  return dx;
}

const attentionBiases = (w: Weights, name: string) => ({
  qBias: w.read(`${name}.attention.q_lin.bias`),
  kBias: w.read(`${name}.attention.k_lin.bias`),
  vBias: w.read(`${name}.attention.v_lin.bias`),
});

const normWeights = (w: Weights, name: string) => ({
  gamma: w.read(`${name}.weight`),
  beta: w.read(`${name}.bias`),
  epsilon: LAYER_NORM_EPSILON,
});
