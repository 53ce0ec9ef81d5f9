import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Diagnostics } from '../../cli/run/diagnostics.ts';
import type { DiagnosticsEvent } from '../../cli/run/events.ts';
import { runCli } from './run-cli.ts';
import { answers, csvOf } from './tiny-run.ts';
import { eventsOf, readJson, rowsOf, startCli, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

/** What a short training tells of its test rows, and the report that it goes by. */
async function tested<Task extends Diagnostics['task']>(task: Task, file: string, ...settings: string[]) {
  const run = `run-${task}`;
  const { code, stderr } = await runCli(
    ['train', file, '-o', run, '-q', '--test', '0.3', '--validation', '0.2', ...tiny, ...settings],
    { cwd: folder },
  );
  expect([code, stderr]).toEqual([0, '']);
  const events = eventsOf(join(folder, run));
  const told: DiagnosticsEvent[] = events.filter(({ type }) => type === 'diagnostics');
  const evaluations = events.filter(({ type }) => type === 'evaluation');
  const results = readJson(folder, run, 'results.json');
  expect(told.map(({ split, step }) => [split, step])).toEqual([
    ...evaluations.map(({ step }) => ['validation', step]),
    ['test', results.best.step],
  ]);
  const last = told.at(-1)!.diagnostics;
  expect(last.task).toBe(task);
  return { last: last as Diagnostics & { task: Task }, report: results.reports.test, run: join(folder, run) };
}

/** The rows of a set as they were predicted. */
const predicted = (run: string) => rowsOf(join(run, 'predictions-test.csv'));

test('classification: the matrix, the classes, calibration, and the mistakes with their texts', async () => {
  const { last, report, run } = await tested('sequence-classification', 'answers.csv', '--epochs', '2');
  expect(last).toEqual({
    task: 'sequence-classification',
    labels: ['no', 'yes'],
    confusion: { labels: ['no', 'yes'], counts: report.confusionMatrix },
    mostConfused: report.mostConfused,
    classes: report.classes,
    otherClasses: 0,
    mistakes: expect.any(Array),
    calibration: { bins: report.calibration, expectedCalibrationError: report.expectedCalibrationError },
  });
  const wrong = predicted(run).filter((row) => row.answer !== row.label);
  expect(wrong.length).toBeGreaterThan(0);
  const told = last.mistakes.map(({ text, gold, predicted: label }) => [text, gold, label]);
  expect(new Set(wrong.map((row) => JSON.stringify([row.text, row.answer, row.label])))).toEqual(
    new Set(told.map((mistake) => JSON.stringify(mistake))),
  );
  const scores = last.mistakes.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
});

test('regression on pairs: points, and the largest errors with both texts', async () => {
  const rows = answers(60).map(([id, text], i) => [id!, text!, `other ${i}`, String(i / 10)]);
  write('pairs.csv', csvOf([['id', 'one', 'two', 'score'], ...rows]));
  const columns = ['--text-column', 'one', '--pair-column', 'two', '--label-column', 'score'];
  const { last, report } = await tested('regression', 'pairs.csv', '--task', 'regression', '--epochs', '1', ...columns);
  expect(last.points).toEqual(report.points);
  const byScore = new Map(rows.map(([, text, pair, score]) => [Number(score), { text, pair }]));
  const errors = report.largestErrors.map(({ gold, predicted: value }: { gold: number; predicted: number }) => {
    return { ...byScore.get(gold), gold, predicted: value };
  });
  expect(errors).toHaveLength(Math.min(20, report.examples));
  expect(last.largestErrors).toEqual(errors);
});

test('several labels: what was missed and what is spurious, with the text', async () => {
  const rows = answers(80).map(([, text], i) => [text!, ['a', 'b', 'a|b', ''][i % 4]!]);
  write('several.csv', csvOf([['text', 'labels'], ...rows]));
  const { last, report } = await tested('multi-label', 'several.csv', '--task', 'multi-label', '--epochs', '1');
  expect([last.classes, last.otherClasses]).toEqual([report.classes, 0]);
  expect(last.mistakes.map(({ missed, spurious }) => ({ missed, spurious }))).toEqual(
    report.mistakes.map(({ missed, spurious }: { missed: string[]; spurious: string[] }) => ({ missed, spurious })),
  );
  const texts = new Set(rows.map(([text]) => text));
  expect(last.mistakes.length).toBeGreaterThan(0);
  expect(last.mistakes.every(({ text }) => texts.has(text))).toBe(true);
});

test('tagged words: types, words taken for others, and sentences', async () => {
  const sentences = answers(80).map(([, text]) =>
    text!.split(' ').map((word) => `${word}\t${word === 'a' ? 'B-PER' : 'O'}`),
  );
  write('words.conll', `${sentences.map((lines) => lines.join('\n')).join('\n\n')}\n`);
  const { last, report } = await tested('token-classification', 'words.conll', '--epochs', '1');
  expect([last.classes, last.mostConfused]).toEqual([report.classes, report.mostConfused]);
  const texts = new Set(sentences.map((lines) => lines.map((line) => line[0]).join(' ')));
  expect(last.mistakes.length).toBeGreaterThan(0);
  expect(last.mistakes.every(({ text }) => texts.has(text))).toBe(true);
  expect(last.mistakes[0]!.missed.length + last.mistakes[0]!.spurious.length).toBeGreaterThan(0);
});

test('questions: exact match, F1, how many have an answer', async () => {
  const qas = Array.from({ length: 40 }, (_, i) => ({
    id: `q${i}`,
    question: `a b ${'c d e f g'.split(' ')[i % 5]}`,
    answers: i % 4 === 0 ? [] : [{ text: 'd', answer_start: 6 }],
    is_impossible: i % 4 === 0,
  }));
  const texts = answers(40).map(([, text]) => text!);
  const paragraphs = qas.map((qa, i) => ({ context: `a b c d e f ${texts[i]}`, qas: [qa] }));
  write('squad.json', JSON.stringify({ version: 'v2.0', data: [{ title: 't', paragraphs }] }));
  const { last, report } = await tested('question-answering', 'squad.json', '--epochs', '1');
  expect(last).toMatchObject({
    exactMatch: report.metrics.exact_match,
    f1: report.metrics.f1,
    hasAnswer: report.examples - report.unanswerable,
    noAnswer: report.unanswerable,
    unanswered: report.unanswered,
  });
  expect(last.mistakes.map(({ question }) => question)).toEqual(
    report.mistakes.map(({ question }: { question: string }) => question),
  );
});

test('a masked language model: its perplexity', async () => {
  write(
    'texts.txt',
    `${answers(60)
      .map(([, text]) => text)
      .join('\n')}\n`,
  );
  const { last, report } = await tested('masked-lm', 'texts.txt', '--task', 'masked-lm', '--epochs', '1');
  expect(last).toEqual({ task: 'masked-lm', perplexity: report.metrics.perplexity });
});

test('while it trains, the process tells what it takes of the machine', async () => {
  const running = startCli(
    ['train', 'answers.csv', '-o', 'long', '--epochs', '100000', '--ui', 'jsonl', ...tiny],
    folder,
  );
  await running.until('"type":"resources"');
  running.child.kill('SIGTERM');
  await running.ended;
  const told = eventsOf(join(folder, 'long')).filter(({ type }) => type === 'resources');
  expect(told[0]).toEqual({
    v: 1,
    time: expect.any(String),
    type: 'resources',
    step: expect.any(Number),
    rssBytes: expect.any(Number),
    cpuPercent: expect.any(Number),
  });
  expect(told[0].step).toBeGreaterThan(0);
  expect(told[0].rssBytes).toBeGreaterThan(50e6);
  expect(told[0].cpuPercent).toBeGreaterThan(0);
});
