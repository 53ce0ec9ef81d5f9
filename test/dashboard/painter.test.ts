import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { canvasCell, composeRow, parseRow, type Row } from '../../cli/dashboard/terminal/cells.ts';
import { changes } from '../../cli/dashboard/terminal/changes.ts';
import { createPainter } from '../../cli/dashboard/terminal/painter.ts';
import { createRandom } from './random.ts';
import { openTerminalScreen, type ShownCell } from './terminal-screen.ts';

const styles: readonly { sgr: string; shown: string }[] = [
  { sgr: '', shown: '' },
  { sgr: '1', shown: 'bold' },
  { sgr: '2;36', shown: 'dim, foreground 16777216 6' },
  { sgr: '4;7', shown: 'underline, inverse' },
  { sgr: '38;5;208', shown: 'foreground 33554432 208' },
  { sgr: '38;2;230;159;0;48;5;17', shown: 'foreground 50331648 15113984, background 33554432 17' },
];

/** What xterm gives one cell, or two. */
const narrow = ['a', 'Z', '0', ' ', ' ', 'é', 'e\u0301', '⣿', '─', '█', '●', 'ж'];
const wide = ['漢', '字', 'あ', '한'];

interface RandomRow {
  text: string;
  cells: ShownCell[];
}

/** A row with colours, of `columns` cells or fewer, and how a terminal shows it. */
function randomRow(random: () => number, columns: number): RandomRow {
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const cells: ShownCell[] = [];
  let text = '';
  const length = random() < 0.2 ? 0 : Math.floor(random() * (columns + 1));
  while (cells.length < length) {
    const style = pick(styles);
    text += `\x1b[0m${style.sgr === '' ? '' : `\x1b[${style.sgr}m`}`;
    for (let left = Math.floor(random() * 12); left > 0 && cells.length < length; left--) {
      const isWide = random() < 0.15 && cells.length + 2 <= length;
      const grapheme = pick(isWide ? wide : narrow);
      text += grapheme;
      cells.push({ text: grapheme, style: style.shown });
      if (isWide) cells.push({ text: '', style: style.shown });
    }
  }
  while (cells.length < columns) cells.push({ text: ' ', style: '' });
  return { text: `${text}\x1b[0m`, cells };
}

/** The frame's rows: the last cell of the last stays blank, as a stage leaves it. */
function rowsOf(frame: readonly RandomRow[], columns: number): Row[] {
  return frame.map(({ text }, y) => composeRow(text, [], y === frame.length - 1 ? columns - 1 : columns, columns));
}

describe('what is written brings a terminal to the frame', () => {
  test.each([1, 2, 3])('random frames through five resizes, seed %i', async (seed) => {
    const random = createRandom(seed);
    const sizes = [
      { columns: 80, rows: 24 },
      { columns: 120, rows: 40 },
      { columns: 31, rows: 60 },
      { columns: 60, rows: 16 },
      { columns: 7, rows: 3 },
      { columns: 200, rows: 50 },
    ];
    const screen = openTerminalScreen(sizes[0]!);
    for (const { columns, rows } of sizes) {
      screen.resize({ columns, rows });
      const scrolledOff = screen.scrolledOff();
      let shown: Row[] | null = null;
      let frame = Array.from({ length: rows }, () => randomRow(random, columns));
      for (let i = 0; i < 20; i++) {
        frame = frame.map((row, y) => {
          const next = random() < 0.3 ? randomRow(random, columns) : row;
          return y === rows - 1 ? withBlankEnd(next, random, columns) : next;
        });
        const next = rowsOf(frame, columns);
        await screen.write(changes(shown, next));
        shown = next;
        expect(described(screen.cells())).toEqual(described(frame.map(({ cells }) => cells)));
        expect(changes(shown, rowsOf(frame, columns))).toBe('');
      }
      expect(screen.scrolledOff()).toBe(scrolledOff);
    }
  });

  /** Each row as a line that can be read where it is wrong. */
  function described(cells: readonly (readonly ShownCell[])[]): string[] {
    return cells.map((row) =>
      row.map(({ text, style }, x) => (style === row[x - 1]?.style ? text : `{${style}}${text}`)).join(''),
    );
  }

  function withBlankEnd(row: RandomRow, random: () => number, columns: number): RandomRow {
    const { cells } = row;
    const last = cells.at(-1)!;
    return last.text === ' ' && last.style === '' ? row : withBlankEnd(randomRow(random, columns), random, columns);
  }

  test('characters that terminals disagree about move nothing that stands beside them', async () => {
    const screen = openTerminalScreen({ columns: 30, rows: 2 });
    const before = [parseRow('a|👨‍👩‍👧|b|🇨🇭|c|☺️|d|க்ஷி|e', 30), parseRow('', 30)];
    await screen.write(changes(null, before));
    const columnsOf = (line: string) => [...line].flatMap((text, x) => (/[a-e|]/.test(text) ? [[text, x]] : []));
    const shownColumns = () => screen.cells()[0]!.flatMap(({ text }, x) => (/^[a-e|]$/.test(text) ? [[text, x]] : []));
    expect(shownColumns()).toEqual(columnsOf('a|##|b|##|c|##|d|###|e'));
    const after = [parseRow('a|👨‍👩‍👧|b|🇨🇭|c|xx|d|க்ஷி|e', 30), before[1]!];
    await screen.write(changes(before, after));
    expect(shownColumns()).toEqual(columnsOf('a|##|b|##|c|##|d|###|e'));
    await screen.write(changes(after, before));
    expect(shownColumns()).toEqual(columnsOf('a|##|b|##|c|##|d|###|e'));
  });
});

test('only what changed is written', () => {
  const before = [parseRow('loss 0.5123 after 10 steps', 40), parseRow('same', 40)];
  const after = [parseRow('loss 0.4123 after 11 steps', 40), parseRow('same', 40)];
  expect(changes(before, after)).toBe('\x1b[1;8H4\x1b[1;20H1');
  expect(changes(after, [parseRow('loss', 40), after[1]!])).toBe('\x1b[1;6H\x1b[K');
  expect(changes(before, [before[0]!, parseRow('\x1b[1msame\x1b[0m', 40)])).toBe('\x1b[2;1H\x1b[0;1msame\x1b[0m');
});

describe('a row of cells', () => {
  const plain = (text: string, columns: number) => parseRow(text, columns).texts.join('|');

  test('is cut between characters', () => {
    expect(plain('abcdef', 3)).toBe('a|b|c');
    expect(plain('ab漢字', 4)).toBe('a|b|漢|');
    expect(plain('ab漢字', 3)).toBe('a|b| ');
    expect(plain('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301|e\u0301');
    expect(plain('', 2)).toBe(' | ');
  });

  test('has no bytes that would move the cursor, colour anything else or talk to the terminal', () => {
    expect(
      plain(
        'a\x1b[2Jb\x1b[Hc\x1b]0;title\x07d\x1b]8;;http://x\x1b\\e\r\nf\tg\x9bh\x1bPq\x1b\\i\x1b7j\u202ek\u200fl',
        14,
      ),
    ).toBe('a|b|c|d|e|f|g|h|i|j|k|l| | ');
    expect(plain('a\x1b[31', 3)).toBe('a| | ');
    expect(plain('a\x1b', 3)).toBe('a| | ');
  });

  test('has the style that the codes before it lead to', () => {
    const text =
      '\x1b[1mb\x1b[31mr\x1b[22mn\x1b[39;4mu\x1b[mp\x1b[38;5;9;7mi\x1b[27mc\x1b[48;2;1;2;3mg\x1b[49mh\x1b[0;95mx\x1b[2;3;9md\x1b[23;29my';
    expect(parseRow(text, 12).styles).toEqual([
      '1',
      '1;31',
      '31',
      '4',
      '',
      '7;38;5;9',
      '38;5;9',
      '38;5;9;48;2;1;2;3',
      '38;5;9',
      '95',
      '2;3;9;95',
      '2;95',
    ]);
  });
});

describe('a canvas', () => {
  const box = canvasCell.repeat(6);
  const shown = (line: string, text: string, width = 6, left = 2) =>
    composeRow(line, [{ left, width, text }], 10, 10).texts.join('|');

  test('shows where its box is', () => {
    expect(shown(`a ${box} b`, '⣿⣿')).toBe('a| |⣿|⣿| | | | | |b');
  });

  test('shows behind what stands in front of it', () => {
    expect(shown(`a ${canvasCell.repeat(2)}xx${canvasCell.repeat(2)} b`, '123456')).toBe('a| |1|2|x|x|5|6| |b');
  });

  test('is cut at its box and at the end of the row', () => {
    expect(shown(`a ${box} b`, '1234567890')).toBe('a| |1|2|3|4|5|6| |b');
    expect(shown(`a      ${canvasCell.repeat(3)}`, '123456', 6, 7)).toBe('a| | | | | | |1|2|3');
  });

  test('shows a wide character whole or not at all', () => {
    expect(shown(`a ${box} b`, '漢字漢字')).toBe('a| |漢||字||漢|| |b');
    expect(shown(`a ${canvasCell}x${canvasCell.repeat(4)} b`, '漢字漢')).toBe('a| | |x|字||漢|| |b');
  });

  test('leaves no mark where it is not shown', () => {
    expect(composeRow(`a ${box} b`, [], 10, 10).texts.join('|')).toBe('a| | | | | | | | |b');
  });
});

describe('the painter', () => {
  /** A terminal that takes bytes when it is told to. */
  function slowTerminal() {
    const written: string[] = [];
    let taken = () => {};
    const stream = new Writable({
      highWaterMark: 8,
      decodeStrings: false,
      write(chunk, _, done) {
        written.push(String(chunk));
        taken = done;
      },
    });
    return { stdout: stream as unknown as NodeJS.WriteStream, written, take: () => taken() };
  }
  const turn = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  test('writes a frame in one piece, inside synchronized output, and nothing when nothing changed', async () => {
    const { stdout, written, take } = slowTerminal();
    let text = 'one';
    const painter = createPainter({ stdout, frame: () => [parseRow(text, 10)], interval: 0 });
    painter.invalidate();
    await turn();
    take();
    painter.invalidate();
    await turn();
    text = 'ane';
    painter.invalidate();
    await turn();
    expect(written).toEqual(['\x1b[?2026h\x1b[0m\x1b[2J\x1b[1;1Hone\x1b[?2026l', '\x1b[?2026h\x1b[1;1Ha\x1b[?2026l']);
    painter.stop();
  });

  test('drops frames while the terminal is busy, and shows the newest afterwards', async () => {
    const { stdout, written, take } = slowTerminal();
    let step = 0;
    let composed = 0;
    const frame = () => {
      composed++;
      return [parseRow(`step ${step}`, 10)];
    };
    const painter = createPainter({ stdout, frame, interval: 0 });
    painter.invalidate();
    await turn();
    for (step = 1; step < 9; step++) {
      painter.invalidate();
      await turn(5);
    }
    expect([written.length, composed]).toEqual([1, 1]);
    take();
    await turn();
    expect(written.slice(1)).toEqual(['\x1b[?2026h\x1b[1;6H9\x1b[?2026l']);
    expect(composed).toBe(2);
    painter.stop();
  });

  test('writes everything once the terminal may show anything', async () => {
    const { stdout, written, take } = slowTerminal();
    const painter = createPainter({ stdout, frame: () => [parseRow('one', 10)], interval: 60_000 });
    painter.invalidate();
    await turn();
    take();
    painter.forget();
    await turn();
    expect(written).toEqual(Array(2).fill('\x1b[?2026h\x1b[0m\x1b[2J\x1b[1;1Hone\x1b[?2026l'));
    painter.stop();
  });

  test('waits between frames, but not after a key', async () => {
    const { stdout, written, take } = slowTerminal();
    let step = 0;
    const painter = createPainter({ stdout, frame: () => [parseRow(`step ${step}`, 10)], interval: 60_000 });
    painter.invalidate();
    await turn();
    take();
    for (step = 1; step < 5; step++) {
      painter.invalidate();
      await turn();
    }
    expect(written.length).toBe(1);
    painter.hurry();
    painter.invalidate();
    await turn(60);
    expect(written.slice(1)).toEqual(['\x1b[?2026h\x1b[1;6H5\x1b[?2026l']);
    painter.stop();
  });
});
