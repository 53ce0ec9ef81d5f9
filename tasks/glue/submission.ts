import { strToU8, zipSync } from 'fflate';
import { DataError } from '../../src/errors.ts';
import { axTest, type GlueTask, type GlueTestSet, glueTask, glueTasks } from './tasks.ts';

/** One file of a submission. */
export interface SubmissionFile {
  set: GlueTestSet;
  /** Whose predictions it holds: AX has those of a model of MNLI. */
  task: GlueTask;
}

/** The eleven files that the GLUE server wants, in the order of the table. */
export const submissionFiles: readonly SubmissionFile[] = [
  ...glueTasks.flatMap((task) => task.test.map((set) => ({ set, task }))),
  { set: axTest, task: glueTask('mnli') },
];

/**
 * What the file says of each prediction.
 * @param predictions class numbers of the task, or scores: those are clipped to the task's range, and written with three
 *   decimals
 * @throws RangeError at a class number or score that is none
 */
export function submissionValues(task: GlueTask, predictions: ArrayLike<number>): string[] {
  return Array.from(predictions, (value, i) => {
    if (task.range !== null) {
      if (!Number.isFinite(value)) throw new RangeError(`prediction ${i} of ${task.title} is ${value}`);
      return Math.min(Math.max(value, task.range[0]), task.range[1]).toFixed(3);
    }
    const found = task.classes[value];
    if (found === undefined)
      throw new RangeError(`prediction ${i} of ${task.title} is class ${value}, which it has not`);
    return found.label;
  });
}

/** The same answer for every row, where there is no model: the first class, or the middle of the range. */
export function baselineValues(task: GlueTask, rows: number): string[] {
  const value = task.range === null ? 0 : (task.range[0] + task.range[1]) / 2;
  return submissionValues(task, new Array<number>(rows).fill(value));
}

/** The text of a file: a header, then a line for each test row, in their order, counted from 0. */
export function submissionText(values: readonly string[]): string {
  return `index\tprediction\n${values.map((value, index) => `${index}\t${value}\n`).join('')}`;
}

/**
 * Everything about a file's text that the server would refuse; empty when it is as it should be.
 * @param text of the file
 */
export function submissionProblems({ set, task }: SubmissionFile, text: string): string[] {
  const problems: string[] = [];
  const lines = text.split('\n');
  if (lines[0] !== 'index\tprediction') problems.push(`the header is ${JSON.stringify(lines[0])}`);
  if (lines.at(-1) !== '') problems.push('the last line does not end');
  const rows = lines.slice(1, -1);
  if (rows.length !== set.file.rows) problems.push(`${rows.length} rows where ${set.file.rows} belong`);
  const allowed = new Set(task.classes.map(({ label }) => label));
  const isAllowed = ([low, high]: readonly [number, number], value: string) =>
    /^\d\.\d{3}$/.test(value) && Number(value) >= low && Number(value) <= high;
  for (const [index, row] of rows.entries()) {
    const [place, value = '', ...rest] = row.split('\t');
    const isRight = task.range === null ? allowed.has(value) : isAllowed(task.range, value);
    if (place === String(index) && isRight && rest.length === 0) continue;
    problems.push(`row ${index} is ${JSON.stringify(row.slice(0, 80))}`);
    break;
  }
  return problems;
}

/**
 * The zip for the GLUE server: flat, one TSV for each test set.
 * @param texts of all eleven files, by name
 * @throws DataError naming what the server would refuse
 */
export function submissionZip(texts: ReadonlyMap<string, string>): Uint8Array {
  const entries: Record<string, Uint8Array> = {};
  for (const file of submissionFiles) {
    const name = file.set.submission;
    const text = texts.get(name);
    const problems = text === undefined ? ['it is missing'] : submissionProblems(file, text);
    if (problems.length > 0)
      throw new DataError(`the submission would be refused: ${problems.join('; ')}`, { where: name });
    entries[name] = strToU8(text!);
  }
  const extra = [...texts.keys()].filter((name) => !(name in entries));
  if (extra.length > 0) throw new DataError(`no file of a submission: ${extra.join(', ')}`, { where: extra[0]! });
  return zipSync(entries, { level: 9 });
}
