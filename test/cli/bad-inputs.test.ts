import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notes, runCli } from './run-cli.ts';
import { trainTinyRun } from './tiny-run.ts';

const header = 'text,label\n';
const words = ['first', 'second', 'third', 'fourth', 'fifth'];
const good = header + words.map((word) => `the ${word} text,a\nand the ${word} of others,b\n`).join('');

interface BadInput {
  name: string;
  file: string;
  /** More arguments. */
  args?: string[];
  write(path: string): void;
}

const file = (name: string, path: string, content: string | Uint8Array, args: string[] = []): BadInput => ({
  name,
  file: path,
  args,
  write: (where) => writeFileSync(where, content),
});

const json = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const sentences = 'EU B-ORG\nrejects O\n\nPeter B-PER\nBlackburn I-PER\n\nof O\nLondon B-LOC\n\n';
const text = 'Ada Lovelace lived in London';
const entities = {
  text,
  entities: [
    [0, 12, 'PER'],
    [22, 28, 'LOC'],
  ],
};
const context = 'Ada Lovelace was born in London in 1815.';
const question = (id: string, answer: string, start: number) => ({
  id,
  question: `Question ${id}?`,
  context,
  answers: { text: [answer], answer_start: [start] },
});
const squad = (version: string, ...qas: object[]) =>
  JSON.stringify({ version, data: [{ title: 'Ada', paragraphs: [{ context, qas }] }] });
const where = { id: 'where', question: 'Where?', answers: [{ text: 'London', answer_start: 25 }] };
const when = { id: 'when', question: 'When?', answers: [{ text: '1815', answer_start: 35 }] };
const genres = [['comedy'], ['drama', 'war'], ['drama'], [], ['comedy', 'drama']].map((labels, i) => ({
  text: `a film of kind ${i}`,
  genres: labels,
}));

/** What a person may hand in, each in a file of its own. */
const inputs: BadInput[] = [
  file('a byte order mark', 'bom.csv', `\uFEFF${good}`),
  file('UTF-16', 'utf16.csv', Buffer.from(`\uFEFF${good}`, 'utf16le')),
  file('Latin-1', 'latin1.csv', Buffer.from(`${good}na\xefve caf\xe9,a\n`, 'latin1')),
  file('CRLF', 'crlf.csv', good.replaceAll('\n', '\r\n')),
  file('lone CR', 'cr.csv', good.replaceAll('\n', '\r')),
  file('ragged rows', 'ragged.csv', `${good}too, many, cells\nlonely\n`),
  file('an unclosed quote, in a file without quotes', 'unclosed.csv', `${good}"never closed,a\nthe next text,b\n`),
  file(
    'an unclosed quote, in a file with quotes',
    'open.csv',
    `${good}"with, a comma",a\n"never closed,b\nthe next,a\n`,
  ),
  file('a NUL', 'nul.csv', `${good}with a \0 in it,a\n`),
  file('one column only', 'column.csv', 'text\nthe first text is here\na second text is there\none more text\n'),
  file('a header only', 'header.csv', header),
  file('an empty file', 'empty.csv', ''),
  { name: 'a directory', file: 'folder.csv', write: (path) => mkdirSync(path) },
  file('a binary file', 'binary.csv', Buffer.from('89504e470d0a1a0a0000000d49484452000001000000010008060000', 'hex')),
  file('a gzipped file', 'packed.csv', Buffer.from('1f8b080000000000000349cccb57c84c290600', 'hex')),
  file('no such file', 'missing.csv', ''),
  {
    name: 'a field of 100 MB',
    file: 'huge.csv',
    write(path) {
      writeFileSync(path, good);
      const megabyte = 'x'.repeat(1 << 20);
      for (let i = 0; i < 100; i++) appendFileSync(path, megabyte);
      appendFileSync(path, ',a\n');
    },
  },
  file(
    '10,000 columns',
    'columns.csv',
    good
      .trimEnd()
      .split('\n')
      .map((line, i) => `${line}${Array.from({ length: 9998 }, (_, k) => `,${i === 0 ? `c${k}` : 1}`).join('')}\n`)
      .join(''),
  ),
  file(
    '5,000 labels',
    'labels.csv',
    header + Array.from({ length: 10_000 }, (_, i) => `text number ${i} of many,label ${i % 5000}\n`).join(''),
  ),
  file('every row with one label', 'one-label.csv', good.replaceAll(',b\n', ',a\n')),
  file('JSON that is one list', 'list.json', '[{"text": "a text", "label": "a"}]\n'),
  file(
    'tags that do not follow the scheme',
    'scheme.conll',
    `${sentences}the O\nBBC I-ORG\n\nBonn B-LOC\nto O\nUlm I-LOC\n`,
  ),
  file('a tag of no scheme', 'tag.conll', `${sentences}Bonn LOC\nis O\n`),
  file('lines without a word or a tag', 'columns.conll', `${sentences}Bonn\nis O\n\n B-LOC\n`),
  file('tags that training lacks', 'train.conll', sentences, ['--validation', 'unknown.conll']),
  file('words without tags', 'words.conll', 'EU\nrejects\n\nPeter\n'),
  file('numbers for tags', 'numbers.jsonl', json({ tokens: ['EU', 'rejects'], ner_tags: [3, 0] })),
  file(
    'fewer tags than words',
    'fewer.jsonl',
    json({ tokens: ['EU', 'rejects'], tags: ['B-ORG', 'O'] }, { tokens: ['a', 'b'], tags: ['O'] }),
  ),
  file('an entity outside the text', 'outside.jsonl', json(entities, { text, entities: [[22, 40, 'LOC']] })),
  file(
    'entities that overlap',
    'overlap.jsonl',
    json(entities, {
      text,
      entities: [
        [0, 12, 'PER'],
        [4, 18, 'X'],
      ],
    }),
  ),
  file(
    'an entity that is not its text',
    'other.jsonl',
    json(entities, { text, entities: [{ start: 0, end: 3, label: 'PER', text: 'Bob' }] }),
  ),
  file('an entity that ends inside a word', 'cut.jsonl', json(entities, { text, entities: [[0, 10, 'PER']] })),
  file(
    'an answer that is not at its place',
    'place.jsonl',
    json(question('a', 'London', 25), question('b', 'London', 3), question('c', 'in', 7)),
  ),
  file(
    'an answer that is nowhere',
    'nowhere.json',
    squad('1.1', where, when, { ...where, id: 'wrong', answers: [{ text: 'Paris', answer_start: 25 }] }),
  ),
  file(
    'an empty context',
    'context.jsonl',
    json(question('a', 'London', 25), { ...question('b', 'x', 0), context: ' ' }),
  ),
  file(
    'an id twice, and no answer in version 1',
    'twice.json',
    squad('1.1', where, when, { ...when, id: 'where' }, { id: 'why', question: 'Why?', answers: [] }),
  ),
  file("SQuAD's JSON, cut off", 'cut.json', squad('1.1', where, when).split('"Where?"')[0]!),
  file(
    'lists of labels with something else among them',
    'lists.jsonl',
    json(...genres, { text: 'an odd one', genres: [{ name: 'war' }] }),
  ),
  file(
    'a label column that is neither 0 nor 1',
    'marks.csv',
    `text,sport,news\n${'some text,0,1\nanother text,1,0\n'.repeat(3)}a third,maybe,1\na fourth,,0\n`,
    ['--label-columns', 'sport,news'],
  ),
  file('words with tags, for another task', 'task.conll', sentences, ['--task', 'sequence-classification']),
  file('texts, where tagged words are asked for', 'texts.csv', good, ['--task', 'token-classification']),
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
  for (const { file, write } of inputs) if (file !== 'missing.csv') write(join(folder, file));
  writeFileSync(join(folder, 'unknown.conll'), 'Hamlet B-WORK\nin O\nLondon B-LOC\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bad inputs', () => {
  // A process for each of them.
  it('are what docs/bad-inputs.md says', { timeout: 600_000 }, async () => {
    const rows: string[] = [];
    const outputs: string[] = [];
    for (const { name, file, args = [] } of inputs) {
      const { code, stdout, stderr } = await runCli(['data', 'check', file, ...args], { cwd: folder });
      const said = code === 0 ? oneLine(stdout) : stderr.split('\n')[0]!.replace('error: ', '');
      rows.push(`| ${name} | ${said.replaceAll('|', '\\|')} | ${code} |`);
      outputs.push(
        `### ${name}\n\n\`\`\`\n$ distiltune data check ${[file, ...args].join(' ')}\n${stdout}${stderr}\`\`\`\n`,
      );
    }
    const page = `${introduction}\n| input | what is found | exit code |\n|---|---|---|\n${rows.join('\n')}\n\n## In full\n\n${outputs.join('\n')}`;
    await expect(page).toMatchFileSnapshot('../../docs/bad-inputs.md');
  });

  it.each([
    ['empty.csv', 3, 'error: the file is empty'],
    ['folder.csv', 3, 'error: there is no train.csv, train.tsv or train.jsonl in the folder'],
    ['column.csv', 3, 'error: the file has one column only'],
    ['one-label.csv', 3, 'error: column "label" holds one value only (a)'],
    ['open.csv', 3, 'error: a quote opens and never closes: the rest of the file would become one cell'],
  ])('%s cannot be trained on', async (file, exitCode, message) => {
    const { code, stdout, stderr } = await runCli(['train', file, '--dry-run'], { cwd: folder });
    expect([code, stdout, notes({ stderr })[0]]).toEqual([exitCode, '', message]);
  });

  it('predict labels every row of them that can be read', async () => {
    const run = await trainTinyRun();
    const predicted = async (file: string) => {
      const finished = await runCli(['predict', run.run, join(folder, file), '--top', '1', '--text-column', '1'], {
        cwd: run.folder,
      });
      return [finished.code, finished.stdout.trimEnd().split('\n').length - 1, notes(finished)];
    };
    const at = (file: string) => join(folder, file);
    expect(await predicted('utf16.csv')).toEqual([0, 10, []]);
    expect(await predicted('cr.csv')).toEqual([0, 10, []]);
    expect(await predicted('column.csv')).toEqual([0, 3, []]);
    expect(await predicted('nul.csv')).toEqual([
      0,
      10,
      [`! ${at('nul.csv')}, line 12: left out, a NUL character in column 1 ("text")`],
    ]);
    expect(await predicted('huge.csv')).toEqual([
      0,
      10,
      [`! ${at('huge.csv')}, line 12: left out, the row is longer than 10,000,000 characters`],
    ]);
    expect(await predicted('header.csv')).toEqual([
      3,
      0,
      [
        'error: there are no rows under the header',
        `   in: ${at('header.csv')}`,
        '   do: if the first row is data, give --no-header',
      ],
    ]);
    rmSync(run.folder, { recursive: true });
  });
});

const introduction = `# Bad inputs

What \`distiltune data check\` says of files as they come, and the exit code: 0, the file can be trained on; 3, it cannot. This page is
written by \`test/cli/bad-inputs.test.ts\`, which fails when it is no longer true (\`npx vitest run test/cli/bad-inputs.test.ts -u\` writes it anew).
`;

/** What decided how a file is read, how many rows it has, and what is wrong with some. */
function oneLine(stdout: string): string {
  const [reading, findings] = stdout.trimEnd().split('\n\n') as [string, string];
  const [encoding] = /(?<=encoding {2,})\S+/.exec(reading) ?? [];
  const [rows, ...rest] = findings.split(/\n {2}(?=\S)/) as [string, ...string[]];
  const warnings = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(2));
  const [, unit, count] = /^ *(\S+) +(.*)$/.exec(rows) ?? [];
  return [`${encoding}, ${count} ${unit}`, ...warnings].join('; ').replace(/\s+/g, ' ');
}
