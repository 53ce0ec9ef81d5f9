import { describe, expect, it } from 'vitest';
import { type ColumnWishes, chooseColumns } from '../../src/data/columns.ts';
import { readExamples, sourceOf } from '../../src/data/examples.ts';
import type { Example, RefusedRow } from '../../src/data/types.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import { readAll } from './tables.ts';

async function read(content: string, wishes: ColumnWishes = {}) {
  const { table } = await readAll(content);
  const columns = chooseColumns(table, wishes);
  const refused: RefusedRow[] = [];
  const examples: Example[] = [];
  for await (const example of readExamples(table, sourceOf(columns), { onRefused: (row) => refused.push(row) })) {
    examples.push(example);
  }
  return {
    columns,
    refused,
    examples,
    labels: examples.map((example) => example.labels),
    text: table.columns[columns.text.value],
  };
}

const json = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function errorOf(content: string, wishes: ColumnWishes) {
  const error = await read(content, wishes).catch((thrown: unknown) => thrown);
  if (!(error instanceof DataError || error instanceof UsageError)) throw error;
  return [error.message, error.fix];
}

describe('a column of lists', () => {
  const rows = json(
    { text: 'a long and funny film', lang: 'en', genres: ['comedy', 'drama'] },
    { text: 'a short and sad one', lang: 'en', genres: [] },
    { text: 'another of the funny kind', lang: 'de', genres: [' comedy', 'comedy', ''] },
    { text: 'and a film of war', lang: 'de', genres: ['war', 'drama'] },
    { text: 'and a last funny one', lang: 'de', genres: null },
    { text: 'more drama for all', lang: 'de', genres: 'drama' },
  );

  it('in JSON Lines is one of labels, without being asked for', async () => {
    const { columns, labels, refused, examples } = await read(rows);
    expect(labels).toEqual([['comedy', 'drama'], [], ['comedy'], ['war', 'drama'], undefined, ['drama']]);
    expect(examples[0]).toEqual({ text: 'a long and funny film', labels: ['comedy', 'drama'], line: 1 });
    expect(refused).toEqual([]);
    expect(columns).toEqual({
      text: { value: 0, reason: expect.any(String), flag: '--text-column' },
      pair: { value: null, reason: 'no two columns are named as a pair', flag: '--pair-column' },
      label: {
        value: 2,
        reason: 'the fewest different values (3); also possible: "lang"',
        flag: '--label-column',
      },
      labels: { value: { form: 'list' }, reason: '"genres" holds lists', flag: '--label-delimiter' },
      labelKind: null,
      task: { value: 'multi-label', reason: '"genres" holds lists: any number of labels a row', flag: '--task' },
    });
  });

  it('is not taken where one label a row is asked for', async () => {
    const { columns } = await read(rows, { task: 'sequence-classification' });
    expect([columns.label.value, columns.labels, columns.task!.value]).toEqual([1, null, 'sequence-classification']);
    expect(await errorOf(rows, { task: 'sequence-classification', labelColumn: 'genres' })).toEqual([
      '"genres" holds lists: several labels a row',
      'give --task multi-label, or name another column with --label-column',
    ]);
  });

  it('is not taken for labels where hardly any comes again', async () => {
    const keywords = json(
      ...Array.from({ length: 20 }, (_, i) => ({ text: `the text ${i} of many`, keys: [`k${i}`], kind: 'ab'[i % 2] })),
    );
    expect((await read(keywords)).columns.label.value).toBe(2);
  });

  it('of numbers and booleans has labels as they are written; other lists are refused by line', async () => {
    const { labels, refused } = await read(
      json(
        { text: 'a b', labels: [1, true] },
        { text: 'c d', labels: [['x']] },
        { text: 'e f', labels: [1, 2] },
        { text: 'g h', labels: { x: 1 } },
        { text: 'i j', labels: ['z'] },
      ),
      { task: 'multi-label' },
    );
    expect(labels).toEqual([['1', 'true'], ['1', '2'], ['z']]);
    expect(refused).toEqual([
      { line: 2, reason: '"[["x"]]" is not a list of labels' },
      { line: 4, reason: '"{"x":1}" is not a list of labels' },
    ]);
  });

  it.each([
    ['JSON', '"[""comedy"", ""drama""]"', '[]', '"[""film noir""]"'],
    ['Python', `"['comedy', 'drama']"`, '[]', `"['film noir',]"`],
    ['Python, quotes of both kinds', `"['comedy', ""drama""]"`, '[ ]', `"[ 'film noir' ]"`],
  ])('in cells of a CSV file, as %s writes it', async (_, two, none, one) => {
    const { columns, labels } = await read(
      `text,genres\na long film,${two}\na short one,${none}\nan old one,${one}\nno list,\n`,
      { task: 'multi-label' },
    );
    expect(labels).toEqual([['comedy', 'drama'], [], ['film noir'], undefined]);
    expect([columns.labels!.value, columns.labels!.reason, columns.task]).toEqual([
      { form: 'list' },
      'the cells of "genres" are written as lists',
      { value: 'multi-label', reason: 'as asked', flag: '--task' },
    ]);
  });

  it('one nested cell does not make a column nested', async () => {
    const labels = ['p', 'q'];
    const many = Array.from({ length: 20 }, (_, i) => ({ text: `some text of row ${i}`, label: labels[i % 2] }));
    const { columns, examples, refused } = await read(
      json(...many, { text: 'odd one', label: ['p', 'q'] }, { text: ['x'], label: 'p' }),
    );
    expect([columns.text.value, columns.label.value, columns.task!.value]).toEqual([0, 1, 'sequence-classification']);
    expect(examples).toHaveLength(20);
    expect(refused).toEqual([
      { line: 21, reason: '"label" holds an object or a list' },
      { line: 22, reason: '"text" holds an object or a list' },
    ]);
  });
});

describe('labels in one cell', () => {
  const csv = (delimiter: string) =>
    `text,tags\na long and funny film,"comedy${delimiter}drama"\na sad one,drama\nnothing of this,\na war film,"war${delimiter} drama${delimiter}"\n`;

  it.each([';', '|', ','])('divided by %s', async (delimiter) => {
    const { columns, labels } = await read(csv(delimiter), { task: 'multi-label' });
    expect(labels).toEqual([['comedy', 'drama'], ['drama'], [], ['war', 'drama']]);
    expect([columns.label, columns.labels]).toEqual([
      { value: 1, reason: 'its name says so', flag: '--label-column' },
      {
        value: { form: 'delimited', delimiter },
        reason: 'it divides 2 of 3 cells of "tags"',
        flag: '--label-delimiter',
      },
    ]);
  });

  it('a delimiter that is named asks for several labels', async () => {
    const { columns, labels } = await read(csv(' + '), { labelDelimiter: ' + ', labelColumn: 'tags' });
    expect(labels[0]).toEqual(['comedy', 'drama']);
    expect([columns.task!.value, columns.labels]).toEqual([
      'multi-label',
      { value: { form: 'delimited', delimiter: ' + ' }, reason: 'as asked', flag: '--label-delimiter' },
    ]);
    const named = await read(csv(';'), { labelDelimiter: 'semicolon' });
    expect(named.labels[0]).toEqual(['comedy', 'drama']);
    expect(await errorOf(csv(';'), { labelDelimiter: 'word' })).toEqual([
      '"word" cannot divide labels',
      '--label-delimiter takes a character, or comma, semicolon, pipe, tab, space, none',
    ]);
  });

  it('without a delimiter each cell is one label, and the reason says so', async () => {
    const { columns, labels } = await read('text,label\na b,x y\nc d,z\n', { task: 'multi-label' });
    expect(labels).toEqual([['x y'], ['z']]);
    expect(columns.labels!.reason).toBe('no cell of "label" has ; | or a comma: one label each');
  });

  it('is not found without being asked for', async () => {
    const { columns } = await read(csv(';').replaceAll('tags', 'label'));
    expect([columns.labels, columns.task!.value]).toEqual([null, 'sequence-classification']);
  });
});

describe('a column for each label', () => {
  const table = (header: string, ...rows: string[]) => `${header}\n${rows.join('\n')}\n`;
  const toxic = table(
    'id,comment_text,toxic,obscene,rare',
    '7,what a fine day,0,0,0',
    '8,you so and so,1,1,0',
    '9,so and so indeed,1,0,0',
    '12,have a nice day,0,0,0',
  );

  it('is found where all other columns hold 0 and 1', async () => {
    const { columns, labels, text } = await read(toxic);
    expect(text).toBe('comment_text');
    expect(labels).toEqual([[], ['toxic', 'obscene'], ['toxic'], []]);
    expect([columns.label, columns.labels, columns.task]).toEqual([
      { value: null, reason: 'each label has its own column', flag: '--label-column' },
      {
        value: {
          form: 'columns',
          columns: [
            { index: 2, label: 'toxic' },
            { index: 3, label: 'obscene' },
            { index: 4, label: 'rare' },
          ],
          emptyIsNo: false,
        },
        reason: '"toxic", "obscene", "rare" hold 0 and 1, as all other columns do',
        flag: '--label-columns',
      },
      {
        value: 'multi-label',
        reason: '"toxic", "obscene", "rare" hold 0 and 1, as all other columns do: any number of labels a row',
        flag: '--task',
      },
    ]);
  });

  it('is found in JSON Lines, too', async () => {
    const { labels } = await read(json({ text: 'a b c', x: 0, z: 1 }, { text: 'd e f', x: 1, z: 1 }));
    expect(labels).toEqual([['z'], ['x', 'z']]);
  });

  it.each<[string, string, string | null]>([
    [
      'another column holds classes',
      table('text,x,y,town', 'a b c,0,1,Rome', 'd e f,1,0,Rome', 'g h i,1,0,Oslo', 'j k l,1,0,Oslo'),
      'sequence-classification',
    ],
    ['one is called a label', table('text,spam,label', 'a b c,0,1', 'd e f,1,0'), 'sequence-classification'],
    ['there is one only', table('text,spam', 'a b c,0', 'd e f,1', 'g h i,1', 'j k l,0'), 'sequence-classification'],
    ['there is no header', table('a b c,0,1', 'd e f,1,0', 'g h i,1,1', 'j k l,0,0'), 'sequence-classification'],
    ['one label is asked for', toxic, 'sequence-classification'],
  ])('is not found where %s', async (name, content, task) => {
    const { columns } = await read(content, name.startsWith('one label') ? { labelColumn: 'toxic' } : {});
    expect([columns.labels, columns.task!.value]).toEqual([null, task]);
  });

  it('may be named, in any order, by name or number', async () => {
    const content = table(
      'text,a,b,note',
      'one text,1,no,x',
      'two texts,0,yes,y',
      'three texts,TRUE,1.0,z',
      'four texts,,,w',
      'five texts,1,,w',
      'six texts,1,maybe,w',
    );
    const { columns, labels, refused } = await read(content, { labelColumns: ['3', 'A'] });
    expect(labels).toEqual([['a'], ['b'], ['b', 'a'], undefined]);
    expect(columns.labels!.reason).toBe('as asked');
    expect(refused).toEqual([
      { line: 6, reason: 'column "b" is empty: write 0 or 1' },
      { line: 7, reason: '"maybe" in column "b" is neither 0 nor 1' },
    ]);
  });

  it('marks and nothing: an empty cell says no', async () => {
    const content = table('text,sport,politics', 'one text,x,', 'two texts,,X', 'three texts,,', 'four texts,x,x');
    expect((await read(content, { task: 'multi-label' })).labels).toEqual([
      ['sport'],
      ['politics'],
      [],
      ['sport', 'politics'],
    ]);
    expect((await read(content, { labelColumns: ['sport'] })).labels).toEqual([['sport'], [], [], ['sport']]);
  });

  it('asked for as a task, columns of yes and no are labels beside others', async () => {
    const content = table(
      'id,text,town,urgent,open',
      '1,one text,Rome,yes,true',
      '2,two texts,Oslo,no,false',
      '3,three texts,Oslo,no,true',
    );
    const { columns, labels } = await read(content, { task: 'multi-label' });
    expect(labels).toEqual([['urgent', 'open'], [], ['open']]);
    expect(columns.labels!.reason).toBe('"urgent", "open" say yes or no');
  });

  it.each<[ColumnWishes, (string | undefined)[]]>([
    [{ labelColumns: ['toxik'] }, ['there is no column "toxik"', 'did you mean --label-columns "toxic"?']],
    [
      { labelColumns: ['toxic', '3'] },
      ['column "toxic" is asked for twice', 'give --text-column, --pair-column and --label-column different columns'],
    ],
    [
      { labelColumns: ['comment_text'], textColumn: 'id' },
      [
        'column "comment_text" does not say whether a label applies: it holds "what a fine day"',
        '--label-columns takes columns of 0 and 1, true and false, or x and nothing',
      ],
    ],
    [{ labelColumns: [] }, ['--label-columns names no column', 'name the columns, with commas between']],
    [
      { labelColumns: ['toxic'], labelColumn: 'rare' },
      ['--label-columns and --label-column exclude each other', 'the labels stand in one column, or in one each'],
    ],
    [
      { labelColumns: ['toxic'], labelDelimiter: ';' },
      ['--label-columns and --label-delimiter exclude each other', 'the labels stand in one column, or in one each'],
    ],
    [
      { labelColumns: ['toxic'], task: 'regression' },
      ['--label-columns is for several labels a row, not for regression', 'give --task multi-label, or leave it out'],
    ],
    [
      { labelDelimiter: ';', task: 'sequence-classification' },
      [
        '--label-delimiter is for several labels a row, not for sequence-classification',
        'give --task multi-label, or leave it out',
      ],
    ],
  ])('%j is wrong', async (wishes, expected) => {
    expect(await errorOf(toxic, wishes)).toEqual(expected);
  });

  it('a file without labels has none, asked for or not', async () => {
    const content = 'text\nsome words here\nand more of them\n';
    expect((await errorOf(content, { task: 'multi-label' }))[0]).toBe('the file has one column only');
    const { columns, labels } = await read(content, { task: 'multi-label', labelRequired: false });
    expect([columns.labels, columns.task!.value, labels]).toEqual([null, 'multi-label', [undefined, undefined]]);
  });
});

describe('a masked language model', () => {
  it('needs a text and nothing else', async () => {
    const { columns, examples } = await read(
      'sentence1,sentence2,label\nsome words,more words,a\nand others,yet more,b\n',
      { task: 'masked-lm' },
    );
    expect(examples[0]).toEqual({ text: 'some words', line: 2 });
    expect([columns.label, columns.pair.value, columns.task]).toEqual([
      { value: null, reason: 'a masked language model learns from texts alone', flag: '--label-column' },
      null,
      { value: 'masked-lm', reason: 'as asked', flag: '--task' },
    ]);
  });
});

it('a delimiter that stands only beyond the first rows is found', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `what we said ${i} times,${i < 200 ? 'one' : 'one;two'}\n`).join(
    '',
  );
  const { labels } = await read(`text,labels\n${rows}`, { task: 'multi-label', labelColumn: 'labels' });
  expect([labels[0], labels[299]]).toEqual([['one'], ['one', 'two']]);
});
