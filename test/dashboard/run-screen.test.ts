import { createElement } from 'react';
import stringWidth from 'string-width';
import { afterEach, describe, expect, test } from 'vitest';
import type { ControlAnswer, ControlCommand } from '../../cli/control/protocol.ts';
import { boundTwice } from '../../cli/dashboard/keys.ts';
import { askKeys, bindingsOf } from '../../cli/dashboard/run/keys.ts';
import { type OnLeave, RunScreen } from '../../cli/dashboard/run/run-screen.tsx';
import type { ScreenSize } from '../../cli/dashboard/terminal/screen.ts';
import { createTheme, type Theme } from '../../cli/dashboard/theme.ts';
import type { Diagnostics } from '../../cli/run/diagnostics.ts';
import type { AnyEvent, StampedEvent } from '../../cli/run/events.ts';
import type { RunSource } from '../../cli/watch/source.ts';
import { type Frames, openFrames } from './frames.ts';
import { at, dataEvent, diagnostics, modelEvent, startEvent, stepEvent, trainingEvents } from './sample-run.ts';

process.env.TZ = 'UTC';

type Liveness = ReturnType<RunSource['liveness']>;

/** A run whose events, answers and death are this test's. */
function scripted(events: readonly StampedEvent[]) {
  let wake = () => {};
  const waiting: StampedEvent[][] = [[...events]];
  const asked: ControlCommand[] = [];
  const answers = new Map<ControlCommand, (answer: ControlAnswer) => void>();
  let liveness: Liveness = { state: 'alive', heartbeat: null, lastCheckpoint: null, resume: null };
  let isDetached = false;
  const control = (command: ControlCommand) => {
    asked.push(command);
    return new Promise<ControlAnswer>((resolve) => answers.set(command, resolve));
  };
  const source: RunSource = {
    async *events(signal) {
      while (!signal.aborted) {
        const batch = waiting.shift();
        if (batch !== undefined) yield batch;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
        }
      }
    },
    control,
    interrupt: () => control(asked.includes('stop') ? 'abort' : 'stop'),
    liveness: () => liveness,
    detach: () => {
      isDetached = true;
    },
    folder: () => null,
  };
  return {
    source,
    asked,
    isDetached: () => isDetached,
    answer: (command: ControlCommand, answer: ControlAnswer) => answers.get(command)!(answer),
    send: (...more: StampedEvent[]) => {
      waiting.push(more);
      wake();
    },
    become: (now: Partial<Liveness>) => {
      liveness = { ...liveness, ...now };
    },
  };
}

let open: Frames | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

const { events: sampleEvents, seconds: sampleSeconds } = trainingEvents(4294);
const commandLine = 'distiltune watch runs/sst2';

/** The screen of a run, once its events are on it. */
async function show(
  run: ReturnType<typeof scripted>,
  size: ScreenSize = { columns: 80, rows: 24 },
  { theme, until = 'sst2' }: { theme?: Theme; until?: string | RegExp } = {},
): Promise<{ frames: Frames; left: Parameters<OnLeave>[0][] }> {
  const left: Parameters<OnLeave>[0][] = [];
  const onLeave: OnLeave = (why) => void left.push(why);
  const element = createElement(RunScreen, { source: run.source, commandLine, onLeave });
  const frames = openFrames(element, size, theme);
  open = frames;
  await frames.until(until);
  return { frames, left };
}

const sample = () => scripted(sampleEvents);
const text = (frames: Frames) => frames.frame().join('\n');
const count = (frames: Frames, part: string | RegExp) => text(frames).match(new RegExp(part, 'g'))?.length ?? 0;

const endEvents = (seconds: number): StampedEvent[] => [
  at(seconds, {
    type: 'end',
    reason: 'finished',
    step: 6315,
    best: { step: 4200, epoch: 4200 / 2105, metric: 'accuracy', value: 0.924 },
    seconds: { train: 3157.5, evaluate: 110, save: 14 },
    examplesPerSecond: 64,
    realTokensPerSecond: 1600,
  }),
  at(seconds, {
    type: 'results',
    folder: 'runs/sst2',
    results: {
      v: 1,
      reason: 'finished',
      metrics: { validation: { accuracy: 0.924 }, test: { accuracy: 0.9123, loss: 0.25 } },
      best: { step: 4200, epoch: 4200 / 2105, metric: 'accuracy', value: 0.924 },
      seconds: { engine: 1, tokenize: 2, train: 3157.5, evaluate: 110, save: 14 },
      examplesPerSecond: 64,
      realTokensPerSecond: 1600,
      peakRssBytes: 1.5 * 2 ** 30,
      steps: 6315,
      parameters: 66_955_010,
      reports: {},
    },
  }),
];

describe('at every size', () => {
  const sizes: [number, number][] = [
    [80, 24],
    [120, 40],
    [60, 16],
    [50, 14],
    [44, 60],
    [200, 60],
    [30, 8],
  ];
  test.each(sizes)('%i x %i: one header, one footer, no row too wide', async (columns, rows) => {
    const { frames } = await show(sample(), { columns, rows });
    await frames.until(/4294/);
    const frame = frames.frame();
    expect(frame).toHaveLength(rows);
    for (const row of frame) expect(stringWidth(row)).toBeLessThanOrEqual(columns);
    expect(count(frames, /● RUN/)).toBe(1);
    expect(count(frames, /\? help/)).toBe(1);
    expect(frame.at(-1)).toMatch(/\? help$/);
  });

  test('80 x 24 has it all: where the run is, how fast, the plot, the classes, the evaluations, the log', async () => {
    const { frames } = await show(sample());
    await frames.until(/4294/);
    const frame = frames.frame();
    expect(frame[0]).toMatch(
      /^distiltune · sst2 · distilbert-base-uncased +● RUN ep 3\/3 step 4294\/6315 ETA \d+m±\d+[ms]$|^sst2.*● RUN ep 3\/3 step 4294\/6315 ETA \d+m±\d+[ms]$/,
    );
    expect(frame[1]).toMatch(/ 67% │ 64 ex\/s │ .*RSS 1\.2G │ CPU 180%$/);
    expect(frame[2]).toMatch(/^\[1 loss\] 2 acc +3 f1 +4 lr +5 grad .*ema \.9 · lin · full$/);
    const all = frame.join('\n');
    expect(all).toMatch(/F1 by class/);
    expect(all).toMatch(/negative.*\.922/);
    expect(all).toMatch(/positive.*\.926/);
    expect(all).toMatch(/best accuracy/);
    expect(all).toMatch(/◆ 0\.9240/);
    expect(all).toMatch(/eval {3}step +acc +loss/);
    expect(all).toMatch(/4200 +\.924 +\.216 .*\+\.004 +10s {2}◆ best/);
    expect(all).toMatch(/3600 +\.920 /);
    expect(all).toMatch(/log {2}\d\d:\d\d:\d\d/);
    expect(frame.at(-1)).toMatch(/^space pause {2}s save {2}e eval {2}q stop… {2}tab panel {2}\+\/- zoom/);
  });

  test('120 x 40 has the confusion matrix, the classes and the mistakes beside the plot', async () => {
    const { frames } = await show(sample(), { columns: 120, rows: 40 });
    await frames.until(/4294/);
    const all = text(frames);
    for (const part of ['─ confusion ─', '─ classes ─', '─ mistakes ─', '─ evaluations ─', '─ log ─'])
      expect(all).toContain(part);
    expect(all).toContain('a film that is anything but dull');
    for (const cell of ['390', '38', '28', '416']) expect(all).toMatch(new RegExp(`\\b${cell}\\b`));
    expect(all).toMatch(/negative +0\.933 +0\.911 +0\.922 +428/);
  });

  test('50 x 14 is a list of names and values', async () => {
    const { frames } = await show(sample(), { columns: 50, rows: 14 });
    await frames.until(/4294/);
    const frame = frames.frame();
    expect(frame.slice(1, 10)).toEqual([
      'status  ● RUN',
      'step    4294 of 6315, 67%',
      expect.stringMatching(/^left {4}\d+m±\d+[ms]$/),
      expect.stringMatching(/^loss {4}0\.\d{4}$/),
      'best    accuracy 0.9240 at 4200',
      'speed   64 ex/s, 1.6k tok/s',
      'lr      1.8e-5',
      'grad    1.3000',
      'memory  1.2G, CPU 180%',
    ]);
  });

  test('44 x 60 stacks its sections', async () => {
    const { frames } = await show(sample(), { columns: 44, rows: 60 });
    await frames.until(/4294/);
    const frame = frames.frame();
    const order = ['1 loss', '─ evaluations ', '─ classes ', '─ log '].map((part) =>
      frame.findIndex((row) => row.includes(part)),
    );
    expect(order.every((row) => row >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('a change of size draws all anew', async () => {
    const { frames } = await show(sample(), { columns: 120, rows: 40 });
    await frames.until(/4294/);
    await frames.resize({ columns: 80, rows: 24 });
    await frames.until('eval   step');
    expect(frames.frame()).toHaveLength(24);
    expect(count(frames, /● RUN/)).toBe(1);
  });
});

describe('keys', () => {
  test.each([
    { steers: 'run', shows: 'plot' },
    { steers: 'run', shows: 'list' },
    { steers: 'run', shows: 'figure' },
    { steers: 'replay', shows: 'plot' },
    { steers: 'replay', shows: 'list' },
    { steers: 'nothing', shows: 'plot' },
  ] as const)('none is bound twice where %o', (where) => {
    expect(boundTwice(bindingsOf(where))).toEqual([]);
  });

  test('none is bound twice where it is asked how to end', () => {
    expect(boundTwice(askKeys)).toEqual([]);
  });

  /** Keys that make another one do something, where the screen as it begins has nothing for it to do. */
  const before: Readonly<Record<string, string[]>> = {
    '-': ['+'],
    _: ['+'],
    left: ['+', '+'],
    right: ['+', '+', 'left'],
    home: ['+'],
    end: ['+', '+', 'left'],
    m: ['3'],
    '1': ['2'],
  };

  test.each(bindingsOf({ steers: 'run', shows: 'plot' }).flatMap(({ keys }) => keys))(
    '%s does something on a plot',
    async (key) => {
      const run = sample();
      const { frames } = await show(run);
      await frames.until(/4294/);
      await frames.press(...(before[key] ?? (key === 'down' ? ['up'] : [])));
      const was = text(frames);
      await frames.press(key);
      expect(text(frames)).not.toBe(was);
    },
  );

  const manyEvaluations = (): StampedEvent[] =>
    Array.from({ length: 60 }, (_, i) =>
      at(5000 + i, {
        type: 'evaluation',
        step: 10 * (i + 1),
        epoch: 1,
        metrics: { accuracy: i / 100 },
        best: false,
        seconds: 1,
      }),
    );
  const listBefore: Readonly<Record<string, string[]>> = { up: ['down'], pageup: ['pagedown'], home: ['down'] };

  test.each(['up', 'down', 'pageup', 'pagedown', 'home', 'end'])('%s scrolls a list', async (key) => {
    const run = scripted([
      at(1, dataEvent(['a', 'b'])),
      at(2, modelEvent),
      at(3, { type: 'run', folder: 'runs/sst2', taken: null }),
      at(4, startEvent),
      ...manyEvaluations(),
    ]);
    const { frames } = await show(run, undefined, { until: 'evaluated step 600' });
    await frames.press('1', 'shift+tab', 'shift+tab', 'shift+tab', 'shift+tab', ...(listBefore[key] ?? []));
    const was = text(frames);
    expect(was).toMatch(/\[.*evals\]/);
    await frames.press(key);
    expect(text(frames)).not.toBe(was);
  });

  test.each(['s', 'n', 'd', 'escape', 'c', 'q', 'ctrl+c'])('%s answers how to end', async (key) => {
    const run = sample();
    const { frames, left } = await show(run);
    await frames.until(/4294/);
    await frames.press('q');
    expect(frames.frame().at(-1)).toMatch(/^End it\? +s stop and save {2}n stop now {2}d detach {2}esc cancel/);
    await frames.press(key);
    expect(frames.frame().at(-1)).toMatch(/^space pause/);
    const stop = { s: ['stop'], n: ['abort'], 'ctrl+c': ['stop'] }[key] ?? [];
    expect(run.asked).toEqual(stop);
    expect(left).toEqual(key === 'd' ? ['detached'] : []);
    expect(run.isDetached()).toBe(key === 'd');
  });

  test.each([
    [60, 16],
    [44, 60],
    [40, 12],
  ])('at %i x %i no answer is left out', async (columns, rows) => {
    const { frames } = await show(sample(), { columns, rows });
    await frames.until(/4294/);
    await frames.press('q');
    expect(frames.frame().at(-1)).toMatch(/^s .*stop.* {2}n (stop )?now {2}d detach {2}esc (cancel|back)$/);
  });

  test('asking how to end leaves the plot in sight', async () => {
    const { frames } = await show(sample());
    await frames.until(/4294/);
    const was = frames.frame().slice(2, -1);
    await frames.press('q');
    expect(frames.frame().slice(2, -1)).toEqual(was);
  });

  test('the help has every key and the command line that does the same', async () => {
    const { frames } = await show(sample(), { columns: 100, rows: 40 });
    await frames.until(/4294/);
    await frames.press('?');
    const all = text(frames);
    for (const { shown, keys, help } of bindingsOf({ steers: 'run', shows: 'plot' })) {
      if (help !== undefined)
        expect(all).toMatch(new RegExp(`${escaped(shown ?? keys[0]!)} +${escaped(help.slice(0, 30))}`));
    }
    expect(all).toContain(commandLine);
    await frames.press('x');
    expect(text(frames)).toContain('[1 loss]');
  });

  test('at 80 x 24 the help is whole', async () => {
    const { frames } = await show(sample());
    await frames.until(/4294/);
    await frames.press('?');
    expect(text(frames)).toContain(commandLine);
    expect(text(frames)).not.toContain('…');
  });

  test('what a key asks is said at once, and what came of it when the run answers', async () => {
    const run = sample();
    const { frames } = await show(run);
    await frames.until(/4294/);
    await frames.press('space');
    expect(text(frames)).toContain('pause asked: after this step');
    expect(run.asked).toEqual(['pause']);
    run.answer('pause', { ok: true, step: 4295 });
    run.send(at(sampleSeconds + 1, { type: 'control', command: 'pause', state: 'done', step: 4295 }));
    await frames.until('‖ PAUSED');
    expect(count(frames, 'paused at step 4,295')).toBe(1);
    expect(frames.frame().at(-1)).toMatch(/^space resume/);
    await frames.press('space');
    expect(run.asked).toEqual(['pause', 'resume']);
  });

  test('a command that is refused says why', async () => {
    const run = sample();
    const { frames } = await show(run);
    await frames.until(/4294/);
    await frames.press('e');
    run.answer('evaluate', { ok: false, reason: 'there are no rows to evaluate on' });
    await frames.until('evaluate refused: there are no rows to evaluate on');
  });

  test('ctrl-c stops and saves, a second one gives up', async () => {
    const run = sample();
    const { frames } = await show(run);
    await frames.until(/4294/);
    await frames.press('ctrl+c');
    expect(run.asked).toEqual(['stop']);
    expect(text(frames)).toContain('stop asked: finishing the step, then saving');
    await frames.press('ctrl+c');
    expect(run.asked).toEqual(['stop', 'abort']);
  });

  test('ctrl-c of a person who only looks on asks what is wanted, and leaves at the second', async () => {
    const run = sample();
    const { interrupt: _, ...source } = run.source;
    const { frames, left } = await show({ ...run, source });
    await frames.until(/4294/);
    await frames.press('ctrl+c');
    expect(frames.frame().at(-1)).toMatch(/^End it\?/);
    await frames.press('ctrl+c');
    expect([run.asked, left, run.isDetached()]).toEqual([[], ['detached'], true]);
  });

  test('a run that cannot be steered has no keys for that, and is left with q', async () => {
    const run = sample();
    const source: RunSource = { ...run.source, control: undefined };
    const { frames, left } = await show({ ...run, source });
    await frames.until(/4294/);
    expect(frames.frame().at(-1)).toMatch(/^q leave {2}tab panel/);
    await frames.press('space', 's', 'e');
    expect(run.asked).toEqual([]);
    expect(left).toEqual([]);
    await frames.press('q');
    expect(left).toEqual(['back']);
  });

  test('digits and tab choose panels, by their order', async () => {
    const { frames } = await show(sample());
    await frames.until(/4294/);
    for (const [key, tab] of [
      ['2', '[2 acc]'],
      ['4', '[4 lr]'],
      ['7', '[7 confusion]'],
      ['8', '[8 classes]'],
      ['9', '[9 mistakes]'],
      ['0', '[0 calibration]'],
      ['tab', '[evals]'],
      ['shift+tab', '[0 calibration]'],
    ] as const) {
      await frames.press(key);
      expect(frames.frame()[2]).toContain(tab);
    }
  });

  test('zoom and pan say which steps are shown', async () => {
    const { frames } = await show(sample());
    await frames.until(/4294/);
    const options = () => frames.frame()[2]!.split(' · ').at(-1);
    expect(options()).toBe('full');
    await frames.press('+');
    expect(options()).toBe('last 2.1k');
    await frames.press('left', 'left');
    expect(options()).toBe('1.1k–3.2k');
    await frames.press('end');
    expect(options()).toBe('last 2.1k');
    await frames.press('-');
    expect(options()).toBe('full');
  });
});

const escaped = (pattern: string) => pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('the end', () => {
  test('a run that ended stays with a summary until a key is pressed', async () => {
    const run = scripted([...sampleEvents, ...endEvents(sampleSeconds + 10)]);
    const { frames, left } = await show(run, undefined, { until: '[summary]' });
    const all = text(frames);
    expect(all).toMatch(/✓ DONE ep 3\/3 step 4294\/6315/);
    expect(all).toContain('best       accuracy 0.9240 at step 4,200, epoch 2.00');
    expect(all).toContain('test       accuracy 0.9123, loss 0.2500');
    expect(all).toContain('time       training 52m 38s, evaluating 1m 50s, saving 14s');
    expect(all).toContain('memory     1.5G at its peak');
    expect(frames.frame().at(-1)).toMatch(/^any other key leaves {2}tab panel/);
    await frames.press('1', '?', 'x');
    expect(left).toEqual([]);
    await frames.press('return');
    expect(left).toEqual(['ended']);
  });

  test('a run that died says so, with its last checkpoint and how to go on', async () => {
    const run = sample();
    const { frames } = await show(run);
    await frames.until(/4294/);
    await frames.press('7');
    run.become({
      state: 'died',
      lastCheckpoint: 'runs/sst2/checkpoints/step-4000',
      resume: 'distiltune train --resume runs/sst2',
    });
    await frames.until('✗ DIED');
    await frames.until('[summary]');
    const all = text(frames);
    expect(all).toContain('The training process died at step 4,294 without a word.');
    expect(all).toContain('Last checkpoint: runs/sst2/checkpoints/step-4000');
    expect(all).toContain('Go on with it: distiltune train --resume runs/sst2');
    await frames.press('space');
    expect(run.asked).toEqual([]);
  });

  test('a run that failed says with what', async () => {
    const run = sample();
    const { frames } = await show(run);
    run.send(at(sampleSeconds, { type: 'failure', message: 'no room on the disk' }));
    await frames.until('✗ FAILED');
    await frames.until('The run failed at step 4,294: no room on the disk');
  });

  test('before there are steps it says what is prepared', async () => {
    const run = scripted([at(0, { type: 'progress', message: 'tokenising: 12,000 rows' })]);
    const { frames } = await show(run, undefined, { until: '12,000' });
    expect(frames.frame()[0]).toMatch(/^distiltune · a run +◌ PREP$/);
    expect(frames.frame()[1]).toBe('tokenising: 12,000 rows');
    await frames.press('7');
    expect(text(frames)).toContain('no evaluation yet');
  });
});

describe('texts of others', () => {
  const hostile = '\u001b[2J\u001b[31mred\u0007\r\nnext 漢字漢字 👩‍👩‍👧 \u202eabc';
  const many = Array.from({ length: 1000 }, (_, i) => `label ${i} ${'long '.repeat(40)}`);
  const withDiagnostics = (labels: string[], more: Partial<Record<string, unknown>>): StampedEvent[] => [
    at(1, dataEvent(labels)),
    at(2, { ...(modelEvent as object), name: hostile } as AnyEvent),
    at(3, { type: 'run', folder: `runs/${hostile}`, taken: null }),
    at(4, startEvent),
    at(5, stepEvent(1)),
    at(6, { type: 'warning', step: 1, message: hostile }),
    at(7, {
      type: 'diagnostics',
      step: 1,
      split: 'validation',
      diagnostics: { ...diagnostics, ...more } as unknown as Diagnostics,
    }),
  ];
  const classes = (labels: string[]) =>
    labels.map((label, i) => ({ label, precision: 0.5, recall: 0.25, f1: i / 1000, support: 7 }));
  const runs = {
    hostile: () =>
      withDiagnostics([hostile, 'b'], {
        labels: [hostile, 'b'],
        confusion: {
          labels: [hostile, 'b'],
          counts: [
            [1, 2],
            [3, 4],
          ],
        },
        classes: classes([hostile, 'b']),
        mostConfused: [{ gold: hostile, predicted: hostile.repeat(50), count: 3 }],
        mistakes: [{ text: hostile.repeat(30), gold: hostile, predicted: hostile, score: 0.5 }],
      }),
    many: () =>
      withDiagnostics(many, {
        labels: many,
        confusion: null,
        classes: classes(many.slice(0, 200)),
        mostConfused: [{ gold: many[0], predicted: many[1], count: 12_345 }],
      }),
  };
  test.each([
    ['hostile', 80, 24],
    ['hostile', 120, 40],
    ['hostile', 44, 60],
    ['hostile', 50, 14],
    ['many', 80, 24],
    ['many', 120, 40],
    ['many', 60, 16],
  ] as const)('%s labels at %i x %i draw nothing of their own, in any panel', async (which, columns, rows) => {
    const { frames } = await show(scripted(runs[which]()), { columns, rows }, { until: 'RUN' });
    await frames.until(/step +1/);
    for (const key of ['1', '2', '4', '5', '6', '7', '8', '9', '0', 'tab', 'tab', 'tab', 'tab', '?']) {
      await frames.press(key);
      const frame = frames.frame();
      expect(frame).toHaveLength(rows);
      for (const row of frame) {
        expect(stringWidth(row)).toBeLessThanOrEqual(columns);
        expect(row).not.toMatch(/[\p{Cc}\u202e]/u);
      }
    }
  });

  test('of a thousand labels the pairs confused most are told, and the worst classes', async () => {
    const { frames } = await show(scripted(runs.many()), undefined, { until: 'RUN' });
    await frames.until(/step +1/);
    await frames.press('7');
    expect(text(frames)).toMatch(/label 0 long.*→ +label 1 long.*12,345/);
    await frames.press('8');
    expect(text(frames)).toMatch(/label 0 long.* 0\.500 +0\.250 +0\.000 +7/);
  });
});

describe('without colours, and in ASCII', () => {
  const sizes = [
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
    { columns: 50, rows: 14 },
  ];
  test.each(sizes)('$columns x $rows: no byte beyond ASCII, no escape', async (size) => {
    const { frames } = await show(sample(), size, { theme: createTheme({ colors: false, charset: 'ascii' }) });
    await frames.until(/4294/);
    for (const key of ['1', '2', '4', '5', '6', '7', '8', '9', '0', 'tab', 'tab', 'tab', 'tab', '?', 'x', 'q']) {
      await frames.press(key);
      expect(frames.styled()).toMatch(/^[\n\x20-\x7e]*$/);
    }
  });

  test('colours are there where they are wanted', async () => {
    const { frames } = await show(sample(), undefined, { theme: createTheme({ colors: true, charset: 'braille' }) });
    await frames.until(/4294/);
    expect(frames.styled()).toContain('\u001b[');
  });
});
