import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createNpyWriter, type NpyShape, type NpyWriter } from '../../src/data/npy.ts';
import { UsageError } from '../../src/errors.ts';
import { fileOutput, standardOutput, type TextSink } from '../text-sink.ts';

/** What is written of one text. */
export interface FeatureRow {
  /** Line of the file on which it begins, or its place on the command line. */
  line: number;
  /** Without pooling; else null. */
  tokens: string[] | null;
  /** [D], or [tokens, D]. */
  values: Float32Array;
}

export interface FeatureWriter {
  write(row: FeatureRow): Promise<void>;
  /** All is written. */
  close(): Promise<void>;
  /** It will not be: leaves nothing half-written behind. */
  abort(): Promise<void>;
}

export interface FeatureOutput {
  /** Standard output where there is none. */
  path: string | undefined;
  /** One JSON document instead of JSON Lines. */
  json: boolean;
  /** Numbers of a vector, D. */
  width: number;
  pooled: boolean;
}

/** @throws UsageError for a file whose name says no format, or that cannot be written */
export async function openFeatureWriter({ path, json, width, pooled }: FeatureOutput): Promise<FeatureWriter> {
  if (path === undefined) return jsonRows(standardOutput(), json, width);
  if (/\.npy$/i.test(path)) return npyRows(path, width, pooled);
  if (!/\.(?:jsonl|ndjson|json)$/i.test(path)) {
    throw new UsageError('the name of the file does not say what to write', {
      where: path,
      fix: 'name it .jsonl, .json or .npy',
    });
  }
  return jsonRows(await fileOutput(path), json || /\.json$/i.test(path), width);
}

function jsonRows(sink: TextSink, isArray: boolean, width: number): FeatureWriter {
  let isFirst = true;
  return {
    write({ line, tokens, values }) {
      const before = isArray ? (isFirst ? '[\n' : ',\n') : '';
      isFirst = false;
      const row =
        tokens === null ? { line, features: numbers(values) } : { line, tokens, features: rowsOf(values, width) };
      return sink.write(`${before}${JSON.stringify(row)}${isArray ? '' : '\n'}`);
    },
    async close() {
      if (isArray) await sink.write(isFirst ? '[]\n' : '\n]\n');
      await sink.close();
    },
    abort: () => sink.abort(),
  };
}

function rowsOf(values: Float32Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, row) =>
    numbers(values.subarray(row * width, (row + 1) * width)),
  );
}

/** Nine digits tell every float32 from every other. */
const numbers = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(9)));

async function npyRows(path: string, width: number, pooled: boolean): Promise<FeatureWriter> {
  const vectors = await openNpy(path, { type: 'float32', width });
  const lengths = pooled ? null : await openNpy(lengthsPath(path), { type: 'int32', width: null });
  return {
    async write({ values }) {
      await vectors.writer.write(values);
      await lengths?.writer.write([values.length / width]);
    },
    async close() {
      await vectors.keep();
      await lengths?.keep();
    },
    async abort() {
      await vectors.drop();
      await lengths?.drop();
    },
  };
}

/** `x.lengths.npy` beside `x.npy`. */
export const lengthsPath = (path: string): string => path.replace(/\.npy$/i, '.lengths.npy');

/** An .npy file that appears, or replaces the one there, when it is whole. */
async function openNpy(path: string, shape: NpyShape) {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  const writer: NpyWriter = await createNpyWriter(temporary, shape).catch((cause: Error) => {
    throw new UsageError(`the file cannot be written: ${cause.message}`, {
      where: path,
      fix: 'check that the folder exists and may be written to',
      cause,
    });
  });
  return {
    writer,
    async keep() {
      await writer.close();
      await rename(temporary, path);
    },
    async drop() {
      await writer.close();
      await rm(temporary, { force: true });
    },
  };
}
