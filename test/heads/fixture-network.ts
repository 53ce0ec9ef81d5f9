import { makeBatch } from '../../src/encoder/batch.ts';
import { type DistilBertConfig, defaultConfig } from '../../src/encoder/config.ts';
import { encode } from '../../src/encoder/distilbert.ts';
import { encoderParameters } from '../../src/encoder/names.ts';
import { Gradients, weightsOf } from '../../src/encoder/weights.ts';
import type { Engine, Tensor, Variable } from '../../src/engine/types.ts';
import type { Head } from '../../src/heads/types.ts';
import { fixtureJson, fixtureTensors } from '../parity/fixtures.ts';

/** What test/parity/heads.py wrote about one head. */
export interface HeadFixture {
  config: Record<string, number> & { activation: 'gelu' | 'relu' };
  dropoutRate: number;
  sequences: number[][];
  /** The sequences of each target; absent: one each. */
  windows?: number[][];
  targets: unknown;
  losses: Record<string, number>;
  tieWeights?: boolean;
  classWeights?: number[];
  labelSmoothing?: number;
  positiveWeights?: number[];
}

export interface FixtureNetwork {
  engine: Engine;
  config: DistilBertConfig;
  variables: Map<string, Variable>;
  /** Names of all parameters, sorted. */
  names: string[];
  /** Everything in the fixture, by its name there. */
  tensors: Map<string, Float32Array>;
  dispose(): void;
}

export const readFixture = (name: string): HeadFixture => fixtureJson<HeadFixture>(`heads-${name}.json`);

/** The model of a fixture, nothing dropped. */
export async function loadFixture<Target>(engine: Engine, name: string, head: Head<Target>): Promise<FixtureNetwork> {
  const { config: shape, tieWeights = true } = readFixture(name);
  const config: DistilBertConfig = {
    ...defaultConfig,
    vocabSize: shape.vocab_size!,
    maxPositionEmbeddings: shape.max_position_embeddings!,
    dim: shape.dim!,
    hiddenDim: shape.hidden_dim!,
    nLayers: shape.n_layers!,
    nHeads: shape.n_heads!,
    activation: shape.activation,
    tieWeights,
    dropout: 0,
    attentionDropout: 0,
    qaDropout: 0,
    seqClassifDropout: 0,
  };
  const tensors = await fixtureTensors(`heads-${name}.safetensors`);
  const parameters = [...encoderParameters(config), ...head.parameters(config)];
  const variables = new Map(
    parameters.map(({ name, shape }) => [
      name,
      engine.tidy(() => engine.variable(engine.floats(tensors.get(`weight/${name}`)!, shape))),
    ]),
  );
  return {
    engine,
    config,
    variables,
    names: parameters.map(({ name }) => name).sort(),
    tensors,
    dispose() {
      for (const variable of variables.values()) variable.dispose();
    },
  };
}

/** Outputs of a head for all rows that it reads, sequence after sequence in the order given, flat. */
export function outputsOf<Target>(
  { engine: e, config, variables }: FixtureNetwork,
  head: Head<Target>,
  sequences: number[][],
): { rows: Float32Array[] } {
  return e.tidy(() => {
    const batch = makeBatch(sequences, config.vocabSize);
    const weights = weightsOf(variables);
    const { hidden } = encode(e, config, weights, batch, { rows: head.rows });
    const logits = head.logits({ engine: e, config, weights }, hidden);
    const values = e.values(logits);
    const width = logits.shape[1]!;
    const rows: Float32Array[] = [];
    let first = 0;
    batch.order.forEach((caller) => {
      const count = head.rows === 'first' ? 1 : sequences[caller]!.length;
      rows[caller] = values.slice(first * width, (first + count) * width);
      first += count;
    });
    return { rows };
  });
}

export interface Sample<Target> {
  sequences: number[][];
  target: Target;
}

/** Each target with its sequences. */
export function samplesOf<Target>({ sequences, windows }: HeadFixture, targets: Target[]): Sample<Target>[] {
  return targets.map((target, i) => ({ sequences: (windows?.[i] ?? [i]).map((s) => sequences[s]!), target }));
}

export interface StepOptions {
  /** The whole step's weight; absent: that of these samples. */
  normalizer?: number;
  frozen?: ReadonlySet<string>;
  /** Dropout rates that the head alone is told. */
  headConfig?: Partial<DistilBertConfig>;
  drawMask?(shape: number[], rate: number, place: number): Tensor;
}

/** Loss and gradients of one micro-batch, added to `gradients`. Nothing here tidies up: what is left over is a leak. */
export function trainOn<Target>(
  { engine: e, config, variables }: FixtureNetwork,
  head: Head<Target>,
  samples: Sample<Target>[],
  gradients: Gradients,
  options: StepOptions = {},
): number {
  const targets = samples.map(({ target }) => target);
  const sequences = samples.flatMap((sample) => sample.sequences);
  const targetOf = samples.flatMap((sample, target) => sample.sequences.map(() => target));
  const batch = makeBatch(sequences, config.vocabSize);
  const weights = weightsOf(variables, options.frozen);
  const pass = encode(e, config, weights, batch, { rows: head.rows, training: { dropout: () => null } });
  const { loss, dHidden } = head.train(
    {
      engine: e,
      config: { ...config, ...options.headConfig },
      weights,
      gradients,
      layout: {
        lengths: Int32Array.from(batch.order, (i) => sequences[i]!.length),
        targetOf: Int32Array.from(batch.order, (i) => targetOf[i]!),
      },
      drawMask: (shape, rate, place) => (rate > 0 ? options.drawMask!(shape, rate, place) : null),
    },
    pass.hidden,
    targets,
    options.normalizer ?? head.weigh(targets),
  );
  pass.backward(dHidden, gradients);
  return loss;
}

/** What one micro-batch, or several of a step, give: the loss and all gradients as plain numbers. */
export function step<Target>(
  network: FixtureNetwork,
  head: Head<Target>,
  parts: Sample<Target>[][],
  options: StepOptions = {},
): { loss: number; gradients: Map<string, Float32Array> } {
  const { engine } = network;
  const gradients = new Gradients(engine);
  const normalizer = head.weigh(parts.flat().map(({ target }) => target));
  let loss = 0;
  for (const part of parts) loss += trainOn(network, head, part, gradients, { normalizer, ...options });
  const values = new Map([...gradients.tensors].map(([name, tensor]) => [name, engine.values(tensor)]));
  gradients.dispose();
  return { loss, gradients: values };
}
