import { describe, expect, it } from 'vitest';
import { type ColumnWishes, chooseColumns } from '../../src/data/columns.ts';
import { readExamples } from '../../src/data/examples.ts';
import type { RefusedRow } from '../../src/data/types.ts';
import { readAll } from './tables.ts';

const sentences = [
  'my card was stolen yesterday',
  'where is my transfer of last week',
  'I cannot log in any more',
  'the app is great and fast',
  'please close my account today',
  'how do I change the PIN',
  'the exchange rate looks wrong to me',
  'a cash machine kept my card',
];

/** A table of `rows` rows whose cells come from functions of the row number. */
function tableOf(header: string[], rows: number, ...cells: ((row: number) => string | number)[]): string {
  const lines = Array.from({ length: rows }, (_, row) => cells.map((cell) => cell(row)).join());
  return `${[header.join(), ...lines].join('\n')}\n`;
}

const text = (row: number) =>
  `${sentences[row % sentences.length]} ${'abcdefgh'[row % 8]}${'klmnopqr'[(row >> 3) % 8]}${'stuvwxyz'[(row >> 6) % 8]}`;
const pick =
  (...values: (string | number)[]) =>
  (row: number) =>
    values[(row * 7) % values.length]!;

async function choose(content: string, wishes: ColumnWishes = {}) {
  const { table } = await readAll(content);
  const columns = chooseColumns(table, { labelRequired: false, ...wishes });
  const name = (index: number | null) => (index === null ? null : table.columns[index]!);
  return {
    text: name(columns.text.value),
    pair: name(columns.pair.value),
    label: name(columns.label.value),
    task: columns.task?.value ?? null,
    columns,
    table,
  };
}

describe('the text column', () => {
  it.each<[string, string, string]>([
    ['not the id', tableOf(['id', 'words', 'mark'], 40, (i) => `ticket ${1000 + i}`, text, pick('a', 'b')), 'words'],
    [
      'not a UUID, an address or a number plate',
      tableOf(
        ['a', 'b', 'c', 'd', 'e'],
        40,
        (i) => `${(i * 7919 + 0x10000000).toString(16)}-0000-4000-8000-000000000000`,
        (i) => `https://example.org/very/long/path/of/a/page/that/is/longer/than/any/text/${i}`,
        (i) => `AB-${i}-XY`,
        text,
        pick('x', 'y'),
      ),
      'd',
    ],
    [
      'not the date',
      tableOf(['when', 'what', 'kind'], 40, (i) => `2024-01-${10 + (i % 20)} 10:00:00`, text, pick('x', 'y')),
      'what',
    ],
    [
      'the longer of two',
      tableOf(
        ['a', 'b', 'c'],
        40,
        (i) => `${text(i)}`,
        (i) => `${text(i)} ${text(i + 1)}`,
        pick('x', 'y'),
      ),
      'b',
    ],
    [
      'the one named so',
      tableOf(['notes', 'text', 'c'], 40, (i) => `${text(i)} ${text(i + 1)}`, text, pick('x', 'y')),
      'text',
    ],
    [
      'not a column that mostly is empty',
      tableOf(['body', 'remark', 'c'], 40, text, (i) => (i % 9 ? '' : `${text(i)} ${text(i)}`), pick('x', 'y')),
      'body',
    ],
    [
      'one word each, where there is nothing longer',
      tableOf(['word', 'language'], 40, (i) => `${'abcdefgh'[i % 8]}${'klmno'[i % 5]}lo`, pick('x', 'y')),
      'word',
    ],
  ])('%s', async (_, content, expected) => {
    expect((await choose(content)).text).toBe(expected);
  });

  it('says why, and what else it could be', async () => {
    const { columns } = await choose(
      tableOf(['a', 'b', 'c'], 40, text, (i) => `${text(i)} ${text(i + 1)}`, pick('x', 'y')),
    );
    expect(columns.text).toEqual({
      value: 1,
      reason: 'the longest text (65 characters on average); also possible: "a"',
      flag: '--text-column',
    });
    expect(columns.label).toEqual({
      value: 2,
      reason: 'the only column whose values repeat (2 different values)',
      flag: '--label-column',
    });
  });
});

describe('pairs', () => {
  it.each([
    ['sentence1', 'sentence2'],
    ['question', 'sentence'],
    ['premise', 'hypothesis'],
    ['text', 'text_pair'],
    ['text_a', 'text_b'],
  ])('%s and %s are a pair by name', async (first, second) => {
    const content = tableOf([first, second, 'label'], 40, text, (i) => text(i + 3), pick('x', 'y'));
    const chosen = await choose(content);
    expect([chosen.text, chosen.pair, chosen.label]).toEqual([first, second, 'label']);
    const single = await choose(content, { pairColumn: 'none', textColumn: first });
    expect([single.text, single.pair]).toEqual([first, null]);
  });

  it('two texts of other names are a pair only when asked', async () => {
    const content = tableOf(['left', 'right', 'label'], 40, text, (i) => text(i + 3), pick('x', 'y'));
    expect((await choose(content)).pair).toBe(null);
    const asked = await choose(content, { textColumn: 'left', pairColumn: 'right' });
    expect([asked.text, asked.pair]).toEqual(['left', 'right']);
  });

  it('one column for two purposes is refused', async () => {
    const content = tableOf(['text', 'label'], 40, text, pick('x', 'y'));
    await expect(choose(content, { textColumn: 'label', labelColumn: '2' })).rejects.toThrow(
      'column "label" is asked for twice',
    );
  });
});

describe('the label column and the task', () => {
  const withLabel = (name: string, cell: (row: number) => string | number, rows = 200) =>
    tableOf(['text', name], rows, text, cell);

  it.each<[string, string, string | null, string | null]>([
    ['words', withLabel('kind', pick('card', 'transfer', 'login')), 'kind', 'sequence-classification'],
    ['0 and 1', withLabel('x', pick(0, 1)), 'x', 'sequence-classification'],
    ['true and false', withLabel('x', pick('true', 'false')), 'x', 'sequence-classification'],
    ['ratings of 1 to 5', withLabel('rating', pick(1, 2, 3, 4, 5)), 'rating', 'sequence-classification'],
    ['class numbers 0 to 24', withLabel('label', (i) => i % 25), 'label', 'sequence-classification'],
    ['percentages', withLabel('score', (i) => (i * 37) % 101), 'score', 'regression'],
    ['decimals', withLabel('score', (i) => ((i * 37) % 51) / 10), 'score', 'regression'],
    ['decimals under any name', withLabel('x', (i) => ((i * 37) % 51) / 10), 'x', 'regression'],
    ['not ids', withLabel('id', (i) => i), null, null],
    ['not numbers that all differ', withLabel('x', (i) => 5000 + 3 * i), null, null],
    ['not years', withLabel('year', (i) => 1990 + (i % 30)), null, null],
    ['not dates', withLabel('label', (i) => `2024-01-${10 + (i % 3)}`), null, null],
    ['not a constant', withLabel('label', () => 'x'), null, null],
    [
      'the one named so',
      tableOf(
        ['text', 'language', 'intent', 'channel'],
        200,
        text,
        pick('en', 'de'),
        (i) => `intent_${i % 9}`,
        pick('web', 'app', 'mail'),
      ),
      'intent',
      'sequence-classification',
    ],
    [
      'the fewest values',
      tableOf(['text', 'town', 'mood'], 200, text, (i) => `town ${'abcdefghijk'[i % 11]}`, pick('good', 'bad')),
      'mood',
      'sequence-classification',
    ],
  ])('%s', async (_, content, label, task) => {
    const chosen = await choose(content);
    expect([chosen.text, chosen.label, chosen.task]).toEqual(['text', label, task]);
  });

  it('says aloud that numbers are classes or quantities, with the flag', async () => {
    const ratings = await choose(withLabel('rating', pick(1, 2, 3, 4, 5)));
    expect(ratings.columns.labelKind).toBe('whole numbers');
    expect(ratings.columns.task).toEqual({
      value: 'sequence-classification',
      reason: '"rating" holds 5 different whole numbers from 1 to 5: classes; --task regression makes them quantities',
      flag: '--task',
    });
    const asked = await choose(withLabel('rating', pick(1, 2, 3, 4, 5)), { task: 'regression' });
    expect(asked.columns.task).toEqual({ value: 'regression', reason: 'as asked', flag: '--task' });
  });

  it('a file sorted by its labels, many rows long, still has them all', async () => {
    const { label } = await choose(withLabel('label', (i) => (i < 25_000 ? 0 : 1), 50_000));
    expect(label).toBe('label');
  });
});

describe('the header', () => {
  it.each<[string, string, string[]]>([
    ['known names', 'text,label\nhello there,a\n', ['text', 'label']],
    [
      'short words that do not come again',
      'aussage,laune\nhello there you,a\nbye then friend,b\n',
      ['aussage', 'laune'],
    ],
    [
      'questions of a survey',
      'Timestamp,How do you like our service so far?\n2024-01-01,very much\n',
      ['Timestamp', 'How do you like our service so far?'],
    ],
    ['none: the first label comes again', 'ham,hello there you\nspam,win a prize\nham,bye\n', ['column 1', 'column 2']],
    ['none: a number in the first row', 'hello there you,1\nbye then,0\n', ['column 1', 'column 2']],
    ['none: a sentence in the first row', 'hello there you two.,pos\nbye then.,neg\n', ['column 1', 'column 2']],
  ])('%s', async (_, content, columns) => {
    expect((await readAll(content)).table.columns).toEqual(columns);
  });

  it('may be asked for', async () => {
    const content = 'ham,hello there\nspam,win now\nham,bye\n';
    const asked = await readAll(content, { header: true });
    expect([asked.table.columns, asked.rows.length]).toEqual([['ham', 'hello there'], 2]);
    const without = await readAll('text,label\na b,c\n', { header: false });
    expect(without.rows.map((row) => row.cells)).toEqual([
      ['text', 'label'],
      ['a b', 'c'],
    ]);
  });
});

describe('readExamples', () => {
  it('trims labels, leaves texts, and refuses labels that are no numbers in a regression', async () => {
    const { table } = await readAll('text,score\n  some text , 1.5 \nmore text,\nlast text,high\n');
    const refused: RefusedRow[] = [];
    const examples = [];
    const source = { text: 0, pair: null, label: 1, task: 'regression' } as const;
    for await (const example of readExamples(table, source, { onRefused: (row) => refused.push(row) })) {
      examples.push(example);
    }
    expect(examples).toEqual([
      { text: '  some text ', label: '1.5', line: 2 },
      { text: 'more text', line: 3 },
    ]);
    expect(refused).toEqual([{ line: 4, reason: 'the label "high" is not a number' }]);
  });
});
