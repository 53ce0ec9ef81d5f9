/**
 * A look at the runs that the levels, the indices and the differences of a page are packed in, before hyparquet unpacks them:
 * it repeats a value as often as a run says, whatever there is room for.
 * The encodings: https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { endOfVarint, readVarint } from './parquet-thrift.ts';

/**
 * Refuses runs (RLE and bit-packed, mixed) of more than `count` values in all.
 * @param width bits of a value
 */
export function checkRuns(bytes: Uint8Array, start: number, width: number, count: number): void {
  if (width > 32) throw new Error(`a page has values of ${width} bits`);
  let at = start;
  for (let seen = 0; seen < count; ) {
    const { value: head, end } = readVarint(bytes, at);
    const isPacked = (head & 1) === 1;
    const values = isPacked ? (head >>> 1) * 8 : head >>> 1;
    if (isPacked) {
      // hyparquet reads a byte of packed values even where there are none.
      if (values === 0 || width === 0) throw new Error('a page has an empty run');
      at = end + (values / 8) * width;
      // Of the last eight values, some writers leave out those that only fill the byte.
      if (at > bytes.length + width) throw new Error('a page ends early');
    } else {
      if (values > count - seen) throw new Error(`a page has a run of ${values} values where ${count - seen} are left`);
      at = end + Math.ceil(width / 8);
    }
    seen += values;
  }
}

/** Refuses levels with runs of more than `count` values; how many of them are `wanted`. */
export function countLevels(bytes: Uint8Array, start: number, width: number, count: number, wanted: number): number {
  checkRuns(bytes, start, width, count);
  const levels = new Array<number>(count);
  readRleBitPackedHybrid({ view: viewOf(bytes), offset: start }, width, levels, 0);
  let found = 0;
  for (const level of levels) if (level === wanted) found++;
  return found;
}

/**
 * Refuses differences in blocks that cannot be.
 * @returns where `count` numbers that begin at `start` end
 */
export function endOfDeltas(bytes: Uint8Array, start: number, count: number): number {
  const { value: blockSize, end: afterSize } = readVarint(bytes, start);
  const { value: parts, end: afterParts } = readVarint(bytes, afterSize);
  const partSize = blockSize / parts;
  if (blockSize === 0 || blockSize > 2 ** 20 || partSize % 32 !== 0) {
    throw new Error(`a page has blocks of ${blockSize} numbers in ${parts} parts`);
  }
  // How many there are, and the first of them.
  let at = endOfVarint(bytes, endOfVarint(bytes, afterParts));
  for (let seen = 1; seen < count; ) {
    const widths = endOfVarint(bytes, at);
    at = widths + parts;
    for (let part = 0; part < parts && seen < count; part++) {
      if (widths + part >= bytes.length) throw new Error('a page ends early');
      at += (partSize / 8) * bytes[widths + part]!;
      seen += partSize;
    }
  }
  if (at > bytes.length) throw new Error('a page ends early');
  return at;
}

/** The lengths of `count` texts, given as differences: where they end, and their sum. */
export function readLengths(bytes: Uint8Array, start: number, count: number): { end: number; sum: number } {
  const end = endOfDeltas(bytes, start, count);
  const lengths = new Int32Array(count);
  deltaBinaryUnpack({ view: viewOf(bytes), offset: start }, count, lengths);
  let sum = 0;
  for (const length of lengths) {
    if (length < 0) throw new Error('a page has a text of less than no bytes');
    sum += length;
  }
  return { end, sum };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
