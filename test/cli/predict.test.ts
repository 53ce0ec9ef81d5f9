import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mainFile, notes, runCli } from './run-cli.ts';
import { trainTinyRun } from './tiny-run.ts';

let folder: string;
let run: string;

beforeAll(async () => {
  ({ folder, run } = await trainTinyRun());
});

afterAll(() => rmSync(folder, { recursive: true }));

const predict = (args: string[], options: Parameters<typeof runCli>[1] = {}) =>
  runCli(['predict', run, ...args], { cwd: folder, ...options });

const cellsOf = (csv: string): string[][] => Papa.parse<string[]>(csv.trimEnd()).data;

interface Labelled {
  text: string;
  label: string;
  score: number;
  probabilities: Record<string, number>;
}

/** A cell, a number in it to five decimals. */
const shown = (cell: string | number) => (/^0\.\d+$/.test(String(cell)) ? Number(cell).toFixed(5) : cell);

/** The prediction, as far as it does not depend on the texts that it was computed with. */
const near = ({ label, score, probabilities }: Labelled) => ({
  label,
  score: expect.closeTo(score, 6),
  probabilities: Object.fromEntries(Object.entries(probabilities).map(([name, p]) => [name, expect.closeTo(p, 6)])),
});

/** What the model says of texts, in full precision. */
async function labelled(texts: string[]): Promise<Labelled[]> {
  const { stdout } = await predict(['--texts', '--json', ...texts]);
  return JSON.parse(stdout) as Labelled[];
}

describe('texts', () => {
  it('one has its labels below each other, the likeliest first', async () => {
    const [{ score, probabilities }] = (await labelled(['a b c d e f'])) as [Labelled];
    expect(probabilities).toEqual({ no: expect.any(Number), yes: score });
    expect(probabilities.no! + probabilities.yes!).toBeCloseTo(1, 12);
    const { code, stdout } = await predict(['a b c d e f']);
    expect(stdout).toBe(`yes  ${score.toFixed(4)}\nno   ${probabilities.no!.toFixed(4)}\n`);
    expect(code).toBe(0);
  });

  it('several are named, in their order', async () => {
    const texts = ['n o p q r', 'a b c d e'];
    const [first, second] = (await labelled(texts)) as [Labelled, Labelled];
    const { stdout } = await predict([...texts, '--top', '1']);
    expect(stdout).toBe(`n o p q r\n  no  ${first.score.toFixed(4)}\na b c d e\n  yes  ${second.score.toFixed(4)}\n`);
  });

  it('an empty one is an error', async () => {
    const { code, stderr, stdout } = await predict(['  ']);
    expect([code, stdout, stderr]).toEqual([
      3,
      '',
      'error: the text is empty\n   in: text 1\n   do: give it some words\n',
    ]);
  });

  it('what is named like a file and is none is an error, unless it is said to be a text', async () => {
    const { code, stderr } = await predict(['nothere.csv']);
    expect([code, notes({ stderr })]).toEqual([
      3,
      ['error: there is no such file', '   in: nothere.csv', '   do: check the path'],
    ]);
    const [{ text }] = (await labelled(['nothere.csv'])) as [Labelled];
    expect(text).toBe('nothere.csv');
  });

  it('a file among texts is refused', async () => {
    const { code, stderr } = await predict(['a b', 'answers.csv']);
    expect([code, stderr]).toEqual([
      2,
      'error: one file at a time: "answers.csv" is one of 2 inputs\n   do: name one file, or take them all for texts with --texts\n',
    ]);
  });

  it('nothing to label is an error', async () => {
    const { code, stderr } = await predict([]);
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: give a file, texts, or - for standard input']);
  });
});

describe('files', () => {
  it('keep their rows, their order and their columns, which are never overwritten', async () => {
    const rows = [
      ['7', 'n o p', '', 'x'],
      ['8', 'a b\nc', 'no, really', '"y"'],
      ['9', ' ', '', ''],
      ['8', 'a b c', 'no', ''],
    ];
    writeFileSync(join(folder, 'in.csv'), Papa.unparse([['id', 'text', 'label', 'score'], ...rows], { newline: '\n' }));
    const finished = await predict(['in.csv']);
    const texts = rows.map(([, text]) => text!).filter((text) => text.trim() !== '');
    const expected = await labelled(texts);
    const added = [expected[0]!, expected[1]!, null, expected[2]!].map((found) =>
      found === null
        ? ['', '', '', '']
        : [found.label, found.score, found.probabilities.no!, found.probabilities.yes!].map(shown),
    );
    expect(cellsOf(finished.stdout).map((row) => row.map(shown))).toEqual([
      ['id', 'text', 'label', 'score', 'predicted_label', 'predicted_score', 'probability:no', 'probability:yes'],
      ...rows.map((row, i) => [...row, ...added[i]!].map(shown)),
    ]);
    expect(notes(finished)).toEqual(['! 1 row without a text has no label: line 5']);
    expect(finished.code).toBe(0);
  });

  it('rows that cannot be read are named and left out', async () => {
    writeFileSync(join(folder, 'ragged.csv'), 'id,text\n1,a b c\n2,n o,p\n3\n4,n o p\n');
    const finished = await predict(['ragged.csv', '--top', '1']);
    expect(cellsOf(finished.stdout).map((row) => row.slice(0, 3))).toEqual([
      ['id', 'text', 'label'],
      ['1', 'a b c', 'yes'],
      ['4', 'n o p', 'no'],
    ]);
    expect(notes(finished)).toEqual([
      '! ragged.csv, line 3: left out, too many cells: 3, not 2; is a comma unquoted?',
      '! ragged.csv, line 4: left out, too few cells: 1, not 2',
    ]);
  });

  it('Parquet in gives JSON Lines out, its rows unchanged', async () => {
    const file = fileURLToPath(new URL('../parity/fixtures/parquet/sst2.parquet', import.meta.url));
    const { code, stdout } = await predict([file]);
    expect(code).toBe(0);
    const rows = stdout.trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      { sentence: 'It is good.', label: null, idx: 0, predicted_label: expect.stringMatching(/^(yes|no)$/) },
      { sentence: 'a "quoted" text\twith a tab', label: 'negative', idx: 1 },
      { sentence: 'line one\nline two', label: 'positive', idx: 2 },
      { sentence: 'naïve 😀 text', label: null, idx: 3 },
      { sentence: '', label: 'negative', idx: 4 },
      { sentence: 'no label here', label: 'positive', idx: 5 },
    ]);
  });

  it('JSON Lines give JSON Lines, each line as it stood', async () => {
    const lines = [
      '{"z": 12345678901234567890, "text":"a b c d", "tags": [1, 2.50]}',
      '{"text": null, "z": 0}',
      '  {"text":"n o p", "z":"caf\\u00e9"}  ',
    ];
    writeFileSync(join(folder, 'in.jsonl'), `${lines[0]}\r\n\n${lines[1]}\n${lines[2]}`);
    const [first, second] = (await labelled(['a b c d', 'n o p'])) as [Labelled, Labelled];
    const finished = await predict(['in.jsonl']);
    const printed = finished.stdout.trimEnd().split('\n');
    // What was there is the same to the byte; the numbers depend a little on which rows share a batch.
    expect(printed.map((line, i) => line.startsWith(`${lines[i]!.trim().slice(0, -1)},`))).toEqual([true, true, true]);
    expect(printed.map((line) => JSON.parse(line))).toEqual([
      { ...JSON.parse(lines[0]!), ...near(first) },
      { text: null, z: 0, label: null, score: null, probabilities: null },
      { text: 'n o p', z: 'café', ...near(second) },
    ]);
    expect(notes(finished)).toEqual(['! 1 row without a text has no label: line 3']);
  });

  it('--json is one array, of names that are unique', async () => {
    writeFileSync(join(folder, 'twice.csv'), 'text,,x,x\na b c,1,2,3\n');
    const { stdout } = await predict(['twice.csv', '--json', '--text-column', 'text']);
    const [found] = (await labelled(['a b c'])) as [Labelled];
    expect(JSON.parse(stdout)).toEqual([{ text: 'a b c', 'column 2': '1', x: '2', x_2: '3', ...near(found) }]);
  });

  it('-o says by its name what is written, and nothing goes to standard output', async () => {
    const { stdout } = await predict(['ragged.csv', '--top', '1']);
    const toCsv = await predict(['ragged.csv', '--top', '1', '-o', 'out.csv']);
    await predict(['ragged.csv', '--top', '1', '-o', 'out.tsv']);
    expect(toCsv.stdout).toBe('');
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(stdout);
    expect(readFileSync(join(folder, 'out.tsv'), 'utf8')).toBe(stdout.replaceAll(',', '\t'));
    const missing = await predict(['ragged.csv', '-o', 'no/where.csv']);
    expect([missing.code, notes(missing)[0]]).toEqual([2, expect.stringMatching(/^error: the file cannot be written/)]);
  });
});

describe('standard input', () => {
  it('is one text per line', async () => {
    const finished = await predict(['-', '--top', '1'], { input: '\uFEFFa, b c\r\n\nn "o" p' });
    expect(cellsOf(finished.stdout).map((row) => row.slice(0, 2))).toEqual([
      ['text', 'label'],
      ['a, b c', 'yes'],
      ['', ''],
      ['n "o" p', 'no'],
    ]);
    expect(notes(finished)).toEqual(['! 1 row without a text has no label: line 2']);
  });

  it('is a table where a flag says so', async () => {
    const { stdout } = await predict(['-', '--text-column', 'text', '--top', '1'], { input: 'id,text\n1,a b c\n' });
    expect(cellsOf(stdout).map((row) => row.slice(0, 3))).toEqual([
      ['id', 'text', 'label'],
      ['1', 'a b c', 'yes'],
    ]);
  });
});

describe('a large file', () => {
  const rows = 60_000;

  beforeAll(async () => {
    const stream = createWriteStream(join(folder, 'large.csv'));
    stream.write('id,text,rest\n');
    for (let i = 0; i < rows; i++) {
      if (!stream.write(`${i},${i % 2 ? 'a b' : 'n o'},${'x'.repeat(1500)}\n`)) await once(stream, 'drain');
    }
    stream.end();
    await once(stream, 'close');
  });

  it('needs no memory for it', async () => {
    expect(statSync(join(folder, 'large.csv')).size).toBeGreaterThan(90e6);
    // Of the heap a start takes a third; the file would need twice as much.
    const finished = await predict(['large.csv', '--top', '1', '--text-column', 'text', '-o', 'large-out.csv'], {
      env: { NODE_OPTIONS: '--max-old-space-size=64' },
    });
    expect(finished.code).toBe(0);
    const lines = readFileSync(join(folder, 'large-out.csv'), 'latin1').trimEnd().split('\n');
    expect(lines.length).toBe(rows + 1);
    expect(lines.findIndex((line, i) => i > 0 && !line.startsWith(`${i - 1},${i % 2 ? 'n o' : 'a b'},`))).toBe(-1);
    expect(new Set(lines.slice(1).map((line) => line.split(',')[3]))).toEqual(new Set(['yes', 'no']));
  });

  it('interrupted, leaves nothing half-written', async () => {
    const before = readdirSync(folder);
    const child = spawn(process.execPath, [mainFile, 'predict', run, 'large.csv', '-o', 'never.csv'], { cwd: folder });
    const ended = once(child, 'exit');
    while (!readdirSync(folder).some((name) => name.includes('never.csv'))) await sleep(50);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('whose reader has seen enough ends quietly', async () => {
    const child = spawn(
      'sh',
      [
        '-c',
        `"$0" "$1" predict ${run} large.csv --top 1 --text-column text -q | head -n 1`,
        process.execPath,
        mainFile,
      ],
      { cwd: folder },
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        printed += bytes;
      });
    }
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(printed).toBe('id,text,rest,label,score\n');
  });
});

describe('models', () => {
  it('a run without a model, a folder without one, and a name without one are told apart', async () => {
    const told = async (name: string) => {
      const { code, stderr } = await runCli(['predict', name, 'a b'], { cwd: folder });
      return [code, ...notes({ stderr })];
    };
    expect(await told('runs/other')).toEqual([
      2,
      'error: there is no such run',
      '   in: runs/other',
      '   do: `distiltune runs ls` lists the runs',
    ]);
    expect((await told('tiny'))[1]).toBe('error: The model has no labels: it was not fine-tuned for a task.');
    expect((await told('no such'))[1]).toBe('error: There is no model "no such".');
  });

  it('the model folder of a run is a model', async () => {
    const texts = ['a b c'];
    const { stdout } = await runCli(['predict', join(run, 'model'), ...texts, '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(await labelled(texts));
  });

  it('of numbers gives values', async () => {
    writeFileSync(
      join(folder, 'numbers.csv'),
      `text,value\n${Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'a b' : 'n o'},${(i % 2) + 0.25}\n`).join('')}`,
    );
    const settings = ['--model', 'tiny', '-o', 'runs/numbers', '--max-steps', '40', '--max-length', '20'];
    const trained = await runCli(['train', 'numbers.csv', '--learning-rate', '0.01', ...settings], { cwd: folder });
    expect(trained.code).toBe(0);
    const { stdout } = await runCli(['predict', 'runs/numbers', 'a b', 'n o', '--json'], { cwd: folder });
    const values = JSON.parse(stdout) as { text: string; value: number }[];
    expect(values).toEqual([
      { text: 'a b', value: expect.closeTo(1.25, 0) },
      { text: 'n o', value: expect.closeTo(0.25, 0) },
    ]);
    const csv = await runCli(['predict', 'runs/numbers', 'numbers.csv', '--text-column', 'text'], { cwd: folder });
    const [header, [text, value, predicted] = []] = cellsOf(csv.stdout);
    expect(header).toEqual(['text', 'value', 'predicted_value']);
    expect([text, value]).toEqual(['n o', '0.25']);
    expect(Number(predicted)).toBeCloseTo(values[1]!.value, 5);
  });
});
