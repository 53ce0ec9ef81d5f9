/** The wire format of protocol buffers, as far as TensorBoard's events need it (protobuf.dev: Encoding). */

const utf8 = new TextEncoder();

/** A message: its fields one after the other. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
}

/** An int64, enum or bool that is not negative, at most 2^53 - 1. */
export function integerField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8), ...varint(value)]);
}

export function doubleField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = number * 8 + 1;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

export function floatField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = number * 8 + 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

/** A string, bytes, or a message inside this one. */
export function bytesField(number: number, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? utf8.encode(value) : value;
  return message(Uint8Array.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes);
}

/** Seven bits a byte, the lowest first; all but the last byte have the highest bit set. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  // Divided and not shifted: shifts cut at 32 bits.
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
