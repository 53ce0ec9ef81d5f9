import { pauseForEvents } from '../engine/pause.ts';
import { permutation } from '../engine/random.ts';
import { DistiltuneError, DivergedError, UsageError } from '../errors.ts';
import { createAdamW } from './adamw.ts';
import { confineVocabulary } from './confine-vocabulary.ts';
import type { ControlRequest, TrainControl } from './control.ts';
import type { EndEvent, Phase, TrainEvent } from './events.ts';
import { followControl, settle } from './follow-control.ts';
import { parameterRules } from './parameter-groups.ts';
import type { Settings } from './settings.ts';
import { trainStep } from './train-step.ts';
import type { CheckpointReason, CheckpointStore, ResumePoint, Trainable, TrainerState, TrainingSet } from './types.ts';

/** The settings that the trainer reads; those of data, model and task are the caller's. */
export type TrainSettings = Pick<
  Settings,
  | 'batchSize'
  | 'accumulate'
  | 'tokensPerBatch'
  | 'gradientCheckpointing'
  | 'cacheActivations'
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
  /** Where no number of steps is set between checkpoints, the time between them. Default: 15 minutes. */
  saveEveryMs?: number | undefined;
  /** Goes on after a checkpoint; the rest of the run is the same, to the bit, as if it had never stopped. */
  resume?: ResumePoint | undefined;
  /** Aborting it finishes the step under way, saves, and ends the run with reason `stopped`. */
  signal?: AbortSignal | undefined;
  /**
   * Pauses, saves, evaluates or ends the run between two steps, as asked. What is learnt stays the same, to the bit.
   * An evaluation that is asked for can become the best one, and its weights then are the result; early stopping does not count
   * it, nor does it count against it.
   */
  control?: TrainControl | undefined;
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
  const { model, data, settings, checkpoints, control, saveEveryMs = 15 * 60_000 } = options;
  const { engine } = model;
  if (data.samples === 0) throw new UsageError('There are no examples to train on.');
  checkActivations(data, settings);
  const stepsPerEpoch = Math.ceil(data.samples / settings.batchSize);
  const totalSteps = settings.maxSteps ?? Math.max(1, Math.round(settings.epochs * stepsPerEpoch));
  const { rules, frozen } = parameterRules(model.parameters, model.config.nLayers, {
    ...settings.optimizer,
    freeze: settings.freeze,
  });
  const vocabulary = await confineVocabulary(model, data, frozen, options.resume);
  const optimizer = createAdamW(engine, model.variables, rules, settings.optimizer, vocabulary);
  const beginning = {
    step: 0,
    evaluationPending: false,
    best: null,
    bestDue: null,
    evaluationsWithoutImprovement: 0,
  };
  const state: TrainerState = { ...(options.resume?.state ?? beginning) };
  const first = state.step;
  let lastSave = performance.now();
  const totals = { examples: 0, tokens: 0, train: 0, evaluate: 0, save: 0 };
  const metric = options.metric ?? { name: 'loss', direction: 'min' };
  const stopping = AbortSignal.any([options.signal, control?.stopping].filter((signal) => signal !== undefined));

  try {
    await options.resume?.restoreMoments(optimizer.moments);
    const activations = settings.cacheActivations
      ? await model.holdActivations(() => sequencesOf(data, settings), frozen, stopping)
      : null;
    yield {
      type: 'start',
      totalSteps,
      stepsPerEpoch,
      epochs: totalSteps / stepsPerEpoch,
      trainExamples: data.samples,
      parameters: countValues(model.parameters),
      trainableParameters: countValues(model.parameters.filter(({ name }) => !frozen.has(name))),
      ...(activations && { heldActivations: activations.bytes }),
      metric: metric.name,
      direction: metric.direction,
    };
    let reason: EndEvent['reason'] = 'finished';
    let asked: ControlRequest | null = null;
    let order: ArrayLike<number> | undefined;
    yield phase('training', state.step);
    for (;;) {
      const isDue = state.evaluationPending && options.evaluate !== undefined;
      const patience = settings.evaluate.earlyStopping;
      if (patience !== null && state.evaluationsWithoutImprovement >= patience) {
        reason = 'early-stopping';
        break;
      }
      if (state.step >= totalSteps && !isDue) break;
      if (control) {
        const evaluate = options.evaluate && (() => evaluateNow(options.evaluate!));
        asked = yield* followControl(control, stopping, { step: state.step, save: () => saveNow('asked'), evaluate });
      }
      if (asked || stopping.aborted) {
        reason = asked?.command === 'abort' ? 'aborted' : 'stopped';
        break;
      }
      if (state.evaluationPending && options.evaluate) {
        yield* evaluateNow(options.evaluate);
        continue;
      }
      if (isSaveDue()) {
        yield* savePeriodic();
        yield phase('training', state.step);
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
      const result = trainStep(model, samples, { step, totalSteps, settings, frozen, optimizer, activations });
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
    else if (!state.best && reason !== 'aborted') yield* saveNow('end');
    if (asked) yield* settle(asked, { ok: true, step: state.step }, state.step);
    yield* settleRest(reason);
    yield end(reason);
  } catch (error) {
    if (error instanceof DivergedError) {
      yield* settleRest('diverged');
      yield end('diverged');
    }
    throw error;
  } finally {
    control?.close(state.step);
    optimizer.dispose();
    model.embeddings.release();
  }

  /**
   * The evaluation that is due, else one that was asked for.
   * @returns false when it was cut short
   */
  async function* evaluateNow(
    evaluate: NonNullable<TrainOptions<Target>['evaluate']>,
  ): AsyncGenerator<TrainEvent, boolean> {
    const { step, evaluationPending: isDue } = state;
    const epoch = step / stepsPerEpoch;
    yield phase('evaluating', step);
    const began = performance.now();
    const metrics = await evaluate(stopping).catch((error: unknown) => {
      if (stopping.aborted) return null;
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
    const best = improves(value, state.best?.value ?? null, metric.direction);
    if (best) state.best = { step, epoch, metric: metric.name, value };
    if (isDue) {
      state.evaluationPending = false;
      const isBetter = improves(value, state.bestDue, metric.direction);
      if (isBetter) state.bestDue = value;
      state.evaluationsWithoutImprovement = isBetter ? 0 : state.evaluationsWithoutImprovement + 1;
    }
    yield { type: 'evaluation', step, epoch, metrics, best, ...(isDue ? {} : { asked: true }), seconds };
    if (Number.isNaN(value)) {
      const message = `${metric.name} is not defined here (all predictions or all labels are the same): not counted as best.`;
      yield { type: 'warning', step, message };
    }
    if (best) yield* saveNow('best');
    // Who goes on after an earlier checkpoint comes by what was due again, not by this one.
    if (best && !isDue) yield* saveNow('asked');
    yield phase('training', step);
    return true;
  }

  function isSaveDue(): boolean {
    if (!checkpoints || state.step === first) return false;
    const { everySteps } = settings.checkpoint;
    return everySteps === null ? performance.now() - lastSave >= saveEveryMs : state.step % everySteps === 0;
  }

  /** A run that can go on does not end because one copy finds no room: those of before are there, and the next may find it. */
  async function* savePeriodic(): AsyncGenerator<TrainEvent> {
    lastSave = performance.now();
    try {
      yield* saveNow('periodic');
    } catch (error) {
      if (error instanceof DivergedError || !(error instanceof DistiltuneError)) throw error;
      yield { type: 'warning', step: state.step, message: `the checkpoint was not saved: ${error.message}` };
    }
  }

  async function* saveNow(why: CheckpointReason): AsyncGenerator<TrainEvent> {
    if (!checkpoints) return;
    yield phase('saving', state.step);
    const began = performance.now();
    const location = await checkpoints.save(why, { ...state }, optimizer.moments, vocabulary);
    totals.save += (performance.now() - began) / 1000;
    if (why !== 'best' && why !== 'end') lastSave = performance.now();
    yield { type: 'checkpoint', step: state.step, location, reason: why };
  }

  /** The end has come: for those who asked for it, too. */
  function* settleRest(reason: EndEvent['reason']): Generator<TrainEvent> {
    const { step } = state;
    for (let request = control?.take(); request !== undefined; request = control?.take()) {
      const hasCome = request.command === 'abort' || (request.command === 'stop' && isWhole(reason));
      const refusal = reason === 'aborted' ? 'the run was aborted' : `training has ended after step ${step}`;
      yield* settle(request, hasCome ? { ok: true, step } : { ok: false, reason: refusal }, step);
    }
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

/** @throws UsageError where activations are to be kept and no layer gives the same of a text in every epoch */
export function checkActivations(
  { usedTokens }: TrainingSet<unknown>,
  { freeze, cacheActivations }: Pick<TrainSettings, 'freeze' | 'cacheActivations'>,
): void {
  if (!cacheActivations) return;
  const where = 'cacheActivations';
  if (!freeze.embeddings || freeze.layers === 0) {
    throw new UsageError('No layer is frozen whose output could be kept.', {
      where,
      fix: 'Set freeze.embeddings=true and freeze.layers to the number of layers that stay as they are.',
    });
  }
  if (usedTokens?.() === null) {
    throw new UsageError('The texts of this task are others in each epoch: nothing can be kept of them.', {
      where,
      fix: 'Leave --cache-activations away.',
    });
  }
}

function* sequencesOf({ samples, sample }: TrainingSet<unknown>, { seed }: TrainSettings) {
  for (let i = 0; i < samples; i++) yield* sample(i, { seed, step: 0, site: i }).sequences;
}

function epochOrder(count: number, { shuffle, seed }: TrainSettings, epoch: number): ArrayLike<number> {
  if (!shuffle) return Uint32Array.from({ length: count }, (_, i) => i);
  return permutation(count, { seed, step: epoch, site: SHUFFLE_SITE });
}

/** NaN is never better. */
function improves(value: number, best: number | null, direction: 'max' | 'min'): boolean {
  if (Number.isNaN(value)) return false;
  if (best === null) return true;
  return direction === 'max' ? value > best : value < best;
}

function diverged(loss: number, { step, best }: TrainerState, { optimizer }: TrainSettings): DivergedError {
  const what = Number.isFinite(loss) ? 'A gradient' : 'The loss';
  const kept = best ? `The checkpoint of step ${best.step} is kept.` : 'There was no checkpoint yet.';
  return new DivergedError(`${what} became NaN or infinite at step ${step + 1}: the run has diverged.`, {
    fix: `${kept} Try a lower learning rate (it was ${optimizer.learningRate}) or more warm-up.`,
  });
}

/** All that was learnt is saved. */
const isWhole = (reason: EndEvent['reason']) => reason !== 'aborted' && reason !== 'diverged';

const phase = (name: Phase, step: number): TrainEvent => ({ type: 'phase', phase: name, step });

function countValues(parameters: readonly { shape: number[] }[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
