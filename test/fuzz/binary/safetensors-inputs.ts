/** Made-up safetensors files: whole ones, ones with a flaw that is known, and ones with bytes changed at random. */
import type { Draws, Verdict } from './fuzz.ts';

/** A header's entry as the texts that it is written with, so that what JSON cannot hold twice can be written twice. */
interface Entry {
  key: string;
  members: [key: string, value: string][];
}

interface Draft {
  entries: Entry[];
  dataBytes: number;
  /** Spaces after the header, as writers align it. */
  padding: number;
}

const dtypes: [name: string, bytes: number][] = [
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['F64', 8],
  ['I64', 8],
  ['U8', 1],
  ['BOOL', 1],
  ['F8_E4M3', 1],
];
const names = [
  'a',
  'distilbert.embeddings.word_embeddings.weight',
  '__proto__',
  'constructor',
  'toString',
  '',
  '10',
  '9',
  'é',
  '😀',
  'quote"\\\n',
  'x'.repeat(300),
  '__metadata_',
  '\u0000',
];
const notSizes = ['-1', '1.5', '1e400', '9007199254740992', '"1"', 'null', 'true', '[1]', '{}', '-0.5', '1e20'];
const notEntries = ['null', '1', '"F32"', '[]', 'true', '{}'];

/** A flaw that makes any file with a tensor unusable. */
type Flaw = (draft: Draft, draws: Draws) => Uint8Array | undefined;

const entryOf = ({ entries }: Draft, draws: Draws) => draws.pick(entries.filter(({ key }) => key !== '"__metadata__"'));

function setMember(entry: Entry, name: string, value: string): void {
  for (const member of entry.members) if (member[0] === name) member[1] = value;
}

const offsetsOf = (entry: Entry): [number, number] =>
  JSON.parse(entry.members.find(([name]) => name === 'data_offsets')![1]);

const flaws: Flaw[] = [
  // Bytes missing or left over.
  (draft, draws) => {
    const bytes = render(draft);
    return bytes.subarray(0, draws.below(bytes.length));
  },
  (draft, draws) => {
    draft.dataBytes += 1 + draws.below(9);
  },
  // A header of another length than announced.
  (draft, draws) =>
    render(draft, draws.pick([0n, 1n, 2n ** 64n - 1n, 2n ** 63n, 2n ** 53n + 1n, 4_194_305n, 100_000n])),
  // Offsets: shifted, turned round, beyond the file, beyond 2^53, negative.
  (draft, draws) => {
    const entry = entryOf(draft, draws);
    const [begin, end] = offsetsOf(entry);
    // An empty tensor may lie between any two; it is given a byte.
    setMember(entry, 'data_offsets', `[${begin < end ? begin + 1 : begin},${end + 1}]`);
  },
  (draft, draws) => {
    const entry = entryOf(draft, draws);
    const [begin, end] = offsetsOf(entry);
    setMember(entry, 'data_offsets', `[${begin},${end + 1 + draws.below(1000)}]`);
  },
  (draft, draws) => {
    setMember(entryOf(draft, draws), 'data_offsets', draws.pick(['[1,0]', '[0]', '[]', '[0,0,0]', '{}', '"0,4"', '0']));
  },
  (draft, draws) => {
    setMember(entryOf(draft, draws), 'data_offsets', `[0,${draws.pick(notSizes)}]`);
  },
  (draft, draws) => {
    setMember(entryOf(draft, draws), 'data_offsets', `[${draws.pick(notSizes)},${draft.dataBytes}]`);
  },
  // Bytes that belong to two.
  (draft, draws) => {
    const taken = draft.entries.filter(({ members }) => members.length === 3).map(offsetsOf);
    const [begin, end] = draws.pick(taken.filter(([from, to]) => from < to).concat([[0, 0]]));
    if (begin === end) draft.dataBytes++;
    const from = begin + draws.below(Math.max(1, end - begin));
    const members: Entry['members'] = [
      ['dtype', '"U8"'],
      ['shape', `[${end - from}]`],
      ['data_offsets', `[${from},${end}]`],
    ];
    draft.entries.push({ key: '"twice"', members });
  },
  // A shape that is none, or whose product is another one, up to infinity.
  (draft, draws) => {
    setMember(entryOf(draft, draws), 'shape', `[${draws.pick(notSizes)}]`);
  },
  (draft, draws) => {
    setMember(entryOf(draft, draws), 'shape', draws.pick(['null', '{}', '"1"', '4', '[[1]]']));
  },
  (draft, draws) => {
    const size = draws.pick([3_000_000, 2 ** 31, 2 ** 32, 2 ** 52]);
    setMember(entryOf(draft, draws), 'shape', `[${Array(1 + draws.below(40)).fill(size)}]`);
  },
  // A dtype that is none.
  (draft, draws) => {
    const none = ['F4', '', 'f32', 'constructor', '__proto__', 'F32 ', 'x'.repeat(5000)];
    setMember(entryOf(draft, draws), 'dtype', JSON.stringify(draws.pick(none)));
  },
  (draft, draws) => {
    setMember(entryOf(draft, draws), 'dtype', draws.pick(['1', 'null', '[]', '["F32"]', '{"F32":1}']));
  },
  // Members or names that are not there, or there twice.
  (draft, draws) => {
    const { members } = entryOf(draft, draws);
    members.splice(draws.below(members.length), 1);
  },
  (draft, draws) => {
    const { members } = entryOf(draft, draws);
    members.push(draws.pick(members));
  },
  (draft, draws) => {
    draft.entries.push(entryOf(draft, draws));
  },
  (draft, draws) => {
    const { key, members } = entryOf(draft, draws);
    const escaped = [...JSON.parse(key)].map((character) =>
      character.length === 1 ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character,
    );
    draft.entries.push({ key: `"${escaped.join('')}"`, members });
  },
  (draft, draws) => {
    draft.entries.push({ key: '"none"', members: [] });
    return render(draft, undefined, (text) => text.replace('"none":{}', `"none":${draws.pick(notEntries)}`));
  },
  // Metadata that is none.
  (draft, draws) => {
    draft.entries = draft.entries.filter(({ key }) => key !== '"__metadata__"');
    draft.entries.push({
      key: '"__metadata__"',
      members: [['a', draws.pick(['1', 'null', '{}', '[]', 'true'])]],
    });
  },
  // A header that is no JSON object in UTF-8.
  (draft, draws) =>
    render(draft, undefined, (text) =>
      draws.pick([
        `[${text}]`,
        text.slice(0, -1),
        `${text}}`,
        `${text}null`,
        '',
        'null',
        '"a"',
        '['.repeat(1 + draws.below(3000)),
        `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`,
        text.replace('{', '{,'),
        `\uFEFF${text}`,
        `\u0000${text}`,
        text.replaceAll('"', "'"),
      ]),
    ),
  (draft, draws) => {
    const bytes = render(draft);
    const at = bytes.indexOf(0x22, 8) + 1;
    bytes[at] = draws.pick([0xff, 0xc0, 0x80, 0xfe]);
    return bytes;
  },
];

/** A file of up to five tensors. */
export function makeSafetensors(draws: Draws): { input: Uint8Array; verdict: Verdict } {
  const draft = makeDraft(draws);
  const kind = draws.below(8);
  if (kind === 0) return { input: render(draft), verdict: 'read' };
  if (kind < 6 && draft.entries.some(({ key }) => key !== '"__metadata__"')) {
    const flawed = draws.pick(flaws)(draft, draws);
    return { input: flawed ?? render(draft), verdict: 'refused' };
  }
  return { input: withNoise(render(draft), draws), verdict: 'either' };
}

function makeDraft(draws: Draws): Draft {
  const entries: Entry[] = [];
  const free = [...names];
  let position = 0;
  for (let count = draws.below(6); count > 0; count--) {
    const [dtype, bytes] = draws.pick(dtypes);
    const shape = Array.from({ length: draws.below(4) }, () => draws.below(5));
    const end = position + bytes * shape.reduce((product, size) => product * size, 1);
    const name = free.splice(draws.below(free.length), 1)[0]!;
    const entry: Entry = {
      key: JSON.stringify(name),
      members: [
        ['dtype', `"${dtype}"`],
        ['shape', `[${shape}]`],
        ['data_offsets', `[${position},${end}]`],
      ],
    };
    // Neither the tensors nor their members come in any order.
    if (draws.once(3)) entry.members.reverse();
    entries.splice(draws.below(entries.length + 1), 0, entry);
    position = end;
  }
  if (draws.once(2)) entries.unshift({ key: '"__metadata__"', members: [['format', '"pt"']] });
  return { entries, dataBytes: position, padding: draws.below(9) };
}

function render(draft: Draft, announced?: bigint, change: (text: string) => string = (text) => text): Uint8Array {
  const entries = draft.entries.map(
    ({ key, members }) => `${key}:{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`,
  );
  const text = Buffer.from(change(`{${entries.join(',')}}`) + ' '.repeat(draft.padding));
  const bytes = Buffer.alloc(8 + text.length + draft.dataBytes, 0x3f);
  bytes.writeBigUInt64LE(announced ?? BigInt(text.length), 0);
  text.copy(bytes, 8);
  return bytes;
}

/** Some bytes changed, taken out, put in or doubled. */
export function withNoise(bytes: Uint8Array, draws: Draws): Uint8Array {
  let noisy = Buffer.from(bytes);
  for (let count = 1 + draws.below(4); count > 0; count--) {
    const at = draws.below(noisy.length + 1);
    const kind = draws.below(5);
    if (kind === 0 && at < noisy.length) noisy[at]! ^= 1 << draws.below(8);
    else if (kind === 1 && at < noisy.length) noisy[at] = draws.pick([0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x5b, 0x7b]);
    else if (kind === 2) noisy = Buffer.concat([noisy.subarray(0, at), noisy.subarray(at + 1 + draws.below(8))]);
    else if (kind === 3)
      noisy = Buffer.concat([noisy.subarray(0, at), Buffer.alloc(1, draws.below(256)), noisy.subarray(at)]);
    else noisy = Buffer.concat([noisy.subarray(0, at), noisy.subarray(Math.max(0, at - draws.below(16)))]);
  }
  return noisy;
}
