import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openExamples } from '../../src/data/example-file.ts';
import { parquetLines } from '../../src/data/parquet.ts';
import { DataError } from '../../src/errors.ts';
import { fixtureJson } from '../parity/fixtures.ts';

const fixtures = fileURLToPath(new URL('../parity/fixtures/parquet/', import.meta.url));
const expected = fixtureJson<{ files: Record<string, Record<string, unknown>[]> }>('parquet/expected.json').files;
const scratch = mkdtempSync(join(tmpdir(), 'distiltune-parquet-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function rowsOf(path: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const lines of parquetLines(path)) {
    for (const line of lines.split('\n')) if (line !== '') rows.push(JSON.parse(line));
  }
  return rows;
}

describe('what Python wrote', () => {
  const names = Object.keys(expected);
  test('every file is here', () => {
    expect(names.sort()).toEqual(
      readdirSync(fixtures)
        .filter((name) => name.endsWith('.parquet'))
        .sort(),
    );
  });
  test.each(names)('%s', async (name) => {
    expect(await rowsOf(join(fixtures, name))).toEqual(expected[name]);
  });
});

describe('as examples', () => {
  test('texts with classes by name; the hidden label is no label', async () => {
    const file = await openExamples(join(fixtures, 'sst2.parquet'));
    expect(file).toMatchObject({ kind: 'texts', encoding: { value: 'utf-8', reason: 'a Parquet file' } });
    const refused: unknown[] = [];
    const examples = [];
    for await (const example of file.examples((row) => refused.push(row))) examples.push(example);
    await file.close();
    expect(examples.filter((example) => 'label' in example && example.label !== null)).toMatchObject([
      { line: 2, text: 'a "quoted" text\twith a tab', label: 'negative' },
      { line: 3, text: 'line one\nline two', label: 'positive' },
      { line: 5, text: '', label: 'negative' },
      { line: 6, text: 'no label here', label: 'positive' },
    ]);
  });
  test('a pair with a number', async () => {
    const file = await openExamples(join(fixtures, 'stsb.parquet'), {
      task: 'regression',
      textColumn: 'sentence1',
      pairColumn: 'sentence2',
    });
    const examples = [];
    for await (const example of file.examples()) examples.push(example);
    await file.close();
    expect(examples).toHaveLength(50);
    expect(examples[7]).toMatchObject({ line: 8, text: 'text 7', pair: 'text 3', label: '1.19' });
  });
  test('tagged words', async () => {
    const file = await openExamples(join(fixtures, 'ner.parquet'));
    expect(file.kind).toBe('tokens');
    const examples = [];
    for await (const example of file.examples()) examples.push(example);
    await file.close();
    expect(examples).toMatchObject([
      { words: ['EU', 'rejects', 'German', 'call'], tags: ['B-ORG', 'O', 'B-MISC', 'O'] },
      { words: ['Peter', 'Blackburn'], tags: ['B-PER', 'I-PER'] },
    ]);
  });
  test('questions', async () => {
    const file = await openExamples(join(fixtures, 'squad.parquet'));
    expect(file).toMatchObject({ kind: 'questions', version: { value: '2.0' } });
    const examples = [];
    for await (const example of file.examples()) examples.push(example);
    await file.close();
    expect(examples).toMatchObject([
      { id: 'a', answers: [{ text: 'blue', start: 11 }] },
      { id: 'b', answers: [] },
    ]);
  });
});

describe('what cannot be used', () => {
  const whole = readFileSync(join(fixtures, 'plain-snappy-1.parquet'));
  const broken = (name: string, bytes: Uint8Array) => {
    const path = join(scratch, name);
    writeFileSync(path, bytes);
    return path;
  };
  test('a file that was cut', async () => {
    const path = broken('cut.parquet', whole.subarray(0, whole.length - 200));
    const error = await openExamples(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ where: path, fix: 'write it anew, or export it as CSV or JSON Lines' });
    expect((error as Error).message).toContain('the Parquet file cannot be read: ');
  });
  test('whatever byte is changed: an error that says so, or rows', async () => {
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = Uint8Array.from(whole);
      bytes[at]! ^= 0x55;
      const outcome = await rowsOf(broken('changed.parquet', bytes)).catch((thrown: unknown) => thrown);
      if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(DataError);
    }
  });
  test('a stream that can be read once only', async () => {
    async function* stream() {
      yield whole;
    }
    const file = await openExamples(stream());
    let count = 0;
    for await (const _ of file.examples()) count++;
    await file.close();
    expect(count).toBe(200);
  });
});
