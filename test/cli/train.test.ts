import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { notes, runCli } from './run-cli.ts';
import { answers, csvOf } from './tiny-run.ts';
import { eventsOf, lossesOf, readJson, rowsOf, sha256, tiny, tinyWorkplace } from './train-fixtures.ts';

let folder = '';
beforeAll(async () => {
  folder = await tinyWorkplace();
});

test('the test rows are measured with the best checkpoint, which is what predict serves', async () => {
  // The rate of the first step is 0, and that of the others far too high: the first evaluation stays the best. No dropout:
  // its draws differ between engines.
  const settings = [
    'evaluate.everySteps=1',
    'evaluate.metric=loss',
    'optimizer.learningRate=1',
    'dropout=0',
    '--max-steps=4',
  ];
  const { code } = await runCli(
    ['train', 'answers.csv', '--test', '0.2', '-o', 'worse', '-q', ...tiny, ...settings, 'schedule.warmup=2'],
    { cwd: folder },
  );
  expect(code).toBe(0);
  expect(readJson(folder, 'worse/results.json')).toMatchObject({ steps: 4, best: { step: 1 } });
  const rows = rowsOf(join(folder, 'worse/predictions-test.csv'));
  expect(rows.length).toBe(24);
  writeFileSync(join(folder, 'texts.csv'), csvOf([['text'], ...rows.map(({ text }) => [text!])]));
  const { stdout } = await runCli(['predict', 'worse', 'texts.csv', '--json'], { cwd: folder });
  const predicted: { label: string; score: number }[] = JSON.parse(stdout);
  expect(predicted.map(({ label }) => label)).toEqual(rows.map(({ label }) => label));
  predicted.forEach(({ score }, i) => {
    expect(score).toBeCloseTo(Number(rows[i]!.score), 5);
  });
});

test('one seed, one result to the bit; another seed, another', async () => {
  const train = (name: string, seed: string) =>
    runCli(['train', 'answers.csv', '--epochs', '1', '--seed', seed, '-o', name, '-q', ...tiny], { cwd: folder });
  for (const [name, seed] of [
    ['a', '1'],
    ['b', '1'],
    ['c', '2'],
  ] as const)
    expect((await train(name, seed)).code).toBe(0);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, name)) as [string, string, string];
  expect(lossesOf(a)).toEqual(lossesOf(b));
  expect(sha256(join(a, 'model/model.safetensors'))).toBe(sha256(join(b, 'model/model.safetensors')));
  expect(lossesOf(a)).not.toEqual(lossesOf(c));
  expect(sha256(join(a, 'model/model.safetensors'))).not.toBe(sha256(join(c, 'model/model.safetensors')));
});

test('the embedded model trains: three steps on a small file', async () => {
  const topics = [
    ['my card was stolen', 'card'],
    ['where is my money', 'money'],
  ];
  const rows = Array.from({ length: 24 }, (_, i) => [`${topics[i % 2]![0]} ${i}`, topics[i % 2]![1]!]);
  writeFileSync(join(folder, 'tickets.csv'), csvOf([['text', 'topic'], ...rows]));
  const { code, stdout } = await runCli(
    ['train', 'tickets.csv', '--max-steps', '3', '--batch-size', '8', '--no-shuffle', '--dropout', '0', '-q'],
    { cwd: folder },
  );
  expect(code).toBe(0);
  expect(stdout).toContain('model in runs/tickets/model\nnext: npx distiltune predict runs/tickets "..."\n');
  const losses: number[] = lossesOf(join(folder, 'runs/tickets'));
  expect(losses).toHaveLength(3);
  // A new head on two even classes begins near ln 2.
  expect(Math.abs(losses[0]! - Math.LN2)).toBeLessThan(0.1);
  const { parameters, metrics } = readJson(folder, 'runs/tickets/results.json');
  expect(parameters).toBe(22_713_218);
  expect(Object.keys(metrics)).toEqual(['validation']);
});

test('numbers are a regression, said aloud; --task makes them classes', async () => {
  const rows = answers(60).map(([, text, answer], i) => [text!, String((answer === 'yes' ? 2 : -1) + (i % 7) / 10)]);
  writeFileSync(join(folder, 'scores.csv'), csvOf([['text', 'score'], ...rows]));
  const { code, stderr } = await runCli(['train', 'scores.csv', '--epochs', '2', ...tiny], { cwd: folder });
  expect(code).toBe(0);
  expect(notes({ stderr })).toContain(
    '! the labels are numbers: a regression; for classes give --task sequence-classification',
  );
  const results = readJson(folder, 'runs/scores/results.json');
  const predictions = rowsOf(join(folder, 'runs/scores/predictions-validation.csv'));
  const squares = predictions.map(({ score, value }) => (Number(value) - Number(score)) ** 2);
  const mse = squares.reduce((a, b) => a + b, 0) / squares.length;
  expect(results.metrics.validation.mse).toBeCloseTo(mse, 6);
  expect(results.best).toMatchObject({ metric: 'rmse', value: results.metrics.validation.rmse });
  expect(readJson(folder, 'runs/scores/model/config.json')).toMatchObject({
    problem_type: 'regression',
    id2label: { 0: 'LABEL_0' },
  });

  const classes = await runCli(
    ['train', 'scores.csv', '--task', 'sequence-classification', '--dry-run', '--ui', 'jsonl', ...tiny],
    { cwd: folder },
  );
  const data = classes.stdout
    .split('\n')
    .map((line) => line && JSON.parse(line))
    .find((event) => event.type === 'data');
  expect(data.labels.map(Number)).toEqual([...new Set(rows.map(([, score]) => Number(score)))].sort((a, b) => a - b));
});

test('pairs in JSON Lines', async () => {
  const lines = answers(40).map(([, text, label], i) =>
    JSON.stringify({ text, text_pair: `x ${i % 3 ? 'y' : 'z'}`, label }),
  );
  writeFileSync(join(folder, 'pairs.jsonl'), `${lines.join('\n')}\n`);
  const { code } = await runCli(['train', 'pairs.jsonl', '--max-steps', '2', '-q', ...tiny], { cwd: folder });
  expect(code).toBe(0);
  const config = readJson(folder, 'runs/pairs/config.json');
  expect(config.columns).toEqual({ text: 'text', pair: 'text_pair', label: 'label', labels: null });
  // [CLS], the text's letters, [SEP], the pair's two, [SEP]: 20 tokens at most.
  const { audit } = eventsOf(join(folder, 'runs/pairs')).find(({ type }) => type === 'data');
  expect(audit.tokens).toMatchObject({ max: 16, truncatedRows: 0 });
});

test('a folder with train, validation and test files; rows of no use are counted and left out', async () => {
  mkdirSync(join(folder, 'parts'));
  const header = ['id', 'text', 'answer'];
  const rows = answers(60);
  const useless = [
    ['u1', '', 'yes'],
    ['u2', 'a b', ''],
  ];
  writeFileSync(join(folder, 'parts/train.csv'), csvOf([header, ...useless, ...rows.slice(0, 40)]));
  writeFileSync(join(folder, 'parts/dev.tsv'), csvOf([header, ...rows.slice(40, 50)]).replaceAll(',', '\t'));
  writeFileSync(join(folder, 'parts/test.csv'), csvOf([header, ...rows.slice(50)]));
  const { code, stderr } = await runCli(['train', 'parts', '--epochs', '1', ...tiny], { cwd: folder });
  expect(code).toBe(0);
  const { data, examples, files } = readJson(folder, 'runs/parts/config.json');
  expect(data).toMatchObject({ train: 'parts/train.csv', validation: 'parts/dev.tsv', test: 'parts/test.csv' });
  expect(examples).toEqual({ train: 40, validation: 10, test: 10 });
  expect(files.validation).toMatchObject({
    format: 'tsv',
    delimiter: '\t',
    columns: { text: 1, pair: null, label: 2 },
  });
  expect(existsSync(join(folder, 'runs/parts/split.csv'))).toBe(false);
  expect(rowsOf(join(folder, 'runs/parts/predictions-test.csv')).map(({ id }) => id)).toEqual(
    rows.slice(50).map(([id]) => id),
  );
  expect(stderr).toContain('1 empty text: train line 2');
  expect(stderr).toContain('1 row without a label: train line 3');
});

test('standard input, streamed events, and not one escape', async () => {
  const input = readFileSync(join(folder, 'answers.csv'));
  const { code, stdout, stderr } = await runCli(['train', '-', '--epochs', '1', '--ui', 'jsonl', ...tiny], {
    cwd: folder,
    input,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const saved = eventsOf(join(folder, 'runs/stdin'));
  expect(events.filter(({ type }) => type !== 'progress')).toEqual(saved);
  expect(events.at(-1)).toMatchObject({ type: 'results', folder: 'runs/stdin', results: { steps: 7 } });
  const { sha256: hash, name } = readJson(folder, 'runs/stdin/config.json').files.train;
  expect([name, hash]).toEqual(['standard input', sha256(join(folder, 'answers.csv'))]);
});

test('piped lines: no escape, one row per evaluation, the results on stdout', async () => {
  mkdirSync(join(folder, 'runs/answers'), { recursive: true });
  const { code, stdout, stderr } = await runCli(['train', 'answers.csv', '--epochs', '2', ...tiny], { cwd: folder });
  expect(code).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  expect(stdout + stderr).not.toMatch(/[\x1b\r]/);
  expect(stderr).toMatch(/\n {2}folder {5}runs\/answers-\d+ {2}runs\/answers is taken\n/);
  const rows = stderr.split('\n').filter((line) => /^(eval|step) /.test(line));
  const shapes = rows.map((line) => line.replaceAll(/(?<![a-z_])[\d,]+(\.\d+)?(e-\d+)?/g, '#').replaceAll(/ +/g, ' '));
  const evaluation = 'eval #/# epoch # accuracy # loss # macro_f1 # weighted_f1 # mcc #';
  expect(shapes.map((shape) => shape.replace(' * best', ''))).toEqual([
    evaluation,
    'step #/# epoch # loss # lr # # tokens/s ETA #s',
    evaluation,
  ]);
  expect(rows[0]).toMatch(/ {2}\* best$/);
  expect(stdout).toMatch(
    /^best accuracy [\d.]+ on validation, at step \d+ \(epoch [\d.]+\)\n14 steps in \d+s; model in runs\/answers-\d+\/model\nnext: npx distiltune predict runs\/answers-\d+ "..."\n$/,
  );
});

test('--dry-run reads, checks and leaves nothing', async () => {
  cpSync(join(folder, 'answers.csv'), join(folder, 'dry.csv'));
  const { code, stdout, stderr } = await runCli(['train', 'dry.csv', '--dry-run', ...tiny], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('dry.csv\n  encoding   utf-8');
  expect(stdout).toContain('  rows       120: train 108, validation 12\n');
  expect(stdout).toContain('  name       tiny\n');
  expect(existsSync(join(folder, 'runs/dry'))).toBe(false);
});

test('--require: 5 when the result is below, 0 when it is not, 2 for no metric', async () => {
  const train = (condition: string) =>
    runCli(['train', 'answers.csv', '--max-steps', '1', '--ui', 'none', '--require', condition, ...tiny], {
      cwd: folder,
    });
  const below = await train('accuracy>=1.01');
  expect(below.code).toBe(5);
  expect(below.stderr).toMatch(/^error: accuracy on validation is 0\.\d{4}, required is >= 1\.01\n$/);
  expect(await train('loss<100')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await train('acuracy>=0.9')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean accuracy?'),
  });
  expect(await train('accuracy')).toMatchObject({ code: 2, stderr: expect.stringContaining('accuracy>=0.9') });
});

test('-o: refused where something is, --force replaces a run and nothing else', async () => {
  const train = (...args: string[]) =>
    runCli(['train', 'answers.csv', '--max-steps', '1', '-q', ...args, ...tiny], { cwd: folder });
  expect((await train('-o', 'out/one')).code).toBe(0);
  writeFileSync(join(folder, 'out/one/mine.txt'), 'x');
  expect(await train('-o', 'out/one')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: there is a run in this folder already\n   in: out/one\n   do: name another folder with -o, or replace it with --force\n',
  });
  expect((await train('-o', 'out/one', '--force')).code).toBe(0);
  expect(existsSync(join(folder, 'out/one/mine.txt'))).toBe(false);
  expect(await train('-o', 'tiny', '--force')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: the folder is not empty, and no run of distiltune\n   in: tiny\n   do: name another folder with -o\n',
  });
  expect(existsSync(join(folder, 'tiny/model.safetensors'))).toBe(true);
});

test('a run that diverges ends with 4 and keeps the last good checkpoint', async () => {
  // The first step of a warm-up has the rate 0: its weights are the checkpoint's own.
  const settings = ['schedule.warmup=2', 'evaluate.everySteps=1', 'optimizer.learningRate=1e39', '--max-steps', '5'];
  const { code, stderr } = await runCli(['train', 'answers.csv', '-o', 'diverged', '-q', ...tiny, ...settings], {
    cwd: folder,
  });
  expect(code).toBe(4);
  expect(stderr).toMatch(/^error: .*diverged\.\n {3}do: .*learning rate.*\n$/);
  const run = join(folder, 'diverged');
  expect(readJson(run, 'results.json')).toMatchObject({ reason: 'diverged', best: { step: 1 } });
  expect(readJson(run, 'status.json').state).toBe('diverged');
  const [kept, own] = [join(run, 'model/model.safetensors'), join(folder, 'tiny/model.safetensors')].map((path) =>
    tensor(path, 'distilbert.embeddings.word_embeddings.weight'),
  );
  expect(kept).toEqual(own);
});

function tensor(path: string, name: string): number[] {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const {
    data_offsets: [begin, end],
  } = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'))[name];
  return [
    ...new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + length + begin, bytes.byteOffset + 8 + length + end)),
  ];
}

test.each<[string, string[], number, string]>([
  [
    'no data',
    [],
    2,
    'error: there is no data to train on\n   do: name a file or a folder: distiltune train tickets.csv\n',
  ],
  [
    'a missing file',
    ['answer.csv'],
    3,
    'error: there is no such file\n   in: answer.csv\n   do: did you mean answers.csv?\n',
  ],
  [
    'two files',
    ['answers.csv', 'tickets.csv'],
    2,
    'error: two files to train on: answers.csv and tickets.csv\n   do: give one; --validation and --test name the others\n',
  ],
  [
    'more tokens than the model has positions',
    ['answers.csv', '--model', 'tiny', '--max-length', '128'],
    2,
    'error: the model takes 24 tokens at most, not 128\n   in: maxLength, --max-length\n   do: set --max-length 24 or less\n',
  ],
  [
    'more layers than the model has',
    ['answers.csv', ...tiny, 'freeze.layers=4'],
    2,
    'error: the model has 3 layers, not 4\n   in: freeze.layers, freeze.layers=4 on the command line\n   do: freeze 3 at most\n',
  ],
  [
    'a weight for a label that is not there',
    ['answers.csv', ...tiny, 'classWeights={maybe: 2}'],
    2,
    'error: classWeights names labels that the data does not have: maybe\n   in: classWeights\n   do: the labels are: no, yes\n',
  ],
])('%s', async (_, args, code, stderr) => {
  expect(await runCli(['train', ...args, '-q'], { cwd: folder })).toEqual({ code, stdout: '', stderr });
});

test('--json: one document, for results and for errors', async () => {
  const good = await runCli(['train', 'answers.csv', '--max-steps', '1', '--json', '-q', ...tiny], { cwd: folder });
  const { run, ...results } = JSON.parse(good.stdout);
  expect(results).toEqual(readJson(folder, run, 'results.json'));
  const bad = await runCli(['train', 'none.csv', '--json'], { cwd: folder });
  expect({ code: bad.code, document: JSON.parse(bad.stdout) }).toEqual({
    code: 3,
    document: { error: { message: 'there is no such file', where: 'none.csv', fix: expect.any(String) } },
  });
});
