import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openConll } from '../../src/data/conll.ts';
import { conllSentence } from '../../src/data/conll-sentence.ts';
import type { ExampleWishes } from '../../src/data/example-kinds.ts';
import { openText } from '../../src/data/text-source.ts';
import type { RefusedRow, TokenExample } from '../../src/data/types.ts';
import { randomBelow, randomIntegers } from '../../src/engine/random.ts';
import { DataError, UsageError } from '../../src/errors.ts';
import { fileOf } from './tables.ts';

async function read(content: string | Uint8Array, wishes: ExampleWishes = {}) {
  return readFile(fileOf(content), wishes);
}

async function readFile(path: string, wishes: ExampleWishes = {}) {
  const file = await openConll(await openText(path, { name: 'test.conll' }), wishes);
  const refused: RefusedRow[] = [];
  const examples: TokenExample[] = [];
  for await (const example of file.examples((row) => refused.push(row))) examples.push(example);
  await file.close();
  return { file, examples, refused };
}

/** Words and tags of each sentence, as `word/tag`. */
const shown = (examples: TokenExample[]) =>
  examples.map(({ words, tags }) => words.map((word, i) => `${word}/${tags?.[i]}`).join(' '));

const plain = 'EU NNP B-ORG\nrejects VBZ O\n\nPeter NNP B-PER\nBlackburn NNP I-PER\n';
const plainShown = ['EU/B-ORG rejects/O', 'Peter/B-PER Blackburn/I-PER'];

describe('CoNLL columns', () => {
  it.each<[string, string | Uint8Array]>([
    ['blanks', plain],
    ['tabs', plain.replaceAll(' ', '\t')],
    ['runs of blanks', plain.replaceAll(' ', '   ')],
    ['blanks and tabs', plain.replaceAll('NNP ', 'NNP\t')],
    ['blanks at the ends of lines', plain.replaceAll('\n', ' \t\n')],
    ['no line end at the end', plain.trimEnd()],
    ['blank lines all around', `\n\n${plain.replace('\n\n', '\n\n\n')}\n\n`],
    ['blank lines with blanks in them', plain.replace('\n\n', '\n \t \n')],
    ['CRLF', plain.replaceAll('\n', '\r\n')],
    ['lone CR', plain.replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${plain}`],
    ['UTF-16', Buffer.from(`\uFEFF${plain}`, 'utf16le')],
    ['documents', `-DOCSTART- -X- O\n\n${plain.replace('\n\n', '\n-DOCSTART- -X- O\n\n')}`],
    ['documents, one word', `-DOCSTART-\n\n${plain}`],
    ['comments', `# newdoc id = 1\n# text = EU rejects O\n${plain.replace('\n\n', '\n\n# two words\n#\tand tabs\n')}`],
    ['two columns', plain.replaceAll(/ (NNP|VBZ)/g, '')],
  ])('%s', async (_, content) => {
    const { file, examples, refused } = await read(content);
    expect(shown(examples)).toEqual(plainShown);
    expect(refused).toEqual([]);
    expect(file.scheme).toEqual({ value: 'IOB2', reason: 'every entity begins with B-', flag: '--tag-scheme' });
    expect(file.tagNames).toEqual(['O', 'B-ORG', 'B-PER', 'I-PER']);
  });

  it('has the whole example, with its line', async () => {
    const { file, examples } = await read(`\n# a comment\n${plain}`);
    expect(examples).toEqual([
      { words: ['EU', 'rejects'], tags: ['B-ORG', 'O'], line: 3 },
      { words: ['Peter', 'Blackburn'], tags: ['B-PER', 'I-PER'], line: 6 },
    ]);
    expect({ ...file, examples: undefined, close: undefined }).toEqual({
      kind: 'tokens',
      name: 'test.conll',
      format: 'conll',
      encoding: { value: 'utf-8', reason: 'every byte is valid UTF-8', flag: '--encoding' },
      task: { value: 'token-classification', reason: 'each line holds a word, in CoNLL columns', flag: '--task' },
      delimiter: { value: ' ', reason: 'blanks divide every line into 3 columns', flag: '--delimiter' },
      words: { value: 'column 1', reason: 'the first column', flag: '--text-column' },
      tags: { value: 'column 3', reason: 'the last column', flag: '--label-column' },
      scheme: { value: 'IOB2', reason: 'every entity begins with B-', flag: '--tag-scheme' },
      tagNames: ['O', 'B-ORG', 'B-PER', 'I-PER'],
    });
  });

  it('# is a word where its line is like the others', async () => {
    const { examples, refused } = await read('# O\n1 O\n\n#tag B-X\n#1 O\n# I-X\n\n# of O\n# a B c\nthen O\n');
    expect(shown(examples)).toEqual(['#/O 1/O', '#tag/B-X #1/O #/B-X', 'then/O']);
    expect(refused).toEqual([]);
  });

  it('words keep what is in them: no-break spaces, marks, blanks between tabs', async () => {
    const { examples } = await read(
      'a\u00a0b\tO\n\u00a0\tO\nDubbz\ufeff\tB-person\nNew York\tB-loc\n"\tO\n\u2028\tO\n',
    );
    expect(examples[0]!.words).toEqual(['a\u00a0b', '\u00a0', 'Dubbz\ufeff', 'New York', '"', '\u2028']);
  });

  it('numbered words, as in CoNLL-U: lines of spans and empty words are none', async () => {
    const row = (id: string, word: string, pos: string) => `${id}\t${word}\t_\t${pos}\t_\t_\t_\t_\t_\tSpaceAfter=No\n`;
    const content = `# sent_id = 1\n# text = vámonos al mar\n${row('1-2', 'vámonos', '_')}${row('1', 'vamos', 'VERB')}${row('2', 'nos', 'PRON')}${row('2.1', 'x', 'X')}${row('3', 'a', 'ADP')}\n${row('1', 'Sí', 'INTJ')}`;
    const { file, examples, refused } = await read(content);
    expect(shown(examples)).toEqual(['vamos/VERB nos/PRON a/ADP', 'Sí/INTJ']);
    expect(examples.map(({ line }) => line)).toEqual([4, 9]);
    expect(refused).toEqual([]);
    expect([file.words, file.tags, file.scheme!.value]).toEqual([
      { value: 'column 2', reason: 'the first column numbers the words', flag: '--text-column' },
      { value: 'column 4', reason: 'the universal part of speech of CoNLL-U', flag: '--label-column' },
      'none',
    ]);
    expect(file.tagNames).toEqual(['ADP', 'INTJ', 'PRON', 'VERB']);
  });

  it('columns may be named, by number', async () => {
    const { file, examples } = await read(plain, { labelColumn: '2' });
    expect(shown(examples)).toEqual(['EU/NNP rejects/VBZ', 'Peter/NNP Blackburn/NNP']);
    expect([file.tags.reason, file.scheme]).toEqual([
      'as asked',
      { value: 'none', reason: 'plain tags, such as "NNP"', flag: '--tag-scheme' },
    ]);
    const swapped = await read('B-X,Foo\n'.replace(',', ' ').repeat(2), { textColumn: '2', labelColumn: '1' });
    expect(shown(swapped.examples)).toEqual(['Foo/B-X Foo/B-X']);
  });

  it('IOB1, IOBES and BILOU become IOB2', async () => {
    const iob1 = await read('a I-X\nb I-X\nc B-X\nd O\n\ne I-Y\n');
    expect([iob1.file.scheme!.value, ...shown(iob1.examples)]).toEqual(['IOB1', 'a/B-X b/I-X c/B-X d/O', 'e/B-Y']);
    const iobes = await read('a B-X\nb I-X\nc E-X\nd S-X\n');
    expect([iobes.file.scheme!.value, ...shown(iobes.examples)]).toEqual(['IOBES', 'a/B-X b/I-X c/I-X d/B-X']);
    expect(iobes.file.tagNames).toEqual(['O', 'B-X', 'I-X'].slice(1));
    const bilou = await read('a B-X\nc L-X\nd U-X\n');
    expect([bilou.file.scheme!.value, ...shown(bilou.examples)]).toEqual(['BILOU', 'a/B-X c/I-X d/B-X']);
  });

  it('unlabelled words are one column', async () => {
    for (const content of ['EU\nrejects\n\nPeter\n', '# a comment here\nEU\nrejects\n\nPeter']) {
      const { file, examples } = await read(content, { labelRequired: false });
      expect(examples.map(({ words, tags }) => [words, tags])).toEqual([
        [['EU', 'rejects'], undefined],
        [['Peter'], undefined],
      ]);
      expect([file.scheme, file.tagNames, file.delimiter, file.tags.value]).toEqual([null, [], null, null]);
    }
    const asked = await read(plain, { labelRequired: false, labelColumn: 'none' });
    expect(asked.examples[0]).toEqual({ words: ['EU', 'rejects'], line: 1 });
  });
});

describe('what is wrong is named by its line', () => {
  it('tags that do not follow the scheme are noted, and begin an entity', async () => {
    const good = 'a B-X\nb I-X\n\n'.repeat(20);
    const { examples, refused } = await read(`${good}a O\nb I-X\nc B-X\nd I-Y\n`);
    expect(refused).toEqual([]);
    expect(examples.at(-1)).toEqual({
      words: ['a', 'b', 'c', 'd'],
      tags: ['O', 'B-X', 'B-X', 'B-Y'],
      line: 61,
      notes: [
        { kind: 'scheme', line: 62, reason: 'I-X after O' },
        { kind: 'scheme', line: 64, reason: 'I-Y after B-X' },
      ],
    });
    expect(examples.filter(({ notes }) => notes !== undefined)).toHaveLength(1);
  });

  it.each<[string, string, RefusedRow]>([
    ['one column', 'word\n', { line: 3, reason: 'one column only, not 3: "word"' }],
    ['a word without a tag', 'word\t\n', { line: 3, reason: 'one column only, not 3: "word"' }],
    ['too many columns', 'a b c d\n', { line: 3, reason: '4 columns, not 3: "a b c d"' }],
    ['no word', ' NNP O\n', { line: 3, reason: 'there is no word' }],
    ['a NUL', 'a\0 NNP O\n', { line: 3, reason: 'a NUL character' }],
    ['an unknown tag', 'a NNP PER\n', { line: 3, reason: 'the tag "PER" of "a" is none of IOB2 (O, B-NAME, I-NAME)' }],
    ['a slip', 'a NNP E-PER\n', { line: 3, reason: 'the tag "E-PER" of "a" is none of IOB2 (O, B-NAME, I-NAME)' }],
  ])('%s', async (_, line, expected) => {
    const { examples, refused } = await read(`x NNP O\n\n${line}\n${plain}\n${plain}`);
    expect(refused).toEqual([expected]);
    expect(shown(examples)).toEqual(['x/O', ...plainShown, ...plainShown]);
  });

  it('one line refuses its whole sentence, and no other', async () => {
    const { examples, refused } = await read(`x NNP O\ny\nz NNP B-X\n\n${plain}`);
    expect(refused).toEqual([
      { line: 2, reason: 'one column only, not 3: "y"; so the sentence of lines 1 to 3 is left out' },
    ]);
    expect(shown(examples)).toEqual(plainShown);
  });

  it('a tab where there is no word, and no tag', async () => {
    const { refused } = await read('a\tx\tO\n\n\tx\tO\n\nb\tx\tO\n\na\tx\t \n\nc\tx\tO\n');
    expect(refused).toEqual([
      { line: 3, reason: 'there is no word' },
      { line: 7, reason: '2 columns, not 3: "a\tx"' },
    ]);
  });

  it('a line without end, and a sentence without end', async () => {
    const long = await read(`a O\n\n${'x'.repeat(10_000_001)} O\n\nb O\n`);
    expect(long.refused).toEqual([{ line: 3, reason: 'the line is longer than 10,000,000 characters' }]);
    expect(shown(long.examples)).toEqual(['a/O', 'b/O']);
    const endless = await read(`a O\n\n${'x O\n'.repeat(100_002)}\nb O\n`);
    expect(endless.refused).toEqual([
      {
        line: 100_003,
        reason:
          'the sentence has more than 100,000 words: a blank line ends one; so the sentence of lines 3 to 100004 is left out',
      },
    ]);
    expect(shown(endless.examples)).toEqual(['a/O', 'b/O']);
  });

  async function errorOf(content: string, wishes: ExampleWishes = {}) {
    const error = await read(content, wishes).catch((thrown: unknown) => thrown);
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    return [error.message, error.where, error.fix];
  }

  it.each<[string, string, ExampleWishes, (string | undefined)[]]>([
    [
      'comments alone',
      '-DOCSTART- -X- O\n\n',
      {},
      [
        'there is no line with a word',
        'test.conll',
        'write a word and its tag on each line, and a blank line after each sentence',
      ],
    ],
    [
      'words alone',
      'EU\nrejects\n',
      {},
      [
        'the file has words only, no tags',
        'test.conll',
        'write a word and its tag on each line, with a blank or a tab between them',
      ],
    ],
    [
      'tags not wanted',
      plain,
      { labelColumn: 'none' },
      ['the file has words only, no tags', 'test.conll', 'leave --label-column none out'],
    ],
    [
      'nothing usable',
      ' O\n\n B-X\n',
      {},
      [
        'no sentence can be used; the first: there is no word',
        'test.conll, line 1',
        'every line has as many columns as the others, and a blank line ends a sentence',
      ],
    ],
    [
      'a column that is not there',
      plain,
      { labelColumn: '4' },
      [
        'there is no column "4"',
        'test.conll',
        'CoNLL columns have no names: --label-column takes a number from 1 to 3',
      ],
    ],
    [
      'a name for a column',
      plain,
      { textColumn: 'text' },
      [
        'there is no column "text"',
        'test.conll',
        'CoNLL columns have no names: --text-column takes a number from 1 to 3',
      ],
    ],
    [
      'one column twice',
      plain,
      { textColumn: '3', labelColumn: '3' },
      ['column 3 is asked for twice', 'test.conll', 'give --text-column and --label-column different columns'],
    ],
    [
      'a comma',
      plain,
      { delimiter: ',' },
      ['"," does not divide CoNLL columns', undefined, '--delimiter takes tab or space there'],
    ],
  ])('%s', async (_, content, wishes, expected) => {
    expect(await errorOf(content, wishes)).toEqual(expected);
  });
});

describe('what the writer writes', () => {
  it('is word, gold, predicted', () => {
    expect(conllSentence({ words: ['EU', 'rejects'], gold: ['B-ORG', 'O'], predicted: ['B-ORG', 'B-X'] })).toBe(
      'EU B-ORG B-ORG\nrejects O B-X\n\n',
    );
    expect(conllSentence({ words: ['EU'], predicted: ['O'] })).toBe('EU O\n\n');
    expect(
      conllSentence({
        words: ['New York', 'a\u00a0\n\tb', '', '\ufeff', '-DOCSTART-', '\x85'],
        predicted: [...'OOOOOO'],
      }),
    ).toBe('New_York O\na___b O\n_ O\n\ufeff O\n_DOCSTART_ O\n_ O\n\n');
  });

  it('the reader reads back, whatever the words', async () => {
    const pieces = ['#', 'a', 'ß', '🙂', '"', '-', '\ufeff', '東', "'", '\\', ',', 'O', 'B-X', '\u200b', '1'];
    const random = randomIntegers({ seed: 1, step: 0, site: 0 });
    const sentences = Array.from({ length: 500 }, () => {
      const words = Array.from({ length: 1 + randomBelow(random, 8) }, () =>
        Array.from({ length: 1 + randomBelow(random, 4) }, () => pieces[randomBelow(random, pieces.length)]).join(''),
      );
      return { words, gold: words.map(() => 'O'), predicted: words.map(() => (randomBelow(random, 2) ? 'O' : 'B-X')) };
    });
    const path = fileOf(sentences.map(conllSentence).join(''));
    const { examples, refused } = await readFile(path);
    expect(refused).toEqual([]);
    expect(examples.map(({ words, tags }) => ({ words, tags }))).toEqual(
      sentences.map(({ words, predicted }) => ({ words, tags: predicted })),
    );
    const gold = await readFile(path, { labelColumn: '2' });
    expect(new Set(gold.examples.flatMap(({ tags }) => tags))).toEqual(new Set(['O']));
  });
});

const root = '../shared/data/ner';

describe.skipIf(!existsSync(root))(`real files (skipped where ${root} is absent)`, () => {
  // Words and B- tags counted with awk.
  it.each([
    ['conll2003/train.txt', 14041, 203621, 23499, 'blanks divide every line into 4 columns'],
    ['conll2003/valid.txt', 3250, 51362, 5942, 'blanks divide every line into 4 columns'],
    ['conll2003/test.txt', 3453, 46435, 5648, 'blanks divide every line into 4 columns'],
    ['wnut17/wnut17train.conll', 3394, 62730, 1975, 'tabs divide every line into 2 columns'],
    ['wnut17/emerging.dev.conll', 1009, 15733, 836, 'tabs divide every line into 2 columns'],
    ['wnut17/emerging.test.annotated', 1287, 23394, 1079, 'tabs divide every line into 2 columns'],
  ])('%s: %i sentences', async (path, sentences, words, entities, reason) => {
    const { file, examples, refused } = await readFile(`${root}/${path}`);
    expect(refused).toEqual([]);
    expect(examples).toHaveLength(sentences);
    expect(examples.reduce((sum, example) => sum + example.words.length, 0)).toBe(words);
    expect(examples.flatMap(({ tags }) => tags!).filter((tag) => tag.startsWith('B-'))).toHaveLength(entities);
    expect(examples.filter(({ notes }) => notes !== undefined)).toEqual([]);
    expect([file.delimiter!.reason, file.scheme!.value]).toEqual([reason, 'IOB2']);
    expect(file.tagNames).toHaveLength(path.startsWith('conll') ? 9 : 13);
  });

  it('a sentence of each, whole', async () => {
    const conll = await readFile(`${root}/conll2003/train.txt`);
    expect(conll.examples[1]).toEqual({ words: ['Peter', 'Blackburn'], tags: ['B-PER', 'I-PER'], line: 13 });
    const wnut = await readFile(`${root}/wnut17/emerging.dev.conll`);
    const withMark = wnut.examples.find(({ words }) => words.includes('Dubbz\ufeff'))!;
    expect(withMark.tags![withMark.words.indexOf('Dubbz\ufeff')]).toBe('B-person');
  });
});
