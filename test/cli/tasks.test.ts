import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entityScores, squadScores } from 'ml-metrics';
import { beforeAll, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import { answers, csvOf } from './tiny-run.ts';
import { eventsOf, filesOf, readJson, rowsOf, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
const cli = (...args: string[]) => runCli(args, { cwd: folder });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const train = async (file: string, run: string, ...settings: string[]) => {
  const { code, stderr } = await cli('train', file, '-o', run, '--dropout', '0', '-q', ...tiny, ...settings);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return readJson(folder, run, 'results.json');
};

beforeAll(async () => {
  folder = await tinyWorkplace();
});

/** Letters from "a" to "i", in another order for each i. */
const letters = (i: number, count: number) =>
  Array.from({ length: count }, (_, j) => String.fromCharCode(97 + ((i * 5 + j * (1 + (i % 8))) % 9)));

/** Every "a b" is a person, every "i" a place. */
const sentences = Array.from({ length: 160 }, (_, i) => {
  const words = letters(i, 3 + (i % 9)).flatMap((letter) =>
    letter === 'a' ? ['a', 'b'] : letter === 'b' ? [] : [letter],
  );
  const tagOf: Record<string, string> = { a: 'B-PER', b: 'I-PER', i: 'B-LOC' };
  return { words, tags: words.map((word) => tagOf[word] ?? 'O') };
});
const conll = (rows: typeof sentences) =>
  rows.map(({ words, tags }) => `${words.map((word, j) => `${word}\t${tags[j]}`).join('\n')}\n`).join('\n');

test('token classification: CoNLL in, CoNLL out, the F1 that conlleval finds in the file', async () => {
  write('train.conll', conll(sentences));
  const { metrics, reports } = await train('train.conll', 'tags', '--epochs', '30', '--test', '0.2');
  expect(metrics.test.f1).toBeGreaterThan(0.9);
  const predicted = readFileSync(join(folder, 'tags/predictions-test.conll'), 'utf8');
  const rows = predicted.split('\n\n').filter((block) => block.trim() !== '');
  const column = (at: number) =>
    rows.map((block) =>
      block
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[at]!),
    );
  expect(rows.length).toBe(reports.test.examples);
  expect(entityScores(column(1), column(2)).micro.f1).toBeCloseTo(metrics.test.f1, 12);

  const { stdout } = await cli('predict', 'tags', 'c a b i');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) =>
        line
          .trim()
          .split(/\s{2,}/)
          .slice(0, 2),
      ),
  ).toEqual([
    ['a b', 'PER'],
    ['i', 'LOC'],
  ]);
  const json = JSON.parse((await cli('predict', 'tags', 'c a b i', '--json')).stdout);
  expect(json).toMatchObject([
    {
      text: 'c a b i',
      words: ['c', 'a', 'b', 'i'],
      tags: ['O', 'B-PER', 'I-PER', 'B-LOC'],
      entities: [
        { label: 'PER', start: 2, end: 5, text: 'a b' },
        { label: 'LOC', start: 6, end: 7, text: 'i' },
      ],
    },
  ]);

  write('words.conll', 'c\na\nb\n\ni\n');
  expect((await cli('predict', 'tags', 'words.conll', '-q')).stdout).toBe('c O\na B-PER\nb I-PER\n\ni B-LOC\n\n');
  const measured = JSON.parse((await cli('evaluate', 'tags', 'train.conll', '--json', '-q')).stdout);
  expect(measured).toMatchObject({ task: 'token-classification', examples: 160, wordsWithoutTokens: 0 });

  write('other.conll', 'a\tB-PER\nb\tI-PER\ni\tB-GPE\n');
  const other = await cli('evaluate', 'tags', 'other.conll');
  expect(other.stderr).toContain('1 word with the unknown tag "B-GPE", the first on line 1: counted as wrong');
  expect(other.stdout).toContain('GPE');
});

/** What follows "q" is the answer; where there is no "q" there is none. */
const questions = Array.from({ length: 160 }, (_, i) => {
  const hasAnswer = i % 3 !== 0;
  const words = letters(i, 4 + (i % 6)).filter((word) => word !== 'x');
  if (hasAnswer) words.splice(i % words.length, 0, 'q', 'x');
  const context = words.join(' ');
  const start = context.indexOf('q') + 2;
  const gold = hasAnswer ? [{ text: context.slice(start, start + 1), answer_start: start }] : [];
  return { context, qas: [{ id: `id${i}`, question: 'q', answers: gold, is_impossible: !hasAnswer }] };
});

test('question answering with questions that have no answer, and their threshold', async () => {
  write('squad.json', JSON.stringify({ version: 'v2.0', data: [{ title: 't', paragraphs: questions }] }));
  const results = await train('squad.json', 'answers', '--epochs', '40', '--test', '0.25', '--tune-thresholds');
  const { metrics, reports } = results;
  expect(metrics.test.f1).toBeGreaterThan(0.8);
  expect(reports.validation.nullThreshold).toBe(0);
  const threshold = reports.validation.tuned.nullThreshold;
  expect(reports.test.nullThreshold).toBe(threshold);
  expect(readJson(folder, 'answers/model/config.json').distiltune).toMatchObject({ nullThreshold: threshold });

  const said: Record<string, string> = readJson(folder, 'answers/predictions-test.json');
  const odds: Record<string, number> = readJson(folder, 'answers/null_odds-test.json');
  const nBest = readJson(folder, 'answers/nbest_predictions-test.json');
  const byId = new Map(questions.map(({ context, qas }) => [qas[0]!.id, { context, ...qas[0]! }]));
  const scores = Object.entries(said).map(([id, text]) => {
    expect(text === '').toBe(odds[id]! > threshold || nBest[id].every((each: { text: string }) => each.text === ''));
    expect(byId.get(id)!.context).toContain(text);
    return squadScores(
      byId.get(id)!.answers.map((answer) => answer.text),
      text,
      '2.0',
    );
  });
  expect(scores.length).toBe(reports.test.examples);
  expect(scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length).toBeCloseTo(metrics.test.f1, 12);

  const asked = await cli('predict', 'answers', 'q', '--context', 'b c q x d');
  expect(asked.stdout).toMatch(/^x +0\.\d{4}\n$/);
  expect((await cli('predict', 'answers', 'q', '--context', 'b c d e')).stdout).toMatch(/^no answer/);
  const json = JSON.parse((await cli('predict', 'answers', 'q', '--context', 'b c q x d', '--json')).stdout);
  expect(json).toMatchObject([{ question: 'q', answer: 'x', start: 6, end: 7 }]);
  expect((await cli('predict', 'answers', 'squad.json', '-o', 'said.json', '-q')).code).toBe(0);
  expect(Object.keys(readJson(folder, 'said.json'))).toEqual(questions.map(({ qas }) => qas[0]!.id));
  const without = await cli('predict', 'answers', 'q');
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('a question needs a context')]);
});

test('several labels: a list in a cell, thresholds chosen on validation and kept with the model', async () => {
  const rows = answers(240).map(([, text, answer]) => [
    text!,
    [answer!, text!.includes('a') ? 'a' : ''].filter(Boolean).join(';'),
  ]);
  write('several.csv', csvOf([['text', 'labels'], ...rows]));
  const { metrics, reports } = await train(
    'several.csv',
    'several',
    '--task',
    'multi-label',
    '--epochs',
    '10',
    '--test',
    '0.2',
  );
  const { thresholds } = readJson(folder, 'several/model/config.json').distiltune;
  expect(readJson(folder, 'several/config.json').resolved.labels).toEqual(['a', 'no', 'yes']);
  expect(thresholds).toEqual(Object.values(reports.validation.tuned.thresholds));
  expect(reports.test.thresholds).toEqual(reports.validation.tuned.thresholds);
  expect(metrics.test.roc_auc).toBeGreaterThan(0.8);
  const predicted = rowsOf(join(folder, 'several/predictions-test.csv'));
  const right = predicted.filter((row) => sorted(row.labels!) === sorted(row.predicted_labels!)).length;
  expect(right / predicted.length).toBeCloseTo(metrics.test.subset_accuracy, 12);
  for (const row of predicted) {
    const applying = ['a', 'no', 'yes'].filter((label, l) => Number(row[`probability:${label}`]) >= thresholds[l]);
    expect(sorted(row.predicted_labels!)).toBe(applying.join(';'));
  }
  const { stdout } = await cli('evaluate', 'several', 'several.csv', '-q');
  expect(stdout).toContain('with thresholds');
});

const sorted = (labels: string) => labels.split(';').filter(Boolean).sort().join(';');

test('masked LM: perplexity falls, and what it learnt is where fine-tuning begins', async () => {
  // Each line has one letter, which what is not masked tells.
  const lines = Array.from({ length: 300 }, (_, i) =>
    Array(5 + (i % 13))
      .fill(letters(i, 1)[0])
      .join(' '),
  );
  write('texts.txt', `${lines.join('\n')}\n`);
  const { metrics } = await train('texts.txt', 'lm', '--task', 'masked-lm', '--epochs', '12', 'evaluate.everySteps=20');
  const perplexities = eventsOf(join(folder, 'lm'))
    .filter(({ type }) => type === 'evaluation')
    .map((event) => event.metrics.perplexity);
  expect(metrics.validation.perplexity).toBe(Math.min(...perplexities));
  expect(metrics.validation.perplexity).toBeLessThan(0.5 * perplexities[0]);
  expect(filesOf(join(folder, 'lm')).filter((name) => name.startsWith('predictions'))).toEqual([]);
  expect(readJson(folder, 'lm/model/config.json').architectures).toEqual(['DistilBertForMaskedLM']);
  const { code, stderr } = await cli(
    'train',
    'answers.csv',
    ...tiny.slice(2),
    '--model',
    'lm/model',
    '--max-steps',
    '2',
    '-o',
    'after',
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining('pre_classifier.weight')]);
  const measured = JSON.parse((await cli('evaluate', 'lm', 'texts.txt', '--json', '-q')).stdout);
  expect(measured.metrics.perplexity).toBeLessThan(0.5 * perplexities[0]);
  const refused = await cli('predict', 'lm', 'a b c');
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('distiltune fill-mask')]);
});

test('rows that must stay together may leave nothing to validate on, which is said aloud', async () => {
  write('same.txt', 'a b c\nd e f\n'.repeat(20));
  const settings = ['--task', 'masked-lm', '--max-steps', '2', '-o', 'same', ...tiny];
  const { code, stderr } = await cli('train', 'same.txt', ...settings);
  expect(code).toBe(0);
  expect(stderr).toContain('! no row is left for validation: copies of a text stay on one side');
  expect(readJson(folder, 'same/results.json').best).toBe(null);
});

test('long texts in windows: what is beyond the limit counts, and the model keeps how it read', async () => {
  // What tells the two apart stands at the end, where truncation never looks.
  const rows = Array.from({ length: 160 }, (_, i) => {
    const filler = letters(i, 12 + (i % 7)).map((letter) => (letter === 'a' || letter === 'b' ? 'c' : letter));
    return [[...filler, ...Array(9).fill(i % 2 ? 'a' : 'b')].join(' '), i % 2 ? 'yes' : 'no'];
  });
  write('long.csv', csvOf([['text', 'label'], ...rows]));
  const limits = [
    '--max-length',
    '12',
    '--stride',
    '2',
    '--epochs',
    '12',
    '--learning-rate',
    '0.01',
    '--batch-size',
    '16',
  ];
  const options = ['--dropout', '0', '-q', '--model', 'tiny', ...limits];
  expect((await cli('train', 'long.csv', '-o', 'windows', ...options, '--long-texts', 'max')).code).toBe(0);
  expect((await cli('train', 'long.csv', '-o', 'cut', ...options)).code).toBe(0);
  expect(readJson(folder, 'windows/results.json').metrics.validation.accuracy).toBeGreaterThan(0.9);
  expect(readJson(folder, 'cut/results.json').metrics.validation.accuracy).toBeLessThan(0.9);
  expect(readJson(folder, 'windows/model/config.json').distiltune).toEqual({ longTexts: 'max', stride: 2 });
  const { metrics } = JSON.parse((await cli('evaluate', 'windows', 'long.csv', '--json', '-q')).stdout);
  expect(metrics.accuracy).toBeGreaterThan(0.9);
});

test('a file of another kind than the model or the task is refused with what it is', async () => {
  write('plain.conll', conll(sentences.slice(0, 20)));
  const wrong = await cli('train', 'plain.conll', '--task', 'regression', ...tiny);
  expect(wrong.code).toBe(3);
  expect(wrong.stderr).toContain('this is CoNLL columns: words with tags, which regression does not read');
  expect(wrong.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
});
