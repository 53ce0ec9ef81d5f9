import type { Key } from './key.ts';

/** What stands at the beginning of a terminal's input. */
export interface ReadKey {
  /** Characters used; 0: its end has not come. */
  length: number;
  /** Null: nothing that anyone waits for, such as an answer of the terminal or a mouse. */
  key: Key | null;
}

const incomplete: ReadKey = { length: 0, key: null };
const segmenter = new Intl.Segmenter();

/**
 * Reads one key as xterm and its likes send it, with the forms of rxvt, the Linux console and of terminals that encode all modifiers.
 * Sequences: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "PC-Style Function Keys".
 * @param input not empty
 * @param isLast nothing follows: what looks like the beginning of a longer sequence is all there is
 */
export function readKey(input: string, isLast: boolean): ReadKey {
  const code = input.charCodeAt(0);
  if (code === 0x1b) return readEscape(input, isLast);
  if (code < 0x20 || code === 0x7f) return { length: 1, key: { name: controlName(code), text: '' } };
  if (code === 0x20) return { length: 1, key: { name: 'space', text: ' ' } };
  if (code < 0x7f) return { length: 1, key: { name: input[0]!, text: input[0]! } };
  const [first] = segmenter.segment(input);
  const { segment } = first!;
  const isText = !/[\p{Cc}\p{Cs}\ufffd]/u.test(segment);
  return { length: segment.length, key: isText ? { name: segment, text: segment } : null };
}

function readEscape(input: string, isLast: boolean): ReadKey {
  const escapeKey = { length: 1, key: { name: 'escape', text: '' } };
  const second = input[1];
  if (second === undefined) return isLast ? escapeKey : incomplete;
  if (second === '\x1b') {
    if (input[2] === '\x1b') return escapeKey;
    // Some terminals put an escape before a key's sequence for alt. Otherwise it was the escape key, and something else follows.
    const after = readEscape(input.slice(1), isLast);
    if (after.length === 0) return after;
    return after.length > 2 && after.key !== null ? { length: after.length + 1, key: withAlt(after.key) } : escapeKey;
  }
  const reader = sequenceReaders[second];
  if (reader !== undefined) {
    const read = reader(input.slice(2));
    if (read !== incomplete) return { ...read, length: read.length + 2 };
    if (!isLast) return incomplete;
    // Nothing came after it: alt and that character, or a sequence that was cut off.
    return input.length === 2
      ? { length: 2, key: { name: `alt+${second}`, text: '' } }
      : { length: input.length, key: null };
  }
  const { length, key } = readKey(input.slice(1), isLast);
  return { length: length + 1, key: key && withAlt(key) };
}

/** What may follow an escape, by its first character; given what comes after that. */
const sequenceReaders: Readonly<Record<string, (body: string) => ReadKey>> = {
  '[': readControlSequence,
  O: readKeypad,
  ']': readAnswer,
  P: readAnswer,
  _: readAnswer,
};

const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  M: 'return',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const numbers: Readonly<Record<string, string>> = {
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

/** ESC [ parameters final. The second parameter, or the last of three, is 1 + (shift 1, alt 2, ctrl 4). */
function readControlSequence(body: string): ReadKey {
  // The Linux console's function keys have a second bracket.
  if (body[0] === '[') {
    const final = body.charCodeAt(1);
    if (Number.isNaN(final)) return incomplete;
    return { length: 2, key: final >= 0x41 && final <= 0x45 ? { name: `f${final - 0x40}`, text: '' } : null };
  }
  const match = /^([0-?]*)([ -/]*)([@-~]?)/.exec(body)!;
  const [{ length }, parameters = '', between = '', final = ''] = match;
  // Something that no sequence has ends it; it is read by itself.
  if (final === '') return length === body.length ? incomplete : { length, key: null };
  if (/[<=>?]/.test(parameters) || between !== '') return { length, key: null };
  const [first = '', second = '', third = ''] = parameters.split(';').map((parameter) => parameter.split(':')[0]);
  const modifiers = Math.max(0, Number(second || 1) - 1);
  if (final === 'Z') return { length, key: { name: 'shift+tab', text: '' } };
  let name: string | undefined;
  if (final === 'u') name = codeName(Number(first));
  else if (final === '~') name = first === '27' ? codeName(Number(third)) : numbers[first];
  // Other numbers are an answer, such as where the cursor is.
  else if (final !== 'M' && (first === '' || first === '1')) name = finals[final];
  return { length, key: name === undefined ? null : withModifiers(name, modifiers) };
}

/** ESC O final: arrows in application mode, F1 to F4, the numeric pad. */
function readKeypad(body: string): ReadKey {
  const [all, modifiers = '', final = ''] = /^(\d*)([A-Za-z]?)/.exec(body)!;
  if (final === '') return all.length === body.length ? incomplete : { length: all.length, key: null };
  const name = finals[final];
  return { length: all.length, key: name === undefined ? null : withModifiers(name, Number(modifiers || 1) - 1) };
}

/** An answer of the terminal to a question nobody here has asked; it ends with BEL or ESC \. */
function readAnswer(body: string): ReadKey {
  const ends = ['\x07', '\x1b\\'].map((end) => ({ end, at: body.indexOf(end) })).filter(({ at }) => at >= 0);
  if (ends.length === 0) return incomplete;
  const { end, at } = ends.reduce((a, b) => (a.at < b.at ? a : b));
  return { length: at + end.length, key: null };
}

function controlName(code: number): string {
  return controlNames[code] ?? `ctrl+${String.fromCharCode(code + 0x40).toLowerCase()}`;
}

const controlNames: Readonly<Record<number, string>> = {
  0: 'ctrl+space',
  8: 'backspace',
  9: 'tab',
  10: 'return',
  13: 'return',
  127: 'backspace',
};

/** The key of a Unicode code, as terminals name it that encode all modifiers. */
function codeName(code: number): string | undefined {
  if (code === 27) return 'escape';
  if (code === 32) return 'space';
  if (code < 32 || code === 127) return controlNames[code];
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function withAlt({ name }: Key): Key {
  if (name.includes('alt+')) return { name, text: '' };
  return { name: name.startsWith('ctrl+') ? `ctrl+alt+${name.slice('ctrl+'.length)}` : `alt+${name}`, text: '' };
}

function withModifiers(name: string, modifiers: number): Key {
  const shift = (modifiers & 1) !== 0;
  const alt = (modifiers & 2) !== 0;
  const ctrl = (modifiers & 4) !== 0;
  const isCharacter = [...name].length === 1;
  const base = isCharacter && shift && !ctrl ? name.toUpperCase() : name;
  const prefix = (ctrl ? 'ctrl+' : '') + (alt ? 'alt+' : '') + (shift && !isCharacter ? 'shift+' : '');
  if (prefix !== '') return { name: prefix + base, text: '' };
  return { name: base, text: base === 'space' ? ' ' : isCharacter ? base : '' };
}
