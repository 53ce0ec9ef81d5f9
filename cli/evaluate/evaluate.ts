import type { TextTask, TokenExample } from '../../src/data/types.ts';
import { DataError } from '../../src/errors.ts';
import { type Evaluation, evaluate, metricsOf, type Report } from '../../src/eval/evaluate.ts';
import { encodeExamples } from '../../src/tasks/example-set.ts';
import type { Model } from '../../src/tasks/model.ts';
import { type AnyExample, isUsable } from '../../src/tasks/prepare.ts';
import type { Prediction } from '../../src/tasks/types.ts';
import type { Context } from '../context.ts';
import type { DataFlags } from '../data-options.ts';
import { type LoadedModel, loadForUse } from '../load.ts';
import { createProgress, type Progress } from '../plain/progress.ts';
import { type RowText, renderReport } from '../plain/report.ts';
import { plural, printable } from '../plain/table.ts';
import { openExampleInput } from '../predict/examples-input.ts';
import { type Input, noteColumns, openTableInput } from '../predict/input.ts';
import { writerFor } from '../predict/writer.ts';
import { type CheckedRequirement, checkNames, checkRequirements, type Requirement } from '../requirements.ts';
import { withStopSignal } from '../stop-signal.ts';
import { fileOutput } from '../text-sink.ts';
import { labelMatcher, type UnknownLabels, unknownLabelsError } from './labels.ts';

export interface EvaluateFlags extends DataFlags {
  output?: string;
  require?: Requirement[];
  ignoreUnknownLabels?: boolean;
  maxLength?: number;
  top: number;
}

/** A model whose task is known at run time only. */
type AnyModel = Model<AnyExample, unknown, unknown, Prediction>;

const belowRequirement = 5;

/** Measures a model on a file and tells what came of it, on standard output. */
export async function evaluateFile(name: string, path: string, flags: EvaluateFlags, context: Context): Promise<void> {
  const loaded = await loadForUse(name, context);
  const model = loaded.model as AnyModel;
  const progress = createProgress(context);
  try {
    const requirements = flags.require ?? [];
    checkNames(requirements, metricsOf(model.task));
    const input = await openLabelled(path, flags, loaded);
    try {
      noteColumns(input, context);
      const measured = await withStopSignal((signal) => measure(input, loaded, flags, progress, signal));
      const checked = checkRequirements(requirements, measured.evaluation.report.metrics);
      progress.clear();
      tell(measured, checked, { name, path: input.name, top: flags.top }, context);
      if (checked.some(({ met }) => !met)) process.exitCode = belowRequirement;
    } finally {
      await input.close();
    }
  } finally {
    progress.clear();
    model.dispose();
  }
}

async function openLabelled(
  path: string,
  flags: EvaluateFlags,
  { model, columns }: LoadedModel,
): Promise<Input<AnyExample>> {
  const { type } = model.task;
  const other = await openExampleInput(path, type, flags, { labelRequired: true });
  if (other !== null) return other;
  if (type === 'token-classification' || type === 'question-answering') {
    throw new DataError(`the file has texts without ${type === 'token-classification' ? 'tags' : 'questions'}`, {
      where: path,
      fix: `the model is one for ${type}`,
    });
  }
  return openTableInput(path, flags, columns, { labelRequired: type !== 'masked-lm', task: type as TextTask });
}

/** Rows that no prediction was measured on, by the reason. */
interface LeftOut {
  unreadable: { line: number; reason: string }[];
  withoutText: number;
  withoutLabel: number;
  unknownLabels: UnknownLabels;
  /** Tags of words that the model does not know: the words are measured, and wrong. */
  unknownTags: UnknownLabels;
}

interface Measured {
  evaluation: Evaluation<Prediction>;
  leftOut: LeftOut;
  /** The rows of mistakes and errors, by their index among the measured ones. */
  rows: Map<number, RowText>;
}

async function measure(
  input: Input<AnyExample>,
  loaded: LoadedModel,
  flags: EvaluateFlags,
  progress: Progress,
  signal: AbortSignal,
): Promise<Measured> {
  const model = loaded.model as AnyModel;
  const { task } = model;
  const toGold = goldReader(model);
  const leftOut: LeftOut = {
    unreadable: [],
    withoutText: 0,
    withoutLabel: 0,
    unknownLabels: new Map(),
    unknownTags: new Map(),
  };

  async function* usable(): AsyncGenerator<AnyExample> {
    let seen = 0;
    for await (const batch of input.rows((row) => leftOut.unreadable.push(row))) {
      for (const { example } of batch) {
        const gold = toGold(example);
        if ('words' in example) noteTags(example, task.labels, leftOut.unknownTags);
        if ('example' in gold) yield gold.example;
        else note(gold, example.line, leftOut);
      }
      seen += batch.length;
      progress.update(`${input.name}: ${plural(seen, 'row')} read`);
    }
  }

  const maxLength = Math.min(flags.maxLength ?? loaded.maxLength, model.config.maxPositionEmbeddings);
  const examples = await encodeExamples(model, usable(), { maxLength, use: 'evaluation' });
  if (leftOut.unknownLabels.size > 0 && !flags.ignoreUnknownLabels) {
    throw unknownLabelsError(leftOut.unknownLabels, task.labels, input.name);
  }
  if (examples.length === 0) {
    throw new DataError('no row can be measured: none has a text and a label that the model knows', {
      where: input.name,
      fix: 'see --text-column and --label-column',
    });
  }
  progress.update(`${input.name}: measuring ${plural(examples.length, 'row')}`);
  const evaluation = await evaluate(model, examples, { top: Math.max(flags.top, shownMistakes), signal });
  const rows = await revisit(input, flags.output, model, evaluation);
  return { evaluation, leftOut, rows };
}

type Gold = { example: AnyExample } | { problem: 'text' | 'label' | 'unknown' | 'number'; label: string };

/** The example with the model's name for its label, or what keeps it from being measured. */
function goldReader({ task }: AnyModel): (example: AnyExample) => Gold {
  const match = labelMatcher(task.labels);
  return (example) => {
    if ('words' in example || 'question' in example || task.type === 'masked-lm') {
      return isUsable(example, task.type) ? { example } : { problem: 'label', label: '' };
    }
    const { label = '', labels = [] } = example;
    if ((task.type === 'multi-label' ? example.labels : example.label) === undefined)
      return { problem: 'label', label };
    if (!isUsable(example, task.type)) return { problem: 'text', label };
    if (task.type === 'regression') {
      return Number.isFinite(Number(label)) ? { example } : { problem: 'number', label };
    }
    if (task.type === 'multi-label') {
      const unknown = labels.find((name) => match(name) === undefined);
      if (unknown !== undefined) return { problem: 'unknown', label: unknown };
      return { example: { ...example, labels: labels.map((name) => match(name)!) } };
    }
    const known = match(label);
    return known === undefined ? { problem: 'unknown', label } : { example: { ...example, label: known } };
  };
}

function note({ problem, label }: Extract<Gold, { problem: unknown }>, line: number, leftOut: LeftOut): void {
  if (problem === 'text') leftOut.withoutText++;
  else if (problem === 'label') leftOut.withoutLabel++;
  else if (problem === 'number') leftOut.unreadable.push({ line, reason: `the label "${label}" is not a number` });
  else countUnknown(leftOut.unknownLabels, label, line);
}

function noteTags({ tags = [], line }: TokenExample, known: readonly string[], unknown: UnknownLabels): void {
  for (const tag of tags) if (!known.includes(tag)) countUnknown(unknown, tag, line);
}

function countUnknown(unknown: UnknownLabels, label: string, line: number): void {
  const known = unknown.get(label);
  if (known === undefined) unknown.set(label, { rows: 1, line });
  else known.rows++;
}

const shownMistakes = 10;

/** Reads the rows a second time: texts are not kept. Writes predictions where that is asked for; returns the rows to be shown. */
async function revisit(
  input: Input<AnyExample>,
  output: string | undefined,
  model: AnyModel,
  { report, prediction }: Evaluation<Prediction>,
): Promise<Map<number, RowText>> {
  const wanted = new Set(indicesOf(report));
  const found = new Map<number, RowText>();
  const toGold = goldReader(model);
  const sink = output === undefined || model.task.type === 'masked-lm' ? null : await fileOutput(output);
  try {
    const writer = sink && (await writerFor(input, sink, model.task, { output, json: false }));
    let index = 0;
    for await (const batch of input.rows(() => {})) {
      for (const row of batch) {
        if (!('example' in toGold(row.example))) continue;
        if (wanted.has(index)) found.set(index, { line: row.example.line, text: textOf(row.example) });
        await writer?.write(row, prediction(index));
        index++;
      }
      if (writer === null && found.size === wanted.size) break;
    }
    await writer?.close();
    return found;
  } catch (error) {
    await sink?.abort();
    throw error;
  }
}

/** The rows that the report names. */
function indicesOf(report: Report): number[] {
  if ('mistakes' in report) return report.mistakes.map(({ index }) => index);
  return 'largestErrors' in report ? report.largestErrors.map(({ index }) => index) : [];
}

function textOf(example: AnyExample): string {
  if ('words' in example) return example.text ?? example.words.join(' ');
  return 'question' in example ? example.question : example.text;
}

/** An entry of a list with the line and text of its row, in place of the row's index. */
function withRow(item: object, rows: ReadonlyMap<number, RowText>): object {
  if (!('index' in item)) return item;
  const { index, ...rest } = item;
  return { ...rows.get(index as number), ...rest };
}

function tell(
  { evaluation: { report }, leftOut, rows }: Measured,
  requirements: CheckedRequirement[],
  names: { name: string; path: string; top: number },
  { json, stdout, stderr }: Context,
): void {
  const listed = (labels: UnknownLabels) =>
    [...labels].map(([label, { rows: count, line }]) => ({ label, rows: count, line }));
  const unknown = listed(leftOut.unknownLabels);
  const unknownTags = listed(leftOut.unknownTags);
  if (json) {
    const lists = Object.fromEntries(
      (['mistakes', 'mostConfused', 'largestErrors'] as const).flatMap((key) => {
        const list = (report as Partial<Record<typeof key, object[]>>)[key];
        return list === undefined ? [] : [[key, list.slice(0, names.top).map((item) => withRow(item, rows))]];
      }),
    );
    const { unreadable, withoutText, withoutLabel } = leftOut;
    const skipped = { unreadable, withoutText, withoutLabel, unknownLabels: unknown, unknownTags };
    stdout.line(
      JSON.stringify({ model: names.name, data: names.path, ...report, ...lists, leftOut: skipped, requirements }),
    );
    return;
  }
  const warn = (text: string) => stderr.line(`${stderr.colors.yellow('!')} ${text}`);
  for (const { line, reason } of leftOut.unreadable.slice(0, shownMistakes)) {
    warn(`line ${line}: left out, ${printable(reason)}`);
  }
  if (leftOut.unreadable.length > shownMistakes) warn(`${plural(leftOut.unreadable.length, 'row')} left out in all`);
  if (leftOut.withoutText > 0) warn(`${plural(leftOut.withoutText, 'row')} without a text left out`);
  if (leftOut.withoutLabel > 0) warn(`${plural(leftOut.withoutLabel, 'row')} without a label left out`);
  for (const { label, rows: count, line } of unknown) {
    warn(`${plural(count, 'row')} with the unknown label "${printable(label)}" left out, the first on line ${line}`);
  }
  for (const { label, rows: count, line } of unknownTags) {
    warn(
      `${plural(count, 'word')} with the unknown tag "${printable(label)}", the first on line ${line}: counted as wrong`,
    );
  }
  stdout.line(`${printable(names.name)} on ${plural(report.examples, 'row')} of ${printable(names.path)}`);
  stdout.line();
  for (const line of renderReport(report, rows, stdout)) stdout.line(line);
  for (const { metric, operator, value, actual, met } of requirements) {
    if (!met)
      stderr.line(`${stderr.colors.red('error:')} ${metric} is ${actual}, not ${operator} ${value} as required`);
  }
}
