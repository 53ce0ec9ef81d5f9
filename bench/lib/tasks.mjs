/** The tasks that are measured: which rows, how our command line reads them, and how the reference script is told of them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { UsageError } from './command.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** GLUE's files have no quoting at all. */
const glueSettings = ['data.delimiter=tab', 'data.quotes=false'];
const glue = (folder, settings, labels) => ({
  kind: 'sequence',
  train: `glue/${folder}/train.tsv`,
  dev: `glue/${folder}/dev.tsv`,
  settings: [...glueSettings, '--task', 'sequence-classification', ...settings],
  labels: () => labels,
});

/**
 * `kind`: whether the head reads one token of each row or all. `train`, `dev`: files below the data folder; `inProject`: below the
 * project. `settings`: for `train`. `labels`: in the order in which the reference numbers them.
 */
const table = {
  cola: glue('CoLA', ['data.header=false', '--text-column', '4', '--label-column', '2'], ['0', '1']),
  sst2: glue('SST-2', ['--text-column', 'sentence', '--label-column', 'label'], ['0', '1']),
  mrpc: glue(
    'MRPC',
    ['--text-column', '#1 String', '--pair-column', '#2 String', '--label-column', 'Quality'],
    ['0', '1'],
  ),
  rte: glue(
    'RTE',
    ['--text-column', 'sentence1', '--pair-column', 'sentence2', '--label-column', 'label'],
    ['entailment', 'not_entailment'],
  ),
  conll2003: {
    kind: 'tokens',
    train: 'ner/conll2003/train.txt',
    dev: 'ner/conll2003/valid.txt',
    settings: ['--task', 'token-classification'],
    labels: (file) => tagsOf(file),
  },
  banking77: {
    kind: 'sequence',
    inProject: true,
    train: 'examples/data/banking77/train.csv',
    dev: 'examples/data/banking77/test.csv',
    settings: ['--text-column', 'text', '--label-column', 'category'],
    labels: (file) => categoriesOf(file),
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
  const { kind, inProject, train, dev, settings, labels, peer } = table[name];
  const folder = inProject ? root : path.resolve(root, data);
  const files = { train: path.join(folder, train), dev: path.join(folder, dev) };
  for (const file of Object.values(files)) {
    if (!existsSync(file)) throw new UsageError(`${name} needs ${file}: name the data folder with --data`);
  }
  return {
    name,
    kind,
    ...files,
    settings,
    labels: labels(files.train),
    peerArguments: peer?.(files) ?? ['--task', name, '--data', folder],
  };
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
