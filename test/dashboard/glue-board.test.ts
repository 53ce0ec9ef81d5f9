import { expect, test } from 'vitest';
import {
  type Board,
  boardAfter,
  boardRows,
  emptyBoard,
  meansSoFar,
  runsDone,
  secondsLeft,
} from '../../cli/dashboard/glue/board.ts';
import type { AnyGlueEvent } from '../../cli/glue/events.ts';
import { benchmarkOf, ended, started } from './sample-benchmark.ts';

const boardOf = (...events: AnyGlueEvent[]): Board =>
  events.reduce((board, event) => boardAfter(board, { v: 1, time: '2026-01-01T00:00:00.000Z', ...event }), emptyBoard);

test('a table fills up as runs begin and end', () => {
  const board = boardOf(
    benchmarkOf({ tasks: ['sst2', 'rte', 'cola'], seeds: [42, 43], missing: ['mnli'] }),
    ended('sst2', 42, 0.913, { outcome: 'kept' }),
    started('sst2', 43),
    ended('sst2', 43, 0.903),
    started('rte', 42),
    ended('rte', 42, null, { outcome: 'diverged' }),
    started('rte', 43),
    ended('rte', 43, null, { outcome: 'trained' }),
    started('cola', 42),
  );
  expect(boardRows(board).map(({ task, title, cells }) => ({ task, title, cells }))).toEqual([
    { task: 'mnli', title: 'MNLI', cells: null },
    {
      task: 'sst2',
      title: 'SST-2',
      cells: [
        { state: 'scored', score: 0.913 },
        { state: 'scored', score: 0.903 },
      ],
    },
    { task: 'cola', title: 'CoLA', cells: [{ state: 'running', tried: 0, trials: 1 }, { state: 'waiting' }] },
    { task: 'rte', title: 'RTE', cells: [{ state: 'unconverged' }, { state: 'unconverged' }] },
  ]);
  expect(runsDone(board)).toBe(4);
  const [, sst2, cola] = boardRows(board);
  expect(sst2!.score).toMatchObject({ median: 0.908, count: 2 });
  expect(cola!.score).toBe(null);
});

test('a run that was stopped goes on in its place', () => {
  const before = boardOf(
    benchmarkOf({ tasks: ['rte'], seeds: [42] }),
    started('rte', 42),
    ended('rte', 42, null, { outcome: 'stopped', seconds: 0 }),
    { type: 'benchmark-ended', reason: 'stopped', message: null },
  );
  expect(boardRows(before)[0]!.cells).toEqual([{ state: 'stopped' }]);
  expect([runsDone(before), before.end?.reason, before.current]).toEqual([0, 'stopped', null]);
  // The same command again: all is told anew.
  const again = [benchmarkOf({ tasks: ['rte'], seeds: [42] }), started('rte', 42)].reduce(
    (board, event) => boardAfter(board, { v: 1, time: '', ...event }),
    before,
  );
  expect(boardRows(again)[0]!.cells).toEqual([{ state: 'running', tried: 0, trials: 1 }]);
  expect(again.end).toBe(null);
});

test('of a grid the first seed counts its trials, and then has the score of the one that was taken', () => {
  const trials = ['lr-2e-5-epochs-3', 'lr-3e-5-epochs-3'];
  const begun = [
    benchmarkOf({ tasks: ['rte'], seeds: [42, 43], trials }),
    started('rte', 42, trials[0]),
    ended('rte', 42, 0.6, { trial: trials[0]! }),
  ];
  expect(boardRows(boardOf(...begun))[0]!.cells).toEqual([
    { state: 'trying', tried: 1, trials: 2 },
    { state: 'waiting' },
  ]);
  const second = [...begun, started('rte', 42, trials[1])];
  expect(boardRows(boardOf(...second))[0]!.cells![0]).toEqual({ state: 'running', tried: 1, trials: 2 });
  const chosen = [
    ...second,
    ended('rte', 42, 0.65, { trial: trials[1]! }),
    { type: 'trial-chosen' as const, task: 'rte' as const, trial: trials[1]! },
    started('rte', 43, trials[1]),
  ];
  expect(boardRows(boardOf(...chosen))[0]!.cells).toEqual([
    { state: 'scored', score: 0.65 },
    { state: 'running', tried: 0, trials: 1 },
  ]);
});

test('the mean is that of the tasks that have a score, beside the published one of the same tasks', () => {
  const board = boardOf(
    benchmarkOf({ tasks: ['sst2', 'rte', 'wnli', 'cola'], seeds: [42, 43, 44] }),
    ended('sst2', 42, 0.9),
    ended('sst2', 43, 0.92),
    ended('rte', 42, 0.6),
    ended('rte', 43, 0.7),
    ended('rte', 44, 0.61),
    ended('wnli', 42, 0.563),
    ended('cola', 42, null),
  );
  const { withoutWnli, withWnli } = meansSoFar(boardRows(board));
  expect(withoutWnli.tasks).toEqual(['sst2', 'rte']);
  // Medians 0.91 and 0.61.
  expect(withoutWnli.score).toBeCloseTo(0.76, 12);
  expect(withoutWnli.published.map(({ row, score }) => [row, score.toFixed(2)])).toEqual([
    ['model card', '75.60'],
    ['distillation README', '75.60'],
  ]);
  expect(withWnli.score).toBeCloseTo((0.91 + 0.61 + 0.563) / 3, 12);
  expect(withWnli.published.map(({ row }) => row)).toEqual(['distillation README']);
});

test('the time left counts the run of the moment and those to come, each by what its task took', () => {
  const begun = [benchmarkOf({ tasks: ['rte', 'wnli'], seeds: [42, 43] })];
  expect(secondsLeft(boardOf(...begun), null)).toBe(null);
  // RTE reads 2490 rows 3 times: 7470; WNLI 635 rows 5 times: 3175. One second for ten rows.
  const running = boardOf(...begun, ended('rte', 42, 0.6, { seconds: 747 }), started('rte', 43));
  expect(secondsLeft(running, null)).toBeCloseTo(747 + 2 * 317.5, 9);
  // It has told that it is quicker: the other task is expected in between.
  expect(secondsLeft(running, { taken: 100, left: 273.5 })).toBeCloseTo(273.5 + 2 * 317.5 * 0.75, 9);
  const known = boardOf(
    ...begun,
    ended('rte', 42, 0.6, { seconds: 747 }),
    ended('rte', 43, 0.6, { seconds: 747 }),
    ended('wnli', 42, 0.56, { seconds: 50 }),
  );
  expect(secondsLeft(known, null)).toBeCloseTo(50, 9);
  const all = boardOf(...begun, ended('wnli', 43, 0.5), { type: 'benchmark-ended', reason: 'finished', message: null });
  expect(secondsLeft(all, null)).toBe(null);
});

test('a run that was kept without telling its time says nothing of the time left', () => {
  const board = boardOf(
    benchmarkOf({ tasks: ['rte', 'wnli'], seeds: [42] }),
    ended('rte', 42, 0.6, { outcome: 'kept', seconds: 0 }),
  );
  expect(secondsLeft(board, null)).toBe(null);
});
