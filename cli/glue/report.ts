import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiagnosticScores } from '../../tasks/glue/diagnostic.ts';
import { htmlReport } from '../../tasks/glue/html.ts';
import { markdownReport } from '../../tasks/glue/markdown.ts';
import {
  benchmarkMean,
  type GlueReport,
  type GlueRun,
  inOrder,
  taskReport,
  type WorstRow,
} from '../../tasks/glue/report.ts';
import { type GlueTaskName, glueTask } from '../../tasks/glue/tasks.ts';
import { meanLines, remarks, scoreHeader, scoreRow } from '../../tasks/glue/texts.ts';
import type { Context } from '../context.ts';
import { alignRows, printable, wrap } from '../plain/table.ts';
import { factsOf, readRecord, runsOf, type TaskRecord } from './record.ts';

/** What `ax.json` of a benchmark run holds. */
export interface DiagnosticRecord {
  v: 1;
  source: string;
  runs: { seed: number; scores: DiagnosticScores }[];
}

/** What `submission.json` of a benchmark run holds: where each file's predictions come from; null: a baseline. */
export interface SubmissionRecord {
  v: 1;
  zip: string;
  files: { name: string; model: string | null; reason: string | null }[];
}

/** Shows the scores of a benchmark run and writes them into its folder, in three formats. */
export async function reportGlue(run: string, context: Context): Promise<void> {
  const report = await writeReport(run);
  const { stdout } = context;
  if (context.json) {
    stdout.line(JSON.stringify(report));
    return;
  }
  for (const line of reportLines(report, stdout.isTerminal ? stdout.width : 100)) stdout.line(line);
  stdout.line(`report: ${join(run, 'report.html')}, report.md, report.json`);
}

/** Writes the scores of a benchmark run into its folder, in three formats. */
export async function writeReport(run: string): Promise<GlueReport> {
  const report = await buildReport(run);
  const write = (name: string, text: string) => writeFile(join(run, name), text);
  await write('report.json', `${JSON.stringify(report, null, 2)}\n`);
  await write('report.md', markdownReport(report));
  await write('report.html', htmlReport(report));
  return report;
}

export async function buildReport(run: string): Promise<GlueReport> {
  const record = readRecord(run);
  const entries = Object.entries(record.tasks) as [GlueTaskName, TaskRecord][];
  const tasks = await Promise.all(
    entries.map(([name, entry]) => {
      const task = glueTask(name);
      return taskReport(task, factsOf(entry), runsOf(run, task, entry), async (shown) => worstRows(shown, entry));
    }),
  );
  const submission = readOptional<SubmissionRecord>(join(run, 'submission.json'));
  return {
    v: 1,
    model: record.model,
    recipe: record.recipe,
    settings: record.settings,
    seeds: record.seeds,
    machine: record.machine,
    version: record.version,
    tasks: inOrder(tasks),
    missing: record.missing,
    means: { withWnli: benchmarkMean(tasks, true), withoutWnli: benchmarkMean(tasks, false) },
    diagnostic: readOptional<DiagnosticRecord>(join(run, 'ax.json'))?.runs ?? [],
    baselines: submission?.files.filter(({ model }) => model === null).map(({ name }) => name) ?? null,
  };
}

function readOptional<T>(path: string): T | null {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

const shownMistakes = 5;

/** The mistakes of the first dev set, with the texts of its rows, which the runs were given in this order. */
function worstRows({ sets }: GlueRun, { dev }: TaskRecord): WorstRow[] {
  const report = sets[0]?.report;
  if (report === undefined) return [];
  const listed =
    report.task === 'sequence-classification'
      ? report.mistakes.map(({ index, gold, predicted, score }) => ({
          index,
          gold,
          predicted: String(predicted),
          by: score,
        }))
      : report.task === 'regression'
        ? report.largestErrors.map(({ index, gold, predicted, error }) => {
            return { index, gold: gold.toFixed(3), predicted: predicted.toFixed(3), by: error };
          })
        : [];
  const lines = readFileSync(dev[0]!.path, 'utf8').split('\n');
  return listed.slice(0, shownMistakes).map(({ index, gold, predicted, by }) => {
    const { text, text_pair: pair = null } = JSON.parse(lines[index]!);
    return { text, pair, gold: String(gold), predicted, by };
  });
}

/** The table for a terminal: every column where they find room, else without the metrics, which the files have. */
export function reportLines(report: GlueReport, width: number): string[] {
  const rows = [scoreHeader, ...report.tasks.map(scoreRow)];
  const align = scoreHeader.map((_, i) => (i === 0 || i === 5 ? 'left' : 'right') as 'left' | 'right');
  const whole = alignRows(rows, { align });
  const narrow = () =>
    alignRows(
      rows.map((row) => row.filter((_, i) => i !== 5)),
      { align: align.filter((_, i) => i !== 5) },
    );
  const fits = Math.max(...whole.map((line) => line.length)) <= width;
  const { model, recipe, seeds } = report;
  return [
    printable(`GLUE dev scores of ${model}, recipe ${recipe}, seeds ${seeds.join(', ')}`),
    '',
    ...(fits ? whole : narrow()),
    '',
    ...[...meanLines(report), ...remarks(report)].flatMap((line) => wrap(printable(line), width)),
    ...report.diagnostic.flatMap(({ seed, scores }) => [
      '',
      `AX, seed ${seed}, Matthews: ${Object.entries(scores)
        .map(([name, { mcc }]) => `${name} ${(100 * mcc).toFixed(1)}`)
        .join(', ')}`,
    ]),
  ];
}
