import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createElement } from 'react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTheme, type Theme } from '../../cli/dashboard/theme.ts';
import type { TriedModel, TriedResult } from '../../cli/dashboard/try/messages.ts';
import type { StartModel } from '../../cli/dashboard/try/model-process.ts';
import { TryScreen } from '../../cli/dashboard/try/try-screen.tsx';
import { runCli } from '../cli/run-cli.ts';
import { type TinyRun, trainTinyRun } from '../cli/tiny-run.ts';
import { plainContext } from './context.ts';
import { type Frames, openFrames } from './frames.ts';

// The process that computes is one of compiled files.
const built = new URL('../../dist/cli/dashboard/try/model-process.js', import.meta.url).href;
const { startModelProcess } = (await import(built)) as { startModelProcess: StartModel };
const pipelines = resolve('test/parity/fixtures/pipelines');
const environment = { DISTILTUNE_ENGINE: 'wasm' };

const usual = { columns: 80, rows: 24 };
const opened: Frames[] = [];

function open(props: { model?: string; folder?: string; start?: StartModel }, size = usual, theme?: Theme): Frames {
  const { start = startModelProcess, ...rest } = props;
  const context = plainContext(environment);
  const frames = openFrames(createElement(TryScreen, { context, start, onBack: () => {}, ...rest }), size, theme);
  opened.push(frames);
  return frames;
}

/** Rows of the answer: beneath the status, the fields and the hint. */
const answerOf = (frames: Frames, fields = 1) =>
  frames
    .frame()
    .slice(4 + fields, -2)
    .filter((row) => row !== '' && !row.startsWith('$') && !row.startsWith('  --'));

/** What `distiltune predict MODEL TEXT ... --json` says. */
async function predicted(command: string, ...words: string[]) {
  const { stdout, stderr } = await runCli([command, ...words, '--json'], { env: environment });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout)[0];
}

afterEach(async () => {
  for (const frames of opened.splice(0)) await frames.close();
});

describe('trying a model', () => {
  it('says of a text what predict says, and anew with every key', async () => {
    const model = join(pipelines, 'classes');
    const frames = open({ model });
    await frames.type('the sea');
    expect(frames.frame()[3]).toBe('text      the sea▏');
    const shown = async (text: string) => {
      const { probabilities } = await predicted('predict', model, text);
      const rows = Object.entries(probabilities as Record<string, number>).sort((a, b) => b[1] - a[1]);
      const expected = rows.map(([label, value]) => [label, value.toFixed(4)]);
      const read = () => answerOf(frames).map((row) => [row.split(' ')[0], row.split(' ').at(-1)]);
      await frames.until(() => JSON.stringify(read()) === JSON.stringify(expected));
    };
    await shown('the sea');
    await frames.type(' sang');
    await shown('the sea sang');
    await frames.press('backspace', 'backspace');
    await shown('the sea sa');
    expect(frames.frame()[2]).toMatch(/^sequence-classification · 3 labels · wasm +● ready \d+ ms$/);
    expect(frames.frame().slice(-3, -1).join('').replace(/\\\s*/, '')).toContain(`predict ${model} 'the sea sa'`);
    await frames.press('ctrl+u');
    await frames.until('type a text');
    expect(answerOf(frames)).toEqual([]);
  });

  it('marks the entities that predict finds', async () => {
    const model = join(pipelines, 'tags');
    const text = 'the keeper met a waitress by the sea';
    const { entities } = await predicted('predict', model, text);
    expect(entities.length).toBeGreaterThan(0);
    const frames = open({ model });
    await frames.type(text);
    await frames.until(`0-${entities[0].end}`);
    const rows = answerOf(frames);
    expect(rows[0]).toBe(text);
    for (const { label, start, end } of entities) {
      // The label where it fits, then the line of its type.
      const line = label === 'PER' ? '─' : '═';
      const [width, rest] = [end - start, end - start - label.length];
      expect(rows[1]!.slice(start, end)).toBe(rest >= 0 ? label + line.repeat(rest) : line.repeat(width));
    }
    const listed = rows.slice(-entities.length).map((row) => row.split(/ {2,}/));
    expect(listed).toEqual(
      entities.map((each: Record<string, number | string>) => [
        each.label,
        each.text,
        (each.score as number).toFixed(4),
        `${each.start}-${each.end}`,
      ]),
    );
  });

  it('marks the answer that predict finds, once there is a question and a context', async () => {
    const model = join(pipelines, 'question-answering');
    const context = 'the keeper met a waitress by the sea';
    const { answer, start, end, score } = await predicted('predict', model, 'who sang?', '--context', context);
    const frames = open({ model });
    await frames.type('who sang?');
    await frames.until('tab: the context to look for the answer in');
    await frames.press('tab');
    await frames.type(context);
    await frames.until(`${score.toFixed(4)}  ${start}-${end}`);
    const rows = answerOf(frames, 2);
    expect(rows[0]).toBe(context);
    expect(rows[1]).toBe(`${' '.repeat(start)}answer${'─'.repeat(end - start - 6)}`);
    expect(rows[2]!.split(/ {2,}/)).toEqual(['answer', answer, score.toFixed(4), `${start}-${end}`]);
    expect(frames.frame().join('\n')).toContain(`--context '${context}'`);
  });

  it('says a value, labels that apply, and fillings of a mask', async () => {
    const regression = join(pipelines, 'regression');
    const value = open({ model: regression });
    await value.type('the sea');
    const said = (await predicted('predict', regression, 'the sea')).value;
    await value.until((rows) => rows.includes(String(Number(said.toPrecision(6)))));

    const several = join(pipelines, 'multi-label');
    const { labels, probabilities } = await predicted('predict', several, 'the sea');
    const applying = open({ model: several });
    await applying.type('the sea');
    await applying.until(probabilities[labels[0]].toFixed(4));
    const signed = answerOf(applying).filter((row) => row.startsWith('✓'));
    expect(signed.map((row) => row.split(' ')[1])).toEqual(labels);

    const masked = join(pipelines, 'masked-lm');
    const { stdout } = await runCli(['fill-mask', masked, 'the [MASK] sang', '--json', '--top', '10'], {
      env: environment,
    });
    const fillings = JSON.parse(stdout) as { token_str: string; score: number; sequence: string }[];
    const filling = open({ model: masked });
    await filling.type('the _ sang');
    await filling.until(fillings[0]!.sequence);
    expect(answerOf(filling).map((row) => row.replace(/[█▉▊▋▌▍▎▏]/g, '').split(/ {2,}/))).toEqual(
      fillings.map(({ token_str, score, sequence }) => [token_str, score.toFixed(4), sequence]),
    );
    expect(filling.frame().join('\n')).toContain("'the [MASK] sang'");
  });

  it('says what cannot be used, and lets another be chosen', async () => {
    const frames = open({ model: join(pipelines, 'encoder') });
    await frames.until('error: ');
    expect(frames.frame()[2]).toContain('cannot be used');
    await frames.type('typing goes on');
    expect(frames.frame()[3]).toBe('text      typing goes on▏');
  });

  it('keeps hostile texts from the terminal, and tells what did not fit', async () => {
    const frames = open({ model: join(pipelines, 'classes') });
    await frames.paste('\x1b[31mred\x07 \u202egnp 👩‍👩‍👧\none\r\ntwo שלום');
    await frames.until(/ready \d+ ms/);
    for (const bad of ['\x1b[31m', '\x07', '\u202e']) expect(frames.styled()).not.toContain(bad);
    expect(frames.frame()[3]).toBe('text      \uFFFD[31mred\uFFFD \uFFFDgnp 👩‍👩‍👧 one two שלום▏');
    await frames.paste('word '.repeat(10_000));
    await frames.until('characters did not fit: a field takes 20,000');
    await frames.until(/ready \d+ ms/, 60_000);
    expect(frames.frame()).toHaveLength(24);
    expect(answerOf(frames, 7).at(-1)).toMatch(/^neither .* 0\.\d{4}$|^\w+ .* 0\.\d{4}$/);
  });
});

describe('the newest text', () => {
  it('is the only one computed of those that came while another was', async () => {
    const answered: number[] = [];
    let tell = () => {};
    const ready = new Promise<void>((done) => {
      tell = done;
    });
    let last = () => {};
    const model = startModelProcess(join(pipelines, 'classes'), plainContext(environment), {
      onProgress: () => {},
      onReady: () => tell(),
      onAnswer: (id) => {
        answered.push(id);
        if (id === 61) last();
      },
      onFailure: (_, error) => {
        throw error;
      },
    });
    await ready;
    // The first one is long.
    model.ask({ text: 'the sea sang '.repeat(500), second: '' });
    for (let i = 0; i < 60; i++) model.ask({ text: `the sea ${i}`, second: '' });
    await new Promise<void>((done) => {
      last = done;
    });
    model.close();
    expect(answered.at(-1)).toBe(61);
    expect(answered.length).toBeLessThan(20);
  });

  it('is told by a spinner while it is computed, and what was said before stands until then', async () => {
    const model: TriedModel = { task: 'regression', labels: [], second: null, mask: null, engine: 'wasm' };
    let answer = (_: number, __: TriedResult) => {};
    const texts: string[] = [];
    const start: StartModel = (_, __, { onReady, onAnswer }) => {
      setImmediate(() => onReady(model));
      answer = (id, result) => onAnswer(id, result, 5);
      return { ask: ({ text }) => texts.push(text), close: () => {} };
    };
    const frames = open({ model: 'm', start });
    await frames.type('a');
    await frames.until(/[⠋⠙⠹⠸] computing/);
    answer(1, { value: 1 });
    await frames.until('ready 5 ms');
    await frames.type('bc');
    await frames.until(/computing/);
    expect(answerOf(frames)).toEqual(['1']);
    answer(3, { value: 3 });
    await frames.until((rows) => rows.includes('3'));
    // An answer to what was asked before it comes too late.
    answer(2, { value: 2 });
    await frames.press('left');
    expect(answerOf(frames)).toEqual(['3']);
    expect(texts).toEqual(['a', 'ab', 'abc']);
  });
});

describe('at every size', () => {
  const labels = Array.from({ length: 60 }, (_, i) => `label ${i} ${'x'.repeat(i)}`);
  const probabilities = Object.fromEntries(labels.map((label, i) => [label, (60 - i) / 1830]));
  const start: StartModel = (_, __, { onReady, onAnswer }) => {
    setImmediate(() => onReady({ task: 'sequence-classification', labels, second: null, mask: null, engine: 'wasm' }));
    return {
      ask() {
        setImmediate(() => onAnswer(1, { label: labels[0]!, score: 60 / 1830, probabilities }, 5));
        return 1;
      },
      close: () => {},
    };
  };

  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [60, 16],
    [44, 60],
    [30, 8],
  ] as const) {
    it(`has the text, the labels, the command and the keys: ${columns}x${rows}`, async () => {
      const frames = open({ model: 'runs/many', start }, { columns, rows });
      await frames.type('hello');
      await frames.until('0.0328');
      const shown = frames.frame();
      expect(shown).toHaveLength(rows);
      expect(shown.filter((row) => row.startsWith('text      hello▏'))).toHaveLength(1);
      expect(shown.filter((row) => row.startsWith('$ distiltune predict'))).toHaveLength(1);
      expect(shown.at(-1)).toMatch(/esc back +f1 help$/);
      for (let i = 0; i < 60; i++) await frames.press('pagedown');
      expect(frames.frame().join('\n')).toMatch(/label 59 .* 0\.0005/);
    });
  }

  it('in ASCII and without colours', async () => {
    const frames = open({ model: 'runs/many', start }, usual, createTheme({ colors: false, charset: 'ascii' }));
    await frames.type('hello');
    await frames.until('0.0328');
    expect(frames.styled()).not.toContain('\x1b');
    expect(frames.frame().join('\n')).toMatch(/^[ -~\n]*$/);
    await frames.press('f1');
    expect(frames.frame().join('\n')).toContain('another model');
  });
});

describe('choosing a model', () => {
  let tiny: TinyRun;
  beforeAll(async () => {
    tiny = await trainTinyRun();
    process.chdir(tiny.folder);
  });
  afterAll(() => {
    process.chdir(pipelines);
    rmSync(tiny.folder, { recursive: true });
  });

  it('takes a run of the list, or what is typed', async () => {
    const frames = open({});
    await frames.until(/❯ runs\/tiny +sequence-classification +accuracy/);
    expect(frames.frame()).toContain('$ distiltune predict runs/tiny TEXT');
    await frames.press('return');
    await frames.type('a b c');
    await frames.until(/^yes/m);
    const { stdout } = await runCli(['predict', 'runs/tiny', 'a b c', '--json'], {
      cwd: tiny.folder,
      env: environment,
    });
    const { score } = JSON.parse(stdout)[0];
    expect(answerOf(frames)[0]!.split(' ').at(-1)).toBe(score.toFixed(4));
    await frames.press('ctrl+o');
    await frames.type('no/model');
    expect(frames.frame()).toContain('$ distiltune predict no/model TEXT');
    await frames.press('return');
    await frames.until('error: ');
    await frames.press('escape');
    await frames.until('❯ runs/tiny');
  });

  it('says where there are no runs', async () => {
    const frames = open({ folder: mkdtempSync(join(tmpdir(), 'distiltune-none-')) });
    await frames.until(/type the folder\s+of a model, or a name of the hub/);
  });
});
