/**
 * A look at Thrift's compact encoding, in which Parquet keeps its footer and page headers, before hyparquet reads it: that
 * reader makes lists as long as they say they are.
 * The encoding: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

const MOST_NESTED = 32;
/** Each takes some 50 bytes once it is read. A footer of 1,000 row groups of 20 columns has 800,000. */
const MOST_VALUES = 2 ** 21;

interface Cursor {
  bytes: Uint8Array;
  at: number;
  values: number;
}

/**
 * Where the struct that begins at `start` ends.
 * @throws Error for bytes that end before it does, or whose lists, texts or numbers cannot be
 */
export function endOfThriftStruct(bytes: Uint8Array, start: number): number {
  const cursor = { bytes, at: start, values: 0 };
  skipStruct(cursor, 0);
  return cursor.at;
}

function skipStruct(cursor: Cursor, depth: number): void {
  if (depth > MOST_NESTED) throw new Error('its description is nested too deep');
  for (;;) {
    const head = nextByte(cursor);
    const type = head & 0x0f;
    if (type === STOP) return;
    // The field's number, where it is not told as a step from the one before.
    if (head >> 4 === 0) skipVarint(cursor);
    skipValue(cursor, type, depth);
  }
}

function skipValue(cursor: Cursor, type: number, depth: number): void {
  if (++cursor.values > MOST_VALUES) throw new Error(`its description has more than ${MOST_VALUES} values`);
  switch (type) {
    case TRUE:
    case FALSE:
      return;
    case BYTE:
      skipBytes(cursor, 1);
      return;
    case I16:
    case I32:
    case I64:
      skipVarint(cursor);
      return;
    case DOUBLE:
      skipBytes(cursor, 8);
      return;
    case BINARY:
      skipBytes(cursor, nextSize(cursor));
      return;
    case LIST:
      skipList(cursor, depth);
      return;
    case STRUCT:
      skipStruct(cursor, depth + 1);
      return;
    default:
      throw new Error(`its description has a value of the unknown kind ${type}`);
  }
}

function skipList(cursor: Cursor, depth: number): void {
  if (depth > MOST_NESTED) throw new Error('its description is nested too deep');
  const head = nextByte(cursor);
  const size = head >> 4 === 15 ? nextSize(cursor) : head >> 4;
  // Every value has a byte at least.
  if (size > cursor.bytes.length - cursor.at) throw new Error('a list of its description is longer than the file');
  const type = head & 0x0f;
  for (let i = 0; i < size; i++) skipValue(cursor, type === TRUE || type === FALSE ? BYTE : type, depth + 1);
}

function nextByte(cursor: Cursor): number {
  if (cursor.at >= cursor.bytes.length) throw new Error('its description ends early');
  return cursor.bytes[cursor.at++]!;
}

function skipBytes(cursor: Cursor, count: number): void {
  if (count > cursor.bytes.length - cursor.at) throw new Error('its description ends early');
  cursor.at += count;
}

function skipVarint(cursor: Cursor): void {
  cursor.at = endOfVarint(cursor.bytes, cursor.at);
}

/** A number of bytes or items. */
function nextSize(cursor: Cursor): number {
  const { value, end } = readVarint(cursor.bytes, cursor.at);
  cursor.at = end;
  return value;
}

/** Where a number of at most 64 bits ends. */
export function endOfVarint(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length && at < start + 10; at++) if (bytes[at]! < 0x80) return at + 1;
  throw new Error('a number in it is too long');
}

/**
 * An unsigned number of at most 31 bits, seven of them in each byte, the lowest first.
 * @throws Error where the bytes end, or for a larger number
 */
export function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, scale = 1; at < bytes.length && at < start + 5; at++, scale *= 128) {
    value += (bytes[at]! & 0x7f) * scale;
    if (bytes[at]! & 0x80) continue;
    if (value >= 2 ** 31) break;
    return { value, end: at + 1 };
  }
  throw new Error('a size in it cannot be');
}
