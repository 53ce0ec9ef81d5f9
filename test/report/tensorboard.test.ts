import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crc32c } from '../../cli/report/tensorboard/crc32c.ts';
import { alsoToTensorBoard } from '../../cli/report/tensorboard/log.ts';
import { encodeEvent, frameRecord, type Logged } from '../../cli/report/tensorboard/records.ts';
import type { AnyEvent, StampedEvent } from '../../cli/run/events.ts';
import type { RunLog } from '../../cli/run/run-log.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { fixtureJson } from '../parity/fixtures.ts';
import { readEvents } from './read-event-file.ts';

const fixture = fixtureJson<{ records: Record<string, string>; crc32c: [string, number][] }>('tensorboard-events.json');
const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('checksums are those of the fixture', () => {
  for (const [bytes, expected] of fixture.crc32c) expect(crc32c(Buffer.from(bytes, 'hex'))).toBe(expected);
});

const scalars = (...pairs: [string, number][]): Logged => ({
  type: 'scalars',
  values: pairs.map(([tag, value]) => ({ tag, value })),
});

test.each<[string, Logged, { seconds: number; step: number }]>([
  ['file version', { type: 'file-version' }, { seconds: 1700000000.25, step: 0 }],
  ['session start', { type: 'session-start' }, { seconds: 1700000001.5, step: 301 }],
  [
    'scalars',
    scalars(['train/loss', 0.7], ['train/learning_rate', 5e-5], ['train/gradient_norm', 0]),
    { seconds: 1700000002.125, step: 7 },
  ],
  ['large step', scalars(['validation/r2', -3.25]), { seconds: 1.5, step: 2 ** 40 + 5 }],
  ['infinite', scalars(['train/gradient_norm', Number.POSITIVE_INFINITY]), { seconds: 2.5, step: 128 }],
  ['text', { type: 'text', tag: 'settings', text: '| naïve | 😀 |\n'.repeat(20) }, { seconds: 1700000003.75, step: 0 }],
])('%s: the bytes are those that TensorBoard itself writes', (name, logged, at) => {
  expect(Buffer.from(frameRecord(encodeEvent(logged, at))).toString('hex')).toBe(fixture.records[name]);
});

const time = '2026-01-02T03:04:05.500Z';
const seconds = Date.parse(time) / 1000;
const stamped = (event: AnyEvent): StampedEvent => ({ v: 1, time, ...event });
const step = (number: number, loss: number): StampedEvent =>
  stamped({
    type: 'step',
    step: number,
    epoch: number / 10,
    loss,
    learningRate: 0.25,
    gradientNorm: 2,
    examples: 4,
    tokens: 9,
    seconds: 1,
  });

function recordedLog(): RunLog & { seen: string[] } {
  const seen: string[] = [];
  return { seen, event: ({ type }) => void seen.push(type), end: (state) => void seen.push(state) };
}

test('a run is logged with its wall times, a resumed one in a file more that takes back what comes again', () => {
  const run = join(folder, 'run');
  mkdirSync(run);
  const settings = { ...defaultSettings, model: 'a|`b`', log: undefined };
  const first = recordedLog();
  const log = alsoToTensorBoard(first, run, { log: 'tensorboard', settings });
  log.event(stamped({ type: 'phase', phase: 'training', step: 0 }));
  for (const number of [1, 2, 3]) log.event(step(number, number / 2));
  log.event(
    stamped({
      type: 'evaluation',
      step: 2,
      epoch: 1,
      metrics: { accuracy: 0.5, roc_auc: Number.NaN },
      best: true,
      seconds: 1,
    }),
  );
  log.end('stopped');
  expect(first.seen).toEqual(['phase', 'step', 'step', 'step', 'evaluation', 'stopped']);

  // Not asked for again: the run has such files.
  const again = alsoToTensorBoard(recordedLog(), run, { log: undefined, settings }, 2);
  again.event(step(3, 9));
  again.end('finished');

  const names = readdirSync(join(run, 'tensorboard')).sort();
  expect(names).toHaveLength(2);
  for (const name of names) {
    expect(name.startsWith('events.out.tfevents.')).toBe(true);
    expect(name.split('.').slice(4).join('.')).toMatch(new RegExp(`^${hostname()}(\\.1)?$`));
  }
  const [before, after] = names.map((name) => readEvents(readFileSync(join(run, 'tensorboard', name))));
  const ofStep = (number: number, loss: number) => ({
    step: number,
    seconds,
    scalars: { 'train/loss': loss, 'train/learning_rate': 0.25, 'train/gradient_norm': 2 },
  });
  const text = (before![1] as { text: string }).text;
  expect(before).toEqual([
    { step: 0, seconds: expect.any(Number), version: 'brain.Event:2' },
    { step: 0, seconds: expect.any(Number), tag: 'settings', text },
    ofStep(1, 0.5),
    ofStep(2, 1),
    ofStep(3, 1.5),
    { step: 2, seconds, scalars: { 'validation/accuracy': 0.5 } },
  ]);
  expect(text.split('\n').slice(0, 4)).toEqual([
    '| setting | value |',
    '| --- | --- |',
    '| model | `"a\\|\'b\'"` |',
    '| task | `"auto"` |',
  ]);
  expect(after).toEqual([
    { step: 0, seconds: expect.any(Number), version: 'brain.Event:2' },
    { step: 3, seconds: expect.any(Number), session: 1 },
    ofStep(3, 9),
  ]);
});

test('a run that does not ask for it has none', () => {
  const run = join(folder, 'plain');
  mkdirSync(run);
  const log = recordedLog();
  expect(alsoToTensorBoard(log, run, { log: undefined, settings: defaultSettings })).toBe(log);
  expect(readdirSync(run)).toEqual([]);
});
