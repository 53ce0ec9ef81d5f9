#!/usr/bin/env node
/**
 * What a frame of the dashboard costs: CPU milliseconds, from a component's new state to the bytes for the terminal, of a screen
 * that is mostly a plot, and the bytes. Prints one JSON document.
 *
 *   npm run build
 *   node --expose-gc bench/dashboard.mjs [--frames 300] [--sizes 80x24,120x40,200x60]
 *
 * With --expose-gc also the megabytes of the heap after each tenth of the frames: they stay the same, also for
 * --frames 20000 --sizes 80x24.
 */
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { openHost } from '../dist/cli/dashboard/terminal/host.js';

const { createElement, useState } = await import('react');
const { linePlot } = await import('../dist/cli/dashboard/plot/line-plot.js');
const { useScreenSize } = await import('../dist/cli/dashboard/terminal/hooks.js');
const { Canvas } = await import('../dist/cli/dashboard/terminal/overlay.js');
const { createTheme } = await import('../dist/cli/dashboard/theme.js');

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '300' }, sizes: { type: 'string', default: '80x24,120x40,200x60' } },
});
const frames = Number(values.frames);
const theme = createTheme({ colors: true, charset: 'braille' });
let setStep = () => {};

function Screen() {
  const { columns, rows } = useScreenSize();
  const [step, set] = useState(0);
  setStep = set;
  const height = rows - 5;
  const lines = [
    `distiltune train · step ${step} of ${frames} · ETA ${frames - step} s`,
    theme.paint('accent', '█'.repeat(Math.round((step / frames) * columns))),
    ...plot(step, columns, height),
    `loss ${loss(step).toFixed(4)} · accuracy ${(1 - loss(step) / 2).toFixed(4)}`,
    theme.paint('dim', 'log: a line of it'),
    'space pause  s save  e evaluate  q stop  ? help',
  ];
  return createElement(Canvas, { width: columns, height: rows, rows: lines });
}

const loss = (step) => 0.1 + Math.exp(-step / frames) * (0.8 + 0.1 * Math.sin(step * 1.7));

function plot(step, width, height) {
  const xs = Array.from({ length: 2 * width }, (_, i) => (step * i) / (2 * width));
  const points = xs.map((x) => ({ x, y: loss(x) }));
  const band = points.map(({ x, y }) => ({ x, min: y - 0.05, max: y + 0.05 }));
  const series = [
    { name: 'train', points, band, style: 'faint', role: 'series1' },
    { name: 'mean', points, style: 'solid', role: 'series2' },
  ];
  return linePlot({ width, height, theme, series, marks: [], x: { min: 0, max: step + 1 }, yScale: 'linear' });
}

const results = [];
for (const size of values.sizes.split(',')) {
  const [columns, rows] = size.split('x').map(Number);
  let bytes = 0;
  const stdout = Object.assign(
    new Writable({
      write(chunk, _, done) {
        bytes += chunk.length;
        done();
        stdout.emit('painted');
      },
    }),
    { isTTY: true, columns, rows },
  );
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
  const host = await openHost({ stdin, stdout, theme, interval: 0 });
  host.show(createElement(Screen));
  const heap = [];
  const warm = Math.min(50, frames);
  let start = process.cpuUsage();
  let collecting = 0;
  for (let step = 1; step <= frames + warm; step++) {
    if (step === warm + 1) {
      start = process.cpuUsage();
      bytes = 0;
    }
    const painted = once(stdout, 'painted');
    setStep(step % frames);
    await painted;
    if (globalThis.gc && step > warm && (step - warm) % Math.ceil(frames / 10) === 0) {
      const before = process.cpuUsage();
      globalThis.gc();
      heap.push(Number((process.memoryUsage().heapUsed / 2 ** 20).toFixed(1)));
      collecting += cpu(before);
    }
  }
  const total = cpu(start) - collecting;
  const alone = process.cpuUsage();
  for (let step = 1; step <= 50; step++) plot(step, columns, rows - 5);
  results.push({
    size,
    frames,
    cpuMillisecondsPerFrame: Number((total / frames).toFixed(2)),
    ofWhichPlot: Number((cpu(alone) / 50).toFixed(2)),
    bytesPerFrame: Math.round(bytes / frames),
    ...(heap.length > 0 && { heapMegabytes: heap }),
  });
  await host.close();
}
console.log(JSON.stringify(results, null, 2));

/** CPU milliseconds since `start`. */
function cpu(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
