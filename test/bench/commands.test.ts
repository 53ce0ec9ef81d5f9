import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const execute = promisify(execFile);
const main = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));

async function bench(...words: string[]) {
  const { stdout } = await execute(process.execPath, [main, ...words], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

const tiny = ['--model', 'tiny', '--random-weights'];

it('train measures a run of the command line', async () => {
  const words = ['--steps', '3', '--warmup', '2', '--batch-size', '4', '--seed', '7'];
  const figures = await bench('train', ...tiny, ...words, '--', 'dropout=0');
  const { rows, steps, warmup_steps, train_rows, seed, batch, settings, tokens, train_seconds } = figures;
  expect({ rows, steps, warmup_steps, train_rows, seed, batch, settings }).toEqual({
    rows: 12,
    steps: 3,
    warmup_steps: 2,
    train_rows: 10_003,
    seed: 7,
    batch: 4,
    settings: ['dropout=0'],
  });
  // Written with three digits.
  expect(figures.tokens_per_second / (tokens / train_seconds)).toBeCloseTo(1, 1);
  // ln 77 classes, before anything is learnt.
  expect(figures.first_loss).toBeCloseTo(Math.log(77), 1);
  expect(figures.share_of_matrix_peak).toBeGreaterThan(0);
});

it('train does not know what a frozen model needs', async () => {
  const figures = await bench('train', ...tiny, '--steps', '1', '--warmup', '0', '--', 'freeze.layers=1');
  expect([figures.needed_gflops, figures.share_of_matrix_peak]).toEqual([null, null]);
});

it('kernels times each kernel and leaves no tensor', async () => {
  const { kernels } = await bench('kernels', ...tiny, '--tokens', '40', '--seconds', '0.01');
  const names = kernels.map(({ kernel }: { kernel: string }) => kernel);
  expect(names).toContain('attention gradient');
  expect(names).toContain('adamStep of all weights');
  for (const { milliseconds } of kernels) expect(milliseconds).toBeGreaterThan(0);
});

it('startup counts from the command on', async () => {
  const figures = await bench('startup', ...tiny, '--rows', '200', '--runs', '1');
  const at: number[] = Object.values(figures.seconds_at);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(figures.seconds_to_first_step_done.median).toBe(at.at(-1));
});

it('soak trains on while it is steered, and holds as many tensors as before', async () => {
  const figures = await bench('soak', '--steps', '120', '--every', '30', '--rows', '200');
  expect(figures.looks.map(({ step }: { step: number }) => step)).toEqual([30, 60, 90, 120]);
  expect(figures.live_tensors).toHaveLength(1);
  const asked = Object.keys(figures.controls).map((name) => name.replace('_refused', ''));
  expect([...new Set(asked)].sort()).toEqual(['evaluate', 'pause', 'resume', 'save']);
  // Those that were due; one that was asked for may come on top, or too late.
  expect(figures.evaluations).toBeGreaterThanOrEqual(4);
});

it('predict gives every row and measures tokens as often as there are', async () => {
  const figures = await bench('predict', ...tiny, '--runs', '1', '--passes', '1');
  const { rows, ratio, arms } = figures;
  expect({ rows, ratio, arms: Object.keys(arms) }).toEqual({ rows: 3080, ratio: {}, arms: ['distiltune'] });
});
