/** The tasks that are measured: which rows, how our command line reads them, and how the reference script is told of them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { UsageError } from './command.mjs';
import { csvOf } from './training-rows.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What there is of a task.
 * @typedef {object} Task
 * @property {'sequence' | 'tokens'} kind whether the head reads one token of each row or all
 * @property {string} train below the data folder, or, `inProject`, below the project
 * @property {string} dev
 * @property {string[]} settings how `train` reads the files
 * @property {() => { train: string, dev: string }} [make] writes the files, which are not there before
 * @property {(file: string) => string[]} labels in the order in which the reference numbers them
 * @property {number[]} [columns] of the texts in `dev`, from 0
 * @property {boolean} [hasHeader] of `dev`
 */

function csvForPeer({ train, dev }) {
  return ['--task', 'csv', '--train', train, '--dev', dev, '--label-column', 'category'];
}

/** GLUE's files have no quoting at all. */
function glue(folder, { columns, hasHeader = true, read, labels = ['0', '1'] }) {
  return {
    kind: 'sequence',
    train: `glue/${folder}/train.tsv`,
    dev: `glue/${folder}/dev.tsv`,
    columns,
    hasHeader,
    settings: ['data.delimiter=tab', 'data.quotes=false', '--task', 'sequence-classification', ...read],
    labels: () => labels,
  };
}

const table = {
  cola: glue('CoLA', {
    columns: [3],
    hasHeader: false,
    read: ['data.header=false', '--text-column', '4', '--label-column', '2'],
  }),
  sst2: glue('SST-2', { columns: [0], read: ['--text-column', 'sentence', '--label-column', 'label'] }),
  mrpc: glue('MRPC', {
    columns: [3, 4],
    read: ['--text-column', '#1 String', '--pair-column', '#2 String', '--label-column', 'Quality'],
  }),
  rte: glue('RTE', {
    columns: [1, 2],
    read: ['--text-column', 'sentence1', '--pair-column', 'sentence2', '--label-column', 'label'],
    labels: ['entailment', 'not_entailment'],
  }),
  conll2003: {
    kind: 'tokens',
    train: 'ner/conll2003/train.txt',
    dev: 'ner/conll2003/valid.txt',
    settings: ['--task', 'token-classification'],
    labels: tagsOf,
  },
  banking77: {
    kind: 'sequence',
    inProject: true,
    train: 'examples/data/banking77/train.csv',
    dev: 'examples/data/banking77/test.csv',
    columns: [0],
    hasHeader: true,
    settings: ['--text-column', 'text', '--label-column', 'category'],
    labels: categoriesOf,
    peer: csvForPeer,
  },
  /** Rows that are all cut off at the greatest length: what memory takes at most. */
  full: {
    kind: 'sequence',
    make: fullRowsOf,
    columns: [0],
    hasHeader: true,
    settings: ['--text-column', 'text', '--label-column', 'category'],
    labels: categoriesOf,
    peer: csvForPeer,
  },
};

export const taskNames = Object.keys(table);
/** Their dev rows can be predicted by all peers. */
export const textTaskNames = taskNames.filter((name) => table[name].kind === 'sequence');

export const taskOptions = {
  task: { kind: 'text', choices: taskNames, default: 'banking77', about: 'whose training rows' },
  data: {
    kind: 'text',
    takes: 'DIR',
    default: '../shared/data',
    about: 'folder with glue/ and ner/; banking77 and full need none',
  },
};

/**
 * @param {string} name
 * @param {string} data the data folder, relative to the project's root
 */
export function taskNamed(name, data) {
  const { make, labels, peer, ...task } = table[name];
  const files = make?.() ?? filesOf(task, name, data);
  return {
    ...task,
    name,
    ...files,
    labels: labels(files.train),
    peerArguments: peer?.(files) ?? ['--task', name, '--data', path.resolve(root, data)],
  };
}

function filesOf({ inProject, train, dev }, name, data) {
  const folder = inProject ? root : path.resolve(root, data);
  const files = { train: path.join(folder, train), dev: path.join(folder, dev) };
  for (const file of Object.values(files)) {
    if (!existsSync(file)) throw new UsageError(`${name} needs ${file}: name the data folder with --data`);
  }
  return files;
}

/**
 * The texts of a task's dev rows: one or two of each.
 * @param {{ dev: string, columns: number[], hasHeader: boolean }} task one of `textTaskNames`
 * @returns {string[][]}
 */
export function devTexts({ dev, columns, hasHeader }) {
  const quoting = dev.endsWith('.tsv') ? { delimiter: '\t', quoteChar: '\0' } : {};
  const { data } = Papa.parse(readFileSync(dev, 'utf8').replace(/^\uFEFF/, ''), { ...quoting, skipEmptyLines: true });
  return data.slice(hasHeader ? 1 : 0).map((cells) => columns.map((column) => cells[column]));
}

/** Texts of banking77 put together, 60 each: over 600 tokens. */
function fullRowsOf() {
  const folder = path.join(os.tmpdir(), 'distiltune-bench-data');
  const file = path.join(folder, 'full.csv');
  const { data } = Papa.parse(readFileSync(path.join(root, table.banking77.train), 'utf8'), { header: true });
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const texts = Array.from({ length: 60 }, (_, k) => data[(i * 7 + k * 11) % 10_000].text.replaceAll(/\s+/g, ' '));
    return [texts.join(' '), data[(i * 10) % 10_000].category];
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, csvOf(rows));
  return { train: file, dev: file };
}

const byCodePoint = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (values) => [...new Set(values)].sort(byCodePoint);

function tagsOf(file) {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return sorted(
    lines
      .filter((line) => line.trim() !== '' && !line.startsWith('-DOCSTART-'))
      .map((line) => line.split(/\s+/).at(-1)),
  );
}

function categoriesOf(file) {
  const { data } = Papa.parse(readFileSync(file, 'utf8'), { header: true, skipEmptyLines: true });
  return sorted(data.map((row) => row.category));
}
