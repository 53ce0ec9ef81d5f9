import { describe, expect, test } from 'vitest';
import type { Key } from '../../cli/dashboard/terminal/key.ts';
import { createKeyParser } from '../../cli/dashboard/terminal/key-parser.ts';

/** What the chunks become, with the pause that ends an escape behind each where `pause` says so. */
async function keysOf(chunks: (string | number[])[], pause = false): Promise<Key[]> {
  const keys: Key[] = [];
  const parser = createKeyParser((key) => keys.push(key));
  const rest = () => new Promise((resolve) => setTimeout(resolve, 80));
  for (const chunk of chunks) {
    parser.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk));
    if (pause) await rest();
  }
  if (!pause) await rest();
  parser.stop();
  return keys;
}

const names = async (...chunks: string[]) => (await keysOf(chunks)).map(({ name }) => name);

describe('a sequence is one key, wherever it is split', () => {
  test.concurrent.each([
    ['a', 'a'],
    ['A', 'A'],
    ['+', '+'],
    ['é', 'é'],
    ['漢', '漢'],
    ['👨‍👩‍👧', '👨‍👩‍👧'],
    [' ', 'space'],
    ['\r', 'return'],
    ['\n', 'return'],
    ['\t', 'tab'],
    ['\x7f', 'backspace'],
    ['\b', 'backspace'],
    ['\x03', 'ctrl+c'],
    ['\x1a', 'ctrl+z'],
    ['\x1c', 'ctrl+\\'],
    ['\x00', 'ctrl+space'],
    ['\x1b', 'escape'],
    ['\x1b[A', 'up'],
    ['\x1b[B', 'down'],
    ['\x1b[C', 'right'],
    ['\x1b[D', 'left'],
    ['\x1bOA', 'up'],
    ['\x1bOD', 'left'],
    ['\x1b[H', 'home'],
    ['\x1b[F', 'end'],
    ['\x1b[1~', 'home'],
    ['\x1b[7~', 'home'],
    ['\x1b[4~', 'end'],
    ['\x1b[2~', 'insert'],
    ['\x1b[3~', 'delete'],
    ['\x1b[5~', 'pageup'],
    ['\x1b[6~', 'pagedown'],
    ['\x1b[Z', 'shift+tab'],
    ['\x1bOP', 'f1'],
    ['\x1b[11~', 'f1'],
    ['\x1b[[A', 'f1'],
    ['\x1b[[E', 'f5'],
    ['\x1b[15~', 'f5'],
    ['\x1b[24~', 'f12'],
    ['\x1bOM', 'return'],
    ['\x1b[1;5A', 'ctrl+up'],
    ['\x1b[1;2B', 'shift+down'],
    ['\x1b[1;3C', 'alt+right'],
    ['\x1b[1;8D', 'ctrl+alt+shift+left'],
    ['\x1b[3;5~', 'ctrl+delete'],
    ['\x1b[1;2P', 'shift+f1'],
    ['\x1b\x1b[A', 'alt+up'],
    ['\x1bx', 'alt+x'],
    ['\x1bX', 'alt+X'],
    ['\x1bé', 'alt+é'],
    ['\x1b[', 'alt+['],
    ['\x1bO', 'alt+O'],
    ['\x1b]', 'alt+]'],
    ['\x1b\r', 'alt+return'],
    ['\x1b\x7f', 'alt+backspace'],
    ['\x1b\x01', 'ctrl+alt+a'],
    ['\x1b[97;5u', 'ctrl+a'],
    ['\x1b[97;2u', 'A'],
    ['\x1b[27u', 'escape'],
    ['\x1b[13;2u', 'shift+return'],
    ['\x1b[27;5;9~', 'ctrl+tab'],
  ])('%j is %s', async (sequence, name) => {
    expect(await names(sequence)).toEqual([name]);
    const bytes = [...Buffer.from(sequence)];
    expect((await keysOf(bytes.map((byte) => [byte]))).map((key) => key.name)).toEqual(splitName(sequence, name));
  });

  /** Emoji joined from several characters come apart when they arrive apart. */
  function splitName(sequence: string, name: string): string[] {
    return name === '👨‍👩‍👧' ? [...sequence] : [name];
  }
});

test('what a key types', async () => {
  expect(await keysOf(['aA é\x1b[A\r\x1bx'])).toEqual([
    { name: 'a', text: 'a' },
    { name: 'A', text: 'A' },
    { name: 'space', text: ' ' },
    { name: 'é', text: 'é' },
    { name: 'up', text: '' },
    { name: 'return', text: '' },
    { name: 'alt+x', text: '' },
  ]);
});

test('keys that come together are told apart', async () => {
  expect(await names('\x1b[A\x1b[Bq\x1b[5~\x1b')).toEqual(['up', 'down', 'q', 'pageup', 'escape']);
  expect(await names('\x1b\x1b')).toEqual(['escape', 'escape']);
  expect(await names('\x1b\x1b\x1b[A')).toEqual(['escape', 'alt+up']);
});

test('escape, and after a pause another key, are two keys', async () => {
  expect((await keysOf(['\x1b', '[', 'A'], true)).map(({ name }) => name)).toEqual(['escape', '[', 'A']);
});

test('answers of the terminal, mice and unknown sequences are no keys, and what follows them is', async () => {
  expect(await names('\x1b]11;rgb:0000/0000/0000\x07a')).toEqual(['a']);
  expect(await names('\x1b]11;rgb:0000/0000/0000\x1b\\a')).toEqual(['a']);
  expect(await names('\x1bP>|xterm(390)\x1b\\a')).toEqual(['a']);
  expect(await names('\x1b[?62;22ca')).toEqual(['a']);
  expect(await names('\x1b[<0;10;20Ma')).toEqual(['a']);
  expect(await names('\x1b[24;80Ra', '\x1b[99~b')).toEqual(['a', 'b']);
  expect(await names('\x1b[12;')).toEqual([]);
  expect(await keysOf([[0xff, 0xfe, 0x61]])).toEqual([{ name: 'a', text: 'a' }]);
});

describe('a paste is one key', () => {
  const text = 'two\twords\nq é漢';
  const sequence = '\x1b[200~two\twords\rq é漢\x1b[201~';

  test('with what stands around it', async () => {
    expect(await keysOf([`a${sequence}b`])).toEqual([
      { name: 'a', text: 'a' },
      { name: 'paste', text },
      { name: 'b', text: 'b' },
    ]);
  });

  test('in single bytes, with a pause inside', async () => {
    expect(await keysOf([...Buffer.from(sequence)].map((byte) => [byte]))).toEqual([{ name: 'paste', text }]);
    expect(await keysOf(['\x1b[200~one', ' two\x1b[2', '01~'], true)).toEqual([{ name: 'paste', text: 'one two' }]);
  });

  test('without controls, and with line ends as \\n', async () => {
    expect(await keysOf(['\x1b[200~a\r\nb\rc\x00\x1b[31md\x9b\x1b[201~'])).toEqual([
      { name: 'paste', text: 'a\nb\nc[31md' },
    ]);
  });

  test('cut at a million characters', async () => {
    const [key, ...others] = await keysOf(['\x1b[200~', 'x'.repeat(700_000), 'x'.repeat(700_000), '\x1b[201~']);
    expect([key!.name, key!.text.length, others]).toEqual(['paste', 1 << 20, []]);
  });
});
