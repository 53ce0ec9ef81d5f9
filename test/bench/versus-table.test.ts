import { expect, it } from 'vitest';
import { load } from './load.ts';

const { comparisonTable } = await load('versus-table');

const figures = (tokens: number, peak: number, needed: number, losses: number[], versions: Record<string, string>) => ({
  steps: 50,
  tokens_per_second: tokens,
  peak_rss_mb: peak,
  needed_gflops: needed,
  matrix_peak_gflops: 100,
  first_loss: losses[0],
  train_loss: losses[1],
  last_loss: losses[2],
  versions,
});

it('a comparison is a table of medians, ends and ratios of pairs, and one of losses', () => {
  const own = (tokens: number) => figures(tokens, 900, 80, [0.7, 0.6, 0.5], { node: '20.0.0' });
  const peer = (tokens: number) => figures(tokens, 1800, 40, [0.71, 0.61, 0.51], { torch: '2.0' });
  const pairs = [
    { own: own(1200), peer: peer(800) },
    { own: own(1000), peer: peer(1000) },
    { own: own(2000), peer: peer(1000) },
  ];
  const table = comparisonTable({
    comparisons: [{ task: 'cola', padding: 'grouped', likeness: { loss_differences: [2.8e-8, 1] }, pairs }],
    machine: { date: '2026-01-02T03:04:05Z', cpu: 'A CPU', cores: 4, memory_mb: 8000, load_before: 0.1 },
    values: { model: 'm', threads: 2, 'batch-size': 32, 'learning-rate': 5e-5, 'max-length': 128, warmup: 5, runs: 3 },
  });
  expect(table.split('\n')).toEqual([
    '2026-01-02, A CPU, 2 of 4 cores, 8000 MB, load before 0.1;',
    'node 20.0.0, torch 2.0.',
    'Model m, batch 32, learning rate 0.00005, at most 128 tokens a row;',
    '3 runs of each side in turn, the first 5 steps of each left out; median (least to greatest).',
    '',
    '| task | padding of HF | steps | distiltune tokens/s | HF tokens/s | ratio of pairs | distiltune peak MB | HF peak MB | needed work, of the matrix peak | HF | matrix peak GFLOP/s |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    '| cola | grouped | 50 | 1,200 (1,000 to 2,000) | 1,000 (800 to 1,000) | **1.5** (1 to 2) | 900 (900 to 900) | 1,800 (1,800 to 1,800) | 80 % | 40 % | 100 (100 to 100) |',
    '',
    '| task | padding of HF | first loss, dropout 0, same order: difference | distiltune loss: first, mean, last | HF loss: first, mean, last |',
    '|---|---|---|---|---|',
    '| cola | grouped | 2.8e-8 | 0.7000, 0.6000, 0.5000 | 0.7100, 0.6100, 0.5100 |',
  ]);
});
