#!/usr/bin/env node
/**
 * What the dashboard costs a training: the same rows, steps and seed with the dashboard on a terminal of its own and with
 * `--ui none`, in pairs whose order alternates. Prints every pair and the ratios' median and spread as one JSON document.
 * Needs tmux.
 *
 *   npm run build
 *   node bench/dashboard-cost.mjs [--pairs 5] [--steps 60] [--size 120x40] [-- --batch-size 16 ...]
 *
 * What follows `--` goes to `train`. No other load may run beside it: absolute times are noisy, ratios less so.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '5' },
    steps: { type: 'string', default: '60' },
    size: { type: 'string', default: '120x40' },
  },
});
const [columns, rows] = values.size.split('x');
const root = fileURLToPath(new URL('..', import.meta.url));
const program = path.join(root, 'dist', 'cli', 'main.js');
const work = mkdtempSync(path.join(os.tmpdir(), 'distiltune-bench-'));
const { CI: _, TMUX: __, NODE_ENV: ___, ...inherited } = process.env;
// Sockets outlive their servers; there they go with the runs.
const env = { ...inherited, TMUX_TMPDIR: work, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', HF_HUB_OFFLINE: '1' };

const tmux = (...args) => execFileSync('tmux', ['-u', '-L', 'bench', '-f', '/dev/null', ...args], { env });

function wordsOf(output) {
  const data = path.join(root, 'examples', 'data', 'banking77', 'train.csv');
  const model = path.join(root, 'models', 'minilm-l6-h384-uncased');
  const fixed = ['--max-steps', values.steps, '--seed', '1', '--model', model, '-o', output];
  return [program, 'train', data, ...fixed, ...positionals];
}

/** Trains with the dashboard before a client of the terminal that takes whatever it paints, and leaves it by a key at its end. */
async function onDashboard(output) {
  const command = [process.execPath, ...wordsOf(output), '--ui', 'dashboard'];
  const size = ['-x', columns, '-y', rows];
  tmux(
    'start-server',
    ';',
    'set-option',
    '-g',
    'exit-empty',
    'off',
    ';',
    'new-session',
    '-d',
    '-s',
    'run',
    ...size,
    ...command,
  );
  const watcher = spawn('tmux', ['-u', '-L', 'bench', '-C', 'attach', '-t', 'run'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    const pane = Number(tmux('display-message', '-p', '-t', 'run', '#{pane_pid}').toString());
    const log = path.join(output, 'events.jsonl');
    await until(() => (existsSync(log) && readFileSync(log).includes('"type":"start"')) || !isAlive(pane));
    const before = cpuSecondsOf(pane);
    await until(() => existsSync(path.join(output, 'results.json')) || !isAlive(pane));
    // Of the dashboard alone; what it takes to begin is over before the first step.
    const seconds = cpuSecondsOf(pane) - before;
    const text = tmux('capture-pane', '-p', '-t', 'run').toString();
    if (!text.includes('? help')) throw new Error(`the dashboard was not on the screen:\n${text}`);
    return seconds;
  } finally {
    tmux('kill-server');
    await new Promise((resolve) => watcher.once('close', resolve));
  }
}

async function withoutScreen(output) {
  const log = openSync(`${output}.log`, 'w');
  const child = spawn(process.execPath, [...wordsOf(output), '--ui', 'none'], { env, stdio: ['ignore', log, log] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(readFileSync(`${output}.log`, 'utf8'));
}

async function until(isSo) {
  while (!isSo()) await sleep(200);
  await sleep(500);
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** CPU time of a process; NaN where the system does not tell: Linux does, in ticks of a hundredth of a second. */
function cpuSecondsOf(pid) {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  const stat = readFileSync(file, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Seconds of a run by its own clock. The first steps compile kernels and fill caches: left out. */
function measured(output) {
  const events = readFileSync(path.join(output, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const steps = events.filter(({ type }) => type === 'step');
  const began = events.find(({ type }) => type === 'start');
  const last = events.findLast(({ type }) => type === 'end');
  const warm = Math.min(5, steps.length - 1);
  return {
    steps: steps.length,
    trainingSeconds: rounded(sum(steps.slice(warm).map(({ seconds }) => seconds))),
    wallSeconds: (Date.parse(last.time) - Date.parse(began.time)) / 1000,
    loss: steps.at(-1).loss,
  };
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const rounded = (value, digits = 3) => Number(value.toFixed(digits));

const pairs = [];
try {
  for (let pair = 1; pair <= Number(values.pairs); pair++) {
    const row = {};
    const arms = pair % 2 === 1 ? ['none', 'dashboard'] : ['dashboard', 'none'];
    for (const arm of arms) {
      const output = path.join(work, `${arm}-${pair}`);
      const dashboardCpuSeconds = arm === 'none' ? await withoutScreen(output) : await onDashboard(output);
      row[arm] = {
        ...measured(output),
        ...(arm === 'dashboard' && { dashboardCpuSeconds: rounded(dashboardCpuSeconds, 2) }),
      };
      rmSync(output, { recursive: true });
    }
    row.trainingRatio = rounded(row.dashboard.trainingSeconds / row.none.trainingSeconds, 4);
    row.wallRatio = rounded(row.dashboard.wallSeconds / row.none.wallSeconds, 4);
    console.error(JSON.stringify({ first: arms[0], ...row }));
    pairs.push(row);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const spread = (numbers) => ({
  median: rounded(median(numbers), 4),
  least: Math.min(...numbers),
  greatest: Math.max(...numbers),
});
const { node } = process.versions;
const machine = { cpu: os.cpus()[0].model, cores: os.cpus().length, node };
const ratio = {
  training: spread(pairs.map(({ trainingRatio }) => trainingRatio)),
  wall: spread(pairs.map(({ wallRatio }) => wallRatio)),
};
console.log(JSON.stringify({ ...machine, settings: { ...values, train: positionals }, pairs, ratio }, null, 2));
