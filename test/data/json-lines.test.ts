import { describe, expect, it } from 'vitest';
import { chooseColumns } from '../../src/data/columns.ts';
import { readExamples } from '../../src/data/examples.ts';
import { maxRowLength } from '../../src/data/limits.ts';
import type { RefusedRow } from '../../src/data/types.ts';
import { readAll } from './tables.ts';

describe('JSON Lines', () => {
  it('reads texts, pairs and labels; missing keys are empty cells', async () => {
    const { table, rows, refused } = await readAll(
      '\uFEFF{"text": "first one", "text_pair": "and another", "label": "a"}\r\n\r\n{"text": "second\\none", "label": 2, "text_pair": null}\n{"label": true, "text": "third one"}',
    );
    expect([table.format, table.delimiter, table.header]).toEqual(['jsonl', null, null]);
    expect(table.columns).toEqual(['text', 'text_pair', 'label']);
    expect(rows).toEqual([
      { line: 1, cells: ['first one', 'and another', 'a'] },
      { line: 3, cells: ['second\none', '', '2'] },
      { line: 4, cells: ['third one', '', 'true'] },
    ]);
    expect(refused).toEqual([]);
    const { text, pair, label } = chooseColumns(table);
    expect([text.value, pair.value, label.value]).toEqual([0, 1, 2]);
  });

  it('refuses wrong lines by their number', async () => {
    const { rows, refused } = await readAll(
      `{"text": "a b"}\n{"text": \n["x"]\n3\nnull\n{"text": "${'x'.repeat(maxRowLength)}"}\n{"text": "c d"}\n`,
      { name: 'x.jsonl' },
    );
    expect(rows.map((row) => row.cells)).toEqual([['a b'], ['c d']]);
    expect(refused.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(refused[0]!.reason).toMatch(/^not JSON: /);
    expect(refused.slice(1).map(({ reason }) => reason)).toEqual([
      'not an object but a list: write {"text": ..., "label": ...}',
      'not an object but a number: write {"text": ..., "label": ...}',
      'not an object but null: write {"text": ..., "label": ...}',
      'the line is longer than 10,000,000 characters',
    ]);
  });

  it('nested values are fine in columns that are not used, and refused in those that are', async () => {
    const { table, rows } = await readAll(
      '{"text": "a b", "meta": {"x": 1}, "label": "p"}\n{"text": ["c"], "meta": [2], "label": "q"}\n{"text": "d", "meta": 0, "label": "p"}\n',
    );
    expect(rows[0]).toEqual({ line: 1, cells: ['a b', '{"x":1}', 'p'], nested: [1] });
    const refused: RefusedRow[] = [];
    const texts = [];
    const source = { text: 0, pair: null, label: 2, task: null };
    for await (const { text } of readExamples(table, source, { onRefused: (row) => refused.push(row) }))
      texts.push(text);
    expect(texts).toEqual(['a b', 'd']);
    expect(refused).toEqual([{ line: 2, reason: '"text" holds an object or a list' }]);
    expect(() => chooseColumns(table, { textColumn: 'meta' })).toThrow(
      '"meta" holds objects or lists, not texts or labels',
    );
  });

  it('a file of nothing but wrong lines is refused with the first', async () => {
    await expect(readAll('nonsense\nmore\n', { name: 'x.jsonl' })).rejects.toMatchObject({
      where: 'x.jsonl, line 1',
      exitCode: 3,
    });
  });
});
