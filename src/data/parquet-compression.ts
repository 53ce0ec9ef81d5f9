/** Unpacks the pages of a Parquet file, none to more than it says. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompressZstd, compressors as others } from 'hyparquet-compressors';

type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

/** By the name of the compression. zlib's are Node's own: they stop at the length that is asked for. */
export const compressors: Record<string, Unpack> = {
  ...others,
  GZIP: (bytes, length) => (length === 0 ? new Uint8Array(0) : gunzipSync(bytes, { maxOutputLength: length })),
  BROTLI: (bytes, length) =>
    length === 0 ? new Uint8Array(0) : brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: (bytes, length) => {
    checkZstd(bytes, length);
    // What is not written does not change with what was there before.
    const unpacked = decompressZstd(bytes, new Uint8Array(length));
    const isLike = unpacked.at(-1) === 0 && decompressZstd(bytes, new Uint8Array(length).fill(1)).at(-1) === 1;
    if (isLike) throw new Error('a page unpacks to less than its head says');
    return unpacked;
  },
};

/** A block of it holds 128 KiB at most, and hardly ever less than this but for the last one. */
const FEWEST_BLOCK_BYTES = 1024;

/**
 * Refuses a frame that is not of `length` bytes, where it says its length, and one of so many blocks that most of what they
 * hold would be thrown away. The format: RFC 8878, section 3.1.1.
 */
function checkZstd(bytes: Uint8Array, length: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new Error('a page is no Zstandard frame');
  const flags = view.getUint8(4);
  const isSingleSegment = (flags & 0x20) !== 0;
  const sizeBytes = flags >> 6 === 0 ? Number(isSingleSegment) : 1 << (flags >> 6);
  const sizeAt = (isSingleSegment ? 5 : 6) + [0, 1, 2, 4][flags & 3]!;
  const said =
    [
      () => length,
      () => view.getUint8(sizeAt),
      () => view.getUint16(sizeAt, true) + 256,
      () => length,
      () => view.getUint32(sizeAt, true),
    ][sizeBytes]?.() ?? Number(view.getBigUint64(sizeAt, true));
  if (said !== length) throw new Error(`a page unpacks to ${said} bytes, and its head says ${length}`);
  let at = sizeAt + sizeBytes;
  for (let blocks = 0, isLast = false; !isLast; blocks++) {
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (head & 1) === 1;
    // A block of one byte again and again has that byte alone.
    at += 3 + (((head >> 1) & 3) === 1 ? 1 : head >> 3);
    if (blocks > 16 + length / FEWEST_BLOCK_BYTES) throw new Error('a page has more blocks than it can fill');
  }
  const checksumBytes = flags & 4;
  if (at + checksumBytes !== bytes.length) throw new Error('a page is not one Zstandard frame');
}
