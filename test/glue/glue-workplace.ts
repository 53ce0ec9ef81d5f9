import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyCheckpoint } from '../cli/tiny-run.ts';

/** A folder of its own with a small checkpoint and small files of five tasks. */
export async function glueWorkplace(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-glue-'));
  await writeTinyCheckpoint(join(folder, 'tiny'));
  writeTinyGlue(join(folder, 'glue'));
  return folder;
}

/** What every run with the small checkpoint takes. */
export const tinySettings = [
  '--data',
  'glue',
  '--model',
  'tiny',
  'maxLength=20',
  'batchSize=16',
  'optimizer.learningRate=0.01',
];

const letters = (from: number, count: number, seed: number) =>
  Array.from({ length: count }, (_, j) => String.fromCharCode(from + ((seed * 5 + j * 3) % 13))).join(' ');

/** A text of letters of the first half of the alphabet (of class 1) or of the second. */
const textOf = (i: number) => letters(i % 3 === 0 ? 97 : 110, 1 + ((i * 7) % 8), i);
const classOf = (i: number) => (i % 3 === 0 ? 1 : 0);

export function writeTinyGlue(root: string): void {
  const write = (folder: string, name: string, lines: string[]) => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, name), lines.map((line) => `${line}\n`).join(''));
  };
  const rows = (count: number, line: (i: number) => string, from = 0) =>
    Array.from({ length: count }, (_, i) => line(i + from));
  const cola = (i: number) => `src\t${classOf(i)}\t\t${textOf(i)}`;
  write('CoLA', 'train.tsv', rows(90, cola));
  write('CoLA', 'dev.tsv', rows(37, cola, 200));
  const mrpc = (i: number) => `${classOf(i)}\t${i}\t${i}\t"${textOf(i)}\t${textOf(i + 3)}`;
  const mrpcHeader = '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String';
  write('MRPC', 'train.tsv', [mrpcHeader, ...rows(60, mrpc), '1\tbroken']);
  write('MRPC', 'dev.tsv', [mrpcHeader, ...rows(31, mrpc, 200)]);
  const stsb = (i: number) => `${i}${'\tx'.repeat(6)}\t${textOf(i)}\t${textOf(i + 1)}\t${classOf(i) * 4 + (i % 2)}.5`;
  const stsbHeader = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore';
  write('STS-B', 'train.tsv', [stsbHeader, ...rows(60, (i) => stsb(i).replace('5.5', '5.0'))]);
  write('STS-B', 'dev.tsv', [stsbHeader, ...rows(29, (i) => stsb(i).replace('5.5', '5.0'), 200)]);
  const mnliLabels = ['contradiction', 'entailment', 'neutral'];
  const mnli = (columns: number) => (i: number) =>
    `${i}${'\t'.repeat(8)}${textOf(i)}\t${textOf(i + 2)}${'\t'.repeat(columns - 10)}${mnliLabels[(classOf(i) * 2 + (i % 2)) % 3]}`;
  const mnliHeader = (labels: string) =>
    `index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2\t${labels}`;
  write('MNLI', 'train.tsv', [mnliHeader('label1\tgold_label'), ...rows(60, mnli(12))]);
  const five = mnliHeader('label1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label');
  write('MNLI', 'dev_matched.tsv', [five, ...rows(23, mnli(16), 200)]);
  write('MNLI', 'dev_mismatched.tsv', [five, ...rows(19, mnli(16), 300)]);
  const rte = (i: number) => `${i}\t${textOf(i)}\t${textOf(i)}\t${classOf(i) === 1 ? 'entailment' : 'not_entailment'}`;
  write('RTE', 'train.tsv', ['index\tsentence1\tsentence2\tlabel', ...rows(40, rte)]);
  write('RTE', 'dev.tsv', ['index\tsentence1\tsentence2\tlabel', ...rows(17, rte, 200)]);
  const tests = rows(3000, (i) => `${i}\t${textOf(i)}\t${textOf(i + 1)}`);
  write('RTE', 'test.tsv', ['index\tsentence1\tsentence2', ...tests]);
}
