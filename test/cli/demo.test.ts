import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runCli } from './run-cli.ts';

/** Accuracy of the simpler ways on the rows that are left to train on, by the number of test rows: all, or wasm's part. */
const simplerWays: Record<number, { majority: string; words: string }> = {
  3080: { majority: '0.0130', words: '0.8737' },
  640: { majority: '0.0625', words: '0.9688' },
};

describe('demo', () => {
  let folder: string;
  let finished: Finished;
  const read = (name: string) => JSON.parse(readFileSync(join(folder, 'runs/demo', name), 'utf8'));

  // Two steps go the whole way; the score is of no interest here.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
    finished = await runCli(['demo', '--max-steps', '2', '--text', 'is my refund late.csv'], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('leaves a run like any other', () => {
    expect(readdirSync(join(folder, 'runs/demo')).sort()).toEqual([
      'config.json',
      'events.jsonl',
      'model',
      'predictions-test.csv',
      'predictions-validation.csv',
      'report.html',
      'results.json',
      'split.csv',
      'status.json',
    ]);
    expect(read('config.json')).toMatchObject({ model: 'minilm-l6-h384-uncased', maxSteps: 2, seed: 42 });
    expect(read('results.json')).toMatchObject({ reason: 'finished', steps: 2 });
  });

  it('shows its score beside what it has to beat, and labels the sentence', () => {
    const { metrics, reports } = read('results.json');
    const labels: string[] = read('config.json').resolved.labels;
    const { examples } = reports.test;
    const { majority, words } = simplerWays[examples]!;
    const [scores, prediction] = finished.stdout.split('\n\n') as [string, string];
    expect(scores).toBe(`
accuracy on ${examples.toLocaleString('en-US')} test rows
  always the most frequent intent  ${majority}
  a linear model on bags of words  ${words}
  the fine-tuned model             ${metrics.test.accuracy.toFixed(4)}`);
    const [sentence, ...rows] = prediction.trimEnd().split('\n');
    expect(sentence).toBe('is my refund late.csv');
    expect(rows.map((row) => labels.includes(row.split(/ +/)[0]!))).toEqual([true, true, true]);
    expect(finished.code).toBe(0);
  });

  it('names the next commands, and they work', async () => {
    const commands = finished.stderr.split('\n').slice(-4, -1);
    expect(
      commands.map((line) =>
        line
          .trim()
          .replace(/ {2,}/, ': ')
          .replace(/ \S+test\.csv$/, ' test.csv'),
      ),
    ).toEqual([
      'label more: npx distiltune predict runs/demo "where is my refund?"',
      'see where it is wrong: npx distiltune evaluate runs/demo test.csv',
      'your own data: npx distiltune train tickets.csv',
    ]);
    const { code, stdout } = await runCli(['predict', 'runs/demo', 'where is my refund?'], { cwd: folder });
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 3]);
  });
});
