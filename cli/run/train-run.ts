import { join } from 'node:path';
import { resolveModel } from '../../src/data/hub.ts';
import { openModelFolder } from '../../src/data/model-folder.ts';
import { replaceModelFolder } from '../../src/data/replace-folder.ts';
import { type DistilBertConfig, parseConfig } from '../../src/encoder/config.ts';
import type { Engine } from '../../src/engine/types.ts';
import { DivergedError, UsageError } from '../../src/errors.ts';
import { type Evaluation, evaluate, metricsOf } from '../../src/eval/evaluate.ts';
import { resolveMetric } from '../../src/eval/metric-names.ts';
import { loadModel, type Model, readConfig, readTokenizer, restoreWeights, withTask } from '../../src/tasks/model.ts';
import type { AnyExample } from '../../src/tasks/prepare.ts';
import type { Prediction } from '../../src/tasks/types.ts';
import type { TrainControl } from '../../src/trainer/control.ts';
import type { EndEvent } from '../../src/trainer/events.ts';
import { checkActivations, train } from '../../src/trainer/train.ts';
import type { ResumePoint } from '../../src/trainer/types.ts';
import type { ControlServer } from '../control/protocol.ts';
import { openControl } from '../control/server.ts';
import type { Environment } from '../environment.ts';
import { writeReports } from '../report/write.ts';
import { beginRun } from './begin-run.ts';
import { createCheckpointStore, refuseBrokenWeights } from './checkpoints.ts';
import { type Clock, createClock } from './clock.ts';
import { type PreparedData, prepareData } from './data.ts';
import { checkDiskSpace, type SpaceNeeds, spaceNeeds } from './disk-space.ts';
import type { AnyEvent, StampedEvent } from './events.ts';
import { explainFailure } from './explain-failure.ts';
import type { TrainJob, TrainOutcome } from './job.ts';
import { writeAdapter } from './peft-adapter.ts';
import { writePredictions } from './predictions.ts';
import { createRecorder } from './recorder.ts';
import { startResourceMeter } from './resources.ts';
import type { RunResults } from './results.ts';
import { resumePoint } from './resume.ts';
import { jsonText, replaceSynced } from './run-folder.ts';
import { taskOf } from './task-of.ts';
import { createDiagnosticsTeller } from './tell-diagnostics.ts';
import { tunedParts } from './thresholds.ts';

export interface RunContext {
  environment: Environment;
  startEngine(options: { bfloat16: boolean }): Promise<Engine>;
  /** Sees every event as it happens. */
  onEvent(event: StampedEvent): void;
  /** Aborting it stops the run at the next step, with everything saved. */
  signal: AbortSignal;
  /** Steers the run; its `stopping` is `signal`. Closed when the run is over. */
  control: TrainControl;
}

/**
 * A whole run: reads the data, loads the model, trains, measures, and leaves a run folder behind.
 * @returns null for a dry run, `aborted` when that was asked for
 * @throws the signal's reason when aborted before the first step; DivergedError, DataError, UsageError
 */
export async function runTraining(job: TrainJob, context: RunContext): Promise<TrainOutcome | 'aborted'> {
  const { settings } = job;
  const { control } = context;
  const recorder = createRecorder(context.onEvent);
  const { emit } = recorder;
  const unlisten = control.listen((news) => emit({ type: 'control', ...news, step: recorder.step() }));
  const clock = createClock();
  emit({ type: 'phase', phase: 'preparing', step: 0 });
  const onProgress = (message: string) => emit({ type: 'progress', message });

  const folder = await resolveModel(settings.model, {
    ...context.environment.hub,
    signal: context.signal,
    checkConfig: (text, where) => void parseConfig(text, where),
    onProgress: ({ file, done, total }) =>
      onProgress(`${settings.model}: ${file} ${Math.floor((100 * done) / total)} %`),
  });
  const checkpoint = await readConfig(folder);
  refuseMisfits(job, checkpoint);
  const tokenizer = await readTokenizer(folder);
  const data = await clock.measure('tokenize', () =>
    prepareData({
      settings,
      tokenizer,
      labelOrders: [checkpoint.labels ?? [], job.labels ?? []],
      positions: checkpoint.maxPositionEmbeddings,
      standardInput: process.stdin,
      onProgress,
      signal: context.signal,
    }),
  );
  let model: RunModel | undefined;
  let begun: string | undefined;
  let server: ControlServer | undefined;
  let release: (() => void) | undefined;
  try {
    emit(data.event);
    for (const message of data.warnings) emit({ type: 'warning', step: 0, message });
    const task = taskOf(data.parts, settings, data.sets.train);
    const metric = resolveMetric(settings.evaluate.metric, metricsOf(task));
    for (const { metric: name } of job.requirements) resolveMetric(name, metricsOf(task));
    checkActivations(data.sets.train, settings);
    const engine = await clock.measure('engine', () => context.startEngine({ bfloat16: settings.bf16 }));
    const { seed, dropout } = settings;
    const lora = settings.lora.rank > 0 ? settings.lora : null;
    model = await clock.measure('engine', () => loadModel(engine, folder, task, { seed, dropout, lora }));
    emit(modelEvent(model, settings.model, folder.where));
    const warning = await checkDiskSpace(job.output.folder, needsOf(model, settings.checkpoint.keep));
    if (warning !== null) emit({ type: 'warning', step: 0, message: warning });
    if (job.dryRun) return null;
    context.signal.throwIfAborted();

    const began = await beginRun({ job, data, model, folder, recorder });
    const { run, point } = began;
    release = began.release;
    begun = run;
    server = await openControl(run, control.ask).catch((error: Error) => {
      const message = `the run cannot be steered from other terminals: ${error.message}`;
      emit({ type: 'warning', step: recorder.step(), message });
      return undefined;
    });
    const resume = point === null ? undefined : resumePoint(point, engine);
    const results = await trainInFolder({ job, context, data, model, run, emit, metric, clock, resume });
    if (results === null) {
      await writeReports(run, emit);
      recorder.end('aborted');
      return 'aborted';
    }
    emit({ type: 'results', folder: run, results });
    await writeReports(run, emit);
    recorder.end(results.reason);
    return { folder: run, results };
  } catch (thrown) {
    const error = explainFailure(thrown, settings, begun ?? null);
    emit({ type: 'failure', message: error instanceof Error ? error.message : String(error) });
    if (begun !== undefined) await writeReports(begun, emit);
    recorder.fail(error instanceof DivergedError ? 'diverged' : 'failed');
    throw error;
  } finally {
    unlisten();
    await server?.close();
    release?.();
    model?.dispose();
    await data.close();
  }
}

function needsOf(model: RunModel, keep: number): SpaceNeeds {
  const others = Object.values(model.tokenizer.toFiles()).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return spaceNeeds(parametersOf(model), others, keep);
}

/** A model whose task is known at run time only. */
export type RunModel = Model<AnyExample, unknown, unknown, Prediction>;

interface Training {
  job: TrainJob;
  context: RunContext;
  data: PreparedData;
  model: RunModel;
  /** Folder of the run. */
  run: string;
  emit(event: AnyEvent): void;
  metric: { metric: string; direction: 'max' | 'min' };
  clock: Clock;
  resume: ResumePoint | undefined;
}

/** @returns null when it was aborted */
async function trainInFolder(training: Training): Promise<RunResults | null> {
  const { job, context, data, model, run, emit, metric, clock, resume } = training;
  const { settings } = job;
  const { sets } = data;
  const evaluations: RunEvaluations = { best: null, test: null };
  const position = { stepsPerEpoch: 0, totalSteps: 0, step: 0 };
  let latest: Evaluation<Prediction> | null = null;
  let end: EndEvent | null = null;
  const results = () => resultsOf({ end: end!, evaluations, model, clock });
  const tellDiagnostics = createDiagnosticsTeller(data, emit);
  const meter = startResourceMeter(emit, resume?.state.step ?? 0);
  try {
    for await (const event of train({
      model,
      data: sets.train,
      settings,
      metric: { name: metric.metric, direction: metric.direction },
      evaluate:
        sets.validation.length === 0
          ? undefined
          : async (signal) => {
              refuseBrokenWeights(model);
              latest = await evaluate(model, sets.validation, { signal });
              return metricValues(latest);
            },
      checkpoints: createCheckpointStore(run, model, {
        keep: settings.checkpoint.keep,
        position: () => position,
        warn: (message) => emit({ type: 'warning', step: position.step, message }),
      }),
      resume,
      control: context.control,
    })) {
      if (event.type === 'start')
        Object.assign(position, { stepsPerEpoch: event.stepsPerEpoch, totalSteps: event.totalSteps });
      if (event.type === 'step') position.step = event.step;
      if (event.type === 'evaluation' && event.best) evaluations.best = latest;
      if (event.type === 'end') end = event;
      emit(event);
      if (event.type === 'evaluation') await tellDiagnostics('validation', event.step, latest!);
      if (event.type === 'step') meter.after(event.step);
    }
    if (end!.reason === 'aborted') return null;
    const isWhole = end!.reason === 'finished' || end!.reason === 'early-stopping';
    if (isWhole && end!.best !== null && evaluations.best === null) {
      // It was measured before the run was resumed.
      await restoreWeights(model, await openModelFolder(join(run, 'model')));
      evaluations.best = await clock.measure('evaluate', () => evaluate(model, sets.validation));
    }
    const tuned = evaluations.best && tunedParts(settings, data.parts, evaluations.best.report);
    if (isWhole && (sets.test.length > 0 || tuned !== null)) {
      emit({ type: 'phase', phase: 'evaluating', step: end!.step });
      const { best } = end!;
      const folder = join(run, 'model');
      if (best !== null && best.step !== end!.step) await restoreWeights(model, await openModelFolder(folder));
      const final = tuned === null ? model : withTask(model, taskOf(tuned, settings));
      if (tuned !== null) await replaceModelFolder(folder, (writer) => final.save(writer));
      const { signal } = context;
      if (sets.test.length > 0) {
        const tested = clock.measure('evaluate', () => evaluate(final, sets.test, { signal }));
        evaluations.test = await tested.catch((error: unknown) => {
          if (signal.aborted) return null;
          throw error;
        });
        if (evaluations.test !== null) await tellDiagnostics('test', best?.step ?? end!.step, evaluations.test);
      }
    }
    emit({ type: 'phase', phase: 'saving', step: end!.step });
    await clock.measure('save', async () => {
      if (model.lora) await writeAdapter(run, settings.model);
      for (const split of ['validation', 'test'] as const) {
        const evaluation = split === 'test' ? evaluations.test : evaluations.best;
        if (evaluation === null) continue;
        const { file } = data.files.find((candidate) => candidate.split === split) ?? data.files[0]!;
        await writePredictions(run, split, file, sets[split], data.parts, evaluation);
      }
    });
    const final = results();
    replaceSynced(join(run, 'results.json'), jsonText(final));
    return final;
  } catch (error) {
    if (error instanceof DivergedError) {
      replaceSynced(join(run, 'results.json'), jsonText({ ...results(), reason: 'diverged' }));
    }
    throw error;
  } finally {
    meter.stop();
  }
}

interface RunEvaluations {
  /** Of the best checkpoint, on the validation rows. */
  best: Evaluation<Prediction> | null;
  test: Evaluation<Prediction> | null;
}

const metricValues = ({ report }: Evaluation): Record<string, number> =>
  ({ ...report.metrics }) as Record<string, number>;

function resultsOf({
  end,
  evaluations,
  model,
  clock,
}: {
  end: EndEvent;
  evaluations: RunEvaluations;
  model: RunModel;
  clock: Clock;
}): RunResults {
  const { best, test } = evaluations;
  const { seconds } = clock;
  return {
    v: 1,
    reason: end.reason as RunResults['reason'],
    metrics: {
      ...(best === null ? {} : { validation: metricValues(best) }),
      ...(test === null ? {} : { test: metricValues(test) }),
    },
    best: end.best,
    seconds: {
      engine: seconds.engine,
      tokenize: seconds.tokenize,
      train: end.seconds.train,
      evaluate: end.seconds.evaluate + seconds.evaluate,
      save: end.seconds.save + seconds.save,
    },
    examplesPerSecond: end.examplesPerSecond,
    realTokensPerSecond: end.realTokensPerSecond,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    steps: end.step,
    parameters: parametersOf(model),
    reports: {
      ...(best === null ? {} : { validation: best.report }),
      ...(test === null ? {} : { test: test.report }),
    },
  };
}

/** What the settings ask for and the model does not have. */
function refuseMisfits({ settings, origins }: TrainJob, config: DistilBertConfig): void {
  const refuse = (key: string, message: string, fix: string) => {
    throw new UsageError(message, { where: `${key}, ${origins[key]}`, fix });
  };
  const { maxPositionEmbeddings: positions, nLayers } = config;
  if (settings.maxLength !== null && settings.maxLength > positions) {
    refuse(
      'maxLength',
      `the model takes ${positions} tokens at most, not ${settings.maxLength}`,
      `set --max-length ${positions} or less`,
    );
  }
  if (settings.freeze.layers > nLayers) {
    refuse(
      'freeze.layers',
      `the model has ${nLayers} layers, not ${settings.freeze.layers}`,
      `freeze ${nLayers} at most`,
    );
  }
}

function modelEvent(model: RunModel, name: string, folder: string): AnyEvent {
  const { engine, report } = model;
  return {
    type: 'model',
    engine: {
      name: engine.name,
      version: engine.version,
      kernels: engine.layerKernels ? 'fused' : 'composed',
      products: engine.products,
    },
    name,
    folder,
    parameters: parametersOf(model),
    newlyInitialized: [...report.missing, ...report.misShaped.map((tensor) => tensor.name)],
    unexpected: report.unexpected,
  };
}

const parametersOf = ({ parameters }: Pick<Model, 'parameters'>): number =>
  parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
