import { createElement } from 'react';
import stringWidth from 'string-width';
import { afterEach, describe, expect, test } from 'vitest';
import type { ControlAnswer, ControlCommand } from '../../cli/control/protocol.ts';
import { GlueScreen } from '../../cli/dashboard/glue/glue-screen.tsx';
import { createTheme } from '../../cli/dashboard/theme.ts';
import type { AnyGlueEvent } from '../../cli/glue/events.ts';
import type { StampedEvent } from '../../cli/run/events.ts';
import type { GlueSource, Liveness } from '../../cli/watch/source.ts';
import { type Frames, openFrames } from './frames.ts';
import { benchmarkOf, ended, started } from './sample-benchmark.ts';
import { trainingEvents } from './sample-run.ts';

let screen: Frames;
afterEach(() => screen.close());

/** A benchmark that says what it is given, then waits. */
function sourceOf(
  events: AnyGlueEvent[],
  runEvents: StampedEvent[],
  { liveness = 'alive', canSteer = true }: { liveness?: Liveness['state']; canSteer?: boolean } = {},
) {
  const asked: ControlCommand[] = [];
  let hasDetached = false;
  const alive = () => ({ state: liveness, heartbeat: null, lastCheckpoint: null, resume: null });
  async function* told<T>(all: T[], signal: AbortSignal) {
    yield all;
    if (liveness === 'alive') await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }
  const control = async (command: ControlCommand): Promise<ControlAnswer> => {
    asked.push(command);
    return { ok: true, step: 400 };
  };
  const source: GlueSource = {
    events: (signal) =>
      told(
        events.map((event) => ({ v: 1 as const, time: new Date().toISOString(), ...event })),
        signal,
      ),
    liveness: alive,
    ...(canSteer ? { control } : {}),
    detach: () => {
      hasDetached = true;
    },
    folder: () => 'runs/glue',
    run: (folder) => ({
      events: (signal) => told(runEvents, signal),
      liveness: () => ({ ...alive(), state: 'alive' }),
      folder: () => `runs/glue/${folder}`,
    }),
  };
  return { source, asked, hasDetached: () => hasDetached };
}

const sample = [
  benchmarkOf({ tasks: ['sst2', 'rte', 'cola', 'mrpc'], seeds: [42, 43, 44], missing: ['mnli'] }),
  ended('sst2', 42, 0.9128, { seconds: 1300 }),
  ended('sst2', 43, 0.9025, { seconds: 1320 }),
  ended('sst2', 44, null, { outcome: 'diverged', seconds: 100 }),
  started('rte', 42),
];

function open(
  given: ReturnType<typeof sourceOf>,
  columns = 80,
  rows = 24,
  theme = createTheme({ colors: false, charset: 'braille' }),
) {
  const left: string[] = [];
  const element = createElement(GlueScreen, {
    source: given.source,
    onLeave: (why) => void left.push(why),
    commandLine: "distiltune glue run --data 'my glue' --seeds 3",
  });
  screen = openFrames(element, { columns, rows }, theme);
  return left;
}

/** The run of the moment has told how far it is. */
const isFollowed = /RTE {2,}>.*\d%/;
const row = (text: string) => screen.frame().find((line) => line.includes(text));

test('the table stands above the plot of the run of the moment', async () => {
  open(sourceOf(sample, trainingEvents(1300).events));
  await screen.until(isFollowed);
  const frame = screen.frame();
  expect(frame.slice(2, 10)).toEqual([
    'task          seed 42        seed 43        seed 44  median    card  README',
    'MNLI         no files       no files       no files            82.2    82.1',
    'SST-2            91.3           90.3     ! no score    90.8    91.3    91.3',
    'CoLA                ·              ·              ·            51.3    51.3',
    'MRPC                ·              ·              ·            87.5    87.5',
    'RTE             > 20%              ·              ·            59.9    59.9',
    'mean 90.8 over 1 of 8 tasks; published of these: model card 91.3, distillation …',
    expect.stringMatching(/^RTE seed 42 {2}● RUN step 1300\/6315 ETA \S+ {2}loss \S+ {2}accuracy 0\.9020?$/),
  ]);
  expect(frame[0]).toMatch(/^distiltune glue · distilbert-base-uncased · recipe hf +● RUN 3\/12 runs ETA \d+h\d+m$/);
  expect(frame[1]).toMatch(/^█+.*░+ {2}26% │ seeds 42 43 44$/);
  expect(frame[10]).toMatch(/^┌─ loss ─+┐$/);
  expect(frame.slice(11, 21).join('')).toMatch(/[⠁-⣿]{3}/);
  expect(frame.slice(-2)).toEqual([
    "$ distiltune glue run --data 'my glue' --seeds 3",
    'space pause  q stop…  return open the run  tab plot  ? help',
  ]);
  await screen.press('tab');
  expect(screen.frame()[10]).toMatch(/^┌─ acc ─+┐$/);
});

test.each([
  [80, 24],
  [120, 40],
  [60, 16],
  [44, 60],
  [40, 12],
  [20, 6],
])('%i x %i has every task, or as many as fit, and fits', async (columns, rows) => {
  open(sourceOf(sample, trainingEvents(700).events), columns, rows, createTheme({ colors: false, charset: 'ascii' }));
  await screen.until(rows > 6 && columns > 40 ? /! no score|!none/ : 'MNLI');
  const frame = screen.frame();
  expect(frame).toHaveLength(rows);
  for (const line of frame) {
    expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    expect(line).toMatch(/^[\x20-\x7e]*$/);
  }
  const tasks = frame.map((line) => line.split(' ')[0]).filter((name) => /^(MNLI|SST-2|CoLA|MRPC)$/.test(name!));
  if (rows > 6) expect(tasks).toEqual(['MNLI', 'SST-2', 'CoLA', 'MRPC']);
  if (columns >= 40) expect(frame.at(-1)).toMatch(/\? help$/);
});

describe('steering', () => {
  test('space pauses, q asks, and every answer does what it says', async () => {
    const given = sourceOf(sample, trainingEvents(400).events);
    const left = open(given);
    await screen.until(isFollowed);
    await screen.press('space');
    expect(given.asked).toEqual(['pause']);
    await screen.press('q');
    expect(screen.frame().at(-1)).toBe('End it? s stop and save  n stop now  d detach  esc cancel');
    await screen.press('escape');
    expect(screen.frame().at(-1)).toContain('space pause');
    await screen.press('q', 's');
    expect(given.asked).toEqual(['pause', 'stop']);
    await screen.press('ctrl+c');
    await screen.press('q', 'd');
    expect([given.hasDetached(), left]).toEqual([true, ['detached']]);
  });

  test('return opens the screen of the run of the moment, which leads back', async () => {
    open(sourceOf(sample, trainingEvents(400).events));
    await screen.until(isFollowed);
    await screen.press('return');
    await screen.until('[1 loss]');
    await screen.press('q');
    await screen.until('seed 43');
    expect(row('RTE')).toContain('RTE');
  });

  test('what cannot be steered is left at once', async () => {
    const left = open(sourceOf(sample, [], { canSteer: false }));
    await screen.until('seed 43');
    expect(screen.frame().at(-1)).toMatch(/^q leave {2}return open the run/);
    await screen.press('q');
    expect(left).toEqual(['back']);
  });
});

describe('the end', () => {
  const end = (reason: 'finished' | 'stopped' | 'failed', message: string | null): AnyGlueEvent[] => [
    ...sample.slice(0, -1),
    { type: 'benchmark-ended', reason, message },
  ];

  test('is told, and stays until a key', async () => {
    const left = open(sourceOf(end('finished', null), []));
    await screen.until('DONE');
    expect(screen.frame()[0]).toMatch(/✓ DONE 3\/12 runs$/);
    await screen.press('x');
    expect(left).toEqual(['ended']);
  });

  test('of one that failed or was stopped names what goes on with it', async () => {
    open(sourceOf(end('failed', 'no space left on device'), []), 80, 24);
    await screen.until('FAILED');
    expect(row('no space')).toBe('no space left on device');
    expect(row('go on with it')).toBe('go on with it: distiltune glue run --data glue');
  });

  test('of a process that is gone is told, too', async () => {
    open(sourceOf(sample, [], { liveness: 'died' }));
    await screen.until('go on with it');
    expect(screen.frame()[0]).toContain('✗ DIED');
    expect(row('the process')).toBe('the process of the benchmark is gone, without a word');
    expect(row('go on with it')).toBe('go on with it: distiltune glue run --data glue');
  });
});
