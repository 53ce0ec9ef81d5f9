import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseOwnFiles, parseSeeds, parseTasks } from '../../cli/glue/options.ts';
import { readRun } from '../../cli/glue/record.ts';
import type { PreparedTask } from '../../tasks/glue/prepare.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';

const file = { path: 'dev.jsonl', source: 'dev.tsv', rows: 4, refused: { count: 0, first: [] } };
const record: PreparedTask = { train: file, dev: [{ set: '', ...file }], isOfficial: true, notes: [] };
const classRow = (label: string, f1: number) => ({ label, precision: 0, recall: 0, f1, support: 2 });

function runWith(results: object): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'distiltune-glue-')), 'seed-42');
  mkdirSync(folder);
  writeFileSync(join(folder, 'results.json'), JSON.stringify(results));
  return folder;
}

const results = {
  reason: 'finished',
  seconds: { engine: 1, tokenize: 2, train: 3, evaluate: 4, save: 5 },
  examplesPerSecond: 7,
  reports: {
    validation: {
      task: 'sequence-classification',
      metrics: { accuracy: 0.75, f1: 0.8 },
      classes: [classRow('1', 0.6), classRow('0', 0.8)],
    },
  },
};

test('F1 is that of class 1, also of a model that has it first', () => {
  const name = { trial: null, seed: 42, task: glueTask('mrpc'), record };
  const run = readRun(runWith(results), name);
  expect(run.sets[0]!.report.metrics).toEqual({ accuracy: 0.75, f1: 0.6 });
  expect([run.state, run.seconds, run.examplesPerSecond]).toEqual(['finished', 15, 7]);
});

test('a diverged run has no score, whatever was measured before; a stopped one is not finished', () => {
  const name = { trial: null, seed: 42, task: glueTask('mrpc'), record };
  expect(readRun(runWith({ ...results, reason: 'diverged' }), name)).toMatchObject({ state: 'diverged', sets: [] });
  expect(readRun(runWith({ ...results, reason: 'stopped' }), name)).toMatchObject({ state: 'unfinished', sets: [] });
  expect(readRun(join(tmpdir(), 'no-such-run'), name).state).toBe('unfinished');
});

test('seeds, tasks and files as a person writes them', () => {
  expect([parseSeeds('3'), parseSeeds('7, 8,7'), parseSeeds('42,')]).toEqual([[42, 43, 44], [7, 8], [42]]);
  expect(() => parseSeeds('0')).toThrow('--seeds 0 is neither a number nor a list');
  expect(parseTasks(['SST-2', 'sts_b', 'sst2']).map(({ name }) => name)).toEqual(['sst2', 'stsb']);
  expect(parseTasks(undefined).length).toBe(9);
  expect(parseOwnFiles({ trainFile: ['qqp=a=b.tsv'], devFile: ['qqp=0.1', 'rte=1'] })).toEqual(
    new Map([
      ['qqp', { train: 'a=b.tsv', dev: 0.1 }],
      ['rte', { dev: '1' }],
    ]),
  );
});
