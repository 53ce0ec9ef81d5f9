import { StringDecoder } from 'node:string_decoder';
import type { Key } from './key.ts';

/** Makes keys of the bytes that a terminal sends, however they are split. */
export interface KeyParser {
  push(bytes: Uint8Array): void;
  /** Drops what has not become a key. */
  stop(): void;
}

// Milliseconds after which an escape byte is the escape key: the rest of a key's sequence comes with it.
const escapeDelay = 40;
const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
// Characters; a paste that is longer is cut.
const pasteAtMost = 1 << 20;

export function createKeyParser(onKey: (key: Key) => void): KeyParser {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let pasted: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  const read = (isLast: boolean) => {
    while (pending !== '') {
      if (pasted !== null) {
        const end = pending.indexOf(pasteEnd);
        const taken = end < 0 ? pending.length - partialLength(pending, pasteEnd) : end;
        pasted = (pasted + pending.slice(0, taken)).slice(0, pasteAtMost);
        pending = pending.slice(taken);
        if (end < 0) return;
        pending = pending.slice(pasteEnd.length);
        onKey({ name: 'paste', text: cleanPaste(pasted) });
        pasted = null;
      } else if (pending.startsWith(pasteStart)) {
        pending = pending.slice(pasteStart.length);
        pasted = '';
      } else {
        const { length, key } = readKey(pending, isLast);
        if (length === 0) return;
        pending = pending.slice(length);
        if (key !== null) onKey(key);
      }
    }
  };
  return {
    push(bytes) {
      clearTimeout(timer);
      pending += decoder.write(bytes as Buffer);
      read(false);
      if (pending !== '' && pasted === null) timer = setTimeout(() => read(true), escapeDelay);
    },
    stop() {
      clearTimeout(timer);
      pending = '';
      pasted = null;
    },
  };
}

/** How many characters at the end of the text could be the beginning of the marker. */
function partialLength(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length--) {
    if (marker.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\x1b\[[0-?]*[ -/]*[@-~]|[^\P{Cc}\n\t]/gu, '');
}

interface Read {
  /** Characters used; 0: more have to come. */
  length: number;
  /** Null: nothing that anyone waits for. */
  key: Key | null;
}

const segmenter = new Intl.Segmenter();
const notText = /[\p{Cc}\p{Cs}]/u;

function readKey(input: string, isLast: boolean): Read {
  if (input[0] === '\x1b') return readEscape(input, isLast);
  const code = input.charCodeAt(0);
  if (code < 0x20 || code === 0x7f)
    return { length: 1, key: { name: controlNames[code] ?? controlName(code), text: '' } };
  if (code === 0x20) return { length: 1, key: { name: 'space', text: ' ' } };
  if (code < 0x7f) return { length: 1, key: { name: input[0]!, text: input[0]! } };
  const end = input.search(/[\x00-\x7f]/);
  const [first] = segmenter.segment(end < 0 ? input : input.slice(0, end));
  const { segment } = first!;
  return {
    length: segment.length,
    key: notText.test(segment) || segment === '\ufffd' ? null : { name: segment, text: segment },
  };
}

const controlNames: Readonly<Record<number, string>> = {
  0: 'ctrl+space',
  8: 'backspace',
  9: 'tab',
  10: 'return',
  13: 'return',
  127: 'backspace',
};

function controlName(code: number): string {
  return `ctrl+${String.fromCharCode(code + 0x40).toLowerCase()}`;
}

function readEscape(input: string, isLast: boolean): Read {
  const escape = { length: 1, key: { name: 'escape', text: '' } };
  const second = input[1];
  if (second === undefined) return isLast ? escape : { length: 0, key: null };
  if (second === '[' || second === 'O') {
    const sequence = second === '[' ? readControlSequence(input) : readFunctionKey(input);
    if (sequence.length > 0) return sequence;
    if (!isLast) return sequence;
    return input.length === 2
      ? { length: 2, key: { name: `alt+${second}`, text: '' } }
      : { length: input.length, key: null };
  }
  if (second === ']' || second === 'P' || second === '_') return readAnswer(input, isLast);
  if (second === '\x1b') {
    // Some terminals put an escape before the sequence for alt.
    const after = readEscape(input.slice(1), isLast);
    if (after.length === 0 && !isLast) return after;
    return after.length > 1 && after.key !== null && input[2] !== '\x1b'
      ? { length: after.length + 1, key: withModifiers(after.key.name, 2) }
      : escape;
  }
  const after = readKey(input.slice(1), isLast);
  if (after.length === 0) return after;
  return { length: after.length + 1, key: after.key && withModifiers(after.key.name, 2) };
}

/** An answer of the terminal to a question (colours, its name): nobody's key. */
function readAnswer(input: string, isLast: boolean): Read {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they end an answer
  const end = /\x07|\x1b\\/.exec(input.slice(2));
  if (end !== null) return { length: 2 + end.index + end[0].length, key: null };
  if (!isLast) return { length: 0, key: null };
  return input.length === 2
    ? { length: 2, key: { name: `alt+${input[1]}`, text: '' } }
    : { length: input.length, key: null };
}

const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'clear',
  F: 'end',
  H: 'home',
  M: 'return',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const numbers: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** ESC [ parameters final, as xterm sends it; the second parameter is 1 + shift 1, alt 2, ctrl 4. */
function readControlSequence(input: string): Read {
  // The Linux console's function keys.
  const linux = /^\x1b\[\[([A-E])/.exec(input);
  if (linux !== null) return { length: 4, key: { name: `f${linux[1]!.charCodeAt(0) - 0x40}`, text: '' } };
  if (/^\x1b\[\[?$/.test(input)) return { length: 0, key: null };
  const match = /^\x1b\[([0-?]*)([ -/]*)([@-~])/.exec(input);
  if (match === null) {
    return /^\x1b\[[0-?]*[ -/]*$/.test(input) ? { length: 0, key: null } : { length: 2, key: null };
  }
  const length = match[0].length;
  const [first = '', second = '', third = ''] = match[1]!.split(';').map((parameter) => parameter.split(':')[0]);
  const modifiers = Math.max(0, Number(second || 1) - 1);
  const final = match[3]!;
  let name: string | undefined;
  if (/[<=>?]/.test(match[1]!) || match[2] !== '') name = undefined;
  else if (final === 'Z') return { length, key: { name: 'shift+tab', text: '' } };
  else if (final === 'u') name = codeName(Number(first));
  else if (final === '~') name = first === '27' ? codeName(Number(third)) : numbers[Number(first)];
  // Without parameters ESC [ M would be a click in the oldest mouse protocol, and ESC [ P a key of the Linux console.
  else if (final !== 'M') name = finals[final];
  return { length, key: name === undefined ? null : withModifiers(name, modifiers) };
}

/** ESC O final: arrows in application mode, F1 to F4, the numeric pad. */
function readFunctionKey(input: string): Read {
  const match = /^\x1bO(\d*)([A-Za-z])/.exec(input);
  if (match === null) return /^\x1bO\d*$/.test(input) ? { length: 0, key: null } : { length: 2, key: null };
  const name = finals[match[2]!];
  return {
    length: match[0].length,
    key: name === undefined ? null : withModifiers(name, Math.max(0, Number(match[1] || 1) - 1)),
  };
}

/** A key by its Unicode code, as terminals tell that were asked to be exact. */
function codeName(code: number): string | undefined {
  if (code === 27) return 'escape';
  if (code === 32) return 'space';
  if (controlNames[code] !== undefined) return controlNames[code];
  return code > 32 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function withModifiers(name: string, modifiers: number): Key {
  const isCharacter = [...segmenter.segment(name)].length === 1;
  const shift = (modifiers & 1) !== 0;
  const alt = (modifiers & 2) !== 0;
  const ctrl = (modifiers & 4) !== 0;
  const base = isCharacter && shift && !ctrl ? name.toUpperCase() : name;
  const prefix = (ctrl ? 'ctrl+' : '') + (alt ? 'alt+' : '') + (shift && !isCharacter ? 'shift+' : '');
  if (prefix !== '') return { name: prefix + base, text: '' };
  return { name: base, text: base === 'space' ? ' ' : isCharacter ? base : '' };
}
