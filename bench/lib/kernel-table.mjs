/**
 * The kernels that a training step is made of, each as what a run of it takes: a function that makes the inputs and returns
 * - `work`: one run; `before`: makes what a run uses up, unmeasured; `after`: what becomes of the results (default: disposed);
 * - `operations`: floating-point operations of matrix products; `bytes`: what has to be read and written at least, each once;
 * - `release`: disposes the inputs.
 *
 * Shapes: T tokens in B sequences, D, F, H heads, V words of the model's config. Dropout is the config's.
 */
import { makeBatch } from '../../dist/src/encoder/batch.js';
import { encoderParameters } from '../../dist/src/encoder/names.js';
import { normals } from '../../dist/src/engine/random.js';

const FLOAT = 4;
const EPSILON = 1e-12;
const key = { seed: 1, step: 1, site: 1 };
const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** Random tensors that are disposed together. */
function inputs({ engine }) {
  const made = [];
  return {
    random(...shape) {
      const tensor = engine.floats(normals(sizeOf(shape), 0.02, { ...key, site: made.length }), shape);
      made.push(tensor);
      return tensor;
    },
    ids(values) {
      const tensor = engine.ints(Int32Array.from(values), [values.length]);
      made.push(tensor);
      return tensor;
    },
    release: () => engine.dispose(...made),
  };
}

/** Lengths from half to one and a half times `length`, as many as make up the tokens. */
function batchOf({ tokens, length, config }) {
  const sequences = [];
  for (let left = tokens, i = 0; left > 0; i++) {
    const next = Math.min(left, Math.max(1, Math.round(length * (0.5 + ((i * 7) % 11) / 10))));
    sequences.push(Array.from({ length: next }, (_, k) => 999 + ((i * 131 + k * 17) % (config.vocabSize - 1000))));
    left -= next;
  }
  return makeBatch(sequences, config.vocabSize);
}

const product = (m, k, n, transposeA, transposeB) => (context) => {
  const sizes = { T: context.tokens, D: context.config.dim, F: context.config.hiddenDim };
  const [rows, inner, columns] = [m, k, n].map((name) => sizes[name] ?? name);
  const { random, release } = inputs(context);
  const a = transposeA ? random(inner, rows) : random(rows, inner);
  const b = transposeB ? random(columns, inner) : random(inner, columns);
  return {
    work: () => context.engine.matMul(a, b, transposeA, transposeB),
    operations: 2 * rows * inner * columns,
    release,
  };
};

/** @param read how often each element is read or written at least */
const elementwise = (name, read) => (context) => {
  const { engine, tokens, config } = context;
  const { random, release } = inputs(context);
  const [x, dy] = [random(tokens, config.hiddenDim), random(tokens, config.hiddenDim)];
  return { work: () => engine[name](x, dy), bytes: read * FLOAT * tokens * config.hiddenDim, release };
};

const dropoutOf = (rate) => (rate > 0 ? { rate, key } : null);

/** A kernel of a layer, forwards or backwards: what a forward run saves, a backward run disposes. */
function layerKernel({ forward, backward, isBackward, bytes, release, engine }) {
  const run = (save) => engine.tidy(() => forward(save));
  if (!isBackward)
    return { work: () => run(false), after: (made) => engine.dispose(...tensorsOf(made)), bytes, release };
  return {
    before: () => {
      const made = run(true);
      engine.dispose(made.y, made.context);
      return made.saved;
    },
    work: (saved) => engine.tidy(() => backward(saved)),
    after: (made) => engine.dispose(...tensorsOf(made)),
    bytes,
    release,
  };
}

/** Of a record of results; without what is null, and each once. */
const tensorsOf = (made) => [...new Set(Object.values(made).filter((value) => value?.shape !== undefined))];

const activation = (isBackward) => (context) => {
  const { engine, kernels, tokens, config } = context;
  const { random, release } = inputs(context);
  const [bias, dy, values] = [
    random(config.hiddenDim),
    random(tokens, config.hiddenDim),
    random(tokens, config.hiddenDim),
  ];
  return layerKernel({
    engine,
    isBackward,
    // What is saved includes x, which the gradient disposes: each run has its own.
    forward: (save) => kernels.activation('gelu', save ? engine.scale(values, 1) : values, bias, save),
    backward: (saved) => kernels.activationGradient('gelu', dy, saved, bias),
    bytes: (isBackward ? 3 : 2) * FLOAT * tokens * config.hiddenDim,
    release,
  });
};

const residualNorm = (isBackward) => (context) => {
  const { engine, kernels, tokens: T, config } = context;
  const { dim: D } = config;
  const { random, release } = inputs(context);
  const [x, residual, dy, more] = [random(T, D), random(T, D), random(T, D), random(T, D)];
  const [bias, gamma, beta] = [random(D), random(D), random(D)];
  return layerKernel({
    engine,
    isBackward,
    forward: (save) =>
      kernels.residualNorm({ x, bias, residual, gamma, beta, epsilon: EPSILON }, dropoutOf(config.dropout), save),
    backward: (saved) => kernels.residualNormGradient([dy, more], saved, gamma),
    bytes: (isBackward ? 5 : 3) * FLOAT * T * D,
    release,
  });
};

const attention = (isBackward) => (context) => {
  const { engine, kernels, config } = context;
  const { dim: D, nHeads } = config;
  const batch = batchOf(context);
  const { tokens: T } = batch;
  const { random, release } = inputs(context);
  const [q, k, v, dContext] = [random(T, D), random(T, D), random(T, D), random(T, D)];
  const biases = { qBias: random(D), kBias: random(D), vBias: random(D) };
  const plan = kernels.plan({ offsets: Int32Array.of(...batch.firstRows, T), groups: batch.groups });
  const own = (x, save) => (save ? engine.scale(x, 1) : x);
  const made = layerKernel({
    engine,
    isBackward,
    forward: (save) =>
      kernels.attention(
        { q: own(q, save), k: own(k, save), v: own(v, save), ...biases },
        plan,
        nHeads,
        dropoutOf(config.attentionDropout),
        save,
      ),
    backward: (saved) => kernels.attentionGradient(dContext, saved, biases),
    release: () => {
      plan.dispose();
      release();
    },
  });
  const squares = lengthsOf(batch).reduce((sum, length) => sum + length * length, 0);
  // Scores and values; backwards the scores once more, and both gradients of both products.
  return { ...made, operations: (isBackward ? 5 : 2) * 2 * squares * D };
};

const lengthsOf = ({ firstRows, tokens }) => Array.from(firstRows, (row, i) => (firstRows[i + 1] ?? tokens) - row);

const embed = (isBackward) => (context) => {
  const { engine, kernels, config } = context;
  const { dim: D, vocabSize: V, maxPositionEmbeddings: P } = config;
  const batch = batchOf(context);
  const { random, ids: indices, release } = inputs(context);
  const [words, places, gamma, beta] = [random(V, D), random(P, D), random(D), random(D)];
  const [ids, positions, dy] = [indices(batch.ids), indices(batch.positions), random(batch.tokens, D)];
  const all = { words, places, ids, positions, gamma, beta, epsilon: EPSILON };
  return layerKernel({
    engine,
    isBackward,
    forward: (save) => kernels.embed(all, dropoutOf(config.dropout), save),
    backward: (saved) => kernels.embedGradient([dy], saved, gamma),
    bytes: 3 * FLOAT * batch.tokens * D,
    release,
  });
};

const scatterRows = (context) => {
  const { engine, config } = context;
  const batch = batchOf(context);
  const { random, ids: indices, release } = inputs(context);
  const [rows, ids] = [random(batch.tokens, config.dim), indices(batch.ids)];
  return {
    work: () => engine.scatterRows(rows, ids, config.vocabSize),
    bytes: FLOAT * config.dim * (batch.tokens + config.vocabSize),
    release,
  };
};

/** Weights of the whole encoder with gradients and, for the optimizer, moments. */
const weights = (withMoments) => (context) => {
  const { engine, config } = context;
  const specs = encoderParameters(config);
  const { random, release } = inputs(context);
  const variable = (shape) => engine.tidy(() => engine.variable(engine.zeros(shape)));
  const updates = specs.map(({ shape, decay }) => ({
    gradient: random(...shape),
    learningRate: 5e-5,
    weightDecay: decay ? 0.01 : 0,
    ...(withMoments ? { weight: variable(shape), moment1: variable(shape), moment2: variable(shape) } : {}),
  }));
  const count = specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  let step = 0;
  return withMoments
    ? {
        // A gradient that is clipped: the usual case.
        work: () =>
          engine.adamStep(updates, { step: ++step, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, gradientScale: 0.5 }),
        after: () => {},
        bytes: 7 * FLOAT * count,
        release: () => {
          for (const { weight, moment1, moment2 } of updates)
            for (const one of [weight, moment1, moment2]) one.dispose();
          release();
        },
      }
    : {
        work: () => engine.sumOfSquares(updates.map(({ gradient }) => gradient)),
        after: () => {},
        bytes: FLOAT * count,
        release,
      };
};

/** By name; the order is that of the output. */
export const kernelTable = {
  'matMul 2048 2048 2048': product(2048, 2048, 2048),
  'matMul T D -> D': product('T', 'D', 'D', false, true),
  'matMul T D -> F': product('T', 'D', 'F', false, true),
  'matMul T F -> D': product('T', 'F', 'D', false, true),
  'matMul input gradient T F -> D': product('T', 'F', 'D'),
  'matMul weight gradient D T F': product('D', 'T', 'F', true),
  gelu: elementwise('gelu', 2),
  geluGradient: elementwise('geluGradient', 3),
  'bias + gelu': activation(false),
  'bias + gelu gradient': activation(true),
  'bias + dropout + residual + layerNorm': residualNorm(false),
  'bias + dropout + residual + layerNorm gradient': residualNorm(true),
  attention: attention(false),
  'attention gradient': attention(true),
  embeddings: embed(false),
  'embeddings gradient': embed(true),
  'scatterRows into the word embeddings': scatterRows,
  'sumOfSquares of all gradients': weights(false),
  'adamStep of all weights': weights(true),
};
