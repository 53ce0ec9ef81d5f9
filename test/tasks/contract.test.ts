import { beforeAll, describe, expect, test } from 'vitest';
import type { QuestionExample, TokenExample } from '../../src/data/types.ts';
import { parseConfig } from '../../src/encoder/config.ts';
import type { Engine } from '../../src/engine/types.ts';
import { evaluate, metricsOf } from '../../src/eval/evaluate.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import { maskedLm } from '../../src/tasks/masked-lm.ts';
import { loadModel, type Model, readTokenizer } from '../../src/tasks/model.ts';
import { multiLabel } from '../../src/tasks/multi-label.ts';
import { predict } from '../../src/tasks/predict.ts';
import type { AnyExample } from '../../src/tasks/prepare.ts';
import { questionAnswering } from '../../src/tasks/question-answering.ts';
import { regression } from '../../src/tasks/regression.ts';
import { sequenceClassification } from '../../src/tasks/sequence-classification.ts';
import { tokenClassification } from '../../src/tasks/token-classification.ts';
import { loadTrainedModel } from '../../src/tasks/trained-model.ts';
import type {
  AnswerPrediction,
  ClassPrediction,
  FillPrediction,
  LabelsPrediction,
  Prediction,
  Task,
  TokensPrediction,
  ValuePrediction,
} from '../../src/tasks/types.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { type TrainSettings, train } from '../../src/trainer/train.ts';
import { testEngine } from '../engine/helper.ts';
import { largestDifference, largestMagnitude } from '../parity/fixtures.ts';
import { memoryFolder, tinyCheckpoint, tinyExamples, tinyModel } from './tiny-model.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

type AnyTask = Task<AnyExample, unknown, unknown, Prediction>;
type AnyModel = Model<AnyExample, unknown, unknown, Prediction>;

const texts = tinyExamples(40);
const pairs = texts.map((example, i) => ({ ...example, pair: texts[(i * 3 + 1) % texts.length]!.text }));
const numbers = texts.map((example) => ({ ...example, label: String((example.line % 7) / 2) }));
const several = texts.map(({ text, line }) => ({ text, line, labels: ['x', 'y'].filter((_, l) => (line >> l) % 2) }));

/** An entity of one or two words wherever there is a "g". */
const sentences = texts.map(({ text, line }): TokenExample => {
  const words = text.split(' ');
  const tags = words.map((word, i) => (word === 'g' ? 'B-G' : words[i - 1] === 'g' && i % 2 === 0 ? 'I-G' : 'O'));
  return { words, tags, line };
});

/** What follows "g" in the context; some have none. */
const questions = texts.map(({ text, line }): QuestionExample => {
  const context = `${text} ${text.split('').reverse().join('')}`;
  const at = context.indexOf('g');
  const answers = at < 0 || at + 3 > context.length ? [] : [{ text: context.slice(at, at + 3), start: at }];
  return { id: `q${line}`, question: 'g', context, answers, line };
});

const masks = texts.map(({ text, line }) => ({ text: `${text.slice(0, 20)} [MASK] c [MASK]`, line }));

interface Row {
  name: string;
  task: () => Promise<AnyTask>;
  examples: AnyExample[];
  /** What `predict` is given, where that is something else. */
  asked?: AnyExample[];
  maxLength?: number;
}

const of = (task: unknown) => async () => task as AnyTask;

/** Every task of the house keeps these promises; a new one gets a row. */
const rows: Row[] = [
  { name: 'two classes', task: of(sequenceClassification({ labels: ['no', 'yes'] })), examples: texts },
  { name: 'pairs', task: of(sequenceClassification({ labels: ['no', 'yes'] })), examples: pairs },
  {
    name: 'five classes, weighted and smoothed',
    examples: numbers,
    task: of(
      sequenceClassification({
        labels: ['0', '0.5', '1', '1.5', '2', '2.5', '3'],
        classWeights: [1, 2, 3, 4, 5, 6, 7],
        labelSmoothing: 0.1,
      }),
    ),
  },
  {
    name: 'long texts in windows, mean',
    examples: texts,
    task: of(sequenceClassification({ labels: ['no', 'yes'], longTexts: 'mean', stride: 2 })),
    maxLength: 8,
  },
  {
    name: 'long pairs in windows, max',
    examples: pairs,
    task: of(sequenceClassification({ labels: ['no', 'yes'], longTexts: 'max', stride: 1 })),
    maxLength: 12,
  },
  { name: 'regression', task: of(regression()), examples: numbers },
  {
    name: 'several labels',
    task: of(multiLabel({ labels: ['x', 'y'], thresholds: [0.4, 0.6], positiveWeights: [1, 2] })),
    examples: several,
  },
  { name: 'tags', task: of(tokenClassification({ labels: ['B-G', 'I-G', 'O'] })), examples: sentences },
  {
    name: 'questions',
    task: of(questionAnswering({ nullThreshold: 0.5, stride: 4 })),
    examples: questions,
    maxLength: 16,
  },
  { name: 'questions that all have answers', task: of(questionAnswering()), examples: questions.filter(isAnswered) },
  {
    name: 'masks',
    task: async () => maskedLm({ tokenizer: await readTokenizer(await tinyCheckpoint()) }) as unknown as AnyTask,
    examples: texts,
    asked: masks,
  },
];

function isAnswered({ answers }: QuestionExample): boolean {
  return answers!.length > 0;
}

describe.each(rows)('$name', ({ task: taskOf, examples, asked = examples, maxLength = 24 }) => {
  const settings: TrainSettings = {
    ...defaultSettings,
    batchSize: 8,
    epochs: 2,
    optimizer: { ...defaultSettings.optimizer, learningRate: 1e-2 },
  };
  const trained = async (changes: Partial<TrainSettings> = {}, dropout: number | null = null) => {
    const model = (await tinyModel(engine, await taskOf(), { dropout })) as AnyModel;
    const data = await encodeExamples(model, examples, { maxLength });
    const losses: number[] = [];
    for await (const event of train({ model, data, settings: { ...settings, ...changes } })) {
      if (event.type === 'step') losses.push(event.loss);
    }
    return { model, data, losses };
  };
  const predictions = async (model: AnyModel, given = asked) => {
    const made: Prediction[] = [];
    for await (const prediction of predict(model, given, { maxLength })) made.push(prediction);
    return made;
  };
  const weightsOf = (model: AnyModel) =>
    new Map(
      model.parameters.map(({ name }) => [name, engine.tidy(() => engine.values(model.variables.get(name)!.read()))]),
    );

  test('what is saved loads as it was: config, weights, labels, predictions to the bit', async () => {
    const { model } = await trained();
    const folder = memoryFolder();
    await model.save(folder);
    const again = (await loadTrainedModel(engine, folder)) as AnyModel;
    expect(again.task.type).toBe(model.task.type);
    expect(again.task.labels).toEqual(model.task.labels);
    expect(again.report).toMatchObject({ missing: [], misShaped: [], unexpected: [] });
    expect(await predictions(again)).toEqual(await predictions(model));
    expect(parseConfig((await folder.readText('config.json'))!, 'config.json')).toEqual(model.config);
    model.dispose();
    again.dispose();
  });

  test('every weight moves', async () => {
    const start = (await tinyModel(engine, await taskOf(), {})) as AnyModel;
    const before = weightsOf(start);
    start.dispose();
    const { model } = await trained();
    for (const [name, values] of weightsOf(model)) {
      expect(
        values.some((value, i) => value !== before.get(name)![i]),
        name,
      ).toBe(true);
    }
    model.dispose();
  });

  test('a step does not depend on how many parts it is computed in', async () => {
    const whole = await trained({ maxSteps: 3 }, 0);
    for (const smaller of [{ accumulate: 4 }, { tokensPerBatch: 20 }]) {
      const parts = await trained({ maxSteps: 3, ...smaller }, 0);
      expect(largestDifference(parts.losses, whole.losses)).toBeLessThan(5e-5);
      parts.model.dispose();
    }
    whole.model.dispose();
  });

  test('frozen layers that are computed once give the same step', async () => {
    for (const layers of [1, 3]) {
      const settings = { freeze: { embeddings: true, layers }, maxSteps: 7 };
      const kept = () => trained({ ...settings, cacheActivations: true }, 0);
      const anew = await trained(settings, 0);
      if (anew.data.usedTokens() === null) {
        await expect(kept()).rejects.toThrow('The texts of this task are others in each epoch');
      } else {
        const { model, losses } = await kept();
        // A wrong gradient shows in the losses that follow; weights that change none move by rounding alone.
        expect(largestDifference(losses, anew.losses)).toBeLessThan(2e-6);
        model.dispose();
      }
      anew.model.dispose();
    }
  });

  test('two runs with one seed are the same to the bit, and what is learnt is learnt', async () => {
    const first = await trained();
    const second = await trained();
    expect(second.losses).toEqual(first.losses);
    for (const [name, weights] of weightsOf(first.model)) expect(weightsOf(second.model).get(name)).toEqual(weights);
    first.model.dispose();
    second.model.dispose();
  });

  test('a prediction does not depend on what it is batched with, nor on the order', async () => {
    const { model } = await trained();
    const all = await predictions(model);
    const reversed = (await predictions(model, asked.toReversed())).toReversed();
    const alone: Prediction[] = [];
    for (const example of asked) alone.push(...(await predictions(model, [example])));
    const scores = numbersOf(all);
    const tolerance = 1e-6 * Math.max(1, largestMagnitude(scores));
    expect(largestDifference(numbersOf(reversed), scores)).toBeLessThan(tolerance);
    expect(largestDifference(numbersOf(alone), scores)).toBeLessThan(tolerance * 4);
    model.dispose();
  });

  test('evaluation measures the very predictions', async () => {
    const { model, data } = await trained();
    const { report, prediction } = await evaluate(model, data);
    expect(report.task).toBe(model.task.type);
    expect(report.examples).toBe(examples.length);
    const known = Object.keys(report.metrics).filter((name) => !/_answer_/.test(name));
    expect(known.sort()).toEqual([...metricsOf(model.task)].sort());
    if (model.task.type !== 'masked-lm') {
      const made = await predictions(model, examples);
      expect(numbersOf(examples.map((_, i) => prediction(i)))).toEqual(numbersOf(made));
    }
    model.dispose();
  });

  test('training, saving and predicting leave no tensor behind', async () => {
    const live = engine.liveTensors();
    const { model, data } = await trained();
    await evaluate(model, data);
    await predictions(model);
    await model.save(memoryFolder());
    model.dispose();
    expect(engine.liveTensors()).toBe(live);
  });
});

/** All scores of predictions, in order. */
function numbersOf(made: Prediction[]): number[] {
  return made.flatMap((one) => {
    if ('value' in one) return [(one as ValuePrediction).value];
    if ('probabilities' in one) return Object.values((one as ClassPrediction | LabelsPrediction).probabilities);
    if ('entities' in one)
      return (one as TokensPrediction).entities.flatMap(({ score, start, end }) => [score, start, end]);
    if ('masks' in one) return (one as FillPrediction).masks.flatMap((mask) => mask.map(({ score }) => score));
    const { score, start, end, nullOdds } = one as AnswerPrediction;
    return [score, start, end, nullOdds ?? 0];
  });
}
test('a label the task does not have names the line and the labels', async () => {
  const model = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  const examples = [{ text: 'a', label: 'maybe', line: 7 }];
  await expect(encodeExamples(model, examples, { maxLength: 24 })).rejects.toMatchObject({
    exitCode: 3,
    message: '"maybe" is not a label of the model.',
    where: 'line 7',
    fix: 'Its labels are: no, yes.',
  });
  model.dispose();
});

test('a bare encoder has nothing to predict with, and says so', async () => {
  await expect(loadTrainedModel(engine, await tinyCheckpoint())).rejects.toMatchObject({
    exitCode: 3,
    message: 'The model has no labels: it was not fine-tuned for a task.',
  });
});

test('a head of another number of classes is newly initialised, and reported', async () => {
  const folder = memoryFolder();
  const first = await tinyModel(engine, sequenceClassification({ labels: ['no', 'yes'] }));
  await first.save(folder);
  first.dispose();
  const second = await loadModel(engine, folder, sequenceClassification({ labels: ['x', 'y', 'z'] }));
  expect(second.report.missing).toEqual([]);
  expect(second.report.misShaped).toEqual([
    { name: 'classifier.bias', expected: [3], found: [2] },
    { name: 'classifier.weight', expected: [3, 12], found: [2, 12] },
  ]);
  expect(second.config.labels).toEqual(['x', 'y', 'z']);
  second.dispose();
});
