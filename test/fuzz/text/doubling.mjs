// How the time to read a file grows as the file does: each kind is read at a size, twice and four times of it. Ends with 1 where
// four times the size takes more than eight times as long.
// npm run build && node test/fuzz/text/doubling.mjs [part of a name]
import { createAudit } from '../../../dist/src/data/audit.js';
import { openExamples } from '../../../dist/src/data/example-file.js';
import { orderLabels } from '../../../dist/src/data/label-order.js';
import { stratifiedSplit } from '../../../dist/src/data/split.js';

const repeat = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('');
const question = (context, qas) => JSON.stringify({ data: [{ paragraphs: [{ context, qas }] }] });
const missing = (i) => ({ id: i, question: 'What?', answers: [{ text: `none ${i}`, answer_start: 0 }] });

/** What is read at a size: name of the file, wishes, and the text. */
const kinds = {
  'a long cell in quotes': ['a.csv', {}, (n) => `text,label\na,b\n"${'x'.repeat(2 * n)}",a\nc,b\n`],
  'quotes that are doubled': ['a.csv', {}, (n) => `text,label\na,b\n"${'""'.repeat(n)}",a\nc,b\n`],
  'quotes that are not': ['a.csv', {}, (n) => `text,label\na,b\n"${'a"b"'.repeat(n / 2)}",a\nc,b\n`],
  'quotes, then blanks': ['a.csv', {}, (n) => `text,label\na,b\n"${'a" '.repeat(n / 2)}${' '.repeat(n)},a\nc,b\n`],
  'cells of a row': ['a.csv', {}, (n) => `text,label\na,b\n${','.repeat(2 * n)}\nc,b\n`],
  'columns of the header': ['a.csv', {}, (n) => `${'a,'.repeat(n / 4)}\n${'b\n'.repeat(n / 4)}`],
  'columns with a name each': [
    'a.csv',
    { header: true },
    (n) => `${repeat(n / 100, (i) => `c${i},`)}text\n${repeat(100, () => `${'1,'.repeat(n / 100)}a b\n`)}`,
  ],
  'rows that are refused': ['a.csv', {}, (n) => `text,label\na,b\nc,b\n${'a,b,c\n'.repeat(n / 4)}`],
  'labels that all differ': [
    'a.csv',
    { labelColumn: 'label' },
    (n) => `text,label\n${repeat(n / 4, (i) => `t ${i},l${i}\n`)}`,
  ],
  'labels in lists': [
    'a.csv',
    { task: 'multi-label' },
    (n) => `text,labels\na b,"['x', 'y']"\nc d,"[${repeat(n / 4, (i) => `'${i % 999}', `)}]"\n`,
  ],
  'keys of an object': [
    'a.jsonl',
    {},
    (n) => `{"text":"a b"${repeat(Math.min(9000, n / 100), (i) => `,"k${i}":1`)}}\n${'{"text":"a"}\n'.repeat(n / 100)}`,
  ],
  'lists in lists': ['a.jsonl', {}, (n) => `{"text":"a b","more":${'['.repeat(n)}${']'.repeat(n)}}\n{"text":"c d"}\n`],
  'entities of a text': [
    'a.jsonl',
    { entityOffsets: 'code-points' },
    (n) =>
      JSON.stringify({
        text: '😀a '.repeat(n / 32),
        entities: Array.from({ length: n / 32 }, (_, i) => [3 * i, 3 * i + 2, 'X']),
      }),
  ],
  'answers of a question': [
    'a.jsonl',
    {},
    (n) =>
      JSON.stringify({
        question: 'What?',
        context: repeat(n / 32, (i) => `w${i}x `),
        answers: Array.from({ length: n / 32 }, (_, i) => ({ text: `w${i}x`, answer_start: 0 })),
      }),
  ],
  'questions about a context': [
    'a.json',
    {},
    (n) =>
      question(`${'word '.repeat(n / 16)}end.`, [
        ...Array.from({ length: n / 64 }, (_, i) => missing(i)),
        { question: 'Why?', answers: [] },
      ]),
  ],
  paragraphs: [
    'a.json',
    {},
    (n) =>
      JSON.stringify({
        data: [
          {
            paragraphs: Array.from({ length: n / 64 }, () => ({
              context: 'This.',
              qas: [{ question: 'Why?', answers: [] }],
            })),
          },
        ],
      }),
  ],
  'blanks of a CoNLL line': ['a.conll', {}, (n) => `a O\nb${' '.repeat(2 * n)}O\n`],
  'words of a sentence': ['a.conll', {}, (n) => 'word O\n'.repeat(n / 16)],
  'lines that begin with #': [
    'a.conll',
    { task: 'token-classification' },
    (n) => `${'# a\n'.repeat(n / 4)}\na O\nb B-X\n`,
  ],
  'a word': ['a.txt', { task: 'token-classification' }, (n) => `${'😀'.repeat(n / 8)} b\n`],
  'characters of no width': ['a.txt', { task: 'token-classification' }, (n) => `a${'\u200b'.repeat(n / 8)}b c\n`],
};

/** Reads a text in pieces of 64 KiB, and does with the examples what a check and a split do. */
async function read([name, wishes, make], size) {
  const bytes = Buffer.from(make(size));
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  const start = performance.now();
  try {
    const file = await openExamples(pieces(), { name, labelRequired: false, ...wishes });
    const audit = createAudit({ task: 'sequence-classification', maxLength: 100 });
    const labels = [];
    for await (const example of file.examples()) {
      if (!('text' in example) || 'words' in example) continue;
      audit.add('train', example, 5);
      if (example.label !== undefined) labels.push(example.label);
    }
    await file.close();
    audit.report();
    const order = new Map(orderLabels(labels).map((label, i) => [label, i]));
    stratifiedSplit(
      labels.length,
      labels.map((label) => order.get(label)),
      { validation: 0.1 },
      0,
    );
  } catch (error) {
    if (error.name !== 'DataError') throw error;
  }
  return performance.now() - start;
}

const least = async (kind, size) =>
  Math.min(...[await read(kind, size), await read(kind, size), await read(kind, size)]);

const [wanted = ''] = process.argv.slice(2);
let failures = 0;
for (const [name, kind] of Object.entries(kinds)) {
  if (!name.includes(wanted)) continue;
  const size = 1 << 20;
  await read(kind, size);
  const times = [await least(kind, size), await least(kind, 2 * size), await least(kind, 4 * size)];
  const ratio = times[2] / times[0];
  if (ratio > 8) failures++;
  console.log(
    `${name.padEnd(28)}${times.map((ms) => `${ms.toFixed(0)} ms`.padStart(10)).join('')}  ${ratio.toFixed(1)} times at 4 times the size`,
  );
}
process.exitCode = failures > 0 ? 1 : 0;
