import { MICRO_BATCH_SITES } from '../encoder/distilbert.ts';
import { Gradients } from '../encoder/weights.ts';
import { pauseForEvents } from '../engine/pause.ts';
import { permutation } from '../engine/random.ts';
import { DivergedError, UsageError } from '../errors.ts';
import { type AdamW, createAdamW } from './adamw.ts';
import type { EndEvent, Phase, TrainEvent } from './events.ts';
import { parameterRules } from './parameter-groups.ts';
import { scheduleFactor } from './schedule.ts';
import type { Settings } from './settings.ts';
import type {
  Best,
  CheckpointReason,
  CheckpointStore,
  ResumePoint,
  Sample,
  Trainable,
  TrainerState,
  TrainingSet,
} from './types.ts';

/** The settings that the trainer reads; those of data, model and task are the caller's. */
export type TrainSettings = Pick<
  Settings,
  | 'batchSize'
  | 'accumulate'
  | 'epochs'
  | 'maxSteps'
  | 'optimizer'
  | 'schedule'
  | 'evaluate'
  | 'checkpoint'
  | 'freeze'
  | 'shuffle'
  | 'seed'
>;

export interface TrainOptions<Target> {
  model: Trainable<Target>;
  data: TrainingSet<Target>;
  settings: TrainSettings;
  /** Measures the model as it is; absent: no evaluation, and the last weights are the result. */
  evaluate?: ((signal: AbortSignal | undefined) => Promise<Record<string, number>>) | undefined;
  /** Which of `evaluate`'s metrics chooses the best checkpoint. Required with `evaluate`. */
  metric?: { name: string; direction: 'max' | 'min' } | undefined;
  checkpoints?: CheckpointStore | undefined;
  /** Goes on after a checkpoint; the rest of the run is the same, to the bit, as if it had never stopped. */
  resume?: ResumePoint | undefined;
  /** Aborting it finishes the step under way, saves, and ends the run with reason `stopped`. */
  signal?: AbortSignal | undefined;
}

// Randomness: shuffling draws at the epoch's number, dropout at the step's.
const SHUFFLE_SITE = -1;

/**
 * Trains a model, telling what it does as it goes. Two runs with the same seed, data, settings, engine and machine
 * yield the same losses and weights to the bit.
 *
 * A step's loss and gradients are means over all its examples, however many micro-batches it is split into.
 * @throws DivergedError after the `end` event when a loss or gradient is not finite (the weights are not updated then), or when
 *   evaluating or saving finds that what it needs is not.
 * @throws UsageError when there is nothing to train on or the metric is not one of the evaluation's.
 */
export async function* train<Target>(options: TrainOptions<Target>): AsyncGenerator<TrainEvent> {
  const { model, data, settings, checkpoints, signal } = options;
  const { engine } = model;
  if (data.samples === 0) throw new UsageError('There are no examples to train on.');
  const stepsPerEpoch = Math.ceil(data.samples / settings.batchSize);
  const totalSteps = settings.maxSteps ?? Math.max(1, Math.round(settings.epochs * stepsPerEpoch));
  const { rules, frozen } = parameterRules(model.parameters, model.config.nLayers, {
    ...settings.optimizer,
    freeze: settings.freeze,
  });
  const optimizer = createAdamW(engine, model.variables, rules, settings.optimizer);
  const beginning = { step: 0, evaluationPending: false, best: null, evaluationsWithoutImprovement: 0 };
  const state: TrainerState = { ...(options.resume?.state ?? beginning) };
  const first = state.step;
  const totals = { examples: 0, tokens: 0, train: 0, evaluate: 0, save: 0 };
  const metric = options.metric ?? { name: 'loss', direction: 'min' };

  try {
    await options.resume?.restoreMoments(optimizer.moments);
    yield {
      type: 'start',
      totalSteps,
      stepsPerEpoch,
      epochs: totalSteps / stepsPerEpoch,
      trainExamples: data.samples,
      parameters: countValues(model.parameters),
      trainableParameters: countValues(model.parameters.filter(({ name }) => !frozen.has(name))),
      metric: metric.name,
      direction: metric.direction,
    };
    let reason: EndEvent['reason'] = 'finished';
    let order: ArrayLike<number> | undefined;
    yield phase('training', state.step);
    for (;;) {
      if (state.evaluationPending && options.evaluate) {
        const measured = yield* evaluateNow(options.evaluate);
        if (!measured) {
          reason = 'stopped';
          break;
        }
        state.evaluationPending = false;
        const patience = settings.evaluate.earlyStopping;
        if (patience !== null && state.evaluationsWithoutImprovement >= patience) {
          reason = 'early-stopping';
          break;
        }
      }
      if (state.step >= totalSteps) break;
      const { everySteps: saveEvery } = settings.checkpoint;
      if (saveEvery !== null && state.step > first && state.step % saveEvery === 0) yield* saveNow('periodic');
      if (signal?.aborted) {
        reason = 'stopped';
        break;
      }
      const step = state.step + 1;
      const epoch = Math.floor(state.step / stepsPerEpoch);
      const place = state.step % stepsPerEpoch;
      if (place === 0 || !order) order = epochOrder(data.samples, settings, epoch);
      const members = Array.from(
        { length: Math.min(settings.batchSize, data.samples - place * settings.batchSize) },
        (_, i) => Number(order![place * settings.batchSize + i]),
      );
      const samples = members.map((i) => data.sample(i, { seed: settings.seed, step: epoch, site: i }));
      const result = trainStep(model, samples, { step, totalSteps, settings, frozen, optimizer });
      totals.examples += members.length;
      totals.tokens += result.tokens;
      totals.train += result.seconds;
      yield { type: 'step', step, epoch: step / stepsPerEpoch, examples: members.length, ...result };
      if (!Number.isFinite(result.loss) || !Number.isFinite(result.gradientNorm)) {
        throw diverged(result.loss, state, settings);
      }
      const { everySteps } = settings.evaluate;
      const due = everySteps === null ? step % stepsPerEpoch === 0 : step % everySteps === 0;
      state.step = step;
      state.evaluationPending = due || step === totalSteps;
      await pauseForEvents();
    }
    if (reason === 'stopped') yield* saveNow('stop');
    else if (!state.best) yield* saveNow('end');
    yield end(reason);
  } catch (error) {
    if (error instanceof DivergedError) yield end('diverged');
    throw error;
  } finally {
    optimizer.dispose();
  }

  /** @returns false when it was aborted */
  async function* evaluateNow(
    evaluate: NonNullable<TrainOptions<Target>['evaluate']>,
  ): AsyncGenerator<TrainEvent, boolean> {
    const { step } = state;
    const epoch = step / stepsPerEpoch;
    yield phase('evaluating', step);
    const began = performance.now();
    const metrics = await evaluate(signal).catch((error: unknown) => {
      if (signal?.aborted) return null;
      throw error;
    });
    if (metrics === null) return false;
    const seconds = (performance.now() - began) / 1000;
    totals.evaluate += seconds;
    const value = metrics[metric.name];
    if (value === undefined) {
      throw new UsageError(`There is no metric named "${metric.name}".`, {
        fix: `The evaluation gives: ${Object.keys(metrics).join(', ')}.`,
      });
    }
    const best = improves(value, state.best, metric.direction);
    if (best) state.best = { step, epoch, metric: metric.name, value };
    state.evaluationsWithoutImprovement = best ? 0 : state.evaluationsWithoutImprovement + 1;
    yield { type: 'evaluation', step, epoch, metrics, best, seconds };
    if (Number.isNaN(value)) {
      const message = `${metric.name} is not defined here (all predictions or all labels are the same): not counted as best.`;
      yield { type: 'warning', step, message };
    }
    if (best) yield* saveNow('best');
    yield phase('training', step);
    return true;
  }

  async function* saveNow(why: CheckpointReason): AsyncGenerator<TrainEvent> {
    if (!checkpoints) return;
    yield phase('saving', state.step);
    const began = performance.now();
    const location = await checkpoints.save(why, { ...state }, optimizer.moments);
    totals.save += (performance.now() - began) / 1000;
    yield { type: 'checkpoint', step: state.step, location, reason: why };
  }

  function end(reason: EndEvent['reason']): EndEvent {
    const { train: trained, evaluate, save, examples, tokens } = totals;
    return {
      type: 'end',
      reason,
      step: state.step,
      best: state.best,
      seconds: { train: trained, evaluate, save },
      examplesPerSecond: trained > 0 ? examples / trained : 0,
      realTokensPerSecond: trained > 0 ? tokens / trained : 0,
    };
  }
}

interface StepContext {
  step: number;
  totalSteps: number;
  settings: TrainSettings;
  frozen: ReadonlySet<string>;
  optimizer: AdamW;
}

/** Forward, backward and update on one batch. */
function trainStep<Target>(
  model: Trainable<Target>,
  samples: Sample<Target>[],
  { step, totalSteps, settings, frozen, optimizer }: StepContext,
) {
  const began = performance.now();
  const factor = scheduleFactor(settings.schedule, step, totalSteps);
  const normalizer = model.weigh(samples.map(({ target }) => target));
  const size = Math.ceil(samples.length / settings.accumulate);
  let loss = 0;
  let tokens = 0;
  for (const { sequences } of samples) for (const sequence of sequences) tokens += sequence.length;
  const gradientNorm = model.engine.tidy(() => {
    // Nothing of the batch is to be learnt: no token has a label.
    if (normalizer === 0) return 0;
    const gradients = new Gradients(model.engine);
    for (let start = 0, micro = 0; start < samples.length; start += size, micro++) {
      const key = { seed: settings.seed, step, site: micro * MICRO_BATCH_SITES };
      const part = samples.slice(start, start + size);
      loss += model.trainBatch({ samples: part, normalizer, key }, frozen, gradients).loss;
    }
    if (!Number.isFinite(loss)) return Number.NaN;
    return optimizer.update(gradients.tensors, step, factor);
  });
  const learningRate = settings.optimizer.learningRate * factor;
  return { loss, learningRate, gradientNorm, tokens, seconds: (performance.now() - began) / 1000 };
}

function epochOrder(count: number, { shuffle, seed }: TrainSettings, epoch: number): ArrayLike<number> {
  if (!shuffle) return Uint32Array.from({ length: count }, (_, i) => i);
  return permutation(count, { seed, step: epoch, site: SHUFFLE_SITE });
}

/** NaN is never better. */
export function improves(value: number, best: Best | null, direction: 'max' | 'min'): boolean {
  if (Number.isNaN(value)) return false;
  if (!best) return true;
  return direction === 'max' ? value > best.value : value < best.value;
}

function diverged(loss: number, { step, best }: TrainerState, { optimizer }: TrainSettings): DivergedError {
  const what = Number.isFinite(loss) ? 'A gradient' : 'The loss';
  const kept = best ? `The checkpoint of step ${best.step} is kept.` : 'There was no checkpoint yet.';
  return new DivergedError(`${what} became NaN or infinite at step ${step + 1}: the run has diverged.`, {
    fix: `${kept} Try a lower learning rate (it was ${optimizer.learningRate}) or more warm-up.`,
  });
}

const phase = (name: Phase, step: number): TrainEvent => ({ type: 'phase', phase: name, step });

function countValues(parameters: readonly { shape: number[] }[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
