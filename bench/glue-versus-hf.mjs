// Dev scores of benchmark runs beside those of another trainer on the same rows, as a Markdown table: mean and standard
// deviation over the seeds, their difference, and its standard error (Welch).
//
//   node bench/glue-versus-hf.mjs PEER.jsonl RUN [RUN ...]
//
// RUN is a folder of `distiltune glue run`; PEER.jsonl has one line for each of the peer's runs:
// {"task", "seed", "epochs", metrics...}. Runs are compared where task, epochs and seed are the same.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const metricsOf = {
  cola: ['mcc'],
  sst2: ['accuracy'],
  mrpc: ['accuracy', 'f1'],
  stsb: ['pearson', 'spearman'],
  rte: ['accuracy'],
  wnli: ['accuracy'],
};

const [peerFile, ...runs] = process.argv.slice(2);
if (peerFile === undefined || runs.length === 0) {
  console.error('usage: node bench/glue-versus-hf.mjs PEER.jsonl RUN [RUN ...]');
  process.exit(2);
}
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const peers = readFileSync(peerFile, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{"'))
  .map((line) => JSON.parse(line));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values) =>
  mean(values.map((value) => (value - mean(values)) ** 2)) * (values.length / (values.length - 1));
const points = (value) => (100 * value).toFixed(1);

const rows = [];
for (const run of runs) {
  for (const task of Object.keys(metricsOf)) {
    const scoreOf = (metrics) => mean(metricsOf[task].map((metric) => metrics[metric]));
    if (!existsSync(join(run, task))) continue;
    const seeds = readdirSync(join(run, task)).flatMap((name) => /^seed-(\d+)$/.exec(name)?.[1] ?? []);
    const pairs = seeds.flatMap((text) => {
      const folder = join(run, task, `seed-${text}`);
      if (!existsSync(join(folder, 'results.json'))) return [];
      const { metrics } = json(join(folder, 'results.json'));
      const { epochs } = json(join(folder, 'config.json'));
      const peer = peers.find((line) => line.task === task && line.seed === Number(text) && line.epochs === epochs);
      return peer === undefined
        ? []
        : [{ seed: text, epochs, ours: scoreOf(metrics.validation), theirs: scoreOf(peer) }];
    });
    if (pairs.length > 0) rows.push({ task, pairs });
  }
}
rows.sort((a, b) => Object.keys(metricsOf).indexOf(a.task) - Object.keys(metricsOf).indexOf(b.task));
console.log('| task | metric | epochs | seeds | distiltune | peer | difference | standard error |');
console.log('|---|---|---|---|---|---|---|---|');
for (const { task, pairs } of rows) {
  const ours = pairs.map((pair) => pair.ours);
  const theirs = pairs.map((pair) => pair.theirs);
  const many = pairs.length > 1;
  const spread = (values) => (many ? ` ± ${points(Math.sqrt(variance(values)))}` : '');
  const error = many ? points(Math.sqrt((variance(ours) + variance(theirs)) / pairs.length)) : '';
  const cells = [
    task,
    metricsOf[task].join(', '),
    pairs[0].epochs,
    pairs.map(({ seed }) => seed).join(', '),
    `${points(mean(ours))}${spread(ours)}`,
    `${points(mean(theirs))}${spread(theirs)}`,
    `${mean(ours) >= mean(theirs) ? '+' : ''}${points(mean(ours) - mean(theirs))}`,
    error,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
