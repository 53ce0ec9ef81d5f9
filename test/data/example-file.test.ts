import { describe, expect, it } from 'vitest';
import { type ExampleFile, type ExampleWishes, openExamples } from '../../src/data/example-file.ts';
import type { Example, QuestionExample, RefusedRow, TaskType, TokenExample } from '../../src/data/types.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';
import { DataError, DistiltuneError } from '../../src/errors.ts';
import { fileOf } from './tables.ts';

let files = 0;
const open = (content: string | Uint8Array, name: string, wishes: ExampleWishes = {}) =>
  openExamples(fileOf(content, `${++files}-${name}`), { name, ...wishes });

async function readAll(file: ExampleFile) {
  const refused: RefusedRow[] = [];
  const examples: (Example | TokenExample | QuestionExample)[] = [];
  for await (const example of file.examples((row) => refused.push(row))) examples.push(example);
  return { examples, refused };
}

const csv = `text,label\n${'some words here,a\nmore words there,b\n'.repeat(4)}`;
const json = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const conll = 'EU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER\nBlackburn NNP I-PER\n';
const wnut = conll.replaceAll(/ (NNP|VBZ) /g, '\t');
const pos = 'the DET\ndog NOUN\nsleeps VERB\n\n'.repeat(6);
const tokens = json({ tokens: ['EU', 'rejects'], ner_tags: ['B-ORG', 'O'] });
const entities = json({ text: 'EU rejects', entities: [] }, { text: 'EU rejects', entities: [[0, 2, 'ORG']] });
const question = { id: 'q', question: 'Who rejects?', context: 'EU rejects' };
const answered = { ...question, answers: { text: ['EU'], answer_start: [0] } };
const squad = {
  version: 'v2.0',
  data: [
    {
      title: 'EU',
      paragraphs: [
        {
          context: question.context,
          qas: [{ id: 'q', question: question.question, answers: [{ text: 'EU', answer_start: 0 }] }],
        },
      ],
    },
  ],
};
const prose =
  'It was a dark night, and nobody was there.\nThe wind blew; the rain fell.\n\nIn the morning it was over.\n';

describe('what a file is shows in its content', () => {
  it.each<[string, string, string, string, string]>([
    ['t.csv', csv, 'texts', 'csv', 'sequence-classification'],
    ['t', csv.replaceAll(',', '\t'), 'texts', 'tsv', 'sequence-classification'],
    [
      't.jsonl',
      json({ text: 'a b', label: 'x' }, { text: 'c d', label: 'y' }),
      'texts',
      'jsonl',
      'sequence-classification',
    ],
    ['t.jsonl', json({ text: 'a b', score: 0.5 }, { text: 'c d', score: 1.5 }), 'texts', 'jsonl', 'regression'],
    [
      't.jsonl',
      json({ text: 'a b', labels: ['x'] }, { text: 'c d', labels: ['x', 'y'] }),
      'texts',
      'jsonl',
      'multi-label',
    ],
    [
      't.jsonl',
      json({ text: 'a b', tags: ['x'], label: 'p' }, { text: 'c d', tags: [], label: 'q' }),
      'texts',
      'jsonl',
      'sequence-classification',
    ],
    ['t.txt', conll, 'tokens', 'conll', 'token-classification'],
    ['t', conll, 'tokens', 'conll', 'token-classification'],
    ['t.csv', wnut, 'tokens', 'conll', 'token-classification'],
    ['t.txt', `-DOCSTART- -X- O\n\n${pos}`, 'tokens', 'conll', 'token-classification'],
    ['t.txt', pos, 'tokens', 'conll', 'token-classification'],
    ['t.txt', '\n-DOCSTART- -X- O\n\ndog NOUN\ncat NOUN\n', 'tokens', 'conll', 'token-classification'],
    ['t.txt', 'EU O\nrejects O\n\nPeter O\n', 'tokens', 'conll', 'token-classification'],
    ['t.conll', 'dog NOUN\ncat NOUN\n', 'tokens', 'conll', 'token-classification'],
    ['t.txt', `# a comment, with more words\n${conll}`, 'tokens', 'conll', 'token-classification'],
    ['t.jsonl', tokens, 'tokens', 'jsonl', 'token-classification'],
    ['t', tokens, 'tokens', 'jsonl', 'token-classification'],
    ['t.jsonl', entities, 'tokens', 'jsonl', 'token-classification'],
    ['t.json', JSON.stringify(squad), 'questions', 'squad', 'question-answering'],
    ['t', JSON.stringify(squad, null, 2), 'questions', 'squad', 'question-answering'],
    ['t.json', JSON.stringify({ data: [answered] }), 'questions', 'squad', 'question-answering'],
    ['t.jsonl', json(answered), 'questions', 'jsonl', 'question-answering'],
    ['t.json', json(answered, answered), 'questions', 'jsonl', 'question-answering'],
    ['t.txt', prose, 'texts', 'text', 'masked-lm'],
  ])('%s %j', async (name, content, kind, format, task) => {
    const file = await open(content, name);
    expect([file.kind, file.format, file.task!.value]).toEqual([kind, format, task]);
    const { examples, refused } = await readAll(file);
    expect(refused).toEqual([]);
    // Once more: the same.
    expect((await readAll(file)).examples).toEqual(examples);
    expect(examples.length).toBeGreaterThan(0);
    await file.close();
  });

  it.each<[string, string, ExampleWishes, string, string, string | null]>([
    ['t.txt', prose, { task: 'masked-lm', textUnit: 'paragraph' }, 'texts', 'text', 'masked-lm'],
    ['t', prose, { task: 'masked-lm' }, 'texts', 'text', 'masked-lm'],
    ['t.csv', csv, { task: 'masked-lm' }, 'texts', 'csv', 'masked-lm'],
    ['t', csv.replaceAll(',', '\t'), { task: 'masked-lm' }, 'texts', 'tsv', 'masked-lm'],
    ['t.txt', '"never, closed\nthe end, yes\n', { task: 'masked-lm' }, 'texts', 'text', 'masked-lm'],
    ['t.txt', 'one, two\nthree, four\nfive, six\n', { task: 'masked-lm' }, 'texts', 'text', 'masked-lm'],
    ['t.jsonl', json({ text: 'a b' }), { task: 'masked-lm' }, 'texts', 'jsonl', 'masked-lm'],
    ['t.csv', csv, { task: 'multi-label' }, 'texts', 'csv', 'multi-label'],
    ['t.csv', csv, { labelColumn: 'none', labelRequired: false }, 'texts', 'csv', null],
    [
      't.jsonl',
      json({ text: 'a b', entities: [], label: 'p' }, { text: 'c d', entities: [], label: 'q' }),
      {},
      'texts',
      'jsonl',
      'sequence-classification',
    ],
    [
      't.jsonl',
      json({ text: 'a b', entities: [[0, 1, 'X']], label: 'p' }),
      { task: 'token-classification' },
      'tokens',
      'jsonl',
      'token-classification',
    ],
    ['t.jsonl', json({ text: 'a b c', label: [[0, 1, 'X']] }), {}, 'tokens', 'jsonl', 'token-classification'],
    [
      't.jsonl',
      json(
        { question: 'what?', context: 'this and that', label: 'x' },
        { question: 'how?', context: 'so and so', label: 'y' },
      ),
      {},
      'texts',
      'jsonl',
      'sequence-classification',
    ],
    ['t.txt', pos, { task: 'token-classification' }, 'tokens', 'conll', 'token-classification'],
    // Nothing to learn from: to be predicted.
    [
      't.txt',
      'EU\nrejects\n\nPeter\n',
      { task: 'token-classification', labelRequired: false },
      'tokens',
      'conll',
      'token-classification',
    ],
    ['t.jsonl', json({ tokens: ['EU'] }), { labelRequired: false }, 'tokens', 'jsonl', 'token-classification'],
    [
      't.jsonl',
      json({ text: 'EU rejects' }),
      { task: 'token-classification', labelRequired: false },
      'tokens',
      'jsonl',
      'token-classification',
    ],
    ['t.csv', csv, { task: 'token-classification', labelRequired: false }, 'tokens', 'text', 'token-classification'],
    ['t.txt', prose, { task: 'token-classification', labelRequired: false }, 'tokens', 'text', 'token-classification'],
    ['t.jsonl', json(question), { labelRequired: false }, 'questions', 'jsonl', 'question-answering'],
  ])('%s %j, given %j', async (name, content, wishes, kind, format, task) => {
    const file = await open(content, name, wishes);
    expect([file.kind, file.format, file.task?.value ?? null]).toEqual([kind, format, task]);
    expect((await readAll(file)).refused).toEqual([]);
    await file.close();
  });

  it('texts to be tagged are split into words', async () => {
    const file = await open('id,text\n1,"Köln, 😀!"\n2,\n3,more words\n', 't.csv', {
      task: 'token-classification',
      labelRequired: false,
    });
    expect(await readAll(file)).toEqual({
      examples: [
        {
          words: ['Köln', ',', '😀', '!'],
          offsets: [
            [0, 4],
            [4, 5],
            [6, 8],
            [8, 9],
          ],
          text: 'Köln, 😀!',
          line: 2,
        },
        {
          words: ['more', 'words'],
          offsets: [
            [0, 4],
            [5, 10],
          ],
          text: 'more words',
          line: 4,
        },
      ],
      refused: [{ line: 3, reason: 'the text has no words' }],
    });
    expect([file.kind === 'tokens' && file.words.value, file.kind === 'tokens' && file.tags.value]).toEqual([
      '"text"',
      null,
    ]);
  });

  it('plain text is a table of one column, its unit a choice', async () => {
    const lines = await open(prose, 't.txt');
    expect((await readAll(lines)).examples).toEqual([
      { text: 'It was a dark night, and nobody was there.', line: 1 },
      { text: 'The wind blew; the rain fell.', line: 2 },
      { text: 'In the morning it was over.', line: 4 },
    ]);
    if (lines.kind !== 'texts') throw new Error(lines.kind);
    expect([lines.textUnit, lines.task, lines.table.columns]).toEqual([
      { value: 'line', reason: 'plain text, a text per line', flag: '--text-unit' },
      { value: 'masked-lm', reason: 'plain text has no labels', flag: '--task' },
      ['text'],
    ]);
    const paragraphs = await open(prose, 't.txt', { textUnit: 'paragraph' });
    expect((await readAll(paragraphs)).examples.map(({ line }) => line)).toEqual([1, 4]);
    const predicted = await open(prose, 't.txt', { labelRequired: false });
    expect([predicted.format, predicted.task]).toEqual(['text', null]);
  });

  it('a stream is copied, read twice, and removed', async () => {
    async function* stream() {
      for (const character of conll) yield character;
    }
    const file = await openExamples(stream());
    expect([file.name, file.kind]).toEqual(['standard input', 'tokens']);
    expect((await readAll(file)).examples).toEqual((await readAll(file)).examples);
    await file.close();
    await expect(readAll(file)).rejects.toThrow('ENOENT');
  });
});

describe('a file of another kind than the task', () => {
  const tagged =
    'CoNLL columns (a word and its tag on each line), or JSON Lines of {"tokens", "tags"} or {"text", "entities"}';
  const asked = 'SQuAD\'s JSON, or JSON Lines of {"question", "context", "answers"}';

  it.each<[string, string, TaskType, string, string]>([
    [
      't.txt',
      conll,
      'sequence-classification',
      'this is CoNLL columns: words with tags, which sequence-classification does not read',
      'give --task token-classification, or for sequence-classification a table of texts and labels',
    ],
    [
      't.txt',
      conll,
      'masked-lm',
      'this is CoNLL columns: words with tags, which masked-lm does not read',
      'give --task token-classification, or for masked-lm plain text, or a table of texts',
    ],
    [
      't.txt',
      conll,
      'question-answering',
      'this is CoNLL columns: words with tags, which question-answering does not read',
      `give --task token-classification, or for question-answering ${asked}`,
    ],
    [
      't.jsonl',
      tokens,
      'regression',
      'this is JSON Lines of tagged words, which regression does not read',
      'give --task token-classification, or for regression a table of texts and numbers',
    ],
    [
      't.json',
      JSON.stringify(squad),
      'multi-label',
      "this is SQuAD's JSON: questions with their contexts, which multi-label does not read",
      'give --task question-answering, or for multi-label a table of texts and labels',
    ],
    [
      't.csv',
      csv,
      'token-classification',
      'this is a file of texts, which token-classification does not read',
      `give ${tagged}`,
    ],
    [
      't.txt',
      prose,
      'token-classification',
      'this is a file of texts, which token-classification does not read',
      `give ${tagged}`,
    ],
    [
      't.tsv',
      csv.replaceAll(',', '\t'),
      'token-classification',
      'this is a file of texts, which token-classification does not read',
      `give ${tagged}`,
    ],
    [
      't.csv',
      csv,
      'question-answering',
      'this is a file of texts, which question-answering does not read',
      `give ${asked}`,
    ],
    [
      't.jsonl',
      json({ text: 'a', label: 'b' }),
      'question-answering',
      'this is JSON Lines of other things, which question-answering does not read',
      `give ${asked}`,
    ],
    [
      't.jsonl',
      json({ text: 'a', label: 'b' }),
      'token-classification',
      'this is JSON Lines of other things, which token-classification does not read',
      `give ${tagged}`,
    ],
    [
      't.jsonl',
      json(answered),
      'token-classification',
      'this is JSON Lines of other things, which token-classification does not read',
      `give ${tagged}`,
    ],
  ])('%s %j for %s', async (name, content, task, message, fix) => {
    const error = (await open(content, name, { task }).catch((thrown: unknown) => thrown)) as DataError;
    expect(error).toBeInstanceOf(DataError);
    expect([error.message, error.where, error.fix]).toEqual([message, name, fix]);
  });
});

describe('a file that goes with another', () => {
  it('has its columns, by name or by place, and its task', async () => {
    const train = await open(
      'id,words,mark\n1,some words,1\n2,more words,2\n3,and others,1\n4,yet others,2\n',
      'train.csv',
      { labelColumn: 'mark' },
    );
    expect(train.task!.value).toBe('sequence-classification');
    const test = await open(
      'mark,words,longer words\n0.5,a b,the longer text of the two\n1.5,c d,and this is even longer\n',
      'test.csv',
      { like: train },
    );
    if (test.kind !== 'texts') throw new Error(test.kind);
    expect([test.source, test.task!.value]).toEqual([
      { text: 1, pair: null, label: 0, labels: null, task: 'sequence-classification' },
      'sequence-classification',
    ]);
    const bare = await open('9,e f,1\n8,g h,2\n', 'bare.csv', { like: train, header: false });
    expect((await readAll(bare)).examples[0]).toEqual({ text: 'e f', label: '1', line: 1 });
    await expect(open('a,b\nx y,z\n', 'short.csv', { like: train })).rejects.toThrow('there is no column "mark"');
  });

  it('has its labels, in columns or divided alike', async () => {
    const columns = await open('text,sport,news\none text,0,1\ntwo texts,1,0\n', 'train.csv');
    expect(columns.task!.value).toBe('multi-label');
    const test = await open('news,sport,text,topic\n1,1,a text,x\n0,0,b text,y\n', 'test.csv', { like: columns });
    expect((await readAll(test)).examples.map((example) => 'labels' in example && example.labels)).toEqual([
      ['sport', 'news'],
      [],
    ]);
    const divided = await open('text,tags\none text,a;b\ntwo texts,b\n', 'train.csv', { task: 'multi-label' });
    const single = await open('text,tags\none text,"a, b"\ntwo texts,b\n', 'test.csv', { like: divided });
    expect((await readAll(single)).examples[0]).toEqual({ text: 'one text', labels: ['a, b'], line: 2 });
  });

  it('is of the same kind, or refused', async () => {
    const tagged = await open(conll, 'train.conll');
    const more = await open('dog NOUN\ncat NOUN\n', 'more.txt', { like: tagged });
    expect(more.kind).toBe('tokens');
    await expect(open(csv, 'test.csv', { like: tagged })).rejects.toThrow(
      'this is a file of texts, which token-classification does not read',
    );
    const text = await open(prose, 'train.txt');
    const other = await open('One line, and no more.\n', 'more.csv', { like: text });
    expect([other.format, other.task!.value]).toEqual(['text', 'masked-lm']);
  });
});

describe('random input', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '"text":',
    '"tokens":',
    '"tags":',
    '"entities":',
    '"question":',
    '"context":',
    '"answers":',
    '"data":',
    '"paragraphs":',
    '"B-X"',
    '"O"',
    '\n',
    '\n\n',
    '\t',
    ' ',
    ' O',
    ' B-X',
    ' I-X',
    'word',
    '#',
    '-DOCSTART-',
    '0',
    '1',
    '😀',
    '\r',
    '\0',
    'null',
    '{"text":"a b","entities":[[0,1,"X"]]}\n',
    '{"tokens":["a"],"tags":["O"]}\n',
    '{"question":"q","context":"c","answers":{"text":["c"],"answer_start":[0]}}\n',
    'a O\n',
    'b B-X\n',
  ];
  const tasks: ('auto' | TaskType)[] = [
    'auto',
    'sequence-classification',
    'multi-label',
    'regression',
    'token-classification',
    'question-answering',
    'masked-lm',
  ];

  it('is read or refused, never a crash', async () => {
    let read = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const random = randomIntegers({ seed: 3e6 + seed, step: 0, site: 0 });
      const content = Array.from(
        { length: randomBelow(random, 25) },
        () => pieces[randomBelow(random, pieces.length)],
      ).join('');
      const wishes: ExampleWishes = {
        task: tasks[randomBelow(random, tasks.length)]!,
        labelRequired: randomBelow(random, 2) === 0,
      };
      async function* stream() {
        yield content;
      }
      try {
        const file = await openExamples(stream(), wishes);
        const { examples, refused } = await readAll(file);
        read += examples.length;
        expect(refused.every(({ line, reason }) => line > 0 && reason !== '')).toBe(true);
        for (const example of examples) check(example);
        await file.close();
      } catch (error) {
        if (!(error instanceof DistiltuneError)) {
          throw new Error(`seed ${seed}: ${JSON.stringify(content)} ${JSON.stringify(wishes)}`, { cause: error });
        }
      }
    }
    expect(read).toBeGreaterThan(500);
  });

  /** What every example keeps to. */
  function check(example: Example | TokenExample | QuestionExample): void {
    if ('words' in example) {
      const { words, tags, text, offsets } = example;
      if (words.length === 0 || (tags !== undefined && tags.length !== words.length))
        throw new Error('words and tags differ');
      if (
        tags?.some(
          (tag, i) => tag.startsWith('I-') && !['B', 'I'].some((prefix) => tags[i - 1] === `${prefix}${tag.slice(1)}`),
        )
      ) {
        throw new Error(`not IOB2: ${tags}`);
      }
      if (text !== undefined) expect(words).toEqual(offsets!.map(([start, end]) => text.slice(start, end)));
    } else if ('question' in example) {
      for (const { text, start } of example.answers ?? [])
        expect(example.context.slice(start, start + text.length)).toBe(text);
    } else {
      expect(new Set(example.labels).size).toBe(example.labels?.length ?? 0);
    }
  }
});
