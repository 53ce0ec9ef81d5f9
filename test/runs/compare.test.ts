import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { fields } from '../../cli/config/fields.ts';
import type { Comparison } from '../../cli/runs/compare.ts';
import { comparisonLines } from '../../cli/runs/compare-lines.ts';
import { compareFolders } from '../../cli/runs/measure.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { runCli } from '../cli/run-cli.ts';
import { trainingEvents, writeRun } from './run-folders.ts';

const style = { colors: picocolors.createColors(false), width: 100 };
const lines = (comparison: Comparison) => comparisonLines(comparison, style);
const workplace = () => mkdtempSync(join(tmpdir(), 'distiltune-compare-'));

/** Two runs that differ in learning rate and batch size, with scores and cost of their own. */
function twoRuns() {
  const folder = workplace();
  const a = writeRun(join(folder, 'a'), {
    results: {
      metrics: {
        validation: { accuracy: 0.9, loss: 0.25, roc_auc: null as unknown as number },
        test: { accuracy: 0.875 },
      },
    },
  });
  const b = writeRun(join(folder, 'b'), {
    settings: {
      batchSize: 16,
      optimizer: { ...defaultSettings.optimizer, learningRate: 3e-5 },
    },
    results: {
      metrics: { validation: { accuracy: 0.925, loss: 0.3125, roc_auc: 0.75 }, test: { accuracy: 0.875 } },
      best: { step: 10, epoch: 1, metric: 'accuracy', value: 0.925 },
      seconds: { engine: 1, tokenize: 1, train: 80, evaluate: 6, save: 2 },
      realTokensPerSecond: 1250,
      examplesPerSecond: 50,
      peakRssBytes: 1_250_000_000,
      steps: 40,
    },
  });
  return { folder, a, b };
}

describe('comparing runs', () => {
  it('tells settings that differ, metrics by their direction, and cost', async () => {
    const { a, b } = twoRuns();
    const comparison = await compareFolders([a, b]);
    const row = (
      name: string,
      split: string | null,
      direction: string | null,
      values: unknown[],
      difference: unknown,
      best: number[],
    ) => ({
      name,
      split,
      direction,
      values,
      differences: [values[0] === null ? null : 0, difference],
      best,
    });
    expect(comparison).toEqual({
      v: 1,
      runs: [a, b].map((run) => ({
        run,
        state: 'finished',
        task: 'sequence-classification',
        model: 'tiny',
        step: 20,
        totalSteps: 20,
      })),
      settings: {
        differing: [
          { key: 'batchSize', values: [32, 16] },
          { key: 'optimizer.learningRate', values: [5e-5, 3e-5] },
        ],
        equal: fields.length + 8,
      },
      metrics: [
        row('accuracy', 'validation', 'max', [0.9, 0.925], 0.925 - 0.9, [1]),
        row('loss', 'validation', 'min', [0.25, 0.3125], 0.0625, [0]),
        row('roc_auc', 'validation', 'max', [null, 0.75], null, []),
        row('accuracy', 'test', 'max', [0.875, 0.875], 0, []),
      ],
      cost: [
        row('seconds', null, 'min', [50, 90], 40, [0]),
        row('tokens/s', null, 'max', [2500, 1250], -1250, [0]),
        row('examples/s', null, 'max', [100, 50], -50, [0]),
        row('peak memory', null, 'min', [1.5e9, 1.25e9], -0.25e9, [1]),
        row('steps', null, null, [20, 40], 20, []),
        row('best step', null, null, [20, 10], -10, []),
      ],
      notes: [],
    });
  });

  it('prints a table, and one JSON document', async () => {
    const { folder } = twoRuns();
    const shown = await runCli(['runs', 'compare', 'a', 'b'], { cwd: folder });
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout.split('\n')).toEqual([
      'A  a  finished  sequence-classification  tiny  step 20/20',
      'B  b  finished  sequence-classification  tiny  step 20/20',
      '',
      'setting                 A        B',
      'batchSize               32       16',
      'optimizer.learningRate  0.00005  0.00003',
      `${fields.length + 8} settings are the same`,
      '',
      'metric                    A       B      B-A  better',
      'validation accuracy  0.9000  0.9250  +0.0250  B',
      'validation loss      0.2500  0.3125  +0.0625  A',
      'validation roc_auc        -  0.7500',
      'test accuracy        0.8750  0.8750        =',
      '',
      'cost               A        B      B-A  better',
      'seconds           50       90      +40  A',
      'tokens/s       2,500    1,250   -1,250  A',
      'examples/s       100       50      -50  A',
      'peak memory  1.50 GB  1.25 GB  -250 MB  B',
      'steps             20       40      +20',
      'best step         20       10      -10',
      '',
    ]);
    const json = await runCli(['runs', 'compare', 'a', 'b', '--json'], { cwd: folder });
    const { runs, metrics } = JSON.parse(json.stdout) as Comparison;
    expect(runs.map(({ run }) => run)).toEqual(['a', 'b']);
    expect(metrics[0]).toEqual({
      name: 'accuracy',
      split: 'validation',
      direction: 'max',
      values: [0.9, 0.925],
      differences: [0, 0.925 - 0.9],
      best: [1],
    });
  });

  it('shows three runs, differences to the first', async () => {
    const { folder, a, b } = twoRuns();
    const c = writeRun(join(folder, 'c'), { results: { metrics: { validation: { accuracy: 0.95 } } } });
    const shown = lines(await compareFolders([a, b, c]));
    expect(shown.find((line) => line.startsWith('metric'))).toBe(
      'metric                    A       B      B-A       C      C-A  better',
    );
    expect(shown.find((line) => line.startsWith('validation accuracy'))).toBe(
      'validation accuracy  0.9000  0.9250  +0.0250  0.9500  +0.0500  C',
    );
    expect(shown.find((line) => line.startsWith('validation loss'))).toBe(
      'validation loss      0.2500  0.3125  +0.0625       -           A',
    );
  });

  it('takes a run that has not ended by its best evaluation so far', async () => {
    const { folder, a } = twoRuns();
    const events = trainingEvents(20, (step) => 1 / step);
    const later = {
      type: 'evaluation',
      step: 25,
      epoch: 2.5,
      metrics: { accuracy: 0.1 },
      best: false,
      seconds: 1,
    } as const;
    const going = writeRun(join(folder, 'going'), {
      state: 'running',
      step: 25,
      totalSteps: 40,
      heartbeat: new Date().toISOString(),
      pid: process.pid,
      events: [...events, later],
    });
    const { metrics, notes, cost, runs } = await compareFolders([a, going]);
    expect(runs[1]).toMatchObject({ state: 'running', step: 25, totalSteps: 40 });
    expect(metrics.find(({ name, split }) => name === 'accuracy' && split === 'validation')?.values).toEqual([
      0.9, 0.9,
    ]);
    expect(metrics.find(({ split }) => split === 'test')?.values).toEqual([0.875, null]);
    expect(cost.find(({ name }) => name === 'seconds')?.values).toEqual([50, null]);
    expect(notes).toEqual([
      `${going} is going on (step 25): its metrics are those of its best evaluation so far, at step 20`,
    ]);
  });

  it('says of runs that diverged, died or were stopped what became of them', async () => {
    const { folder, a } = twoRuns();
    const diverged = writeRun(join(folder, 'diverged'), {
      state: 'diverged',
      results: { reason: 'diverged', steps: 7, metrics: {} },
    });
    const died = writeRun(join(folder, 'died'), { state: 'running', step: 3 });
    const stopped = writeRun(join(folder, 'stopped'), {
      state: 'stopped',
      results: { reason: 'stopped', steps: 12, metrics: {} },
    });
    expect((await compareFolders([a, diverged, died, stopped])).notes).toEqual([
      `${diverged} diverged at step 7`,
      `${died} died (step 3): nothing was measured yet`,
      `${stopped} was stopped at step 12`,
    ]);
  });

  it('compares of different tasks what all have, calls none better, and says so', async () => {
    const { folder, a } = twoRuns();
    const other = writeRun(join(folder, 'other'), {
      task: 'token-classification',
      results: { metrics: { validation: { f1: 0.5, loss: 0.5, accuracy: 0.75 } } },
    });
    const { metrics, notes, settings } = await compareFolders([a, other]);
    expect(metrics.map(({ name, split, values, best }) => [name, split, values, best])).toEqual([
      ['accuracy', 'validation', [0.9, 0.75], []],
      ['loss', 'validation', [0.25, 0.5], []],
    ]);
    expect(settings.differing).toEqual([
      { key: 'resolved.task', values: ['sequence-classification', 'token-classification'] },
    ]);
    expect(notes).toEqual([
      'the runs are of different tasks (sequence-classification, token-classification): metrics that all have are ' +
        'shown, and none is called better; left out: roc_auc, f1, accuracy',
    ]);
  });

  it('says where runs were measured on other rows', async () => {
    const { folder, a } = twoRuns();
    const results = { metrics: { validation: { accuracy: 0.5 } } };
    const other = writeRun(join(folder, 'seed'), { settings: { seed: 7 }, results });
    expect((await compareFolders([a, other])).notes).toEqual([
      'the validation rows are not the same: their metrics do not measure the same thing',
    ]);
    const files = {
      train: { name: 'x.csv', sha256: 'a'.repeat(64) },
      validation: { name: 'v.csv', sha256: 'b'.repeat(64) },
    };
    const own = writeRun(join(folder, 'own'), { settings: { seed: 7 }, files, results });
    const same = writeRun(join(folder, 'same'), { files, results });
    expect((await compareFolders([own, same])).notes).toEqual([]);
  });

  it('refuses what is no run, one run only, and damaged files by their name', async () => {
    const { folder, a } = twoRuns();
    mkdirSync(join(folder, 'empty'));
    const failure = async (...runs: string[]) => {
      const { code, stderr, stdout } = await runCli(['runs', 'compare', ...runs], { cwd: folder });
      return [code, stdout, stderr.split('\n')[0], stderr.split('\n')[1]];
    };
    expect(await failure('a')).toEqual([
      2,
      '',
      'error: there is one run only: two are compared',
      '   do: name another one',
    ]);
    expect((await failure('a', 'empty')).slice(0, 3)).toEqual([2, '', 'error: this is no run']);
    const damaged = writeRun(join(folder, 'damaged'), { results: {} });
    writeFileSync(join(damaged, 'results.json'), '{"metrics": {"validation"');
    expect(await failure('a', 'damaged')).toEqual([
      3,
      '',
      'error: the file is damaged: it is no JSON of a run',
      '   in: damaged/results.json',
    ]);
    writeFileSync(join(damaged, 'results.json'), '{"other": 1}');
    await expect(compareFolders([a, damaged])).rejects.toThrow('the file is damaged');
    const log = writeRun(join(folder, 'log'), { state: 'stopped', events: trainingEvents(4, () => 1) });
    appendFileSync(join(log, 'events.jsonl'), 'broken\n{"v":1,"type":"step"}\n');
    expect((await compareFolders([a, log])).notes).toContain(`${log}: 2 lines of events.jsonl could not be read`);
    // The last line of a process that died while it wrote.
    appendFileSync(join(log, 'events.jsonl'), '{"v":1,"ti');
    expect((await compareFolders([a, log])).notes).toContain(`${log}: 2 lines of events.jsonl could not be read`);
  });
});
