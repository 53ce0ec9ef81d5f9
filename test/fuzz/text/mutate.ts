/** Ways to damage a text, and its bytes, as a careless hand or a hostile one would. */
import type { Draws } from '../binary/fuzz.ts';

/** What means something to a reader, a terminal, a page or to JavaScript. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '"',
  '""',
  "'",
  '\\',
  '\\"',
  '\\u',
  '\\ud800',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\0',
  '\uFEFF',
  '\u2028',
  '\u2029',
  '\u00a0',
  '\u200b',
  '\u202e',
  '\ud800',
  '\udc00',
  '\uffff',
  '😀',
  'é',
  'e\u0301',
  '漢字',
  '\x1b[31m',
  '\x1b]0;title\x07',
  '\u009b2J',
  '\x7f',
  '<script>alert(1)</script>',
  '=1+1',
  '#',
  '-DOCSTART-',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '{"__proto__": {"polluted": 1}}',
  'O',
  'B-',
  'B-PER',
  'I-PER',
  'E-PER',
  '0',
  '-0',
  '1',
  '-1',
  '0.5',
  '1e999',
  '-1e999',
  '9007199254740993',
  'NaN',
  'null',
  'true',
  '2024-01-01',
  '{',
  '}',
  '[',
  ']',
  ':',
  '[]',
  '{}',
  'text',
  'label',
  'some words of a text',
];

/** A text of some hostile pieces, sometimes of very many alike. */
export function hostileText(draws: Draws): string {
  if (draws.once(40)) return draws.pick(hostileTexts).repeat(1 + draws.below(3000));
  let text = '';
  for (let count = draws.below(4); count > 0; count--) text += draws.pick(hostileTexts);
  return text;
}

type Mutation = (text: string, at: number, draws: Draws) => string;

const lineAt = (text: string, at: number): [start: number, end: number] => {
  const end = text.indexOf('\n', at);
  return [text.lastIndexOf('\n', at - 1) + 1, end < 0 ? text.length : end + 1];
};

const mutations: readonly Mutation[] = [
  (text, at, draws) => text.slice(0, at) + draws.pick(hostileTexts) + text.slice(at),
  (text, at, draws) => text.slice(0, at) + draws.pick(hostileTexts) + text.slice(at + 1),
  (text, at, draws) => text.slice(0, at) + draws.pick(hostileTexts).repeat(draws.below(300)) + text.slice(at),
  (text, at, draws) => text.slice(0, at) + text.slice(at + 1 + draws.below(8)),
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(at),
  // A part again, or moved.
  (text, at, draws) => text.slice(0, at) + text.slice(Math.max(0, at - draws.below(60))),
  (text, at, draws) => {
    const length = draws.below(40);
    const to = draws.below(text.length + 1);
    const part = text.slice(at, at + length);
    const rest = text.slice(0, at) + text.slice(at + length);
    return rest.slice(0, to) + part + rest.slice(to);
  },
  // A line missing, twice, or cut.
  (text, at) => {
    const [start, end] = lineAt(text, at);
    return text.slice(0, start) + text.slice(end);
  },
  (text, at, draws) => {
    const [start, end] = lineAt(text, at);
    return text.slice(0, start) + text.slice(start, end).repeat(2 + draws.below(3)) + text.slice(end);
  },
  (text, at) => text.slice(0, at) + text.slice(lineAt(text, at)[1]),
  // Line ends and quotes of another kind, here or everywhere.
  (text, at, draws) => text.slice(0, at) + text.slice(at).replaceAll('\n', draws.pick(['\r\n', '\r', '\n\n', ''])),
  (text, at, draws) => text.slice(0, at) + text.slice(at).replaceAll('"', draws.pick(["'", '', '""', '\\"'])),
  (text, at, draws) => text.slice(0, at) + text.slice(at).replaceAll(',', draws.pick([';', '\t', ',,', ' , '])),
  // A key twice, and one that is more than a key.
  (text, _, draws) => text.replace('{', `{"${draws.pick(['text', 'label', 'data', '__proto__', 'constructor'])}":1,`),
  (text, _, draws) => text.replaceAll(/"(\w+)":/g, (key) => (draws.once(6) ? '"__proto__":' : key)),
  (text, at, draws) => {
    const depth = 1 + draws.below(draws.once(20) ? 30_000 : 30);
    return text.slice(0, at) + draws.pick(['[', '{"a":', '(', '"']).repeat(depth) + text.slice(at);
  },
];

/** Damages a text in one to four places. */
export function mutate(text: string, draws: Draws): string {
  let result = text;
  for (let count = 1 + draws.below(4); count > 0; count--) {
    result = draws.pick(mutations)(result, draws.below(result.length + 1), draws);
  }
  return result;
}

/** A text as bytes: mostly in UTF-8, at times in another encoding, with a mark or with bytes that are no text. */
export function toBytes(text: string, draws: Draws): Uint8Array {
  const utf8 = Buffer.from(text);
  switch (draws.below(24)) {
    case 0:
      return Buffer.from(text, 'latin1');
    case 1:
      return Buffer.from(draws.once(2) ? text : `\uFEFF${text}`, 'utf16le');
    case 2: {
      const bytes = Buffer.from(draws.once(2) ? text : `\uFEFF${text}`, 'utf16le');
      return bytes.swap16();
    }
    case 3:
      return Buffer.from(`\uFEFF${text}`);
    case 4:
      // Characters cut in two.
      return utf8.subarray(0, draws.below(utf8.length + 1));
    case 5:
      return Buffer.concat([draws.pick(markers), utf8]);
    case 6:
    case 7:
      for (let count = 1 + draws.below(3); count > 0; count--) {
        if (utf8.length > 0) utf8[draws.below(utf8.length)] = draws.pick([0xff, 0xc0, 0x80, 0xed, 0xf8, 0, 0x1b]);
      }
      return utf8;
    default:
      return utf8;
  }
}

const markers: readonly Uint8Array[] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0xff, 0xfe, 0, 0],
  [0, 0, 0xfe, 0xff],
  [0x1f, 0x8b],
  [0x50, 0x4b, 3, 4],
  [0x50, 0x41, 0x52, 0x31],
].map((bytes) => Uint8Array.from(bytes));
