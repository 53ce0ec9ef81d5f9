#!/usr/bin/env node
/**
 * How long a key takes to be answered while steps hold the trainer: a real training with large batches under the dashboard, on a
 * terminal of tmux; keys go in and what is painted comes out by tmux' control mode, so that both ways through a terminal are in the
 * figure. Prints the milliseconds from a key to its answer on the screen, and how long the steps were, as one JSON document. Needs tmux.
 *
 *   npm run build
 *   node bench/dashboard-keys.mjs [--keys 60] [--size 120x40] [--batch 256]
 *
 * Steps are to take some 2 seconds: choose --batch so. `inStep` counts the keys that were pressed while a step was under way.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import xterm from '@xterm/headless';

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '60' },
    size: { type: 'string', default: '120x40' },
    batch: { type: 'string', default: '256' },
  },
});
const [columns, rows] = values.size.split('x').map(Number);
const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(path.join(os.tmpdir(), 'distiltune-bench-'));
const output = path.join(work, 'run');
const { CI: _, TMUX: __, NODE_ENV: ___, ...inherited } = process.env;
// Sockets outlive their servers; there they go with the run.
const env = { ...inherited, TMUX_TMPDIR: work, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', HF_HUB_OFFLINE: '1' };
const server = ['-u', '-L', 'bench', '-f', '/dev/null'];

const command = [
  process.execPath,
  path.join(root, 'dist', 'cli', 'main.js'),
  'train',
  path.join(root, 'examples', 'data', 'banking77', 'train.csv'),
  ...['--model', path.join(root, 'models', 'minilm-l6-h384-uncased')],
  ...['-o', output, '--batch-size', values.batch, '--epochs', '100', '--ui', 'dashboard'],
];

/** Keys whose answers are known, over and over: two panels; the help, and back; how to end, and back. */
const round = [
  { key: '4', shows: '[4 lr]' },
  { key: '5', shows: '[5 grad]' },
  { key: '?', shows: 'any key closes the help' },
  { key: 'Escape', shows: 'tab panel' },
  { key: 'q', shows: 'End it?' },
  { key: 'Escape', shows: 'tab panel' },
];

const tmux = (...args) => execFileSync('tmux', [...server, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });

try {
  tmux('new-session', '-d', '-s', 'run', '-x', String(columns), '-y', String(rows), ...command);
  const client = spawn('tmux', [...server, '-C', 'attach', '-t', 'run'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  let changed = () => {};
  // Bytes as characters: a line may end within one of UTF-8.
  createInterface({ input: client.stdout.setEncoding('latin1') }).on('line', (line) => {
    if (line.startsWith('%output ')) screen.write(bytesOf(line), () => changed());
  });
  client.stdin.write(`refresh-client -C ${columns}x${rows}\n`);
  await untilSteps(2);
  // What had been painted before is painted again.
  client.stdin.write('send-keys -t run C-l\n');
  await sleep(1000);
  const answered = [];
  for (let i = 0; i < Number(values.keys); i++) {
    // Not in time with the steps, nor with the frames that come by themselves.
    await sleep(150 + ((i * 137) % 400));
    answered.push(await press(client, round[i % round.length]));
  }
  // A command is said to have been asked before the run has heard of it.
  await untilSteps(stepsSoFar().length + 1);
  answered.push(await press(client, { key: 'Space', shows: 'pause asked' }));
  await untilSteps(stepsSoFar().length + 1);
  const steps = stepsSoFar();
  const inStep = answered.filter(({ at }) => steps.some((step) => at > step.from && at < step.to)).length;
  const pid = JSON.parse(readFileSync(path.join(output, 'status.json'), 'utf8')).pid;
  process.kill(pid, 'SIGKILL');
  const { node } = process.versions;
  const result = {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    node,
    settings: values,
    stepSeconds: spread(steps.map(({ from, to }) => (to - from) / 1000)),
    keys: answered.length,
    inStep,
    millisecondsToText: spread(answered.map(({ milliseconds }) => milliseconds)),
    over100ms: answered.filter(({ milliseconds }) => milliseconds > 100).length,
  };
  console.log(JSON.stringify(result, null, 2));
  client.stdin.end();

  /** Presses a key; resolves when its answer is on the screen. */
  function press(to, { key, shows }) {
    return new Promise((resolve, reject) => {
      if (shown().includes(shows)) throw new Error(`"${shows}" is on the screen before ${key} is pressed`);
      const at = Date.now();
      const began = performance.now();
      const late = setTimeout(() => reject(new Error(`nothing answered ${key} with "${shows}":\n${shown()}`)), 20_000);
      changed = () => {
        if (!shown().includes(shows)) return;
        clearTimeout(late);
        changed = () => {};
        resolve({ at, milliseconds: performance.now() - began });
      };
      to.stdin.write(`send-keys -t run ${key === '?' ? "'?'" : key}\n`);
    });
  }

  function shown() {
    return Array.from({ length: rows }, (_, y) => screen.buffer.active.getLine(y)?.translateToString(true)).join('\n');
  }
} finally {
  try {
    tmux('kill-server');
  } catch {
    // It had not begun.
  }
  rmSync(work, { recursive: true, force: true });
}

/** What a line of control mode says was painted: `%output %0 ...`, some bytes in octal. */
function bytesOf(line) {
  const text = line.slice(line.indexOf(' ', '%output '.length) + 1);
  const bytes = text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
  return Buffer.from(bytes, 'latin1');
}

/** Each step's beginning and end in milliseconds since 1970, from the run's own log. */
function stepsSoFar() {
  const log = path.join(output, 'events.jsonl');
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'step')
    .map(({ time, seconds }) => ({ from: Date.parse(time) - 1000 * seconds, to: Date.parse(time) }));
}

async function untilSteps(count) {
  while (stepsSoFar().length < count) await sleep(200);
}

function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share) => Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(3));
  return { median: at(0.5), p95: at(0.95), greatest: at(1) };
}
