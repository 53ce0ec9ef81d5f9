import { describe, expect, it } from 'vitest';
import { createCsvParser } from '../../src/data/csv-parser.ts';
import { openExamples } from '../../src/data/example-file.ts';
import type { ExampleWishes } from '../../src/data/example-kinds.ts';
import { maxColumns, maxLabelLength, maxNameLength, maxTaggedText } from '../../src/data/limits.ts';
import type { RefusedRow } from '../../src/data/types.ts';
import { splitWords } from '../../src/text/words.ts';
import { fileOf } from './tables.ts';

// What these hold took minutes, or ended in another error than a DataError, before the reader had a limit or another way.

async function read(content: string, name: string, wishes: ExampleWishes = {}) {
  const file = await openExamples(fileOf(content, name), { labelRequired: false, ...wishes, name });
  const refused: RefusedRow[] = [];
  let examples = 0;
  for await (const _ of file.examples((row) => refused.push(row))) examples++;
  await file.close();
  return { file, examples, refused };
}

const problemOf = async (content: string, name: string, wishes?: ExampleWishes) => {
  const error = await read(content, name, wishes).catch((thrown: unknown) => thrown);
  const { message, where } = error as { message: string; where?: string };
  return [(error as Error).name, message, where];
};

const json = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const million = 1_000_000;

describe('long runs', () => {
  it('of blanks in a line of CoNLL columns', async () => {
    const { examples, refused } = await read(
      `a O\nb${' '.repeat(million)}O\n\n${'c'} ${'\t'.repeat(million)}O\n`,
      'a.conll',
    );
    expect([examples, refused]).toEqual([2, []]);
  });

  it('of characters that a word drops', () => {
    const zeros = '\u200b'.repeat(3 * million);
    expect(splitWords(`${zeros}a${zeros}b${zeros}`)).toEqual({
      words: [`a${zeros}b`],
      offsets: [[3 * million, 6 * million + 2]],
    });
    expect(splitWords('😀'.repeat(5 * million)).words).toHaveLength(1);
  });

  it("in the lists of Python's kind", async () => {
    const long = `['${'x'.repeat(5 * million)}', 'b']`;
    const { examples, refused } = await read(
      `text,labels\na b,"['a', 'b']"\nc d,"${long}"\ne f,"['c\\'s']"\n`,
      'a.csv',
      {
        task: 'multi-label',
      },
    );
    expect([examples, refused]).toEqual([2, [{ line: 3, reason: 'a label is longer than 1,000 characters' }]]);
  });

  it('of quotes, doubled, stray or both, are read once', () => {
    for (const cell of ['""', 'a"', '"" ', 'a"\t"']) {
      const parser = createCsvParser({ delimiter: ',', quotes: true });
      const text = `"${cell.repeat(million)}",${' '.repeat(million)}x\n`;
      const [record] = [...parser.read(text), ...parser.end()];
      expect(record!.cells.join('').length).toBeGreaterThan(million);
    }
  });
});

describe('what is nested deeply', () => {
  it('in a cell refuses its row', async () => {
    const rows = `{"text": "a b", "more": []}\n{"text": "c d", "more": ${nested(20_000)}}\n{"more": ${nested(100_000)}}\n`;
    expect(await read(rows, 'a.jsonl')).toMatchObject({
      examples: 1,
      refused: [
        { line: 2, reason: '"more" is nested too deeply' },
        { line: 3, reason: 'nested more than 1,000 levels deep' },
      ],
    });
  });

  it('in an entity, too', async () => {
    const rows = `{"text": "a b", "entities": []}\n{"text": "c d", "entities": [${nested(20_000)}]}\n`;
    expect(await read(rows, 'a.jsonl')).toMatchObject({
      examples: 1,
      refused: [{ line: 2, reason: expect.stringMatching(/^not an entity: a value that is nested too deeply/) }],
    });
  });
});

describe('what is many', () => {
  it('columns: more than a spreadsheet has are refused', async () => {
    const row = 'a,'.repeat(400_000);
    expect(await problemOf(`${row}\n${row}\n`, 'a.csv')).toEqual([
      'DataError',
      'the rows have more than 16,384 cells',
      'a.csv, line 1',
    ]);
    const full = (cell: string) => `${Array(maxColumns).fill(cell)}\n`;
    expect((await read(full('a b') + full('c d'), 'a.csv', { header: false })).examples).toBe(2);
  });

  it('cells of one row', async () => {
    expect(await read(`text,label\na b,x\n${','.repeat(2 * million)}\nc d,y\n`, 'a.csv')).toMatchObject({
      examples: 2,
      refused: [{ line: 3, reason: 'the row has more than 16,384 cells' }],
    });
  });

  it('columns above many short rows', async () => {
    const header = Array.from({ length: 16_000 }, (_, i) => `column${i}`).join();
    expect(await problemOf(`${header}\n${'b\n'.repeat(60_000)}`, 'a.csv', { delimiter: ',' })).toEqual([
      'DataError',
      'no row can be used; the first: too few cells: 1, not 16000',
      'a.csv, line 2',
    ]);
  });

  it('keys above many short objects', async () => {
    const first = Object.fromEntries(Array.from({ length: 9999 }, (_, i) => [`key ${i}`, 'x']));
    const { examples } = await read(json({ text: 'a text', ...first }) + '{"text":"b c"}\n'.repeat(3000), 'a.jsonl');
    expect(examples).toBe(3001);
  });

  it('answers about one context that are not in it', async () => {
    const context = `${'a'.repeat(200_000)} end`;
    const qas = Array.from({ length: 20_000 }, (_, i) => ({
      id: i,
      question: 'What?',
      answers: [{ text: `${'a'.repeat(40)}b${i}`, answer_start: 0 }],
    }));
    const right = { id: 'right', question: 'What?', answers: [{ text: 'end', answer_start: 200_001 }] };
    const { examples, refused } = await read(
      JSON.stringify({ data: [{ paragraphs: [{ context, qas: [...qas, right] }] }] }),
      'a.json',
    );
    expect([examples, refused.length]).toEqual([1, 20_000]);
    expect(refused.at(-1)!.reason).toMatch(/is not at 0, and is not looked for/);
  });

  it('notes of one question', async () => {
    // Places in UTF-16 units, where code points are counted.
    const words = Array.from({ length: 150_000 }, (_, i) => String(1_000_000 + i));
    const context = `😀${words.join('')}`;
    const answers = words.map((text, i) => ({ text, answer_start: 2 + 7 * i }));
    const { examples } = await read(json({ question: 'What?', context, answers }), 'a.jsonl');
    expect(examples).toBe(1);
  });

  it('entities of a text with characters beyond the basic plane', async () => {
    const entities = Array.from({ length: 50_000 }, (_, i) => [3 * i, 3 * i + 2, 'X']);
    const { examples } = await read(json({ text: '😀a '.repeat(50_000), entities }), 'a.jsonl', {
      entityOffsets: 'code-points',
    });
    expect(examples).toBe(1);
  });
});

describe('names and labels', () => {
  it('that are long are refused', async () => {
    const name = 'n'.repeat(maxNameLength + 1);
    expect(await problemOf(`text,${name}\na b,1\n`, 'a.csv', { header: true })).toEqual([
      'DataError',
      'the name of column 2 is longer than 1,000 characters',
      'a.csv, line 1',
    ]);
    expect(await problemOf(json({ text: 'a b' }, { text: 'c d', [name]: 1 }), 'a.jsonl')).toEqual([
      'DataError',
      'a key is longer than 1,000 characters',
      'a.jsonl, line 2',
    ]);
    const label = 'l'.repeat(maxLabelLength + 1);
    const rows = `text,label\na b,x\nc d,${label}\ne f,y\n`;
    expect((await read(rows, 'a.csv', { labelColumn: 'label' })).refused).toEqual([
      { line: 3, reason: 'a label is longer than 1,000 characters' },
    ]);
    expect((await read(`a O\nb B-X\n\nc B-${label}\n`, 'a.conll')).refused).toEqual([
      { line: 4, reason: 'a tag is longer than 1,000 characters' },
    ]);
    const text = { text: 'a b', entities: [[0, 1, 'X']] };
    const long = { text: 'a '.repeat(maxTaggedText), entities: [[0, 1, 'X']] };
    expect((await read(json(text, { ...text, entities: [[0, 1, label]] }, long), 'a.jsonl')).refused).toEqual([
      { line: 2, reason: 'a tag is longer than 1,000 characters' },
      { line: 3, reason: 'the text is longer than 1,000,000 characters: divide it' },
    ]);
  });

  it('of what every object has are like any other', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const rows = names.flatMap((name) => [`a text of ${name},${name}\n`, `another of ${name},${name}\n`]).join('');
    const { file, examples } = await read(`text,label\n${rows}`, 'a.csv');
    expect([file.task?.value, examples]).toEqual(['sequence-classification', 6]);
    const own = await read('{"text": "a b", "__proto__": {"x": 1}, "constructor": "y"}\n', 'a.jsonl');
    expect(own.file).toMatchObject({ table: { columns: ['text', '__proto__', 'constructor'] } });
    const tagged = await read('a constructor\nb constructor\n\nc toString\n', 'a.conll', {
      task: 'token-classification',
    });
    expect(tagged.file).toMatchObject({ scheme: { reason: 'plain tags, such as "constructor"' } });
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
