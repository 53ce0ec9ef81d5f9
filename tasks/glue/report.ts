import type { Report } from '../../src/eval/evaluate.ts';
import type { MetricName } from '../../src/eval/metric-names.ts';
import type { DiagnosticScores } from './diagnostic.ts';
import { mean, type Summary, summarize, taskScore } from './metrics.ts';
import { publishedRows } from './published.ts';
import { type GlueTask, type GlueTaskName, glueTasks } from './tasks.ts';

/** One training run of a task, as far as it got. */
export interface GlueRun {
  seed: number;
  /** Name of the trial; null where the recipe has one only. */
  trial: string | null;
  folder: string;
  /** `unfinished`: it was stopped, or is going on. */
  state: 'finished' | 'early-stopping' | 'diverged' | 'unfinished';
  /** Each dev set that was measured. */
  sets: { name: string; report: Report }[];
  /** Wall-clock seconds, all parts of the run together. */
  seconds: number;
  /** Of training steps only. */
  examplesPerSecond: number;
}

/** What is known of a task before its runs are looked at. */
export interface TaskFacts {
  /** Model that its runs start from. */
  model: string;
  isOfficial: boolean;
  notes: string[];
  rows: { train: number; dev: { set: string; rows: number }[] };
  refused: { source: string; count: number; first: { line: number; reason: string }[] }[];
  /** The trial that was taken; null where there is one only, or none is taken yet. */
  chosen: string | null;
}

/** A wrong prediction with its texts. */
export interface WorstRow {
  text: string;
  pair: string | null;
  gold: string;
  predicted: string;
  /** Probability of what was predicted; of a regression how far off it is. */
  by: number;
}

export interface TaskReport extends TaskFacts {
  task: GlueTaskName;
  title: string;
  kind: GlueTask['kind'];
  runs: {
    seed: number;
    score: number;
    state: GlueRun['state'];
    problem: string | null;
    seconds: number;
    examplesPerSecond: number;
  }[];
  /** Runs that did not come to an end yet. */
  unfinished: number;
  /** Of each metric and dev set, over the seeds. */
  metrics: { metric: MetricName; set: string; summary: Summary | null }[];
  /** null: no seed has one. */
  score: Summary | null;
  /** Task score less the published one, in points; null where the rows or the start differ from the published ones. */
  differences: { row: string; published: number; difference: number | null }[];
  seconds: number;
  examplesPerSecond: number;
  /** Everything that the recipe tried, with the score of the first seed. */
  tried: { trial: string; score: number }[];
  /** Of the run with the median score, on the first dev set; null for a regression. */
  confusion: { labels: string[]; counts: number[][] } | null;
  /** Of the same run, the most confident first. */
  worst: WorstRow[];
  /** Seed of that run; null: there is none. */
  shownSeed: number | null;
}

/** The mean of the tasks' scores, and of the published scores of the same tasks. */
export interface BenchmarkMean {
  tasks: GlueTaskName[];
  /** NaN where there is no task. */
  score: number;
  published: { row: string; score: number }[];
}

export interface GlueReport {
  v: 1;
  model: string;
  recipe: string;
  /** What was asked for beside the recipe. */
  settings: string[];
  seeds: number[];
  machine: string;
  version: string;
  /** Scores are the median over the seeds, in parts of 1; differences are in points. */
  tasks: TaskReport[];
  missing: { task: GlueTaskName; reason: string }[];
  means: { withWnli: BenchmarkMean; withoutWnli: BenchmarkMean };
  /** Of each seed's model of MNLI; empty: not measured. */
  diagnostic: { seed: number; scores: DiagnosticScores }[];
  /** Files of the submission that are a baseline, not a model's; null: there is no submission. */
  baselines: string[] | null;
}

/** @param worst texts of wrong predictions of a run, on its first dev set */
export async function taskReport(
  task: GlueTask,
  facts: TaskFacts,
  all: readonly GlueRun[],
  worst: (run: GlueRun) => Promise<WorstRow[]>,
): Promise<TaskReport> {
  const trials = [...new Set(all.map(({ trial }) => trial))];
  const runs = all.filter(({ trial }) => trial === facts.chosen || trials.length === 1);
  const ended = runs.filter(({ state }) => state !== 'unfinished');
  const scored = ended.map((run) => ({ run, score: runScore(task, run) }));
  const score = summarize(scored.map((entry) => entry.score));
  const shown = middle(scored.filter((entry) => !Number.isNaN(entry.score)))?.run ?? null;
  const isLikePublished = facts.isOfficial && facts.notes.length === 0;
  return {
    ...facts,
    task: task.name,
    title: task.title,
    kind: task.kind,
    runs: scored.map(({ run, score: value }) => {
      const { seed, state, seconds, examplesPerSecond } = run;
      return { seed, score: value, state, problem: problemOf(task, run), seconds, examplesPerSecond };
    }),
    unfinished: runs.length - ended.length,
    metrics: facts.rows.dev.flatMap(({ set }) =>
      task.metrics.map((metric) => ({
        metric,
        set,
        summary: summarize(ended.map((run) => metricOf(run, set, metric))),
      })),
    ),
    score,
    differences: publishedRows.flatMap(({ name, scores }) => {
      const published = scores[task.name];
      if (published === undefined) return [];
      return [{ row: name, published, difference: isLikePublished && score ? 100 * score.median - published : null }];
    }),
    seconds: ended.reduce((sum, { seconds }) => sum + seconds, 0),
    examplesPerSecond: summarize(ended.map((run) => run.examplesPerSecond))?.median ?? Number.NaN,
    tried: trials.length < 2 ? [] : trials.map((trial) => triedOf(task, trial!, all)),
    confusion: shown && confusionOf(shown),
    worst: shown ? await worst(shown) : [],
    shownSeed: shown?.seed ?? null,
  };
}

/** The score of a run: NaN when a metric is undefined, a set was not measured, or the run diverged. */
export function runScore(task: Pick<GlueTask, 'metrics'>, { sets }: Pick<GlueRun, 'sets'>): number {
  return taskScore(
    task,
    sets.map(({ report }) => report.metrics),
  );
}

const metricOf = ({ sets }: GlueRun, set: string, metric: MetricName) =>
  sets.find(({ name }) => name === set)?.report.metrics[metric] ?? Number.NaN;

function triedOf(task: GlueTask, trial: string, all: readonly GlueRun[]): TaskReport['tried'][number] {
  const [first] = all.filter((run) => run.trial === trial).sort((a, b) => a.seed - b.seed);
  return { trial, score: first ? runScore(task, first) : Number.NaN };
}

/** Why a run counts as one that failed to converge; null: it did not fail. */
export function problemOf(task: Pick<GlueTask, 'metrics'>, run: Pick<GlueRun, 'state' | 'sets'>): string | null {
  if (run.state === 'diverged') return 'diverged';
  const isConstant = run.sets.some(({ report }) => {
    if (!('confusionMatrix' in report) || report.confusionMatrix === null) return false;
    const predicted = report.classes.filter((_, c) => report.confusionMatrix!.some((row) => row[c]! > 0));
    return predicted.length < 2;
  });
  if (isConstant) return 'the same answer for every row';
  return Number.isNaN(runScore(task, run)) ? 'a metric is undefined: the same answer for every row' : null;
}

function middle<T extends { score: number }>(entries: readonly T[]): T | undefined {
  return [...entries].sort((a, b) => a.score - b.score)[Math.floor((entries.length - 1) / 2)];
}

function confusionOf({ sets }: GlueRun): TaskReport['confusion'] {
  const report = sets[0]?.report;
  if (report === undefined || !('confusionMatrix' in report) || report.confusionMatrix === null) return null;
  return { labels: report.classes.map(({ label }) => label), counts: report.confusionMatrix };
}

/** The mean over the tasks that have a score, and the published rows' over the same tasks, where they have them all. */
export function benchmarkMean(tasks: readonly Pick<TaskReport, 'task' | 'score'>[], withWnli: boolean): BenchmarkMean {
  const counted = tasks.filter(({ task, score }) => score !== null && (withWnli || task !== 'wnli'));
  const names = counted.map(({ task }) => task);
  return {
    tasks: names,
    score: mean(counted.map(({ score }) => score!.median)),
    published: publishedRows
      .filter(({ scores }) => names.length > 0 && names.every((name) => scores[name] !== undefined))
      .map(({ name, scores }) => ({ row: name, score: mean(names.map((each) => scores[each]!)) })),
  };
}

/** Tasks in the order of the table. */
export function inOrder<T extends { task: GlueTaskName }>(tasks: readonly T[]): T[] {
  const place = ({ task }: T) => glueTasks.findIndex(({ name }) => name === task);
  return [...tasks].sort((a, b) => place(a) - place(b));
}
