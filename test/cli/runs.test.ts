import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { trainTinyRun } from './tiny-run.ts';

describe('runs', () => {
  it('are listed, shown and removed, and nothing else is', async () => {
    const { folder: cwd, run } = await trainTinyRun();
    const listed = await runCli(['runs', 'ls', '--json'], { cwd });
    const results = JSON.parse(readFileSync(join(cwd, run, 'results.json'), 'utf8'));
    expect(JSON.parse(listed.stdout)).toEqual([
      {
        run,
        kind: 'run',
        state: 'finished',
        task: 'sequence-classification',
        model: 'tiny',
        ended: expect.any(String),
        metrics: results.metrics,
      },
    ]);
    const rows = (await runCli(['runs', 'ls'], { cwd })).stdout.split('\n');
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['run', 'state', 'steps', 'score'],
      [run, 'finished', '140/140', `validation accuracy ${results.metrics.validation.accuracy.toFixed(4)}`],
      [''],
    ]);
    const shown = (await runCli(['runs', 'show', run], { cwd })).stdout.split('\n');
    expect(shown.slice(0, 6)).toEqual([
      'run         runs/tiny',
      'state       finished, step 140 of 140',
      'model       tiny',
      'task        sequence-classification',
      'labels      2',
      'train       216 rows of answers.csv',
    ]);

    const asks = await runCli(['runs', 'rm', run], { cwd });
    expect([asks.code, asks.stderr.split('\n')[0]]).toEqual([
      2,
      'error: nobody is there to be asked whether to remove it',
    ]);
    const other = await runCli(['runs', 'rm', 'tiny', '--yes'], { cwd });
    expect([other.code, other.stderr.split('\n')[0]]).toEqual([2, 'error: this is no run']);
    expect(readdirSync(cwd).sort()).toEqual(['answers.csv', 'runs', 'tiny']);
    expect((await runCli(['runs', 'rm', run, '--yes'], { cwd })).code).toBe(0);
    expect(readdirSync(join(cwd, 'runs'))).toEqual([]);
    expect((await runCli(['runs', 'ls'], { cwd })).stderr).toBe('no runs in runs; distiltune train makes one\n');
    rmSync(cwd, { recursive: true });
  });
});
