import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { everyTask } from './task-runs.ts';
import { hostile, type WrittenRun, writeRun } from './written-run.ts';

const parent = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
let number = 0;

/** @param base what the README of the model that was fine-tuned says; absent: it has none */
async function cardOf(run: WrittenRun, base?: string): Promise<{ metadata: Record<string, unknown>; text: string }> {
  const folder = join(parent, `run-${++number}`);
  if (base !== undefined) {
    mkdirSync(join(folder, 'base'), { recursive: true });
    writeFileSync(join(folder, 'base', 'README.md'), base);
  }
  const { card } = await writeRun(folder, run);
  const [, yaml, text] = /^---\n(.*?)\n---\n(.*)$/s.exec(card)!;
  // As Python reads it.
  return { metadata: parse(yaml!, { version: '1.1', maxAliasCount: 0 }), text: text! };
}

const runOf = (task: WrittenRun['task'], word = 'word') => everyTask(word).find((run) => run.task === task)!;

test('the metadata of a classification, as the hub reads it', async () => {
  const run = { ...runOf('sequence-classification'), name: 'data/no' };
  const results = {
    metrics: { validation: { accuracy: 0.75, macro_f1: 0.123456789, roc_auc: null }, test: { loss: 1e-9 } },
  };
  const { metadata } = await cardOf(
    { ...run, results: results as never },
    '---\nlicense: mit\nbase_model: org/base\n---\n# Base\n',
  );
  const task = { type: 'text-classification', name: 'sequence-classification' };
  expect(metadata).toEqual({
    license: 'mit',
    library_name: 'transformers',
    pipeline_tag: 'text-classification',
    base_model: 'org/base',
    tags: ['distilbert', 'distiltune', 'sequence-classification'],
    metrics: ['accuracy', 'f1', 'loss'],
    'model-index': [
      {
        name: `run-${number}`,
        results: [
          {
            task,
            dataset: { name: 'no', type: 'csv', split: 'validation' },
            metrics: [
              { type: 'accuracy', value: 0.75, name: 'Accuracy' },
              { type: 'f1', value: 0.123457, name: 'Macro F1', args: { average: 'macro' } },
            ],
          },
          {
            task,
            dataset: { name: 'no', type: 'csv', split: 'test' },
            metrics: [{ type: 'loss', value: 0, name: 'Loss' }],
          },
        ],
      },
    ],
  });
});

test.each([
  ['no card', undefined],
  ['no metadata', '# Base\n'],
  ['broken metadata', '---\nlicense: [\n---\n'],
  ['metadata that is no object', '---\n- license\n---\n'],
  ['values of another kind', '---\nlicense: "<b>"\nbase_model: [a, b]\n---\n'],
  ['a rule further down', '# Base\n---\nlicense: mit\n---\n'],
])('of a base model with %s neither licence nor name are told', async (_, base) => {
  const { metadata } = await cardOf(runOf('regression'), base);
  expect(metadata).not.toHaveProperty('license');
  expect(metadata).not.toHaveProperty('base_model');
  expect(metadata).not.toHaveProperty('language');
  expect(metadata).not.toHaveProperty('datasets');
});

test('a model of the hub is named as it is there', async () => {
  const folder = join(parent, 'run-hub');
  const source = join(parent, 'models--org--small', 'snapshots', 'abc');
  const run = { ...runOf('masked-lm'), settings: { model: 'org/small@main' }, source };
  const { card } = await writeRun(folder, run);
  expect(card).toContain('\nbase_model: org/small\n');
  expect(card).toContain('fine-tuned from [org/small](https://huggingface.co/org/small) with distiltune');
});

test('a run without results has no scores to tell', async () => {
  const { metadata, text } = await cardOf({ ...runOf('sequence-classification'), results: null });
  expect(metadata).not.toHaveProperty('model-index');
  expect(metadata).not.toHaveProperty('metrics');
  expect(text).toContain('It was not measured.');
  expect(text).toContain('- Its training was stopped after 8 steps of 8.');
});

describe.each(everyTask(hostile))('$task', (run) => {
  test('texts of the data are not quoted, labels and names are texts', async () => {
    const { text, metadata } = await cardOf(run);
    const markup = text.replace(/```.*?```/gs, '');
    expect(markup).not.toMatch(/<(?!br)|(?<!\\)\]\(j|(?!\n)\p{Cc}|[\u202a-\u202e]/u);
    expect(text.match(/^## .*/gm)).toEqual([
      '## Training data',
      '## Training',
      '## Scores',
      ...(run.labels === undefined ? [] : ['## Labels']),
      '## Use',
      '## Limits',
    ]);
    const cells = (line: string) => line.replace(/\\\|/g, '').split('|').length;
    for (const row of markup.split('\n').filter((line) => line.startsWith('| train'))) expect(cells(row)).toBe(5);
    expect(JSON.stringify(metadata)).not.toContain(JSON.stringify(parent).slice(1, -1));
  });
});

const kinds: [WrittenRun['task'], string, string, string | null][] = [
  ['sequence-classification', 'text-classification', 'model="path/to/this/folder")', 'sequence-classification'],
  ['multi-label', 'text-classification', 'top_k=None, function_to_apply="sigmoid")', 'multi-label'],
  ['regression', 'text-classification', 'function_to_apply="none")', 'regression'],
  ['token-classification', 'token-classification', 'aggregation_strategy="simple")', null],
  ['question-answering', 'question-answering', 'AutoModelForQuestionAnswering.from_pretrained(', null],
  ['masked-lm', 'fill-mask', 'print(model("... [MASK] ..."))', null],
];
test.each(kinds)('%s is told as %s', async (task, tag, code, ownTag) => {
  const { metadata, text } = await cardOf(runOf(task));
  expect(metadata.pipeline_tag).toBe(tag);
  expect(metadata.tags).toEqual(['distilbert', 'distiltune', ...(ownTag === null ? [] : [ownTag])]);
  expect(text).toContain(code);
});

test('limits tell what the audit found', async () => {
  const { text } = await cardOf(runOf('sequence-classification'));
  expect(text.slice(text.indexOf('## Limits')).trimEnd().split('\n').slice(2)).toEqual([
    '- It knows what the rows it was trained on are like, in their language; texts of another kind were not tried.',
    '- There was no test set: the scores are those of the rows that the best checkpoint was chosen on, and look better for it.',
    '- It was trained and measured on the first 16 tokens of a text; 1 row of 3 was longer.',
    '- Few training examples (fewer than 5) of: word, other.',
  ]);
});
