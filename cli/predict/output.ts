import { csvRow } from '../../src/data/csv-writer.ts';
import type { ClassPrediction, Prediction, Task } from '../../src/tasks/types.ts';
import type { TextSink } from '../text-sink.ts';
import type { InputRow } from './input.ts';

export type RowFormat = 'csv' | 'tsv' | 'jsonl' | 'json';

/** What a file's name says, else what came in. */
export function formatFor(output: string | undefined, fromJsonLines: boolean, json: boolean): RowFormat {
  if (json) return 'json';
  const [, extension] = /\.(csv|tsv|jsonl|ndjson)$/i.exec(output ?? '') ?? [];
  if (extension !== undefined) return /json$|jsonl/i.test(extension) ? 'jsonl' : (extension.toLowerCase() as RowFormat);
  return fromJsonLines ? 'jsonl' : 'csv';
}

/** Writes rows with what was predicted of them. */
export interface RowWriter<E = unknown> {
  /** `null`: the row has no text, and gets no label. */
  write(row: InputRow<E>, prediction: Prediction | null): Promise<void>;
  close(): Promise<void>;
}

export interface RowWriterOptions {
  format: RowFormat;
  /** Names of the input's columns. */
  columns: readonly string[];
  task: Task['type'];
  /** Of the model; empty for a regression. */
  labels: readonly string[];
  /** Only so many of the likeliest labels, instead of the probability of each. */
  top: number | null;
}

/**
 * Rows as CSV, TSV, JSON Lines or one JSON array. The input's columns come first, unchanged, then those of the prediction under
 * names that the input does not have.
 */
export async function createRowWriter(sink: TextSink, options: RowWriterOptions): Promise<RowWriter> {
  return options.format === 'csv' || options.format === 'tsv'
    ? createCsvRows(sink, options)
    : createJsonRows(sink, options);
}

async function createCsvRows(sink: TextSink, options: RowWriterOptions): Promise<RowWriter> {
  const { format, columns } = options;
  const delimiter = format === 'tsv' ? '\t' : ',';
  const taken = takenNames(columns);
  const names = cellNames(options);
  const added = names.map((name) => freeName(name, taken));
  const cells = (prediction: Prediction | null) =>
    prediction === null ? names.map(() => '') : cellsOf(prediction, options);
  await sink.write(csvRow([...columns, ...added], delimiter));
  return {
    write: (row, prediction) => sink.write(csvRow([...row.cells, ...cells(prediction)], delimiter)),
    close: () => sink.close(),
  };
}

/** Names of a prediction's columns. */
function cellNames({ task, labels, top }: RowWriterOptions): string[] {
  const probabilities = labels.map((label) => `probability:${label}`);
  if (task === 'regression') return ['value'];
  if (task === 'token-classification') return ['entities'];
  if (task === 'multi-label') return ['labels', ...probabilities];
  if (top === null) return ['label', 'score', ...probabilities];
  const places = Array.from({ length: Math.min(top, labels.length) }, (_, i) => (i === 0 ? '' : `_${i + 1}`));
  return places.flatMap((place) => [`label${place}`, `score${place}`]);
}

function cellsOf(prediction: Prediction, { labels, top }: RowWriterOptions): string[] {
  if ('value' in prediction) return [written(prediction.value)];
  if ('entities' in prediction) return [JSON.stringify(prediction.entities)];
  if (!('probabilities' in prediction)) throw new TypeError('a table has no columns for this prediction');
  const { probabilities } = prediction;
  const all = labels.map((label) => written(probabilities[label]!));
  if ('labels' in prediction) return [prediction.labels.join(';'), ...all];
  if (top === null) return [prediction.label, written(prediction.score), ...all];
  return likeliest(prediction, top).flatMap(([label, probability]) => [label, written(probability)]);
}

async function createJsonRows(sink: TextSink, options: RowWriterOptions): Promise<RowWriter> {
  const { format, columns } = options;
  const taken = takenNames();
  const keys = columns.map((column, i) => freeName(column === '' ? `column ${i + 1}` : column, taken, column));
  const names = fieldNames(options);
  const free = new Map(names.map((name) => [name, freeName(name, taken)]));
  const fields = (prediction: Prediction | null): Record<string, unknown> => {
    const values = prediction === null ? {} : fieldsOf(prediction, options);
    return Object.fromEntries(names.map((name) => [free.get(name)!, values[name] ?? null]));
  };
  const line = ({ cells, json }: InputRow<unknown>, prediction: Prediction | null): string => {
    const added = JSON.stringify(fields(prediction)).slice(1);
    const own = json ?? JSON.stringify(Object.fromEntries(keys.map((key, i) => [key, cells[i]])));
    const open = own.slice(0, own.lastIndexOf('}')).trimEnd();
    return `${open}${open === '{' ? '' : ','}${added}`;
  };
  const isArray = format === 'json';
  let isFirst = true;
  return {
    write(row, prediction) {
      const before = isArray ? (isFirst ? '[\n' : ',\n') : '';
      isFirst = false;
      return sink.write(`${before}${line(row, prediction)}${isArray ? '' : '\n'}`);
    },
    async close() {
      if (isArray) await sink.write(isFirst ? '[]\n' : '\n]\n');
      await sink.close();
    },
  };
}

/** Names of a prediction's members. */
function fieldNames({ task }: RowWriterOptions): string[] {
  if (task === 'regression') return ['value'];
  if (task === 'token-classification') return ['words', 'tags', 'entities'];
  if (task === 'question-answering') return ['answer', 'start', 'end', 'score', 'nullOdds'];
  return task === 'multi-label' ? ['labels', 'probabilities'] : ['label', 'score', 'probabilities'];
}

function fieldsOf(prediction: Prediction, { top }: RowWriterOptions): Record<string, unknown> {
  if (!('probabilities' in prediction)) return { ...prediction };
  const { probabilities, ...rest } = prediction;
  const shown = top === null ? Object.entries(probabilities) : likeliest(prediction, top);
  return { ...rest, probabilities: Object.fromEntries(shown) };
}

interface TakenNames {
  names: Set<string>;
  /** By what names are made of: the number of the next one. Many columns may have one name. */
  next: Map<string, number>;
}

function takenNames(names: readonly string[] = []): TakenNames {
  return { names: new Set(names), next: new Map() };
}

/** A name that is not taken yet, and is from now on: `label`, else `predicted_label`, else `predicted_label_2`, ... */
function freeName(wanted: string, { names, next }: TakenNames, base = `predicted_${wanted}`): string {
  let name = wanted;
  for (let i = next.get(base) ?? 1; names.has(name); i++) {
    name = i === 1 ? base : `${base}_${i}`;
    next.set(base, i + 1);
  }
  names.add(name);
  return name;
}

/** The most probable labels with their probabilities, the most probable first. */
export function likeliest({ probabilities }: Pick<ClassPrediction, 'probabilities'>, top: number): [string, number][] {
  return Object.entries(probabilities)
    .sort((a, b) => b[1] - a[1])
    .slice(0, top);
}

/** Seven digits, what a float32 holds. JSON has all of them. */
function written(value: number): string {
  return String(Number(value.toPrecision(7)));
}
