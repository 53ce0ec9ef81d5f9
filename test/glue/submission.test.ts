import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import {
  baselineValues,
  submissionFiles,
  submissionProblems,
  submissionText,
  submissionValues,
  submissionZip,
} from '../../tasks/glue/submission.ts';
import { glueTask } from '../../tasks/glue/tasks.ts';

const baselines = () =>
  new Map(
    submissionFiles.map(({ set, task }) => [set.submission, submissionText(baselineValues(task, set.file.rows))]),
  );

/** Names and texts of a zip, in its order. */
async function unzip(bytes: Uint8Array): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(Buffer.from(bytes));
  const found = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    const stream = await zip.openReadStreamPromise(entry);
    found.set(entry.fileName, (await buffer(stream)).toString('utf8'));
  }
  return found;
}

/** Of the server's rules. */
const rules: [name: string, rows: number, allowed: RegExp][] = [
  ['MNLI-m.tsv', 9796, /^(entailment|neutral|contradiction)$/],
  ['MNLI-mm.tsv', 9847, /^(entailment|neutral|contradiction)$/],
  ['QQP.tsv', 390_965, /^[01]$/],
  ['QNLI.tsv', 5463, /^(entailment|not_entailment)$/],
  ['SST-2.tsv', 1821, /^[01]$/],
  ['CoLA.tsv', 1063, /^[01]$/],
  ['STS-B.tsv', 1379, /^[0-5]\.\d{3}$/],
  ['MRPC.tsv', 1725, /^[01]$/],
  ['RTE.tsv', 3000, /^(entailment|not_entailment)$/],
  ['WNLI.tsv', 146, /^[01]$/],
  ['AX.tsv', 1104, /^(entailment|neutral|contradiction)$/],
];

test('the zip, unpacked: names, rows, headers, values, order', async () => {
  const texts = baselines();
  const answers = submissionValues(
    glueTask('rte'),
    Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
  );
  texts.set('RTE.tsv', submissionText(answers));
  const found = await unzip(submissionZip(texts));
  expect([...found.keys()]).toEqual(rules.map(([name]) => name));
  for (const [name, rows, allowed] of rules) {
    const lines = found.get(name)!.split('\n');
    expect([name, lines[0], lines.at(-1), lines.length - 2]).toEqual([name, 'index\tprediction', '', rows]);
    const wrong = lines.slice(1, -1).filter((line, i) => {
      const cells = line.split('\t');
      return cells.length !== 2 || cells[0] !== String(i) || !allowed.test(cells[1]!);
    });
    expect([name, wrong]).toEqual([name, []]);
  }
  expect(found.get('RTE.tsv')!.split('\n').slice(1, 5)).toEqual([
    '0\tnot_entailment',
    '1\tentailment',
    '2\tentailment',
    '3\tnot_entailment',
  ]);
});

test('scores are clipped to 0 and 5, and only there; classes are written as the server wants them', () => {
  expect(submissionValues(glueTask('stsb'), [-0.3, 2.34567, 5.71, 5])).toEqual(['0.000', '2.346', '5.000', '5.000']);
  expect(submissionValues(glueTask('mnli'), [0, 1, 2])).toEqual(['entailment', 'neutral', 'contradiction']);
  expect(submissionValues(glueTask('wnli'), [0, 1])).toEqual(['0', '1']);
  expect(() => submissionValues(glueTask('stsb'), [Number.NaN])).toThrow('prediction 0 of STS-B is NaN');
  expect(() => submissionValues(glueTask('cola'), [0, -1])).toThrow('prediction 1 of CoLA is class -1');
});

test.each([
  ['a row too few', (text: string) => text.replace(/\n145\t0\n$/, '\n'), '145 rows where 146 belong'],
  ['a row twice', (text: string) => text.replace('\n7\t0\n', '\n7\t0\n7\t0\n'), '147 rows where 146 belong'],
  ['another order', (text: string) => text.replace('\n3\t0\n4\t0\n', '\n4\t0\n3\t0\n'), 'row 3 is "4\\t0"'],
  ['counted from 1', (text: string) => text.replace('\n0\t0\n', '\n1\t0\n'), 'row 0 is "1\\t0"'],
  ['another value', (text: string) => text.replace('\n5\t0\n', '\n5\tentailment\n'), 'row 5 is "5\\tentailment"'],
  ['another header', (text: string) => text.replace('index', 'id'), 'the header is "id\\tprediction"'],
  ['an open end', (text: string) => text.slice(0, -1), 'the last line does not end'],
])('%s is refused', (_, change, message) => {
  const file = submissionFiles.find(({ set }) => set.submission === 'WNLI.tsv')!;
  const text = submissionText(baselineValues(file.task, 146));
  expect(submissionProblems(file, text)).toEqual([]);
  expect(submissionProblems(file, change(text)).join('; ')).toContain(message);
  expect(() => submissionZip(new Map([...baselines(), ['WNLI.tsv', change(text)]]))).toThrow(message);
});

test('a file too few or too many', () => {
  const texts = baselines();
  expect(() => submissionZip(new Map([...texts, ['notes.tsv', '']]))).toThrow('no file of a submission: notes.tsv');
  texts.delete('AX.tsv');
  expect(() => submissionZip(texts)).toThrow('it is missing');
});
