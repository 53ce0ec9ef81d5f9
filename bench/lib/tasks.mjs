/** The tasks that are measured: which rows, how our command line reads them, and how the reference script is told of them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { UsageError } from './command.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What there is of a task.
 * @typedef {object} Task
 * @property {'sequence' | 'tokens'} kind whether the head reads one token of each row or all
 * @property {string} train below the data folder, or, `inProject`, below the project
 * @property {string} dev
 * @property {string[]} settings how `train` reads the files
 * @property {(file: string) => string[]} labels in the order in which the reference numbers them
 * @property {number[]} [columns] of the texts in `dev`, from 0
 * @property {boolean} [hasHeader] of `dev`
 */

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
    peer: ({ train, dev }) => ['--task', 'csv', '--train', train, '--dev', dev, '--label-column', 'category'],
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
    about: 'folder with glue/ and ner/; banking77 needs none',
  },
};

/**
 * @param {string} name
 * @param {string} data the data folder, relative to the project's root
 */
export function taskNamed(name, data) {
  const { inProject, train, dev, labels, peer, ...rest } = table[name];
  const folder = inProject ? root : path.resolve(root, data);
  const files = { train: path.join(folder, train), dev: path.join(folder, dev) };
  for (const file of Object.values(files)) {
    if (!existsSync(file)) throw new UsageError(`${name} needs ${file}: name the data folder with --data`);
  }
  return {
    ...rest,
    name,
    ...files,
    labels: labels(files.train),
    peerArguments: peer?.(files) ?? ['--task', name, '--data', folder],
  };
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
