import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fields } from '../../cli/config/fields.ts';
import { settingOf } from '../../cli/config/resolve.ts';
import { type Draft, resolveDraft, wordsOf, wrongIn } from '../../cli/dashboard/start/draft.ts';
import { listFolder, matching, splitTyped } from '../../cli/dashboard/start/files.ts';
import { shellLine, shellRows } from '../../cli/dashboard/start/shell.ts';
import { fieldOf, fieldPieces, typed } from '../../cli/dashboard/start/text-field.ts';
import { createTheme } from '../../cli/dashboard/theme.ts';
import { readEnvironment } from '../../cli/environment.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';

/** What bash hands to a program of these words. */
function splitByShell(line: string): string[] {
  const output = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`]).toString();
  return output.split('\0').slice(0, -1);
}

const hostile = [
  'plain.csv',
  'a b.csv',
  'it\'s $HOME `id` "quoted" \\ back.csv',
  'new\nline\ttab.csv',
  '\x1b[2J\x07bell.csv',
  "both ' and \x1b.csv",
  '\u202egnp.csv',
  'émoji 🙂 漢字.csv',
  '$(touch owned); rm -rf *',
  '!history',
  '~/home',
  '#comment',
  '',
  '*',
  '{a,b}',
];

describe('a command line that a shell can be given', () => {
  test('is split into the words it was made of, and has nothing in it that a terminal obeys', () => {
    const line = shellLine(hostile);
    expect(splitByShell(line)).toEqual(hostile);
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test('is the same when it is written over several rows', () => {
    for (const width of [10, 24, 44, 80, 200]) {
      const rows = shellRows(hostile, width);
      expect(splitByShell(rows.join('\n'))).toEqual(hostile);
    }
    expect(shellRows(['distiltune', 'train', 'tickets.csv', '--epochs', '5'], 22)).toEqual([
      'distiltune train \\',
      '  tickets.csv \\',
      '  --epochs 5',
    ]);
    expect(shellRows(['distiltune', 'train', 'tickets.csv'], 28)).toEqual(['distiltune train tickets.csv']);
  });
});

/** A value that is not the default, as a person types it, and what it is. */
const others: Record<string, [string, unknown]> = {
  model: ['-odd name', '-odd name'],
  task: ['regression', 'regression'],
  'data.validation': ['0.25', 0.25],
  'data.test': ['my test.csv', 'my test.csv'],
  'data.textColumn': ['-text', '-text'],
  'data.pairColumn': ['b', 'b'],
  'data.labelColumn': ["it's", "it's"],
  'data.labelColumns': ['a b,c', ['a b', 'c']],
  'data.labelDelimiter': [';', ';'],
  'data.tagScheme': ['IOB2', 'IOB2'],
  'data.entityOffsets': ['code-points', 'code-points'],
  'data.textUnit': ['paragraph', 'paragraph'],
  'data.delimiter': ['|', '|'],
  'data.encoding': ['latin1', 'latin1'],
  'data.quotes': ['false', false],
  'data.header': ['true', true],
  maxLength: ['64', 64],
  longTexts: ['max', 'max'],
  stride: ['16', 16],
  'masking.probability': ['0.3', 0.3],
  'masking.wholeWords': ['true', true],
  tuneThresholds: ['false', false],
  batchSize: ['8', 8],
  accumulate: ['2', 2],
  tokensPerBatch: ['512', 512],
  gradientCheckpointing: ['true', true],
  cacheActivations: ['true', true],
  'lora.rank': ['8', 8],
  'lora.alpha': ['16', 16],
  'lora.targets': ['q_lin, lin2', ['q_lin', 'lin2']],
  bf16: ['true', true],
  epochs: ['1.5', 1.5],
  maxSteps: ['100', 100],
  'optimizer.learningRate': ['3e-5', 3e-5],
  'optimizer.weightDecay': ['0', 0],
  'optimizer.beta1': ['0.8', 0.8],
  'optimizer.beta2': ['0.99', 0.99],
  'optimizer.epsilon': ['1e-6', 1e-6],
  'optimizer.layerDecay': ['0.9', 0.9],
  'optimizer.clipNorm': ['0', 0],
  'schedule.type': ['cosine', 'cosine'],
  'schedule.warmup': ['10', 10],
  'evaluate.everySteps': ['50', 50],
  'evaluate.metric': ['macro_f1', 'macro_f1'],
  'evaluate.earlyStopping': ['2', 2],
  'checkpoint.everySteps': ['20', 20],
  'checkpoint.keep': ['1', 1],
  classWeights: ['{"a b": 2, c: 1}', { 'a b': 2, c: 1 }],
  labelSmoothing: ['0.1', 0.1],
  'freeze.embeddings': ['true', true],
  'freeze.layers': ['2', 2],
  dropout: ['0', 0],
  shuffle: ['false', false],
  seed: ['7', 7],
};

const environment = readEnvironment({});
const draftOf = (edits: [string, string][], data = 'tickets.csv'): Draft => ({
  data,
  edits: new Map(edits),
  output: null,
});

describe('a draft', () => {
  test('has a value of every setting to be tried', () => {
    const keys = fields.map(({ key }) => key).filter((key) => key !== 'data.train');
    expect(Object.keys(others)).toEqual(keys);
    for (const [key, [text]] of Object.entries(others)) expect(wrongIn(key, text)).toBe(undefined);
  });

  test('becomes a command line that asks for every setting as it was typed', () => {
    const edits = Object.entries(others).map(([key, [text]]): [string, string] => [key, text]);
    const words = splitByShell(shellLine(wordsOf(draftOf(edits))));
    expect(words.slice(0, 3)).toEqual(['distiltune', 'train', 'tickets.csv']);
    const { settings } = resolveDraft(draftOf(edits), environment);
    const got = Object.fromEntries(Object.keys(others).map((key) => [key, settingOf(settings, key)]));
    expect(got).toEqual(Object.fromEntries(Object.entries(others).map(([key, [, value]]) => [key, value])));
    expect(settings.data.train).toBe('tickets.csv');
  });

  test('asks for nothing that was not changed', () => {
    expect(wordsOf(draftOf([]))).toEqual(['distiltune', 'train', 'tickets.csv']);
    expect(resolveDraft(draftOf([]), environment).settings).toEqual({
      ...defaultSettings,
      data: { ...defaultSettings.data, train: 'tickets.csv' },
    });
  });

  test('names files that look like something else by their place', () => {
    for (const [data, word] of [
      ['-q.csv', './-q.csv'],
      ['-', './-'],
      ['epochs=3', './epochs=3'],
      ['a b=c.csv', 'a b=c.csv'],
    ] as const) {
      expect(wordsOf(draftOf([], data))[2]).toBe(word);
      expect(resolveDraft(draftOf([], data), environment).settings.data.train).toBe(word);
    }
  });

  test('refuses together what each setting allows alone', () => {
    const draft = draftOf([
      ['batchSize', '4'],
      ['accumulate', '8'],
    ]);
    expect(() => resolveDraft(draft, environment)).toThrow(
      'accumulate: a step of 4 rows (batchSize) cannot be split into 8 parts',
    );
  });

  test('says of a value what the command line says', () => {
    expect(wrongIn('batchSize', 'many')).toBe('"many" is not a whole number from 1');
    expect(wrongIn('schedule.type', 'cosin')).toBe(
      '"cosin" is not one of linear, cosine, constant (did you mean cosine?)',
    );
  });
});

describe('a line that is typed', () => {
  const press = (text: string, ...names: string[]) =>
    names.reduce((field, name) => typed(field, { name, text: [...name].length === 1 ? name : '' }), fieldOf(text));

  test('is edited by characters as a reader sees them', () => {
    expect(press('añ👨‍👩‍👧', 'backspace')).toEqual({ text: 'añ', cursor: 2 });
    expect(press('añ👨‍👩‍👧b', 'left', 'left', 'delete', 'x')).toEqual({ text: 'añxb', cursor: 3 });
    expect(press('data/my file', 'ctrl+w')).toEqual({ text: 'data/my ', cursor: 8 });
    expect(press('data/my file', 'home', 'delete', 'end', 's')).toEqual({ text: 'ata/my files', cursor: 12 });
    expect(press('abc', 'left', 'ctrl+u')).toEqual({ text: 'c', cursor: 0 });
    expect(press('', 'backspace', 'left', 'delete')).toEqual({ text: '', cursor: 0 });
    expect(typed(fieldOf('in '), { name: 'paste', text: ' two\nlines\n' })).toEqual({
      text: 'in two lines',
      cursor: 12,
    });
  });

  test('shows the part around the cursor, without what a terminal obeys', () => {
    const theme = createTheme({ colors: true, charset: 'braille' });
    expect(fieldPieces(fieldOf('abcdefgh'), 5, theme)).toEqual(['efgh', ['inverse', ' '], '']);
    expect(fieldPieces({ text: 'abcdefgh', cursor: 2 }, 5, theme)).toEqual(['ab', ['inverse', 'c'], 'de']);
    expect(fieldPieces({ text: 'a\x1b[漢', cursor: 3 }, 9, theme)).toEqual(['a\uFFFD[', ['inverse', '漢'], '']);
    const ascii = createTheme({ colors: false, charset: 'ascii' });
    expect(fieldPieces({ text: 'ab', cursor: 1 }, 5, ascii)).toEqual(['a', ['inverse', '|'], 'b']);
  });
});

describe('the files of a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
  mkdirSync(join(folder, 'sub'));
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'b10.csv'), 'x'.repeat(1500));
  writeFileSync(join(folder, 'b9.CSV'), '');
  writeFileSync(join(folder, '.hidden.csv'), 'x');
  writeFileSync(join(folder, 'notes.doc'), 'xyz');
  symlinkSync('sub', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'broken'));

  test('are folders, then files with their sizes, numbers in order', async () => {
    const listing = await listFolder(`${folder}/`);
    expect(listing).toEqual({
      entries: [
        { name: '.git', kind: 'folder', size: null, isLikely: true },
        { name: 'link', kind: 'folder', size: null, isLikely: true },
        { name: 'sub', kind: 'folder', size: null, isLikely: true },
        { name: '.hidden.csv', kind: 'file', size: 1, isLikely: true },
        { name: 'b9.CSV', kind: 'file', size: 0, isLikely: true },
        { name: 'b10.csv', kind: 'file', size: 1500, isLikely: true },
        { name: 'notes.doc', kind: 'file', size: 3, isLikely: false },
      ],
      sides: null,
    });
    const names = (filter: string) => matching(listing.entries, filter).map(({ name }) => name);
    expect(names('')).toEqual(['link', 'sub', 'b9.CSV', 'b10.csv', 'notes.doc']);
    expect(names('B')).toEqual(['b9.CSV', 'b10.csv', 'sub']);
    expect(names('.')).toEqual(['.git', '.hidden.csv', 'b9.CSV', 'b10.csv', 'notes.doc']);
  });

  test('that has a train file can be taken whole', async () => {
    for (const name of ['train.csv', 'dev.csv']) writeFileSync(join(folder, 'sub', name), 'text,label\n');
    expect((await listFolder(`${folder}/sub/`)).sides).toEqual({
      train: `${folder}/sub/train.csv`,
      validation: `${folder}/sub/dev.csv`,
      test: null,
    });
  });

  test('that is not there is an error that says so', async () => {
    await expect(listFolder(`${folder}/none/`)).rejects.toMatchObject({
      message: 'there is no such folder',
      where: `${folder}/none/`,
      fix: 'check the path',
    });
  });

  test('are named by what is typed', () => {
    expect(splitTyped('tick')).toEqual({ folder: '', filter: 'tick' });
    expect(splitTyped('../data/')).toEqual({ folder: '../data/', filter: '' });
    expect(splitTyped("'/my data/x.csv'")).toEqual({ folder: '/my data/', filter: 'x.csv' });
    expect(splitTyped('~/x')).toEqual({ folder: `${homedir()}/`, filter: 'x' });
  });
});
