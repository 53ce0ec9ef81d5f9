import { benchmarkMean, type GlueReport, type GlueRun, taskReport } from '../../tasks/glue/report.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';

/** What a text may hold that is not to be read by anything. */
export const hostile = `<script>alert("1")</script> & 'quotes' | [a](javascript:x) \u2028 <img src=x onerror=y>`;

/** A run of MRPC with these counts, gold by row. */
function runOf(seed: number, counts: number[][]): GlueRun {
  const [[a, b], [c, d]] = counts as [[number, number], [number, number]];
  const examples = a + b + c + d;
  const f1 = d === 0 ? 0 : (2 * d) / (2 * d + b + c);
  const row = { precision: 0, recall: 0, f1, support: 0 };
  return {
    seed,
    trial: null,
    folder: `runs/glue/mrpc/seed-${seed}`,
    state: 'finished',
    seconds: 10,
    examplesPerSecond: 5,
    sets: [
      {
        name: '',
        report: {
          task: 'sequence-classification',
          examples,
          metrics: { accuracy: (a + d) / examples, f1 },
          classes: [
            { label: '0', ...row },
            { label: '1', ...row },
          ],
          confusionMatrix: counts,
          mostConfused: [],
          mistakes: [],
          calibration: [],
          expectedCalibrationError: 0,
        },
      },
    ],
  };
}

export const facts = {
  model: 'distilbert-base-uncased',
  isOfficial: true,
  notes: [],
  rows: { train: 3668, dev: [{ set: '', rows: 408 }] },
  refused: [{ source: hostile, count: 1, first: [{ line: 3, reason: hostile }] }],
  chosen: null,
};
export const good = runOf(42, [
  [80, 20],
  [20, 280],
]);
export const better = runOf(43, [
  [90, 10],
  [10, 290],
]);
export const constant = runOf(44, [
  [0, 100],
  [0, 300],
]);

/** Of MRPC, with hostile texts wherever there are any. */
export async function reportOf(runs: GlueRun[]): Promise<GlueReport> {
  const mrpc = await taskReport(glueTask('mrpc'), facts, runs, async () => [
    { text: hostile, pair: hostile, gold: '1', predicted: '0', by: 0.99 },
  ]);
  return {
    v: 1,
    model: hostile,
    recipe: 'hf',
    settings: [],
    seeds: [42, 43, 44],
    machine: hostile,
    version: '0.1.0',
    tasks: [mrpc],
    missing: [{ task: 'qqp', reason: hostile }],
    means: { withWnli: benchmarkMean([mrpc], true), withoutWnli: benchmarkMean([mrpc], false) },
    diagnostic: [],
    baselines: ['QQP.tsv'],
  };
}
