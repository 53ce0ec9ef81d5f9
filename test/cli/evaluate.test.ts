import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notes, runCli } from './run-cli.ts';
import { answers, csvOf, trainTinyRun } from './tiny-run.ts';

let folder: string;
let run: string;

/** Every tenth row has the other label: the model is wrong about these at least. */
const rows = answers(90).map(([id, text, label], i) => [
  id!,
  text!,
  i % 10 === 9 ? (label === 'yes' ? 'no' : 'yes') : label!,
]);

beforeAll(async () => {
  ({ folder, run } = await trainTinyRun());
  writeFileSync(join(folder, 'new.csv'), csvOf([['id', 'text', 'answer'], ...rows]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const evaluate = (args: string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(['evaluate', run, ...args], { cwd: folder, ...options });

interface Evaluated {
  examples: number;
  metrics: Record<string, number>;
  confusionMatrix: number[][];
  classes: { label: string; precision: number; recall: number; f1: number; support: number }[];
  mistakes: { line: number; text: string; gold: string; predicted: string; score: number }[];
  leftOut: unknown;
  requirements: unknown[];
}

describe('the report', () => {
  it('agrees with the predictions that it comes from', async () => {
    const { stdout } = await evaluate(['new.csv', '--json', '--top', '4', '-o', 'predictions.csv']);
    const report = JSON.parse(stdout) as Evaluated;
    const csv = readFileSync(join(folder, 'predictions.csv'), 'utf8').trimEnd();
    const [header, ...predicted] = Papa.parse<string[]>(csv).data;
    expect(header).toEqual(['id', 'text', 'answer', 'label', 'score', 'probability:no', 'probability:yes']);
    expect(predicted.map((row) => row.slice(0, 3))).toEqual(rows);
    const counts = ['no', 'yes'].map((gold) =>
      ['no', 'yes'].map((label) => predicted.filter((row) => row[2] === gold && row[3] === label).length),
    );
    expect(report.confusionMatrix).toEqual(counts);
    const wrong = predicted
      .map((row, i) => ({ line: i + 2, text: row[1]!, gold: row[2]!, predicted: row[3]!, score: Number(row[4]) }))
      .filter((row) => row.gold !== row.predicted)
      .sort((a, b) => b.score - a.score);
    expect(wrong.length).toBeGreaterThanOrEqual(5);
    expect(report.metrics.accuracy).toBeCloseTo(1 - wrong.length / 90, 12);
    expect(report.mistakes.map(({ score }) => score)).toEqual(
      wrong.slice(0, 4).map(({ score }) => expect.closeTo(score, 6)),
    );
    for (const { line, text, gold } of report.mistakes) {
      expect(wrong).toContainEqual(expect.objectContaining({ line, text, gold }));
    }
    expect([report.examples, report.requirements]).toEqual([90, []]);
    expect(report.leftOut).toEqual({
      unreadable: [],
      withoutText: 0,
      withoutLabel: 0,
      unknownLabels: [],
      unknownTags: [],
    });
  });

  it('is aligned rows for a person', async () => {
    const { metrics, classes, confusionMatrix, mistakes } = JSON.parse(
      (await evaluate(['new.csv', '--json'])).stdout,
    ) as Evaluated;
    const { stdout, stderr, code } = await evaluate(['new.csv']);
    const four = (value: number) => value.toFixed(4).padStart(6);
    const names = ['accuracy', 'macro_f1', 'weighted_f1', 'mcc', 'f1', 'precision', 'recall', 'roc_auc', 'loss'];
    const [no, yes] = classes as [Evaluated['classes'][0], Evaluated['classes'][0]];
    const classLine = ({ label, precision, recall, f1, support }: typeof no) =>
      `${label.padEnd(5)}  ${precision.toFixed(4).padStart(9)}  ${four(recall)}  ${four(f1)}  ${String(support).padStart(4)}`;
    const [[a, b], [c, d]] = confusionMatrix.map((row) => row.map((value, i) => String(value).padStart(2 + i))) as [
      [string, string],
      [string, string],
    ];
    expect(stdout.split('\n').slice(0, 21)).toEqual([
      'runs/tiny on 90 rows of new.csv',
      '',
      ...names.map((name) => `${name.padEnd(11)}  ${four(metrics[name]!)}`),
      '',
      'label  precision  recall      f1  rows',
      classLine(no),
      classLine(yes),
      '',
      'gold \\ predicted  no  yes',
      `no                ${a}  ${b}`,
      `yes               ${c}  ${d}`,
      '',
      'most confident mistakes',
    ]);
    const [worst] = mistakes as [Evaluated['mistakes'][0]];
    expect(stdout.split('\n').slice(21, 23)).toEqual([
      `  line ${worst.line}: ${worst.predicted} ${worst.score.toFixed(2)}, gold ${worst.gold}`,
      `    ${worst.text}`,
    ]);
    expect([code, notes({ stderr })]).toEqual([0, []]);
  });
});

describe('labels', () => {
  it('are the same in another case, and rows of no use are counted', async () => {
    writeFileSync(join(folder, 'odd.csv'), 'text,answer\na b c d,YES\nn o p q, No \n,yes\na b c,\nn o,p,q\n');
    const finished = await evaluate(['odd.csv', '--json']);
    const report = JSON.parse(finished.stdout) as Evaluated;
    expect([report.examples, report.metrics.accuracy]).toEqual([2, 1]);
    expect(report.leftOut).toEqual({
      unreadable: [{ line: 6, reason: 'too many cells: 3, not 2; is a comma unquoted?' }],
      withoutText: 1,
      withoutLabel: 1,
      unknownLabels: [],
      unknownTags: [],
    });
    expect(notes(await evaluate(['odd.csv']))).toEqual([
      '! line 6: left out, too many cells: 3, not 2; is a comma unquoted?',
      '! 1 row without a text left out',
      '! 1 row without a label left out',
    ]);
  });

  it('that the model does not know are an error that names them, or are left out', async () => {
    writeFileSync(join(folder, 'unknown.csv'), 'text,answer\na b,maybe\na b,yes\nn o,maybe\nn o,never\n');
    const refused = await evaluate(['unknown.csv']);
    expect([refused.code, refused.stdout, notes(refused)]).toEqual([
      3,
      '',
      [
        'error: the model does not know 2 labels: "maybe" (2 rows, first on line 2), "never" (1 row, first on line 5)',
        '   in: unknown.csv',
        '   do: it knows no, yes; --ignore-unknown-labels leaves such rows out',
      ],
    ]);
    const { stdout, code } = await evaluate(['unknown.csv', '--ignore-unknown-labels', '--json']);
    const report = JSON.parse(stdout) as Evaluated;
    expect([code, report.examples]).toEqual([0, 1]);
    expect(report.leftOut).toMatchObject({
      unknownLabels: [
        { label: 'maybe', rows: 2, line: 2 },
        { label: 'never', rows: 1, line: 5 },
      ],
    });
    // One class among the gold labels: its ROC AUC is not defined, and JSON has no NaN.
    expect(report.metrics.roc_auc).toBe(null);
  });

  it('that are all unknown leave nothing to measure', async () => {
    const input = 'text,answer\na b,1\nn o,0\na b c,1\nn o p,0\n';
    const { code, stderr } = await evaluate(['-', '--ignore-unknown-labels'], { input });
    expect([code, notes({ stderr })[0]]).toEqual([
      3,
      'error: no row can be measured: none has a text and a label that the model knows',
    ]);
  });
});

describe('--require', () => {
  it('decides the exit code, and the report is given anyway', async () => {
    const met = await evaluate(['new.csv', '--require', 'accuracy>=0.5', '--require', 'loss < 5', '--json']);
    const { metrics } = JSON.parse(met.stdout) as Evaluated;
    expect(met.code).toBe(0);
    expect(JSON.parse(met.stdout).requirements).toEqual([
      { metric: 'accuracy', operator: '>=', value: 0.5, actual: metrics.accuracy, met: true },
      { metric: 'loss', operator: '<', value: 5, actual: metrics.loss, met: true },
    ]);
    const failed = await evaluate(['new.csv', '--require', 'accuracy>=0.999']);
    expect([failed.code, notes(failed)]).toEqual([
      5,
      [`error: accuracy is ${metrics.accuracy}, not >= 0.999 as required`],
    ]);
    expect(failed.stdout).toMatch(/^runs\/tiny on 90 rows of new.csv\n/);
  });

  it('that names nothing is an error before anything is computed', async () => {
    const unknown = await evaluate(['new.csv', '--require', 'acuracy>=0.9']);
    expect([unknown.code, unknown.stdout, notes(unknown)[0]]).toEqual([2, '', 'error: no metric "acuracy" here']);
    const malformed = await evaluate(['new.csv', '--require', 'accuracy=0.9']);
    expect([malformed.code, malformed.stderr]).toEqual([
      2,
      'error: "accuracy=0.9" is no requirement\n   in: --require\n   do: write it as \'accuracy>=0.9\'\n',
    ]);
  });
});
