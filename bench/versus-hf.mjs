#!/usr/bin/env node
/**
 * Trains the same rows with distiltune and with a reference script on Hugging Face's Trainer, one after the other in turn,
 * and prints both figures of every run, the medians and their ratio as one JSON document.
 *
 *   npm run build
 *   node bench/versus-hf.mjs --python VENV/bin/python --reference hf_reference.py --train train.csv --dev dev.csv \
 *     [--text-column text] [--label-column label] [--runs 5] [--steps 100] [--padding grouped,longest,max]
 *
 * The reference takes --task csv --train --dev --model --padding --max-steps and prints one JSON line with
 * tokens_per_second and peak_rss_mb. No other load may run beside it: absolute times are noisy, ratios less so.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    reference: { type: 'string' },
    train: { type: 'string' },
    dev: { type: 'string' },
    'text-column': { type: 'string', default: 'text' },
    'label-column': { type: 'string', default: 'label' },
    runs: { type: 'string', default: '5' },
    steps: { type: 'string', default: '100' },
    padding: { type: 'string', default: 'grouped' },
  },
});
for (const name of ['python', 'reference', 'train', 'dev']) {
  if (!values[name]) throw new Error(`--${name} is missing: see the head of this file`);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const model = path.join(root, 'models', 'minilm-l6-h384-uncased');
const work = mkdtempSync(path.join(os.tmpdir(), 'distiltune-bench-'));
const columns = ['--text-column', values['text-column'], '--label-column', values['label-column']];
const quiet = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 };

function ours(run) {
  const output = path.join(work, `run-${run}`);
  const options = [
    '-o',
    output,
    '--model',
    model,
    '--validation',
    values.dev,
    '--max-steps',
    values.steps,
    '--ui',
    'none',
  ];
  execFileSync(
    process.execPath,
    [path.join(root, 'dist', 'cli', 'main.js'), 'train', values.train, ...columns, ...options],
    quiet,
  );
  const results = JSON.parse(readFileSync(path.join(output, 'results.json'), 'utf8'));
  return { tokensPerSecond: results.realTokensPerSecond, peakMegabytes: results.peakRssBytes / 2 ** 20 };
}

function theirs(padding) {
  const options = [
    '--model',
    model,
    '--padding',
    padding,
    '--max-steps',
    values.steps,
    '--out',
    path.join(work, 'reference'),
  ];
  const data = ['--task', 'csv', '--train', values.train, '--dev', values.dev, ...columns];
  const printed = execFileSync(values.python, [values.reference, ...data, ...options], quiet);
  const line = printed.split('\n').findLast((text) => text.startsWith('{"task"'));
  const { tokens_per_second: tokensPerSecond, peak_rss_mb: peakMegabytes } = JSON.parse(line);
  return { tokensPerSecond, peakMegabytes };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const paddings = values.padding.split(',');
const rows = [];
try {
  for (let run = 1; run <= Number(values.runs); run++) {
    const row = { distiltune: ours(run) };
    for (const padding of paddings) row[padding] = theirs(padding);
    console.error(JSON.stringify(row));
    rows.push(row);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const summary = Object.fromEntries(
  ['distiltune', ...paddings].map((arm) => [
    arm,
    {
      tokensPerSecond: Math.round(median(rows.map((row) => row[arm].tokensPerSecond))),
      peakMegabytes: Math.round(median(rows.map((row) => row[arm].peakMegabytes))),
      ratio: Number(median(rows.map((row) => row.distiltune.tokensPerSecond / row[arm].tokensPerSecond)).toFixed(2)),
    },
  ]),
);
const { node } = process.versions;
console.log(
  JSON.stringify({ cpu: os.cpus()[0].model, cores: os.cpus().length, node, settings: values, rows, summary }, null, 2),
);
