/** Writes Parquet files that say of themselves whatever they are told to. */

/** A Thrift value: its kind in the compact encoding, and its bytes. */
type Value = [kind: number, bytes: number[]];

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt(value);
  for (; left >= 128n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  return [...bytes, Number(left)];
}
const zigzag = (value: number | bigint): number[] =>
  varint(BigInt(value) >= 0 ? BigInt(value) * 2n : -BigInt(value) * 2n - 1n);
const i32 = (value: number | bigint): Value => [5, zigzag(value)];
const i64 = (value: number | bigint): Value => [6, zigzag(value)];
const text = (value: string): Value => [8, [...varint(Buffer.byteLength(value)), ...Buffer.from(value)]];
const bool = (value: boolean): Value => [value ? 1 : 2, []];
function list(items: Value[], size = items.length): Value {
  const kind = items[0]?.[0] ?? 12;
  return [
    9,
    [...(size < 15 ? [(size << 4) | kind] : [0xf0 | kind, ...varint(size)]), ...items.flatMap(([, bytes]) => bytes)],
  ];
}
function struct(fields: Record<number, Value | undefined>): Value {
  const bytes: number[] = [];
  let before = 0;
  for (const [id, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    bytes.push(((Number(id) - before) << 4) | value[0], ...value[1]);
    before = Number(id);
  }
  return [12, [...bytes, 0]];
}

export const encodings = { plain: 0, dictionary: 8, rle: 3, delta: 5, deltaLength: 6, deltaText: 7, split: 9 };
export const codecs = { none: 0, snappy: 1, gzip: 2, brotli: 4, lz4: 5, zstd: 6, lz4Raw: 7 };

/** A page as it is to be written; what is not given is what the bytes come to. */
export interface PageDraft {
  kind?: 'dictionary' | 'data' | 'data2';
  bytes: Uint8Array;
  values: number | bigint;
  encoding?: number;
  unpacked?: number | bigint;
  packed?: number | bigint;
  nulls?: number;
  rows?: number;
  levelBytes?: number;
  isCompressed?: boolean;
}

export interface ColumnDraft {
  pages: PageDraft[];
  /** BYTE_ARRAY, unless it is told otherwise. */
  type?: number;
  typeLength?: number;
  isOptional?: boolean;
  codec?: number;
  values?: number | bigint;
  size?: number | bigint;
  offset?: number | bigint;
}

export interface FileDraft {
  columns: ColumnDraft[];
  rows: number | bigint;
  groupRows?: number | bigint;
  /** How many columns the root says it has, and how many elements the list of them. */
  rootColumns?: number;
  listedElements?: number;
  /** Of other bytes than the file's own description. */
  footer?: Uint8Array;
  footerLength?: number;
}

function pageHead(page: PageDraft): number[] {
  const { kind = 'data', bytes, values, encoding = encodings.plain } = page;
  const data = { 1: i32(values), 2: i32(encoding), 3: i32(encodings.rle), 4: i32(encodings.rle) };
  const data2 = {
    1: i32(values),
    2: i32(page.nulls ?? 0),
    3: i32(page.rows ?? values),
    4: i32(encoding),
    5: i32(page.levelBytes ?? 0),
    6: i32(0),
    7: bool(page.isCompressed ?? true),
  };
  const [, head] = struct({
    1: i32({ data: 0, dictionary: 2, data2: 3 }[kind]),
    2: i32(page.unpacked ?? bytes.length),
    3: i32(page.packed ?? bytes.length),
    5: kind === 'data' ? struct(data) : undefined,
    7: kind === 'dictionary' ? struct({ 1: i32(values), 2: i32(encodings.plain) }) : undefined,
    8: kind === 'data2' ? struct(data2) : undefined,
  });
  return head;
}

export function writeParquet(draft: FileDraft): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('PAR1')];
  let at = 4;
  const chunks = draft.columns.map((column, index) => {
    const begin = at;
    for (const page of column.pages) {
      const head = Uint8Array.from(pageHead(page));
      parts.push(head, page.bytes);
      at += head.length + page.bytes.length;
    }
    const hasDictionary = column.pages[0]?.kind === 'dictionary';
    const offset = i64(column.offset ?? begin);
    const meta = {
      1: i32(column.type ?? 6),
      2: list([i32(0)]),
      3: list([text(`c${index}`)]),
      4: i32(column.codec ?? 0),
      5: i64(column.values ?? draft.groupRows ?? draft.rows),
      6: i64(0),
      7: i64(column.size ?? at - begin),
      9: offset,
      11: hasDictionary ? offset : undefined,
    };
    return struct({ 2: i64(0), 3: struct(meta) });
  });
  const elements = [
    struct({ 4: text('root'), 5: i32(draft.rootColumns ?? draft.columns.length) }),
    ...draft.columns.map(({ type = 6, typeLength, isOptional }, index) =>
      struct({
        1: i32(type),
        2: typeLength === undefined ? undefined : i32(typeLength),
        3: i32(isOptional ? 1 : 0),
        4: text(`c${index}`),
        6: type === 6 ? i32(0) : undefined,
      }),
    ),
  ];
  const group = struct({ 1: list(chunks), 2: i64(0), 3: i64(draft.groupRows ?? draft.rows) });
  const [, own] = struct({ 1: i32(1), 2: list(elements, draft.listedElements), 3: i64(draft.rows), 4: list([group]) });
  const footer = draft.footer ?? Uint8Array.from(own);
  const end = Buffer.alloc(8, 'PAR1');
  end.writeUInt32LE(draft.footerLength ?? footer.length, 0);
  return Buffer.concat([...parts, footer, end]);
}

/** Texts as a page holds them plainly: each with its length before it. */
export function plainTexts(texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(value), 0);
      return [length, Buffer.from(value)];
    }),
  );
}

/** A run of one value, `count` times. */
export const run = (count: number, value: number, width: number): number[] => [
  ...varint(count * 2),
  ...Array.from({ length: Math.ceil(width / 8) }, (_, i) => (value >> (8 * i)) & 0xff),
];

/** Levels as a page of the first version has them: with their length. */
export function sized(bytes: number[]): number[] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length, 0);
  return [...length, ...bytes];
}
