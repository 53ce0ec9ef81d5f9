#!/usr/bin/env node
/**
 * A day's events replayed through the dashboard: what it holds in memory, and what a frame costs, after each tenth of them. Prints one
 * JSON document. Both are flat when the last tenth's figures are the first's.
 *
 *   npm run build
 *   node bench/dashboard-replay.mjs [--events 1000000] [--size 120x40] [--frames 60]
 *
 * The log has a step a line, an evaluation with diagnostics every 1,000, a checkpoint every 5,000; it takes some 220 bytes of the
 * temporary folder for each event. A frame is what a key changes: milliseconds of CPU from the key to the bytes for the terminal.
 */
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openHost } from '../dist/cli/dashboard/terminal/host.js';

const { createElement } = await import('react');
const { RunScreen } = await import('../dist/cli/dashboard/run/run-screen.js');
const { createTheme } = await import('../dist/cli/dashboard/theme.js');
const { replayRun } = await import('../dist/cli/watch/replay.js');

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    size: { type: 'string', default: '120x40' },
    frames: { type: 'string', default: '60' },
  },
});
const total = Number(values.events);
const [columns, rows] = values.size.split('x').map(Number);
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

const folder = mkdtempSync(path.join(os.tmpdir(), 'distiltune-bench-'));
const stdout = Object.assign(
  new Writable({
    write(_, __, done) {
      done();
      stdout.emit('painted');
    },
  }),
  { isTTY: true, columns, rows },
);
const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
try {
  writeRun();
  const tenths = [];
  let read = 0;
  const replay = replayRun(folder, { speed: Number.POSITIVE_INFINITY });
  const source = {
    ...replay,
    async *events(signal) {
      let began = performance.now();
      for await (const batch of replay.events(signal)) {
        yield batch;
        read += batch.length;
        if (read < ((tenths.length + 1) * total) / 10) continue;
        const readMilliseconds = performance.now() - began;
        tenths.push({ events: read, ...(await measured()), secondsToRead: rounded(readMilliseconds / 1000, 1) });
        console.error(JSON.stringify(tenths.at(-1)));
        began = performance.now();
      }
    },
  };
  const theme = createTheme({ colors: true, charset: 'braille' });
  const host = await openHost({ stdin, stdout, theme });
  host.show(createElement(RunScreen, { source, commandLine: `distiltune watch ${folder}`, onLeave() {} }));
  while (tenths.length < 10) await sleep(100);
  await host.close();
  const { node } = process.versions;
  const ratio = (name) => rounded(tenths.at(-1)[name] / tenths[0][name], 2);
  const lastToFirst = {
    heap: ratio('heapMegabytes'),
    resident: ratio('residentMegabytes'),
    frame: ratio('cpuMillisecondsPerFrame'),
  };
  const settings = { ...values, logMegabytes: Math.round(statSync(path.join(folder, 'events.jsonl')).size / 2 ** 20) };
  console.log(JSON.stringify({ cpu: os.cpus()[0].model, node, settings, tenths, lastToFirst }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What is held once all garbage is gone, and the mean cost of a frame that a key changed. */
async function measured() {
  // What was read is on the screen, and nothing is under way.
  await sleep(600);
  gc();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  // Less and more smoothing, in turn, draws the plot anew.
  await frame();
  const before = process.cpuUsage();
  for (let i = 0; i < Number(values.frames); i++) await frame();
  const { user, system } = process.cpuUsage(before);
  return {
    heapMegabytes: rounded((heapUsed + arrayBuffers) / 2 ** 20, 1),
    residentMegabytes: rounded(rss / 2 ** 20, 0),
    cpuMillisecondsPerFrame: rounded((user + system) / 1000 / Number(values.frames), 2),
  };
}

async function frame() {
  const painted = once(stdout, 'painted');
  stdin.write('z');
  await painted;
}

function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

function writeRun() {
  const noon = Date.UTC(2026, 0, 15, 12);
  const log = openSync(path.join(folder, 'events.jsonl'), 'w');
  let text = '';
  let written = 0;
  const at = (second) => new Date(noon + 1000 * second).toISOString();
  const write = (second, event) => {
    text += `${JSON.stringify({ v: 1, time: at(second), ...event })}\n`;
    written++;
    if (text.length < 1 << 20) return;
    writeSync(log, text);
    text = '';
  };
  const labels = Array.from({ length: 20 }, (_, i) => `label ${i}`);
  const diagnosticsAt = (step) => ({
    task: 'sequence-classification',
    labels,
    confusion: { labels, counts: labels.map((_, g) => labels.map((_, p) => (g === p ? 50 : (step + g * p) % 7))) },
    mostConfused: labels.slice(1).map((gold, i) => ({ gold, predicted: labels[i], count: 20 - i })),
    classes: labels.map((label, i) => ({ label, precision: 0.9, recall: 0.8, f1: (i + 1) / 25, support: 50 })),
    mistakes: labels.map((gold, i) => {
      const text = `mistake ${i} of step ${step} `.repeat(8);
      return { text, gold, predicted: labels[(i + 1) % labels.length], score: 0.9 };
    }),
    calibration: { bins: [{ confidence: 0.9, accuracy: 0.85, count: 1000 }], expectedCalibrationError: 0.05 },
  });
  write(0, { type: 'phase', phase: 'preparing', step: 0 });
  write(0, { type: 'run', folder, taken: null });
  const parameters = 66_955_010;
  const start = { totalSteps: total, stepsPerEpoch: 2000, epochs: Math.ceil(total / 2000), trainExamples: 64_000 };
  const what = { parameters, trainableParameters: parameters, metric: 'accuracy', direction: 'max' };
  write(0, { type: 'start', ...start, ...what });
  const seconds = 86_400 / total;
  for (let step = 1; written < total; step++) {
    const second = step * seconds;
    const loss = 0.1 + Math.exp(-step / total) * (0.8 + 0.1 * Math.sin(step * 1.7));
    const figures = { loss, learningRate: 5e-5 * (1 - step / total), gradientNorm: 1 + (step % 7) / 10 };
    write(second, { type: 'step', step, epoch: step / 2000, ...figures, examples: 32, tokens: 800, seconds });
    if (step % 50 === 0) write(second, { type: 'resources', step, rssBytes: 2 ** 30, cpuPercent: 180 });
    if (step % 1000 === 0) {
      const metrics = { accuracy: 1 - loss / 2, macro_f1: 0.9 - loss / 2, loss };
      write(second, { type: 'evaluation', step, epoch: step / 2000, metrics, best: step % 7000 === 0, seconds: 1 });
      write(second, { type: 'diagnostics', step, split: 'validation', diagnostics: diagnosticsAt(step) });
    }
    if (step % 5000 === 0) {
      write(second, { type: 'checkpoint', step, location: `checkpoints/step-${step}`, reason: 'periodic' });
    }
  }
  writeSync(log, text);
  closeSync(log);
  const heartbeat = at(86_400);
  const status = { v: 1, pid: 2 ** 30, state: 'stopped', phase: 'training', step: total, totalSteps: total, heartbeat };
  writeFileSync(path.join(folder, 'status.json'), JSON.stringify(status));
}
