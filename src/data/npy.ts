import { open } from 'node:fs/promises';

/** Writes an array of NumPy's format, rows after rows. */
export interface NpyWriter {
  /** Appends whole rows: `values.length` is a multiple of the width. */
  write(values: ArrayLike<number>): Promise<void>;
  /** Writes the number of rows into the header and closes the file. Until then NumPy reads an array of no rows. */
  close(): Promise<void>;
}

export interface NpyShape {
  type: 'float32' | 'int32';
  /** Numbers of a row, D: an array [rows, D]. Null: a plain list, [rows]. */
  width: number | null;
}

const bufferBytes = 1 << 20;
/** NumPy aligns the data to 64 bytes and leaves room for more rows; so all headers of lists and tables come to this. */
const headerBytes = 128;

/**
 * The first bytes of an .npy file, format 1.0, as `numpy.save` writes them (numpy/lib/format.py). Their number does not
 * depend on the number of rows.
 */
export function npyHeader({ type, width }: NpyShape, rows: number): Uint8Array {
  const descr = type === 'float32' ? '<f4' : '<i4';
  const shape = width === null ? `(${rows},)` : `(${rows}, ${width})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
  const length = headerBytes - magic.length - 2;
  const bytes = new Uint8Array(headerBytes);
  bytes.set([...magic, length, 0]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), magic.length + 2);
  return bytes;
}

/** Writes an .npy file in constant memory; an existing file is replaced. The number of rows need not be known before. */
export async function createNpyWriter(path: string, shape: NpyShape): Promise<NpyWriter> {
  const width = shape.width ?? 1;
  const file = await open(path, 'w');
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let count = 0;
  const flush = async () => {
    const chunks = pending;
    pending = [];
    pendingBytes = 0;
    for (const chunk of chunks) await file.writeFile(chunk);
  };
  await file.writeFile(npyHeader(shape, 0));
  return {
    async write(values) {
      if (values.length % width !== 0) throw new RangeError(`${values.length} numbers are no rows of ${width}`);
      // A copy: the caller may reuse its array.
      const copy = shape.type === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
      pending.push(new Uint8Array(copy.buffer));
      pendingBytes += copy.byteLength;
      count += values.length;
      if (pendingBytes >= bufferBytes) await flush();
    },
    async close() {
      try {
        await flush();
        const header = npyHeader(shape, count / width);
        await file.write(header, 0, header.length, 0);
      } finally {
        await file.close();
      }
    },
  };
}
