import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResults } from '../../cli/run/results.ts';
import type { Comparison } from '../../cli/runs/compare.ts';
import { readRun } from '../../cli/runs/read.ts';
import { runCli } from '../cli/run-cli.ts';
import { glueWorkplace, tinySettings } from '../glue/glue-workplace.ts';
import { writeRun } from './run-folders.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await glueWorkplace();
  const run = async (folder: string, ...options: string[]) => {
    const { code, stderr } = await runCli(
      ['glue', 'run', '-o', folder, ...tinySettings, '--tasks', 'rte', 'epochs=2', ...options],
      { cwd },
    );
    if (code !== 0) throw new Error(stderr);
  };
  await run('runs/a', '--seeds', '1');
  await run('runs/b', '--seeds', '1', 'optimizer.weightDecay=0.1');
});
afterAll(() => rmSync(cwd, { recursive: true }));

const resultsOf = async (folder: string): Promise<RunResults> => (await readRun(join(cwd, folder)))!.results!;

describe('benchmarks', () => {
  it('are compared by their scores, as the report has them', async () => {
    const { stdout, stderr } = await runCli(['runs', 'compare', 'runs/a', 'runs/b', '--json'], { cwd });
    expect(stderr).toBe('');
    const { runs, settings, metrics, cost, notes } = JSON.parse(stdout) as Comparison;
    expect(runs.map(({ run, task, state, model }) => [run, task, state, model])).toEqual([
      ['runs/a', 'glue', 'finished', 'tiny'],
      ['runs/b', 'glue', 'finished', 'tiny'],
    ]);
    expect(settings.differing.map(({ key }) => key)).toEqual(['settings']);
    const scores = await Promise.all(
      ['runs/a', 'runs/b'].map(async (folder) => {
        const { stdout: report } = await runCli(['glue', 'report', folder, '--json'], { cwd });
        return JSON.parse(report).tasks[0];
      }),
    );
    const [a, b] = scores.map(({ score }) => score.median);
    expect(metrics).toEqual([
      {
        name: 'rte',
        split: 'validation',
        direction: 'max',
        values: [a, b],
        differences: [0, b - a],
        best: a === b ? [] : [a > b ? 0 : 1],
      },
    ]);
    expect(cost.map(({ name, values }) => [name, values])).toEqual([['seconds', scores.map(({ seconds }) => seconds)]]);
    expect(notes).toEqual(['a score is the median over the seeds; of a task with several metrics their mean']);
  });

  it('hold runs that are compared as any others', async () => {
    const folders = ['runs/a/rte/seed-42', 'runs/b/rte/seed-42'];
    const { stdout } = await runCli(['runs', 'compare', ...folders, '--json'], { cwd });
    const { settings, metrics } = JSON.parse(stdout) as Comparison;
    // Each benchmark has its own copy of the rows, which are the same.
    expect(settings.differing).toEqual([
      { key: 'data.train', values: ['runs/a/data/rte/train.jsonl', 'runs/b/data/rte/train.jsonl'] },
      { key: 'data.validation', values: ['runs/a/data/rte/dev.jsonl', 'runs/b/data/rte/dev.jsonl'] },
      { key: 'optimizer.weightDecay', values: [0, 0.1] },
    ]);
    const [a, b] = await Promise.all(folders.map(resultsOf));
    expect(metrics.find(({ name }) => name === 'accuracy')!.values).toEqual([
      a!.metrics.validation!.accuracy,
      b!.metrics.validation!.accuracy,
    ]);
  });

  it('stand in the list of runs, can be removed, and are not compared with runs', async () => {
    writeRun(join(cwd, 'runs/c'), { results: { metrics: { validation: { accuracy: 1 } } } });
    const mixed = await runCli(['runs', 'compare', 'runs/a', 'runs/c'], { cwd });
    expect([mixed.code, mixed.stderr.split('\n')[0]]).toEqual([
      2,
      'error: this is a run of the benchmark, and not all of the others are',
    ]);
    const shown = await runCli(['runs', 'show', 'runs/a'], { cwd });
    expect([shown.code, shown.stderr.split('\n')[2]]).toEqual([2, '   do: distiltune glue report runs/a']);
    const listed = async () =>
      JSON.parse((await runCli(['runs', 'ls', '--json'], { cwd })).stdout)
        .map(({ run, kind, state, task }: Record<string, string>) => [run, kind, state, task])
        .sort();
    expect(await listed()).toEqual([
      ['runs/a', 'benchmark', 'finished', 'glue'],
      ['runs/b', 'benchmark', 'finished', 'glue'],
      ['runs/c', 'run', 'finished', 'sequence-classification'],
    ]);
    expect((await runCli(['runs', 'rm', 'runs/b', '--yes'], { cwd })).code).toBe(0);
    expect((await listed()).map(([run]: string[]) => run)).toEqual(['runs/a', 'runs/c']);
  });
});
