import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyCheckpoint } from '../tasks/tiny-model.ts';
import { runCli } from './run-cli.ts';

export interface TinyRun {
  /** A folder of its own, where commands run. */
  folder: string;
  /** Relative to it: a run that tells letters up to m (yes) from those after it (no). */
  run: string;
  /** Relative to it: a labelled file, columns `id`, `text`, `answer`. */
  data: string;
}

export const csvOf = (rows: string[][]): string => rows.map((row) => `${row.join(',')}\n`).join('');

/** Rows of id, text and answer: some letters of one half of the alphabet each. */
export function answers(count: number): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const isYes = i % 3 === 0;
    const letters = Array.from({ length: 1 + ((i * 7) % 11) }, (_, j) => (isYes ? 97 : 110) + ((i * 5 + j * 3) % 13));
    return [`q${i}`, letters.map((code) => String.fromCharCode(code)).join(' '), isYes ? 'yes' : 'no'];
  });
}

/** Makes a folder with the small checkpoint in it. */
export async function writeTinyCheckpoint(folder: string): Promise<void> {
  mkdirSync(folder);
  const checkpoint = await tinyCheckpoint();
  for (const name of await checkpoint.list()) {
    const file = await checkpoint.open(name);
    writeFileSync(join(folder, name), await file.read(0, file.size));
  }
}

/** Trains a small model by the command line; some seconds. */
export async function trainTinyRun(): Promise<TinyRun> {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
  await writeTinyCheckpoint(join(folder, 'tiny'));
  writeFileSync(join(folder, 'answers.csv'), csvOf([['id', 'text', 'answer'], ...answers(240)]));
  const settings = [
    '--epochs',
    '10',
    '--dropout',
    '0',
    '--learning-rate',
    '0.01',
    '--batch-size',
    '16',
    '--max-length',
    '20',
  ];
  const columns = ['--text-column', 'text', '--label-column', 'answer'];
  const trained = await runCli(
    ['train', 'answers.csv', '--model', 'tiny', '-o', 'runs/tiny', ...settings, ...columns],
    {
      cwd: folder,
    },
  );
  if (trained.code !== 0) throw new Error(`training ended with ${trained.code}: ${trained.stderr}`);
  return { folder, run: 'runs/tiny', data: 'answers.csv' };
}
