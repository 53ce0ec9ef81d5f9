/** Reads TensorBoard's event files back, checksums' presence aside: enough to see what was written. */
type Fields = Map<number, (number | Uint8Array)[]>;

export type ReadEvent = { step: number; seconds: number } & (
  | { version: string }
  | { session: number }
  | { scalars: Record<string, number> }
  | { tag: string; text: string }
);

export function readEvents(file: Uint8Array): ReadEvent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    events.push(eventOf(fieldsOf(file.subarray(at + 12, at + 12 + length))));
    at += 16 + length;
  }
  return events;
}

function eventOf(fields: Fields): ReadEvent {
  const at = { seconds: fields.get(1)![0] as number, step: (fields.get(2)?.[0] ?? 0) as number };
  if (fields.has(3)) return { ...at, version: text(fields.get(3)![0]!) };
  if (fields.has(7)) return { ...at, session: fieldsOf(fields.get(7)![0] as Uint8Array).get(1)![0] as number };
  const values = fieldsOf(fields.get(5)![0] as Uint8Array)
    .get(1)!
    .map((value) => fieldsOf(value as Uint8Array));
  const tensor = values[0]!.get(8)?.[0];
  if (tensor !== undefined) {
    const tag = text(values[0]!.get(1)![0]!);
    return { ...at, tag, text: text(fieldsOf(tensor as Uint8Array).get(8)![0]!) };
  }
  const scalars = values.map((value) => [text(value.get(1)![0]!), value.get(2)![0] as number] as const);
  return { ...at, scalars: Object.fromEntries(scalars) };
}

const text = (value: number | Uint8Array) => new TextDecoder().decode(value as Uint8Array);

function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const take = (length: number) => {
      at += length;
      return at - length;
    };
    const readers: Record<number, () => number | Uint8Array> = {
      0: varint,
      1: () => view.getFloat64(take(8), true),
      2: () => {
        const length = varint();
        return bytes.subarray(take(length), at);
      },
      5: () => view.getFloat32(take(4), true),
    };
    const number = Math.floor(key / 8);
    fields.set(number, [...(fields.get(number) ?? []), readers[key % 8]!()]);
  }
  return fields;
}
