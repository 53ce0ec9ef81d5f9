import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fields, variableOf } from '../../cli/config/fields.ts';
import { ofArgument, resolveSettings, type SettingSources, settingOf } from '../../cli/config/resolve.ts';
import { settingsSchema } from '../../cli/config/schema.ts';
import { configTemplate } from '../../cli/config/template.ts';
import { meetsRule } from '../../cli/config/values.ts';
import { UsageError } from '../../src/errors.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { runCli } from './run-cli.ts';

const home = process.cwd();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
  process.chdir(folder);
});
afterEach(() => process.chdir(home));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};

function refusal(sources: SettingSources): { message: string; where: string | undefined } {
  try {
    resolveSettings(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message, where } = error as UsageError;
    return { message, where };
  }
  throw new Error('nothing was refused');
}

test('the fields are the settings: the same keys, and every default meets its rules', () => {
  const keysOf = (value: unknown, prefix = ''): string[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, inner]) => keysOf(inner, prefix === '' ? key : `${prefix}.${key}`))
      : [prefix];
  expect(fields.map(({ key }) => key).sort()).toEqual(keysOf(defaultSettings).sort());
  for (const { key, rules } of fields) {
    // `data.train` has no default that a run could begin with, and null says so.
    expect([key, rules.some((rule) => meetsRule(rule, settingOf(defaultSettings, key)))]).toEqual([key, true]);
  }
});

test('flags and variables are all different', () => {
  const flags = fields.flatMap(({ flag }) => (flag === undefined ? [] : [flag.split(' ')[0]]));
  expect(new Set(flags).size).toBe(flags.length);
  expect(new Set(fields.map(({ key }) => variableOf(key))).size).toBe(fields.length);
  expect(variableOf('optimizer.learningRate')).toBe('DISTILTUNE_OPTIMIZER_LEARNING_RATE');
  expect(variableOf('batchSize')).toBe('DISTILTUNE_BATCH_SIZE');
});

describe('precedence: each source wins over those before it', () => {
  const usual = (other: string | null) => {
    file('distiltune.config.yaml', 'epochs: 4\n');
    return other;
  };
  const named = () => file('named.yaml', '# a comment\nepochs: 5\n');
  const variables = { DISTILTUNE_EPOCHS: '6' };
  const commandLine = [ofArgument('epochs=7')];
  test.each<[string, () => SettingSources, number, string]>([
    ['defaults', () => ({}), 3, 'default'],
    ['the usual file', () => ({ file: usual(null) }), 4, 'distiltune.config.yaml, line 1'],
    ['a named file', () => ({ file: usual(named()) }), 5, 'named.yaml, line 2'],
    ['the environment', () => ({ file: usual(named()), variables }), 6, 'DISTILTUNE_EPOCHS'],
    ['the command line', () => ({ file: named(), variables, commandLine }), 7, 'epochs=7 on the command line'],
    [
      'the last of the command line',
      () => ({ commandLine: [...commandLine, ofArgument('epochs=8')] }),
      8,
      'epochs=8 on the command line',
    ],
  ])('%s', (_, sources, epochs, origin) => {
    const { settings, origins } = resolveSettings(sources());
    expect(settings).toEqual({ ...defaultSettings, epochs });
    expect(origins.epochs).toBe(origin);
    expect(origins.seed).toBe('default');
  });
});

test.each<[string, string, unknown]>([
  ['optimizer.learningRate=3e-5', 'optimizer.learningRate', 3e-5],
  ['maxSteps=null', 'maxSteps', null],
  ['data.validation=0.2', 'data.validation', 0.2],
  ['data.validation=dev.csv', 'data.validation', 'dev.csv'],
  ['data.textColumn=2', 'data.textColumn', '2'],
  ['data.header=false', 'data.header', false],
  ['data.delimiter=;', 'data.delimiter', ';'],
  ['classWeights=balanced', 'classWeights', 'balanced'],
  ['classWeights={spam: 2, ham: 0.5}', 'classWeights', { spam: 2, ham: 0.5 }],
  ['model=org/name@v1=2', 'model', 'org/name@v1=2'],
  ['shuffle=false', 'shuffle', false],
])('%s', (argument, key, value) => {
  const { settings } = resolveSettings({ commandLine: [ofArgument(argument)] });
  expect(settingOf(settings, key)).toEqual(value);
});

test.each<[string, string]>([
  ['batchsize=3', 'batchsize: there is no such setting; did you mean batchSize?'],
  ['learningRate=3', 'learningRate: there is no such setting; did you mean optimizer.learningRate?'],
  ['optimizer.lerningRate=3', 'optimizer.lerningRate: there is no such setting; did you mean optimizer.learningRate?'],
  ['zzzzzzzz=3', 'zzzzzzzz: there is no such setting'],
  ['schedule=linear', 'schedule: this is a group of settings: schedule.type, schedule.warmup'],
  ['epochs=many', 'epochs: "many" is not a number above 0'],
  ['epochs=0', 'epochs: 0 is not a number above 0'],
  ['batchSize=1.5', 'batchSize: 1.5 is not a whole number from 1'],
  ['seed=4294967296', 'seed: 4294967296 is not a whole number from 0 up to 4294967295'],
  ['data.test=1', 'data.test: 1 is not a text, or a number from 0 below 1, or null'],
  ['shuffle=maybe', 'shuffle: "maybe" is not true or false'],
  ['schedule.type=liner', 'schedule.type: "liner" is not one of linear, cosine, constant (did you mean linear?)'],
  [
    'classWeights={spam: -1}',
    'classWeights: {"spam":-1} is not null, or balanced, or a map of names, each with a number above 0',
  ],
  ['accumulate=64', 'accumulate: a step of 32 rows (batchSize) cannot be split into 64 parts'],
])('%s is refused', (argument, message) => {
  expect(refusal({ commandLine: [ofArgument(argument)] })).toEqual({
    message,
    where: `${argument} on the command line`,
  });
});

test('everything that is wrong is told at once, each with where it comes from', () => {
  const path = file('bad.yaml', 'bachSize: 8\noptimizer:\n  learningRate: fast\n  beta3: 1\nepochs: 2\n');
  const { message, where } = refusal({
    file: path,
    variables: { DISTILTUNE_EPOCS: '3', DISTILTUNE_MAX_LENGTH: '1' },
    commandLine: [ofArgument('data.validation=0.6'), ofArgument('data.test=0.5')],
  });
  expect(where).toBe(undefined);
  expect(message.split('\n')).toEqual([
    '6 settings cannot be used:',
    '  bachSize: there is no such setting; did you mean batchSize? (bad.yaml, line 1)',
    '  optimizer.learningRate: "fast" is not a number above 0 (bad.yaml, line 3)',
    '  optimizer.beta3: there is no such setting; did you mean optimizer.beta1? (bad.yaml, line 4)',
    '  DISTILTUNE_EPOCS: no setting is named so; did you mean DISTILTUNE_EPOCHS? (the environment)',
    '  maxLength: 1 is not a whole number from 3, or null (DISTILTUNE_MAX_LENGTH)',
    '  data.test: with data.validation=0.6 nothing is left to train on (data.test=0.5 on the command line)',
  ]);
});

test.each<[string, string, string]>([
  ['epochs: [1\n', 'this is not valid YAML', 'bad.yaml, line 2, column 1'],
  ['- epochs\n', 'a config file is a map of settings', 'bad.yaml'],
  ['epochs: 1\nepochs: 2\n', 'this is not valid YAML: Map keys must be unique', 'bad.yaml, line 2, column 1'],
])('YAML %j is refused', (text, message, where) => {
  const found = refusal({ file: file('bad.yaml', text) });
  expect(found.message).toContain(message);
  expect(found.where).toBe(where);
});

test('an empty file sets nothing; a missing one is refused', () => {
  expect(resolveSettings({ file: file('empty.yaml', '# nothing\n') }).settings).toEqual(defaultSettings);
  expect(refusal({ file: 'none.yaml' })).toEqual({ message: 'there is no such config file', where: 'none.yaml' });
});

test('keys may be dotted, numbers may be names, and paths are relative to the file', () => {
  const path = join('deep', 'a.yaml');
  fileIn(
    'deep',
    'a.yaml',
    'optimizer.learningRate: 1e-4\ndata: {train: t.csv, test: 0.1, textColumn: 2}\nmodel: ./m\n',
  );
  const { settings } = resolveSettings({ file: path });
  expect(settings).toEqual({
    ...defaultSettings,
    model: join('deep', 'm'),
    optimizer: { ...defaultSettings.optimizer, learningRate: 1e-4 },
    data: { ...defaultSettings.data, train: join('deep', 't.csv'), test: 0.1, textColumn: '2' },
  });
});

test('the template resolves to what it was made of, in comments or not', () => {
  const text = configTemplate(
    { 'data.train': 'my: file.csv', 'data.textColumn': '1' },
    { 'data.textColumn': 'a\nb # c' },
  );
  const wanted = { ...defaultSettings, data: { ...defaultSettings.data, train: 'my: file.csv', textColumn: '1' } };
  expect(resolveSettings({ file: file('a.yaml', text) }).settings).toEqual(wanted);
  // Every setting that is commented out comes in with its default.
  const all = text.split('\n').map((line) => line.replace(/^( *)# (?=\w+:( |$))/, '$1'));
  expect(all.join('\n')).not.toMatch(/^ *# \w+:/m);
  expect(parse(all.join('\n'))).toEqual(wanted);
});

test('the schema has every setting with its default', () => {
  const schema = settingsSchema() as { properties: Record<string, { properties: Record<string, unknown> }> };
  expect(Object.keys(schema.properties)).toEqual(Object.keys(defaultSettings));
  expect(schema.properties.optimizer!.properties.learningRate).toEqual({
    description: "AdamW's learning rate at its highest",
    type: 'number',
    exclusiveMinimum: 0,
    default: 5e-5,
  });
  expect(schema.properties.classWeights).toEqual({
    description: 'balanced, or a weight for each label such as {spam: 2, ham: 1}',
    anyOf: [
      { type: 'null' },
      { enum: ['balanced'] },
      { type: 'object', additionalProperties: { type: 'number', exclusiveMinimum: 0 } },
    ],
    default: null,
  });
});

describe('on the command line', () => {
  test('config show takes files, variables, flags and key=value', async () => {
    file('named.yaml', 'seed: 1\nepochs: 2\nmaxLength: 64\n');
    const { code, stdout } = await runCli(
      ['config', 'show', 'named.yaml', 'seed=9', '--epochs', '5', '--no-shuffle', '--origin', '--json'],
      { cwd: folder, env: { DISTILTUNE_BATCH_SIZE: '4' } },
    );
    const { settings, origins } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(settings).toEqual({ ...defaultSettings, seed: 9, epochs: 5, maxLength: 64, batchSize: 4, shuffle: false });
    expect(Object.entries(origins).filter(([, origin]) => origin !== 'default')).toEqual([
      ['maxLength', 'named.yaml, line 3'],
      ['batchSize', 'DISTILTUNE_BATCH_SIZE'],
      ['epochs', '--epochs'],
      ['shuffle', '--no-shuffle'],
      ['seed', 'seed=9 on the command line'],
    ]);
  });

  test('config show is a config file', async () => {
    const { stdout } = await runCli(['config', 'show', 'epochs=9'], { cwd: folder });
    expect(resolveSettings({ file: file('shown.yaml', stdout) }).settings).toEqual({ ...defaultSettings, epochs: 9 });
  });

  test('config validate', async () => {
    file('good.yaml', 'seed: 1\n');
    file('bad.yaml', 'sed: 1\n');
    expect(await runCli(['config', 'validate', 'good.yaml'], { cwd: folder })).toEqual({
      code: 0,
      stdout: 'good.yaml: 1 setting, nothing wrong\n',
      stderr: '',
    });
    expect(await runCli(['config', 'validate', 'bad.yaml'], { cwd: folder })).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'error: sed: there is no such setting; did you mean seed?',
        '   in: bad.yaml, line 1',
        '   do: distiltune config schema lists every setting and what it takes',
        '',
      ].join('\n'),
    });
  });

  test('init describes the data, and replaces nothing', async () => {
    file(
      'tickets.tsv',
      'id\ttext\ttopic\n1\tmy card was stolen\tcard\n2\twhere is my money\tmoney\n3\ta new card please\tcard\n4\tmoney is missing here\tmoney\n',
    );
    const first = await runCli(['init', 'tickets.tsv'], { cwd: folder });
    expect(first).toEqual({
      code: 0,
      stdout: 'wrote distiltune.config.yaml\n',
      stderr: 'next: npx distiltune train\n',
    });
    const { settings } = resolveSettings({});
    expect(settings).toEqual({
      ...defaultSettings,
      task: 'sequence-classification',
      data: { ...defaultSettings.data, train: 'tickets.tsv', textColumn: 'text', labelColumn: 'topic' },
    });
    const again = await runCli(['init', 'tickets.tsv'], { cwd: folder });
    expect(again).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: there is a file already\n   in: distiltune.config.yaml\n   do: name another one with -o, or remove it\n',
    });
  });
});

function fileIn(name: string, inner: string, text: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, inner), text);
}
