import { describe, expect, it } from 'vitest';
import type { ExampleWishes } from '../../src/data/example-kinds.ts';
import { readJsonLines } from '../../src/data/json-lines.ts';
import { openText } from '../../src/data/text-source.ts';
import { detectRecordLayout, openTokenRecords } from '../../src/data/token-records.ts';
import type { RefusedRow, TokenExample } from '../../src/data/types.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';
import { DataError } from '../../src/errors.ts';
import { fileOf } from './tables.ts';

async function read(rows: unknown[] | string, wishes: ExampleWishes = {}) {
  const content = typeof rows === 'string' ? rows : `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
  const text = await openText(fileOf(content), { name: 'test.jsonl' });
  const sample: Record<string, unknown>[] = [];
  for await (const lines of readJsonLines(text.read(), false)) {
    for (const line of lines) if ('value' in line) sample.push(line.value);
  }
  const layout = detectRecordLayout(sample, wishes, wishes.labelRequired === false);
  if (layout === null) return null;
  const file = await openTokenRecords(text, layout, wishes);
  const refused: RefusedRow[] = [];
  const examples: TokenExample[] = [];
  for await (const example of file.examples((row) => refused.push(row))) examples.push(example);
  await file.close();
  return { file, examples, refused };
}

describe('words with tags', () => {
  it.each([
    ['tokens', 'tags'],
    ['tokens', 'ner_tags'],
    ['words', 'labels'],
  ])('%s and %s', async (words, tags) => {
    const result = await read([
      { id: 1, [words]: ['EU', 'rejects'], [tags]: ['B-ORG', 'O'] },
      { id: 2, [words]: ['New York', '😀'], [tags]: ['B-LOC', 'O'] },
    ]);
    expect(result!.examples).toEqual([
      { words: ['EU', 'rejects'], tags: ['B-ORG', 'O'], line: 1 },
      { words: ['New York', '😀'], tags: ['B-LOC', 'O'], line: 2 },
    ]);
    expect(result!.refused).toEqual([]);
    expect({ ...result!.file, examples: undefined, close: undefined }).toEqual({
      kind: 'tokens',
      name: 'test.jsonl',
      format: 'jsonl',
      encoding: { value: 'utf-8', reason: 'every byte is valid UTF-8', flag: '--encoding' },
      task: { value: 'token-classification', reason: 'each row is a list of words', flag: '--task' },
      delimiter: null,
      words: { value: `"${words}"`, reason: 'its name says so', flag: '--text-column' },
      tags: { value: `"${tags}"`, reason: 'its name says so', flag: '--label-column' },
      scheme: { value: 'IOB2', reason: 'every entity begins with B-', flag: '--tag-scheme' },
      tagNames: ['O', 'B-LOC', 'B-ORG'],
    });
  });

  it('keys may be named, the scheme is found or asked for, plain tags stay', async () => {
    const row = { tokens: ['a', 'b', 'c'], tags: ['I-X', 'B-X', 'O'], pos: ['NOUN', 'VERB', 'X'] };
    const found = await read([row]);
    expect([found!.file.scheme!.value, found!.examples[0]!.tags]).toEqual(['IOB1', ['B-X', 'B-X', 'O']]);
    const asked = await read([row], { tagScheme: 'IOB2' });
    expect(asked!.examples[0]!.notes).toEqual([
      { kind: 'scheme', line: 1, reason: 'I-X at the start of the sentence' },
    ]);
    const pos = await read([row], { labelColumn: 'pos' });
    expect([pos!.file.scheme!.value, pos!.examples[0]!.tags]).toEqual(['none', ['NOUN', 'VERB', 'X']]);
  });

  it('without tags, to be predicted', async () => {
    const unlabelled = await read([{ tokens: ['a', 'b'] }], { labelRequired: false });
    expect(unlabelled!.examples).toEqual([{ words: ['a', 'b'], line: 1 }]);
    expect([unlabelled!.file.scheme, unlabelled!.file.tagNames]).toEqual([null, []]);
    const some = await read([{ tokens: ['a'], tags: null }, { tokens: ['b'], tags: ['O'] }, { tokens: ['c'] }]);
    expect(some!.examples.map(({ tags }) => tags)).toEqual([undefined, ['O'], undefined]);
  });

  it.each<[string, unknown, string]>([
    ['numbers for tags', { tokens: ['a'], tags: [3] }, '"tags" holds numbers: write the tags\' names, such as "B-PER"'],
    ['too few tags', { tokens: ['a', 'b'], tags: ['O'] }, '2 words, but 1 tags'],
    ['no words', { tokens: [], tags: [] }, 'there are no words'],
    ['an empty word', { tokens: ['a', ''], tags: ['O', 'O'] }, 'word 2 of "tokens" is empty'],
    ['a word that is a number', { tokens: [1], tags: ['O'] }, 'word 1 of "tokens" is no text'],
    ['a text for words', { tokens: 'a b', tags: ['O'] }, '"tokens" is not a list of words'],
    ['a text for tags', { tokens: ['a'], tags: 'O' }, '"tags" is not a list of tags'],
    ['lists of tags', { tokens: ['a'], tags: [['O']] }, '"tags" holds something else than tags'],
    [
      'a tag of no scheme',
      { tokens: ['a'], tags: ['PER'] },
      'the tag "PER" of "a" is none of IOB2 (O, B-NAME, I-NAME)',
    ],
    ['another key', { words: ['a'], tags: ['O'] }, '"tokens" is not a list of words'],
    [
      'a list',
      [1],
      'not an object but a list: write {"tokens": [...], "tags": [...]} or {"text": ..., "entities": [...]}',
    ],
  ])('%s', async (_, row, reason) => {
    const good = { tokens: ['x', 'y'], tags: ['B-A', 'O'] };
    const { examples, refused } = (await read([good, row, good]))!;
    expect(refused).toEqual([{ line: 2, reason }]);
    expect(examples.map(({ line }) => line)).toEqual([1, 3]);
  });

  it.each<[unknown[], ExampleWishes, string, string, string]>([
    [
      [{ tokens: ['a'], ner_tags: [3] }],
      {},
      'no row can be used; the first: "ner_tags" holds numbers: write the tags\' names, such as "B-PER"',
      'test.jsonl, line 1',
      'write {"tokens": [...], "tags": [...]} or {"text": ..., "entities": [...]}',
    ],
    [
      [{ tokens: ['a'] }],
      {},
      'the rows have "tokens", but no tags or entities',
      'test.jsonl',
      'write {"tokens": [...], "tags": [...]} or {"text": ..., "entities": [...]}, or name the key with --label-column',
    ],
    [
      [{ tokens: ['a'], tags: ['O'] }],
      { labelColumn: 'none' },
      'the rows have "tokens", but no tags or entities',
      'test.jsonl',
      'leave --label-column none out',
    ],
  ])('a file that cannot be used: %j %j', async (rows, wishes, message, where, fix) => {
    const error = (await read(rows, wishes).catch((thrown: unknown) => thrown)) as DataError;
    expect(error).toBeInstanceOf(DataError);
    expect([error.message, error.where, error.fix]).toEqual([message, where, fix]);
  });
});

describe('texts with entities', () => {
  const text = 'Ada Lovelace lived in London.';

  it.each<[string, unknown]>([
    [
      'objects',
      {
        text,
        entities: [
          { start: 0, end: 12, label: 'PER' },
          { start: 22, end: 28, label: 'LOC' },
        ],
      },
    ],
    [
      'in any order',
      {
        text,
        entities: [
          { start: 22, end: 28, label: 'LOC' },
          { start: 0, end: 12, label: 'PER' },
        ],
      },
    ],
    [
      'twice the same',
      {
        text,
        entities: [
          [0, 12, 'PER'],
          [22, 28, 'LOC'],
          [0, 12, 'PER'],
        ],
      },
    ],
    [
      'types',
      {
        text,
        spans: [
          { start: 0, end: 12, type: 'PER' },
          { start: 22, end: 28, type: 'LOC' },
        ],
      },
    ],
    [
      'tags',
      {
        text,
        entities: [
          { start: 0, end: 12, tag: 'PER' },
          { start: 22, end: 28, tag: ' LOC ' },
        ],
      },
    ],
    [
      'triples, as spaCy has them',
      {
        text,
        entities: [
          [0, 12, 'PER'],
          [22, 28, 'LOC'],
        ],
      },
    ],
    [
      'triples, as doccano has them',
      {
        id: 1,
        text,
        label: [
          [0, 12, 'PER'],
          [22, 28, 'LOC'],
        ],
      },
    ],
    [
      'with blanks at their ends',
      {
        text,
        entities: [
          [0, 13, 'PER'],
          [21, 28, 'LOC'],
        ],
      },
    ],
    [
      'with their texts',
      {
        text,
        entities: [
          { start: 0, end: 12, label: 'PER', text: 'Ada Lovelace' },
          { start: 22, end: 28, label: 'LOC' },
        ],
      },
    ],
  ])('%s', async (_, row) => {
    const { file, examples, refused } = (await read([row]))!;
    expect(refused).toEqual([]);
    expect(examples).toEqual([
      {
        words: ['Ada', 'Lovelace', 'lived', 'in', 'London', '.'],
        tags: ['B-PER', 'I-PER', 'O', 'O', 'B-LOC', 'O'],
        text,
        offsets: [
          [0, 3],
          [4, 12],
          [13, 18],
          [19, 21],
          [22, 28],
          [28, 29],
        ],
        line: 1,
      },
    ]);
    expect([file.scheme!.value, file.tagNames]).toEqual(['IOB2', ['O', 'B-LOC', 'B-PER', 'I-PER']]);
  });

  it('entities that touch are two', async () => {
    const { examples } = (await read([
      {
        text: 'Ada Bob',
        entities: [
          [0, 3, 'PER'],
          [3, 7, 'PER'],
        ],
      },
    ]))!;
    expect(examples[0]!.tags).toEqual(['B-PER', 'B-PER']);
  });

  it('a text without entities is one of O; without the key it is not labelled', async () => {
    const rows = [{ text: 'a b', entities: [] }, { text: 'c' }, { text: 'd', entities: null }];
    const { examples } = (await read(rows))!;
    expect(examples.map(({ tags }) => tags)).toEqual([['O', 'O'], undefined, undefined]);
  });

  it('a text alone is one to predict, and no file of entities else', async () => {
    expect(await read([{ text: 'a b' }])).toBe(null);
    expect(await read([{ text: 'a b', label: [] }])).toBe(null);
    const { file, examples } = (await read([{ text: 'Köln, 😀' }], { labelRequired: false }))!;
    expect(examples).toEqual([
      {
        words: ['Köln', ',', '😀'],
        offsets: [
          [0, 4],
          [4, 5],
          [6, 8],
        ],
        text: 'Köln, 😀',
        line: 1,
      },
    ]);
    expect(file.scheme).toBe(null);
  });

  it('offsets count UTF-16 units, or code points when asked, or as the text of the entity shows', async () => {
    const rows = (start: number, more = {}) => [
      { text: '😀😀 Ada', entities: [{ start, end: start + 3, label: 'PER', ...more }] },
    ];
    const expected = {
      words: ['😀😀', 'Ada'],
      tags: ['O', 'B-PER'],
      offsets: [
        [0, 4],
        [5, 8],
      ],
      text: '😀😀 Ada',
      line: 1,
    };
    expect((await read(rows(5)))!.examples).toEqual([expected]);
    expect((await read(rows(3), { entityOffsets: 'code-points' }))!.examples).toEqual([expected]);
    expect((await read(rows(3, { text: 'Ada' })))!.examples).toEqual([
      {
        ...expected,
        notes: [{ kind: 'offset', reason: 'the entity 3-6 PER counts code points, as its text "Ada" shows' }],
      },
    ]);
    expect((await read(rows(5, { text: 'Ada' }), { entityOffsets: 'code-points' }))!.examples).toEqual([
      {
        ...expected,
        notes: [{ kind: 'offset', reason: 'the entity 5-8 PER counts UTF-16 units, as its text "Ada" shows' }],
      },
    ]);
  });

  it('an entity that ends inside a word has all of it, and a note', async () => {
    const { examples, refused } = (await read([{ text: 'in Yorkshire now', entities: [[3, 7, 'LOC']] }]))!;
    expect(refused).toEqual([]);
    expect(examples[0]!.tags).toEqual(['O', 'B-LOC', 'O']);
    expect(examples[0]!.notes).toEqual([
      { kind: 'cut-word', reason: '"York" (3-7 LOC) ends inside the word "Yorkshire"' },
    ]);
    const begin = (await read([{ text: 'in Yorkshire now', entities: [[7, 16, 'X']] }]))!;
    expect([begin.examples[0]!.tags, begin.examples[0]!.notes![0]!.reason]).toEqual([
      ['O', 'B-X', 'I-X'],
      '"shire now" (7-16 X) begins inside the word "Yorkshire"',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['outside', [[20, 40, 'LOC']], 'the entity 20-40 LOC is outside the text, which ends at 29'],
    ['before the text', [[-1, 3, 'LOC']], 'the entity -1-3 LOC is outside the text, which ends at 29'],
    ['empty', [[3, 3, 'LOC']], 'the entity 3-3 LOC is empty'],
    ['backwards', [[9, 3, 'LOC']], 'the entity 9-3 LOC ends before it begins'],
    [
      'overlapping',
      [
        [0, 12, 'PER'],
        [4, 18, 'X'],
      ],
      'the entities 0-12 PER and 4-18 X overlap',
    ],
    [
      'one in another',
      [
        [4, 12, 'X'],
        [0, 12, 'PER'],
      ],
      'the entities 0-12 PER and 4-12 X overlap',
    ],
    [
      'two labels for one',
      [
        [0, 12, 'X'],
        [0, 12, 'PER'],
      ],
      'the entities 0-12 X and 0-12 PER overlap',
    ],
    [
      'in one word',
      [
        [22, 24, 'X'],
        [24, 28, 'Y'],
      ],
      'the entities 22-24 X and 24-28 Y share the word "London"',
    ],
    ['of blanks', [[12, 13, 'X']], 'the entity 12-13 X holds no word'],
    [
      'at the wrong place',
      [{ start: 0, end: 3, label: 'X', text: 'Bob' }],
      'the entity 0-3 X is "Ada" in the text, not "Bob"',
    ],
    ['without a label', [[0, 3]], 'not an entity: [0,3]; write {"start": 0, "end": 5, "label": "NAME"}'],
    [
      'without an end',
      [{ start: 0, label: 'X' }],
      'not an entity: {"start":0,"label":"X"}; write {"start": 0, "end": 5, "label": "NAME"}',
    ],
    [
      'with a broken number',
      [[0.5, 3, 'X']],
      'not an entity: [0.5,3,"X"]; write {"start": 0, "end": 5, "label": "NAME"}',
    ],
    ['no list', { start: 0, end: 3 }, '"entities" is not a list of entities'],
  ])('an entity %s refuses its row', async (_, entities, reason) => {
    const { examples, refused } = (await read([
      { text: 'fine', entities: [[0, 4, 'X']] },
      { text, entities },
    ]))!;
    expect(refused).toEqual([{ line: 2, reason }]);
    expect(examples).toHaveLength(1);
  });

  it.each([
    ['', 'the text is empty'],
    [' \n', 'the text is empty'],
    ['\u200b', 'the text has no words'],
    [3, '"text" is no text'],
  ])('a text of %j refuses its row', async (empty, reason) => {
    const { refused } = (await read([
      { text: 'fine', entities: [[0, 4, 'X']] },
      { text: empty, entities: [] },
    ]))!;
    expect(refused).toEqual([{ line: 2, reason }]);
  });

  it('gives back the places of random entities', async () => {
    const pieces = ['a', 'bc', ' ', ' ', '.', '😀', '東', '\u0301', '\n', 'é', '👩‍💻', '-'];
    for (let seed = 0; seed < 300; seed++) {
      const random = randomIntegers({ seed, step: 0, site: 0 });
      const text = Array.from(
        { length: 1 + randomBelow(random, 30) },
        () => pieces[randomBelow(random, pieces.length)],
      ).join('');
      const plain = await read([{ text }], { labelRequired: false }).catch(() => null);
      if (plain === null) continue;
      const { words, offsets } = plain.examples[0]!;
      const entities: [number, number, string][] = [];
      const tags = words.map(() => 'O');
      for (let at = 0; at < words.length; at++) {
        if (randomBelow(random, 2) === 0) continue;
        const last = Math.min(words.length - 1, at + randomBelow(random, 3));
        entities.push([offsets![at]![0], offsets![last]![1], 'X']);
        for (let i = at; i <= last; i++) tags[i] = i === at ? 'B-X' : 'I-X';
        at = last;
      }
      const utf16 = (await read([{ text, entities }]))!.examples[0]!;
      expect(utf16, `seed ${seed}`).toEqual({ words, offsets, text, tags, line: 1 });
      const points = (index: number) => [...text.slice(0, index)].length;
      const inPoints = entities.map(([start, end, label]) => [points(start), points(end), label]);
      const asked = (await read([{ text, entities: inPoints }], { entityOffsets: 'code-points' }))!;
      expect(asked.examples[0], `seed ${seed}`).toEqual(utf16);
    }
  });
});
