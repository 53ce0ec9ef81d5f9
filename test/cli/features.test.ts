import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { fixtureJson } from '../parity/fixtures.ts';
import { checkpoint, near } from '../pipelines/checkpoints.ts';
import { mainFile, notes, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'features-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What transformers gives for each text: a vector for each token. */
const { features } = fixtureJson<{ features: { texts: { text: string; result: number[][][] }[] } }>('pipelines.json');
const texts = features.texts.map(({ text }) => text);
const vectors = features.texts.map(({ result }) => result[0]!);
const mean = (rows: number[][]) => rows[0]!.map((_, c) => rows.reduce((sum, row) => sum + row[c]! / rows.length, 0));
const close = (value: unknown) => near(value, 3e-6);

const extract = (args: string[], input?: string) =>
  runCli(['features', checkpoint('encoder'), ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Header and numbers of an .npy file. */
function npy(name: string): { shape: string; type: string; values: number[] } {
  const bytes = readFileSync(join(folder, name));
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + length);
  const body = bytes.subarray(10 + length);
  const [, type = ''] = /'descr': '([^']+)'/.exec(header) ?? [];
  const values = Array.from({ length: body.length / 4 }, (_, i) =>
    type === '<f4' ? body.readFloatLE(4 * i) : body.readInt32LE(4 * i),
  );
  return { shape: /'shape': (\([^)]*\))/.exec(header)![1]!, type, values };
}

const table = [
  'id,text',
  `1,"${texts[0]}"`,
  '2,',
  `3,${'sea '.repeat(50)}`,
  '4,a,b',
  `5,${texts[1]}`,
  `6,"${texts[2]}"`,
  '',
].join('\n');
writeFileSync(join(folder, 'in.csv'), table);

describe('a file', () => {
  const told = [
    expect.stringMatching(/^in\.csv: the text is "text":/),
    '! in.csv, line 5: left out, too many cells: 3, not 2; is a comma unquoted?',
    '! 1 row without a text: its features are those of [CLS] [SEP]: line 3',
    '! 1 text is longer than 40 tokens and cut off: line 4',
  ];

  it('gives JSON Lines in the order of its rows, and says what became of the odd ones', async () => {
    const finished = await extract(['in.csv']);
    expect(finished.code).toBe(0);
    const rows = jsonLines(finished.stdout);
    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4, 6, 7]);
    expect(rows.map(({ tokens }) => tokens.length)).toEqual([
      vectors[0]!.length,
      2,
      40,
      vectors[1]!.length,
      vectors[2]!.length,
    ]);
    expect(rows[3]).toEqual({ line: 6, tokens: ['[CLS]', '東', '京', '[UNK]', '[SEP]'], features: close(vectors[1]) });
    expect([rows[0].features, rows[4].features]).toEqual(close([vectors[0], vectors[2]]));
    expect(rows[1].tokens).toEqual(['[CLS]', '[SEP]']);
    expect(notes(finished)).toEqual(told);
  });

  it('gives an array for NumPy, with the number of tokens of each text', async () => {
    const finished = await extract(['in.csv', '-o', 'all.npy']);
    expect([finished.code, finished.stdout]).toEqual([0, '']);
    const lengths = [vectors[0]!.length, 2, 40, vectors[1]!.length, vectors[2]!.length];
    const tokens = lengths.reduce((a, b) => a + b, 0);
    expect(npy('all.lengths.npy')).toEqual({ shape: '(5,)', type: '<i4', values: lengths });
    const { shape, type, values } = npy('all.npy');
    expect([shape, type]).toEqual([`(${tokens}, 12)`, '<f4']);
    expect(values.slice(0, vectors[0]!.length * 12)).toEqual(close(vectors[0]!.flat()));
    expect(values.slice(-vectors[2]!.length * 12)).toEqual(close(vectors[2]!.flat()));
    expect(notes(finished)).toEqual([
      ...told,
      'all.npy and all.lengths.npy: 5 texts, a vector of 12 numbers for each token',
    ]);
  });

  it('pooled gives a vector a row, in each format the same', async () => {
    const args = ['in.csv', '--pooling', 'mean', '--normalize', '-q'];
    const unit = (row: number[]) => row.map((value) => value / Math.hypot(...row));
    const rows = jsonLines((await extract(args)).stdout);
    expect(Object.keys(rows[0])).toEqual(['line', 'features']);
    expect([rows[0], rows[3], rows[4]].map((row) => row.features)).toEqual(close(vectors.map(mean).map(unit)));
    await extract([...args, '-o', 'mean.npy']);
    await extract([...args, '-o', 'mean.jsonl']);
    await extract([...args, '-o', 'mean.json']);
    const flat = rows.flatMap((row) => row.features);
    expect(npy('mean.npy')).toEqual({ shape: '(5, 12)', type: '<f4', values: flat.map(Math.fround) });
    expect(jsonLines(readFileSync(join(folder, 'mean.jsonl'), 'utf8'))).toEqual(rows);
    expect(JSON.parse(readFileSync(join(folder, 'mean.json'), 'utf8'))).toEqual(rows);
    expect(JSON.parse((await extract([...args, '--json'])).stdout)).toEqual(rows);
    const cls = jsonLines((await extract(['in.csv', '--pooling', 'cls', '-q'])).stdout);
    expect([cls[0], cls[3], cls[4]].map((row) => row.features)).toEqual(close(vectors.map((each) => each[0])));
    expect(readdirSync(folder).filter((name) => name.includes('lengths') || name.endsWith('.tmp'))).toEqual([
      'all.lengths.npy',
    ]);
  });

  it('of plain text has a text a line, standard input too', async () => {
    const lines = `${texts.join('\n')}\n`;
    writeFileSync(join(folder, 'lines.txt'), lines);
    const args = ['--pooling', 'cls', '-q'];
    const expected = vectors.map((each, i) => ({ line: i + 1, features: close(each[0]) }));
    expect(jsonLines((await extract(['lines.txt', ...args])).stdout)).toEqual(expected);
    expect(jsonLines((await extract(['-', ...args], lines)).stdout)).toEqual(expected);
    expect(jsonLines((await extract(['-', ...args, '--text-column', 'text'], `text\n"${texts[2]}"\n`)).stdout)).toEqual(
      [{ line: 2, features: close(vectors[2]![0]) }],
    );
  });

  it('of pairs has the features of both', async () => {
    writeFileSync(join(folder, 'pairs.csv'), 'first,second\nthe sea and the river,the old lake at night\n');
    const args = ['pairs.csv', '--text-column', 'first', '--pair-column', 'second', '-q'];
    const [{ tokens, features: found }] = jsonLines((await extract(args)).stdout) as [
      { tokens: string[]; features: number[][] },
    ];
    expect(tokens.join(' ')).toBe('[CLS] the sea and the river [SEP] the old lake at night [SEP]');
    const [alone] = JSON.parse(
      (await extract(['the sea and the river', '--pair', 'the old lake at night', '--json'])).stdout,
    ) as [{ features: number[][] }];
    expect(found).toEqual(close(alone.features));
  });
});

describe('a large file', () => {
  it('is read a piece at a time, and interrupted leaves nothing half-written', { timeout: 60_000 }, async () => {
    writeFileSync(join(folder, 'large.csv'), `text\n${`${'sea '.repeat(36)}\n${'lake '.repeat(36)}\n`.repeat(20_000)}`);
    const before = readdirSync(folder);
    const child = spawn(
      process.execPath,
      [mainFile, 'features', checkpoint('encoder'), 'large.csv', '-o', 'never.npy'],
      {
        cwd: folder,
      },
    );
    const ended = once(child, 'exit');
    while (child.exitCode === null && !readdirSync(folder).some((name) => name.includes('never.lengths.npy'))) {
      await sleep(20);
    }
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual(before);
    rmSync(join(folder, 'large.csv'));
  });
});

describe('texts', () => {
  it('show the beginning of each vector; --json has all of them', async () => {
    const finished = await extract([texts[1]!, texts[0]!]);
    const lines = finished.stdout.trimEnd().split('\n');
    const cells = (token: string, row: number[]) => [token, ...row.slice(0, 6), '...'];
    const read = (line: string) =>
      line
        .trim()
        .split(/ +/)
        .map((cell) => (/^-?\d\.\d{4}$/.test(cell) ? Number(cell) : cell));
    const rounded = (value: unknown) => near(value, 0.51e-4);
    expect(lines[0]).toBe(texts[1]);
    expect(read(lines[1]!)).toEqual(rounded(cells('[CLS]', vectors[1]![0]!)));
    expect(read(lines[2]!)).toEqual(rounded(cells('東', vectors[1]![1]!)));
    expect(lines[6]).toBe(texts[0]);
    expect(lines).toHaveLength(1 + 5 + 1 + vectors[0]!.length);
    expect(notes(finished)).toEqual(['each vector has 12 numbers: --json or -o FILE has them all']);
    const document = JSON.parse((await extract([texts[1]!, texts[0]!, '--json'])).stdout);
    expect(document).toEqual([
      { line: 1, tokens: ['[CLS]', '東', '京', '[UNK]', '[SEP]'], features: close(vectors[1]) },
      { line: 2, tokens: expect.any(Array), features: close(vectors[0]) },
    ]);
  });

  it('a checkpoint with a head will do, and so will an embedded encoder', async () => {
    const { code, stdout } = await runCli(['features', checkpoint('tags'), 'the sea', '--pooling', 'mean', '-q']);
    expect([code, stdout.split(/ +/)[0]]).toEqual([0, 'mean']);
    const embedded = await runCli(['features', 'minilm-l6-h384-uncased', 'the sea', '--pooling', 'cls', '--json']);
    expect(JSON.parse(embedded.stdout)[0].features).toHaveLength(384);
  });

  it('one that is too long says so', async () => {
    const finished = await extract(['the sea and the river and the lake', '--max-length', '5', '-q']);
    expect(notes(finished)).toEqual(['! the text has 10 tokens, of which 5 are read']);
    expect(finished.stdout.trimEnd().split('\n')).toHaveLength(5);
  });
});

describe('an error says what is wrong and what to do', () => {
  const told = async (...args: string[]) => {
    const finished = await extract([...args, '-q']);
    return [finished.code, finished.stdout, ...notes(finished)];
  };

  it.each<[string[], number, string]>([
    [['in.csv', '-o', 'out.txt'], 2, 'the name of the file does not say what to write'],
    [['in.csv', '-o', 'no/where.npy'], 2, expect.stringMatching(/^error: the file cannot be written: ENOENT/)],
    [['in.csv', '-o', 'no/where.jsonl'], 2, expect.stringMatching(/^error: the file cannot be written: ENOENT/)],
    [['in.csv', 'a text'], 2, 'one file at a time: "in.csv" is one of 2 inputs'],
    [['in.csv', '--pair', 'a'], 2, '--pair goes with one text'],
    [['nothere.csv'], 3, 'there is no such file'],
    [['a', ' '], 3, 'the text is empty'],
    [['a', '--max-length', '41'], 2, 'maxLength is 41, and the model reads 40 tokens at most.'],
    [[], 2, 'give a file, texts, or - for standard input'],
  ])('%j', async (args, code, message) => {
    const [exit, stdout, first] = await told(...args);
    expect([exit, stdout, first]).toEqual([code, '', typeof message === 'string' ? `error: ${message}` : message]);
  });

  it('of the pooling', async () => {
    const [code, , first] = await told('a', '--pooling', 'max');
    expect([code, first]).toEqual([
      2,
      expect.stringMatching(/'max' is invalid\. Allowed choices are none, cls, mean\./),
    ]);
  });
});
