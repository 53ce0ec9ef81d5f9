import type { Example } from '../../src/data/types.ts';
import { DataError } from '../../src/errors.ts';
import { type Evaluation, evaluate, metricsOf } from '../../src/eval/evaluate.ts';
import { type ExampleSet, encodeExamples } from '../../src/tasks/example-set.ts';
import type { Model } from '../../src/tasks/model.ts';
import { isUsable } from '../../src/tasks/prepare.ts';
import type { Context } from '../context.ts';
import type { DataFlags } from '../data-options.ts';
import { type LoadedModel, loadForUse } from '../load.ts';
import { createProgress, type Progress } from '../plain/progress.ts';
import { type RowText, renderReport } from '../plain/report.ts';
import { plural, printable } from '../plain/table.ts';
import { type Input, noteColumns, openTableInput } from '../predict/input.ts';
import { createRowWriter, formatFor, type Prediction, type RowWriter } from '../predict/output.ts';
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

type NumericModel = Model<number, Prediction>;

const belowRequirement = 5;

/** Measures a model on a file and tells what came of it, on standard output. */
export async function evaluateFile(name: string, path: string, flags: EvaluateFlags, context: Context): Promise<void> {
  const loaded = await loadForUse(name, context);
  const model = loaded.model as NumericModel;
  const progress = createProgress(context);
  try {
    const requirements = flags.require ?? [];
    checkNames(requirements, metricsOf(model.task));
    const input = await openTableInput(path, flags, loaded.columns, { labelRequired: true, task: model.task.type });
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

/** Rows that no prediction was measured on, by the reason. */
interface LeftOut {
  unreadable: { line: number; reason: string }[];
  withoutText: number;
  withoutLabel: number;
  unknownLabels: UnknownLabels;
}

interface Measured {
  evaluation: Evaluation;
  leftOut: LeftOut;
  /** The rows of mistakes and errors, by their index among the measured ones. */
  rows: Map<number, RowText>;
}

async function measure(
  input: Input,
  loaded: LoadedModel,
  flags: EvaluateFlags,
  progress: Progress,
  signal: AbortSignal,
): Promise<Measured> {
  const model = loaded.model as NumericModel;
  const { task } = model;
  const toGold = goldReader(model);
  const leftOut: LeftOut = { unreadable: [], withoutText: 0, withoutLabel: 0, unknownLabels: new Map() };

  async function* usable(): AsyncGenerator<Example> {
    let seen = 0;
    for await (const batch of input.rows((row) => leftOut.unreadable.push(row))) {
      for (const { example } of batch) {
        const gold = toGold(example);
        if ('example' in gold) yield gold.example;
        else note(gold.problem, example, leftOut);
      }
      seen += batch.length;
      progress.update(`${input.name}: ${plural(seen, 'row')} read`);
    }
  }

  const maxLength = Math.min(flags.maxLength ?? loaded.maxLength, model.config.maxPositionEmbeddings);
  const examples: ExampleSet<number> = await encodeExamples(model, usable(), { maxLength });
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

type Gold = { example: Example } | { problem: 'text' | 'label' | 'unknown' | 'number' };

/** The example with the model's name for its label, or what keeps it from being measured. */
function goldReader({ task }: NumericModel): (example: Example) => Gold {
  const match = labelMatcher(task.labels);
  return (example) => {
    if (example.label === undefined) return { problem: 'label' };
    if (!isUsable(example)) return { problem: 'text' };
    if (task.type === 'regression') {
      return Number.isFinite(Number(example.label)) ? { example } : { problem: 'number' };
    }
    const label = match(example.label);
    return label === undefined ? { problem: 'unknown' } : { example: { ...example, label } };
  };
}

function note(problem: Extract<Gold, { problem: unknown }>['problem'], example: Example, leftOut: LeftOut): void {
  const { line, label = '' } = example;
  if (problem === 'text') leftOut.withoutText++;
  else if (problem === 'label') leftOut.withoutLabel++;
  else if (problem === 'number') leftOut.unreadable.push({ line, reason: `the label "${label}" is not a number` });
  else {
    const known = leftOut.unknownLabels.get(label);
    if (known === undefined) leftOut.unknownLabels.set(label, { rows: 1, line });
    else known.rows++;
  }
}

const shownMistakes = 10;

/** Reads the rows a second time: texts are not kept. Writes predictions where that is asked for; returns the rows to be shown. */
async function revisit(
  input: Input,
  output: string | undefined,
  model: NumericModel,
  { report, logits }: Evaluation,
): Promise<Map<number, RowText>> {
  const shown = 'mistakes' in report ? report.mistakes : report.largestErrors;
  const wanted = new Set(shown.map(({ index }) => index));
  const found = new Map<number, RowText>();
  const { outputs, labels } = model.task;
  const toGold = goldReader(model);
  const sink = output === undefined ? null : await fileOutput(output);
  try {
    let writer: RowWriter | null = null;
    if (sink !== null) {
      const format = formatFor(output, input.isJsonLines, false);
      writer = await createRowWriter(sink, { format, columns: input.columns, labels, top: null });
    }
    let index = 0;
    for await (const batch of input.rows(() => {})) {
      for (const row of batch) {
        if (!('example' in toGold(row.example))) continue;
        const { text, line } = row.example;
        if (wanted.has(index)) found.set(index, { line, text });
        await writer?.write(row, model.task.prediction(logits.subarray(index * outputs, (index + 1) * outputs)));
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

function tell(
  { evaluation: { report }, leftOut, rows }: Measured,
  requirements: CheckedRequirement[],
  names: { name: string; path: string; top: number },
  { json, stdout, stderr }: Context,
): void {
  const unknown = [...leftOut.unknownLabels].map(([label, { rows: count, line }]) => ({ label, rows: count, line }));
  if (json) {
    const withRow = <T extends { index: number }>({ index, ...rest }: T) => ({ ...rows.get(index), ...rest });
    const firsts = <T>(list: T[]): T[] => list.slice(0, names.top);
    const lists =
      'mistakes' in report
        ? { mistakes: firsts(report.mistakes).map(withRow), mostConfused: firsts(report.mostConfused) }
        : { largestErrors: firsts(report.largestErrors).map(withRow) };
    const { unreadable, withoutText, withoutLabel } = leftOut;
    const skipped = { unreadable, withoutText, withoutLabel, unknownLabels: unknown };
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
  stdout.line(`${printable(names.name)} on ${plural(report.examples, 'row')} of ${printable(names.path)}`);
  stdout.line();
  for (const line of renderReport(report, rows, stdout)) stdout.line(line);
  for (const { metric, operator, value, actual, met } of requirements) {
    if (!met)
      stderr.line(`${stderr.colors.red('error:')} ${metric} is ${actual}, not ${operator} ${value} as required`);
  }
}
