import { maskedCrc32c } from './crc32c.ts';
import { bytesField, doubleField, floatField, integerField, message } from './protobuf.ts';

/** What a TensorBoard event says. Tags are `group/name`. */
export type Logged =
  | { type: 'file-version' }
  /** The run begins anew at this step: TensorBoard drops what earlier files have of it and of later ones. */
  | { type: 'session-start' }
  | { type: 'scalars'; values: readonly { tag: string; value: number }[] }
  /** Markdown. */
  | { type: 'text'; tag: string; text: string };

/**
 * An event as protocol buffer (tensorboard/compat/proto/event.proto, summary.proto, tensor.proto).
 * @param seconds since 1970
 */
export function encodeEvent(logged: Logged, { seconds, step }: { seconds: number; step: number }): Uint8Array {
  // A field that is 0 is not written.
  const stepField = step === 0 ? [] : [integerField(2, step)];
  return message(doubleField(1, seconds), ...stepField, contentOf(logged));
}

const statusStart = 1;
const typeString = 7;
const classTensor = 2;

function contentOf(logged: Logged): Uint8Array {
  switch (logged.type) {
    case 'file-version':
      return bytesField(3, 'brain.Event:2');
    case 'session-start':
      return bytesField(7, integerField(1, statusStart));
    case 'scalars':
      return bytesField(
        5,
        message(
          ...logged.values.map(({ tag, value }) => bytesField(1, message(bytesField(1, tag), floatField(2, value)))),
        ),
      );
    case 'text': {
      const shape = bytesField(2, integerField(1, 1));
      const tensor = message(integerField(1, typeString), bytesField(2, shape), bytesField(8, logged.text));
      const metadata = message(bytesField(1, bytesField(1, 'text')), integerField(4, classTensor));
      const value = message(bytesField(1, logged.tag), bytesField(8, tensor), bytesField(9, metadata));
      return bytesField(5, bytesField(1, value));
    }
  }
}

/**
 * A TFRecord: the length as uint64, its checksum, the data, its checksum; all little-endian
 * (tensorflow/core/lib/io/record_writer.h).
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}
