import { isUtf8 } from 'node:buffer';
import { DataError, UsageError } from '../errors.ts';
import type { ByteSource } from './source.ts';
import type { Choice } from './types.ts';

const flag = '--encoding';

/**
 * Decides how the bytes of a source are text: as asked, by its byte order mark, by the NULs of UTF-16, UTF-8 where that is
 * valid, else windows-1252 (which has every character of Latin-1). A file is checked to its end, a `once` source in its head.
 * `value` is a label of the WHATWG Encoding Standard.
 * @throws UsageError for an unknown encoding, DataError where the bytes are no text.
 */
export async function detectEncoding(source: ByteSource, asked: string | null): Promise<Choice<string>> {
  if (asked !== null) return { value: encodingLabel(asked), reason: 'as asked', flag };
  const { head, name } = source;
  if (head[0] === 0xff && head[1] === 0xfe && head[2] === 0 && head[3] === 0) {
    throw new DataError('this is UTF-32 text', { where: name, fix: 'save it as UTF-8' });
  }
  if (head[0] === 0xff && head[1] === 0xfe) return byMark('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return byMark('utf-16be');
  const hasUtf8Mark = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  const wide = detectUtf16(head);
  if (wide !== null) return { value: wide, reason: 'NULs in every second byte, no byte order mark', flag };
  if (countNuls(head) > head.length / 20) {
    throw new DataError('this is not text: it is full of NUL bytes', {
      where: name,
      fix: 'name a CSV, TSV or JSON Lines file; if it is text, give its --encoding',
    });
  }
  const bytes = () => (source.repeatable ? source.read() : [head]);
  if (await isValidUtf8(bytes(), source.repeatable || source.headIsAll)) {
    return hasUtf8Mark ? byMark('utf-8') : { value: 'utf-8', reason: 'every byte is valid UTF-8', flag };
  }
  const { sequences, invalid, line } = await countUtf8(bytes());
  if (hasUtf8Mark || sequences > invalid) {
    const reason = `UTF-8 but for ${invalid} invalid ${invalid === 1 ? 'byte' : 'bytes'} (first on line ${line}), read as \uFFFD`;
    return { value: 'utf-8', reason, flag };
  }
  return {
    value: 'windows-1252',
    reason: `not UTF-8 (invalid byte on line ${line}), so Latin-1 or windows-1252`,
    flag,
  };
}

function byMark(value: string): Choice<string> {
  return { value, reason: 'by its byte order mark', flag };
}

function encodingLabel(asked: string): string {
  try {
    return new TextDecoder(asked.trim()).encoding;
  } catch (cause) {
    throw new UsageError(`"${asked}" is no known encoding`, {
      fix: `${flag} takes utf-8, utf-16le, utf-16be, latin1, windows-1252, shift_jis, gb18030, ...`,
      cause,
    });
  }
}

/** Latin letters in UTF-16 have a NUL in every second byte; in other scripts at least the blanks and line ends do. */
function detectUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const nuls = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) nuls[i & 1]!++;
  const [even, odd] = [nuls[0]!, nuls[1]!];
  const most = Math.max(even, odd);
  const least = Math.min(even, odd);
  const mostlyLatin = most > 0.2 * head.length && least < 0.01 * head.length;
  const otherScript = most >= 2 && least === 0 && !isUtf8(head.subarray(0, completeLength(head)));
  if (!mostlyLatin && !otherScript) return null;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

function countNuls(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0) count++;
  return count;
}

async function isValidUtf8(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  toTheEnd: boolean,
): Promise<boolean> {
  let rest = new Uint8Array(0);
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + chunk.length);
      bytes.set(rest);
      bytes.set(chunk, rest.length);
    }
    const complete = completeLength(bytes);
    if (!isUtf8(bytes.subarray(0, complete))) return false;
    rest = bytes.slice(complete);
  }
  return rest.length === 0 || !toTheEnd;
}

/** Where the last character that may go on in the next chunk begins. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function sequenceLength(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/** Counts multi-byte characters that are well formed, bytes that are not, and the line of the first of these. */
async function countUtf8(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  let sequences = 0;
  let invalid = 0;
  let line = 1;
  let firstLine = 1;
  /** Continuation bytes that the current character still lacks. */
  let missing = 0;
  const noteInvalid = () => {
    if (invalid++ === 0) firstLine = line;
  };
  for await (const chunk of chunks) {
    for (const byte of chunk) {
      if (byte >= 0x80 && byte < 0xc0) {
        if (missing === 0) noteInvalid();
        else if (--missing === 0) sequences++;
        continue;
      }
      if (missing > 0) noteInvalid();
      missing = 0;
      if (byte === 0x0a) line++;
      else if (byte >= 0xf8) noteInvalid();
      else if (byte >= 0xc0) missing = sequenceLength(byte) - 1;
    }
  }
  // A character that the end cuts off; and whatever only a full check sees (overlong forms) counts as one.
  if (missing > 0 || invalid === 0) noteInvalid();
  return { sequences, invalid, line: firstLine };
}

/** The bytes as text, piece by piece. Invalid ones become U+FFFD; a byte order mark is dropped. */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
