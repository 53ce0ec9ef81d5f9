import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { blockHasher } from './block-hash.ts';
import { modelFolder, readFixture, readTokenizer, SHARED_DATA } from './tokenizer-fixtures.ts';

interface Hashes {
  count: number;
  hashes: string[];
}

interface DataFile {
  path: string;
  kind: 'tsv' | 'csv' | 'conll' | 'squad';
  columns?: number[];
  pair?: [number, number] | null;
  skip?: number;
  encoding?: 'latin1';
  texts: string;
  singles?: Hashes;
  pairs?: Hashes & { maxLength: number };
  words?: Hashes;
}

interface Texts {
  singles: string[];
  pairs: Array<[string, string]>;
  sentences: string[][];
}

const fixture = readFixture<{ model: string; block: number; files: DataFile[] }>('tokenizer-data.json');
const folder = modelFolder(fixture.model);
const files = fixture.files.filter(({ path }) => existsSync(`${SHARED_DATA}/${path}`));

/** The plainest reading, the same as in test/parity/tokenizer.py. */
function readTexts(file: DataFile): Texts {
  const bytes = readFileSync(`${SHARED_DATA}/${file.path}`);
  const text = file.encoding === 'latin1' ? bytes.toString('latin1') : new TextDecoder().decode(bytes);
  const { columns = [], pair } = file;
  const cells = (rows: string[][]) => rows.flatMap((row) => columns.filter((c) => c < row.length).map((c) => row[c]!));
  const nothing = { singles: [], pairs: [], sentences: [] };
  if (file.kind === 'tsv') {
    const lines = text.split('\n').slice(file.skip);
    const rows = lines.map((line) => line.replace(/\r$/, '').split('\t'));
    const whole = pair ? rows.filter((row) => pair[1] < row.length) : [];
    return { ...nothing, singles: cells(rows), pairs: whole.map((row) => [row[pair![0]]!, row[pair![1]]!]) };
  }
  if (file.kind === 'csv') {
    const { data } = Papa.parse<string[]>(text, { delimiter: ',', skipEmptyLines: true });
    return { ...nothing, singles: cells(data) };
  }
  if (file.kind === 'conll') {
    const blocks = text.split(/\r?\n[ \t]*\r?\n/);
    const firstColumn = (line: string) => line.split(/[ \t]/)[0]!;
    const sentences = blocks.map((block) =>
      block
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .map(firstColumn),
    );
    return { ...nothing, sentences };
  }
  interface Squad {
    data: Array<{ paragraphs: Array<{ context: string; qas: Array<{ question: string }> }> }>;
  }
  const paragraphs = (JSON.parse(text) as Squad).data.flatMap((article) => article.paragraphs);
  const pairs = paragraphs.flatMap(({ context, qas }) =>
    qas.map(({ question }): [string, string] => [question, context]),
  );
  const singles = [...paragraphs.map(({ context }) => context), ...pairs.map(([question]) => question)];
  return { ...nothing, singles, pairs };
}

function expectSameBlocks(actual: Hashes, expected: Hashes, what: string): void {
  expect(actual.count, `number of ${what}`).toBe(expected.count);
  const differing = expected.hashes.flatMap((hash, index) =>
    hash === actual.hashes[index]
      ? []
      : [`${what} ${index * fixture.block} to ${Math.min(expected.count, (index + 1) * fixture.block) - 1}`],
  );
  expect(differing, 'blocks whose tokens differ from those of transformers').toEqual([]);
}

/** A slice at a time, so that the encodings of a large file are not held together. */
function* slices<T>(items: T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += fixture.block) yield items.slice(from, from + fixture.block);
}

describe.skipIf(folder === undefined || files.length === 0)(
  `every text of ${SHARED_DATA} as transformers tokenises it (skipped without that folder)`,
  () => {
    const tokenizer = folder === undefined ? (undefined as never) : readTokenizer(folder);

    test('all the files of the fixture are there', () => {
      expect(files.map(({ path }) => path)).toEqual(fixture.files.map(({ path }) => path));
    });

    test.each(files)('$path', { timeout: 120_000 }, async (file) => {
      const { singles, pairs, sentences } = readTexts(file);
      const everything = [...singles, ...pairs.flat(), ...sentences.flat()].join('\0');
      const digest = createHash('sha256').update(everything).digest('hex').slice(0, 16);
      expect(digest, 'the texts themselves, before tokenising').toBe(file.texts);

      if (file.singles !== undefined) {
        const hasher = blockHasher(fixture.block);
        for (const part of slices(singles)) {
          for (const { ids, offsets } of await tokenizer.encodeBatch(part, { offsets: true })) {
            hasher.put(ids, offsets.flat());
          }
        }
        expectSameBlocks(hasher.result(), file.singles, 'texts');
      }
      if (file.pairs !== undefined) {
        const options = { maxLength: file.pairs.maxLength, offsets: true } as const;
        const hasher = blockHasher(fixture.block);
        for (const part of slices(pairs)) {
          for (const { ids, offsets, sequenceIds } of await tokenizer.encodePairBatch(part, options)) {
            hasher.put(ids, sequenceIds, offsets.flat());
          }
        }
        expectSameBlocks(hasher.result(), file.pairs, 'pairs');
      }
      if (file.words !== undefined) {
        const hasher = blockHasher(fixture.block);
        for (const part of slices(sentences)) {
          for (const { ids, wordIds } of await tokenizer.encodeWordsBatch(part, { offsets: true })) {
            hasher.put(ids, wordIds);
          }
        }
        expectSameBlocks(hasher.result(), file.words, 'sentences');
      }
    });
  },
);
