import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerFinder } from '../../src/data/answer-place.ts';
import type { ExampleWishes, QuestionsFile } from '../../src/data/example-kinds.ts';
import { maxRowLength } from '../../src/data/limits.ts';
import { openQuestionRecords, openSquad } from '../../src/data/questions.ts';
import { readSquad, type SquadPart } from '../../src/data/squad.ts';
import { openText } from '../../src/data/text-source.ts';
import type { QuestionExample, RefusedRow } from '../../src/data/types.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';
import { DataError } from '../../src/errors.ts';
import { fileOf } from './tables.ts';

async function readAll(file: QuestionsFile) {
  const refused: RefusedRow[] = [];
  const examples: QuestionExample[] = [];
  for await (const example of file.examples((row) => refused.push(row))) examples.push(example);
  await file.close();
  return { file, examples, refused };
}

const open = async (content: unknown) =>
  openText(fileOf(typeof content === 'string' ? content : JSON.stringify(content)), { name: 'test.json' });

const squad = async (content: unknown, wishes: ExampleWishes = {}) =>
  readAll(await openSquad(await open(content), wishes));

const lines = async (rows: unknown[], wishes: ExampleWishes = {}) =>
  readAll(await openQuestionRecords(await open(rows.map((row) => JSON.stringify(row)).join('\n')), wishes));

const context = 'Ada Lovelace was born in London in 1815.';
const born = { id: 'a', question: 'Where was she born?', answers: [{ text: 'London', answer_start: 25 }] };
const when = {
  id: 'b',
  question: 'When?',
  answers: [
    { text: '1815', answer_start: 35 },
    { text: 'in 1815', answer_start: 32 },
  ],
};
const why = {
  id: 'c',
  question: 'Why?',
  is_impossible: true,
  answers: [],
  plausible_answers: [{ text: '1815', answer_start: 35 }],
};
const file = (version: unknown, ...qas: unknown[]) => ({
  version,
  data: [{ title: 'Ada', paragraphs: [{ context, qas }] }],
});

describe("SQuAD's JSON", () => {
  it('version 1.1', async () => {
    const { file: opened, examples, refused } = await squad(file('1.1', born, when));
    expect(examples).toEqual([
      { id: 'a', question: 'Where was she born?', context, answers: [{ text: 'London', start: 25 }], line: 1 },
      {
        id: 'b',
        question: 'When?',
        context,
        answers: [
          { text: '1815', start: 35 },
          { text: 'in 1815', start: 32 },
        ],
        line: 2,
      },
    ]);
    expect(refused).toEqual([]);
    expect({ ...opened, examples: undefined, close: undefined }).toEqual({
      kind: 'questions',
      name: 'test.json',
      format: 'squad',
      encoding: { value: 'utf-8', reason: 'every byte is valid UTF-8', flag: '--encoding' },
      task: { value: 'question-answering', reason: 'questions with a context each', flag: '--task' },
      version: { value: '1.1', reason: 'the file says "1.1"', flag: '' },
      isLabelled: true,
    });
  });

  it('version 2.0: no answer is none, plausible ones do not count', async () => {
    const { file: opened, examples } = await squad(file('v2.0', born, why));
    expect(examples.map(({ answers, notes }) => [answers, notes])).toEqual([
      [[{ text: 'London', start: 25 }], undefined],
      [[], undefined],
    ]);
    expect(opened.version).toEqual({ value: '2.0', reason: 'the file says "v2.0"', flag: '' });
  });

  it.each<[unknown, unknown[], string, string]>([
    [undefined, [born], '1.1', 'every question has an answer'],
    [undefined, [born, why], '2.0', '1 question has no answer'],
    ['1.1', [born, why], '2.0', '1 question has no answer, though the file says "1.1"'],
    [2, [born], '2.0', 'the file says "2"'],
    ['new', [born], '1.1', 'the file says "new"'],
  ])('version %j', async (version, qas, value, reason) => {
    expect((await squad(file(version, ...qas))).file.version).toEqual({ value, reason, flag: '' });
  });

  it('a question without an answer in a file of version 1 is noted', async () => {
    const { examples } = await squad(file('1.1', born, why));
    expect(examples[1]!.notes).toEqual([{ kind: 'no-answer', reason: 'question "c" has no answer' }]);
  });

  it('questions may stand in data[] with their contexts', async () => {
    const flat = { ...born, context, title: 'Ada', answers: { text: ['London'], answer_start: [25] } };
    const { examples } = await squad({ version: '1.1', data: [flat, { ...flat, id: 'b' }] });
    expect(examples.map(({ id, answers, line }) => [id, answers, line])).toEqual([
      ['a', [{ text: 'London', start: 25 }], 1],
      ['b', [{ text: 'London', start: 25 }], 2],
    ]);
  });

  it('without answers, to be predicted', async () => {
    const { answers: _, ...bare } = born;
    const { file: opened, examples } = await squad(file('1.1', bare), { labelRequired: false });
    expect(examples).toEqual([{ id: 'a', question: 'Where was she born?', context, line: 1 }]);
    expect(opened.isLabelled).toBe(false);
    await expect(squad(file('1.1', bare))).rejects.toThrow('the questions have no answers');
  });

  it('what is wrong is refused by the question, and the rest is read', async () => {
    const content = {
      version: '1.1',
      data: [
        {
          title: 'One',
          paragraphs: [
            {
              context,
              qas: [born, { ...when, answers: [{ text: 'Paris', answer_start: 25 }] }, { ...why, question: ' ' }],
            },
            { context: '', qas: [{ ...born, id: 'd' }] },
            { context },
            'paragraph',
          ],
        },
        { title: 'Two' },
        null,
        { title: 'Three', paragraphs: [{ context, qas: [null, { ...born, id: '' }, { ...born, id: 7, answers: 3 }] }] },
      ],
    };
    const { examples, refused } = await squad(content);
    expect(examples.map(({ id, line }) => [id, line])).toEqual([
      ['a', 1],
      ['6', 6],
    ]);
    expect(refused).toEqual([
      { line: 2, reason: 'question "b": its answer "Paris" is not in the context' },
      { line: 3, reason: 'question "c": the question is empty' },
      { line: 4, reason: 'question "d": its context is empty' },
      { line: 5, reason: 'paragraph 3 of article 1 ("One") has no list of questions' },
      { line: 5, reason: 'paragraph 4 of article 1 ("One") has no list of questions' },
      { line: 5, reason: 'article 2 ("Two") has no list of paragraphs' },
      { line: 5, reason: 'article 3 has no list of paragraphs' },
      { line: 5, reason: 'question "5": the question is empty' },
      { line: 7, reason: 'question "7": its answers cannot be read: write {"text": ["..."], "answer_start": [0]}' },
    ]);
  });

  it('an id that comes twice is noted', async () => {
    const { examples } = await squad(file('1.1', born, { ...when, id: 'a' }));
    expect(examples.map(({ notes }) => notes)).toEqual([
      undefined,
      [{ kind: 'duplicate-id', reason: 'question "a" has the id of an earlier one, number 1' }],
    ]);
  });

  it.each<[string, unknown, string, string, string]>([
    [
      'cut off',
      '{"data": [{"paragraphs": [',
      'not JSON: Unexpected end of JSON input',
      'test.json, line 1, character 27',
      'the file may be cut off: copy or download it again',
    ],
    [
      'a long key with a line end',
      `{"${'k'.repeat(20_000)}\n": 1, "data": []}`,
      expect.stringMatching(/^not JSON: Bad control character in string literal in JSON/),
      'test.json, line 1, character 2',
      'the file may be cut off: copy or download it again',
    ],
    [
      'another JSON',
      { rows: [] },
      'the JSON has no list of articles',
      'test.json',
      `SQuAD's JSON is {"version": ..., "data": [...]}`,
    ],
    ['a list', [], 'the JSON has no list of articles', 'test.json', `SQuAD's JSON is {"version": ..., "data": [...]}`],
    [
      'nothing in it',
      { data: [] },
      'there are no questions',
      'test.json',
      `data[].paragraphs[].qas[] holds the questions of SQuAD's JSON`,
    ],
    [
      'nothing usable',
      file('1.1', { ...born, answers: [{ text: 'Paris', answer_start: 0 }] }),
      'no question can be used; the first: question "a": its answer "Paris" is not in the context',
      'test.json',
      'an answer stands in its context, at answer_start',
    ],
  ])('%s', async (_, content, message, where, fix) => {
    const error = (await squad(content).catch((thrown: unknown) => thrown)) as DataError;
    expect(error).toBeInstanceOf(DataError);
    expect([error.message, error.where, error.fix]).toEqual([message, where, fix]);
  });

  it('is read in pieces of any size, a paragraph at a time, whatever the order of its keys', async () => {
    const text = JSON.stringify({
      data: [
        { paragraphs: [{ qas: [born], context }, 'none'], title: 'Ada \\ "}]' },
        { question: 'Where?', context, answers: [] },
        ['[{"]'],
      ],
      rest: { paragraphs: [{ context, qas: [when] }] },
      version: 'v2.0',
    });
    const read = async (length: number) => {
      async function* pieces() {
        for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
      }
      const parts: SquadPart[] = [];
      for await (const part of readSquad(pieces(), 'test.json')) parts.push(part);
      return parts;
    };
    const whole = await read(text.length);
    expect(whole).toEqual([
      { questions: [{ fields: born, context, line: 1 }] },
      { questions: [{ line: 2, reason: 'paragraph 2 of article 1 has no list of questions' }] },
      { questions: [{ fields: { question: 'Where?', context, answers: [] }, context, line: 2 }] },
      { questions: [{ line: 3, reason: 'article 3 has no list of paragraphs' }] },
      { version: 'v2.0' },
    ]);
    for (const length of [1, 2, 3, 7, 20]) expect(await read(length)).toEqual(whole);
  });

  it('a paragraph that is too long to be held is refused, the others are read', async () => {
    const long = { context: 'x'.repeat(maxRowLength), qas: [born] };
    const { examples, refused } = await squad({
      data: [
        { title: 'Ada', paragraphs: [long, { context, qas: [born] }] },
        { question: 'Why?', ...long },
      ],
    });
    const tooLong = 'is longer than 10,000,000 characters: divide it, or write JSON Lines, one question a line';
    expect(examples.map(({ id, line }) => [id, line])).toEqual([['a', 1]]);
    expect(refused).toEqual([
      { line: 1, reason: `paragraph 1 of article 1 ("Ada") ${tooLong}` },
      { line: 2, reason: `article 2 ${tooLong}` },
    ]);
  });
});

describe('JSON Lines of questions', () => {
  const question = 'Where was she born?';
  const answer = [{ text: 'London', start: 25 }];

  it.each<[string, object, object[] | undefined]>([
    ["Hugging Face's layout", { answers: { text: ['London'], answer_start: [25] } }, answer],
    ['one of each', { answers: { text: 'London', answer_start: 25 } }, answer],
    ["SQuAD's layout", { answers: [{ text: 'London', answer_start: 25 }] }, answer],
    ['flat', { answer: 'London', answer_start: 25 }, answer],
    ['flat, of another name', { answer_text: 'London', answer_start: 25 }, answer],
    ['an object', { answer: { text: 'London', answer_start: 25 } }, answer],
    ['no place, and only one', { answer: 'London' }, answer],
    ['no places', { answers: { text: ['London', '1815'] } }, [...answer, { text: '1815', start: 35 }]],
    ['none: empty lists', { answers: { text: [], answer_start: [] } }, []],
    ['none: an empty list', { answers: [] }, []],
    ['none: an empty text', { answer: '', answer_start: -1 }, []],
    ['none: impossible', { is_impossible: true, answers: { text: ['London'], answer_start: [25] } }, []],
    ['not known', {}, undefined],
    ['not known: null', { answers: null, answer: null }, undefined],
  ])('%s', async (_, fields, answers) => {
    const { examples, refused } = await lines([{ id: 'q', question, context, ...fields }], { labelRequired: false });
    expect(refused).toEqual([]);
    const expected = { id: 'q', question, context, line: 1 };
    expect(examples).toEqual([answers === undefined ? expected : { ...expected, answers }]);
  });

  it('an id that is missing is the line', async () => {
    const { file: opened, examples } = await lines([
      { question, context, answer: 'London' },
      { question, context, answer: '' },
      { id: '1', question, context, answer: '' },
    ]);
    expect(examples.map(({ id, notes }) => [id, notes?.[0]?.reason])).toEqual([
      ['1', undefined],
      ['2', undefined],
      ['1', 'question "1" has the id of an earlier one, on line 1'],
    ]);
    expect([opened.format, opened.version]).toEqual([
      'jsonl',
      { value: '2.0', reason: '2 questions have no answer', flag: '' },
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no question', { context, answer: 'London' }, 'question "2": the question is empty'],
    ['no context', { question, answer: 'London' }, 'question "2": its context is empty'],
    ['an answer of blanks', { question, context, answer: ' ', answer_start: 3 }, 'question "2": an answer is empty'],
    [
      'two and one',
      { question, context, answers: { text: ['London', '1815'], answer_start: [25] } },
      'question "2": it has 2 answers, but 1 answer_start',
    ],
    [
      'no number',
      { question, context, answers: { text: ['London'], answer_start: ['25'] } },
      'question "2": answer_start of "London" is no whole number',
    ],
    [
      'no place, and several',
      { question, context, answer: 'in' },
      'question "2": its answer "in" stands in the context more than once: give its answer_start',
    ],
    [
      'no place, and none',
      { question, context, answer: 'Paris' },
      'question "2": its answer "Paris" is not in the context',
    ],
    [
      'something else',
      { question, context, answers: 'x'.length },
      'question "2": its answers cannot be read: write {"text": ["..."], "answer_start": [0]}',
    ],
    [
      'no object',
      'text',
      'not an object but a string: write {"question": ..., "context": ..., "answers": {"text": [...], "answer_start": [...]}}',
    ],
  ])('%s', async (_, row, reason) => {
    const good = { id: 'x', question, context, answer: 'London' };
    const { examples, refused } = await lines([good, row]);
    expect(refused).toEqual([{ line: 2, reason }]);
    expect(examples).toHaveLength(1);
  });
});

describe('the place of an answer', () => {
  it('counts code points, or UTF-16 units where only they fit', () => {
    const { place } = answerFinder('😀😀 Ada met Ada');
    expect(place({ text: 'Ada', start: 3 })).toEqual({ answer: { text: 'Ada', start: 5 } });
    expect(place({ text: 'Ada', start: 5 })).toEqual({
      answer: { text: 'Ada', start: 5 },
      note: 'answer_start 5 of "Ada" counts UTF-16 units, not code points',
    });
    expect(place({ text: 'Ada', start: 11 })).toEqual({ answer: { text: 'Ada', start: 13 } });
  });

  it('a text that stands once, or once nearby, is found all the same', () => {
    const { place } = answerFinder(`Ada was born in London. ${'x '.repeat(20)}Ada lived there.`);
    expect(place({ text: 'London', start: 999 })).toEqual({
      answer: { text: 'London', start: 16 },
      note: '"London" stands at 16, not at 999',
    });
    expect(place({ text: 'London', start: -1 })).toMatchObject({ answer: { start: 16 } });
    expect(place({ text: 'Ada', start: 2 })).toEqual({
      answer: { text: 'Ada', start: 0 },
      note: '"Ada" stands at 0, not at 2',
    });
    expect(place({ text: 'Ada', start: 66 })).toMatchObject({ answer: { start: 64 } });
    expect(place({ text: 'Ada', start: 32 })).toBe(
      'its answer "Ada" is not at 32, and stands in the context more than once',
    );
  });

  it('of several answers those that are there count; the others are noted once', async () => {
    const answers = [
      { text: 'Paris', answer_start: 1 },
      { text: 'London', answer_start: 24 },
      { text: 'London', answer_start: 24 },
      { text: 'Paris', answer_start: 1 },
    ];
    const { examples, refused } = await squad(file('1.1', { ...born, answers }));
    expect(refused).toEqual([]);
    expect(examples[0]).toEqual({
      id: 'a',
      question: 'Where was she born?',
      context,
      answers: [
        { text: 'London', start: 25 },
        { text: 'London', start: 25 },
      ],
      line: 1,
      notes: [
        { kind: 'offset', reason: '"London" stands at 25, not at 24' },
        { kind: 'answer', reason: 'its answer "Paris" is not in the context' },
      ],
    });
  });

  it('is the slice of the context, whatever the characters', () => {
    const pieces = ['a', 'b', ' ', '😀', '東', '\u0301', '👩‍💻', '\ud800'];
    for (let seed = 0; seed < 500; seed++) {
      const random = randomIntegers({ seed, step: 0, site: 0 });
      const points = [
        ...Array.from({ length: 2 + randomBelow(random, 20) }, () => pieces[randomBelow(random, pieces.length)]).join(
          '',
        ),
      ];
      const start = randomBelow(random, points.length);
      const text = points.slice(start, start + 1 + randomBelow(random, points.length - start)).join('');
      if (text.trim() === '') continue;
      const whole = points.join('');
      const placed = answerFinder(whole).place({ text, start });
      expect(placed, `seed ${seed}`).toEqual({ answer: { text, start: points.slice(0, start).join('').length } });
    }
  });
});

const root = '../shared/data/squad';

describe.skipIf(!existsSync(root))(`real files (skipped where ${root} is absent)`, () => {
  it.each([
    ['dev-v1.1.json', 10570, 2067, 34726],
    ['train-subset-v1.1.json', 11877, 2429, 11877],
  ])('%s: %i questions', async (name, questions, contexts, answers) => {
    const opened = await openSquad(await openText(`${root}/${name}`), {});
    const { file: read, examples, refused } = await readAll(opened);
    expect(refused).toEqual([]);
    expect(examples).toHaveLength(questions);
    expect(new Set(examples.map((example) => example.context)).size).toBe(contexts);
    expect(examples.reduce((sum, example) => sum + example.answers!.length, 0)).toBe(answers);
    expect(examples.filter(({ notes }) => notes !== undefined)).toEqual([]);
    const misplaced = examples.filter((example) =>
      example.answers!.some(({ text, start }) => example.context.slice(start, start + text.length) !== text),
    );
    expect(misplaced).toEqual([]);
    expect(examples.at(-1)!.line).toBe(questions);
    expect([read.version.value, read.version.reason]).toEqual(['1.1', 'the file says "1.1"']);
  });
});
