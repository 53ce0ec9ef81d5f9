import type { MetricName } from '../../src/eval/metric-names.ts';

export type GlueTaskName = 'cola' | 'sst2' | 'mrpc' | 'stsb' | 'qqp' | 'mnli' | 'qnli' | 'rte' | 'wnli';

/** How the lines of an official file are read. Columns count from 0. */
export interface GlueFile {
  /** Its name in the task's folder. */
  name: string;
  /** The header's cells; null: the official file has none. */
  header: readonly string[] | null;
  /** Cells of a whole line. */
  columns: number;
  text: number;
  /** null: the task is about single texts. */
  pair: number | null;
  /** null: the labels are not public. */
  label: number | null;
  /** Rows of the official file. */
  rows: number;
}

/** A set that a task is measured on. */
export interface GlueDevSet {
  /** `matched` and `mismatched` of MNLI; '' where there is one set. */
  name: string;
  file: GlueFile;
}

/** A file of the submission: what it is called, and whose predictions it holds. */
export interface GlueTestSet {
  /** Its name in the zip. */
  submission: string;
  file: GlueFile;
}

export interface GlueTask {
  name: GlueTaskName;
  /** As papers write it; also the folder of its files. */
  title: string;
  /** Other names of the folder, in lower case. */
  folders?: readonly string[];
  kind: 'sequence-classification' | 'regression';
  /** In the order of the class numbers; empty for a regression. */
  classes: readonly GlueClass[];
  /** The numbers that a regression's labels lie between. */
  range: readonly [number, number] | null;
  /** The official metrics, the first of which chooses a checkpoint where one is chosen. */
  metrics: readonly MetricName[];
  /** Columns of the text, and of its pair, in the hub's Parquet files. */
  parquet: readonly [string] | readonly [string, string];
  train: GlueFile;
  dev: readonly GlueDevSet[];
  test: readonly GlueTestSet[];
  /** What the submission writes of a prediction. */
  writes: 'number' | 'name' | 'score';
  /** Times through the training rows in `run_glue.py`'s table of results. */
  epochs: number;
}

export interface GlueClass {
  /** As the official files write it. */
  label: string;
  /** Other names for it in other releases and in fine-tuned checkpoints, in lower case. */
  names: readonly string[];
}

interface Columns {
  text: number;
  pair?: number;
  label?: number;
  /** Cells, where there is no header to count. */
  columns?: number;
}

function file(name: string, rows: number, header: string | null, places: Columns): GlueFile {
  const cells = header === null ? null : header.split('|');
  const { text, pair = null, label = null, columns = 0 } = places;
  return { name, header: cells, columns: cells?.length ?? columns, text, pair, label, rows };
}

const dev = (devFile: GlueFile, name = ''): GlueDevSet => ({ name, file: devFile });
const test = (submission: string, testFile: GlueFile): GlueTestSet => ({ submission, file: testFile });
const named = (label: string, ...names: string[]): GlueClass => ({ label, names });

const entailment = named('entailment', 'entailed');
const notEntailment = named('not_entailment', 'not-entailment', 'not entailment', 'not_entailed');

const mnliColumns =
  'index|promptID|pairID|genre|sentence1_binary_parse|sentence2_binary_parse|sentence1_parse|sentence2_parse|sentence1|sentence2';
const mnliDev = `${mnliColumns}|label1|label2|label3|label4|label5|gold_label`;
const stsbColumns = 'index|genre|filename|year|old_index|source1|source2|sentence1|sentence2';
const mrpcColumns = '#1 ID|#2 ID|#1 String|#2 String';
const qqpColumns = 'id|qid1|qid2|question1|question2|is_duplicate';

const single = 'sequence-classification' as const;

/**
 * The nine tasks, as the official download lays them out: one folder each, tab-separated files without any quoting. Numbers
 * of rows are those of the official files. Classes stand in the order of their official numbers.
 */
export const glueTasks: readonly GlueTask[] = [
  {
    name: 'mnli',
    title: 'MNLI',
    kind: single,
    classes: [entailment, named('neutral'), named('contradiction', 'contradictory')],
    range: null,
    metrics: ['accuracy'],
    parquet: ['premise', 'hypothesis'],
    train: file('train.tsv', 392_702, `${mnliColumns}|label1|gold_label`, { text: 8, pair: 9, label: 11 }),
    dev: [
      dev(file('dev_matched.tsv', 9815, mnliDev, { text: 8, pair: 9, label: 15 }), 'matched'),
      dev(file('dev_mismatched.tsv', 9832, mnliDev, { text: 8, pair: 9, label: 15 }), 'mismatched'),
    ],
    test: [
      test('MNLI-m.tsv', file('test_matched.tsv', 9796, mnliColumns, { text: 8, pair: 9 })),
      test('MNLI-mm.tsv', file('test_mismatched.tsv', 9847, mnliColumns, { text: 8, pair: 9 })),
    ],
    writes: 'name',
    epochs: 3,
  },
  {
    name: 'qqp',
    title: 'QQP',
    kind: single,
    classes: [named('0', 'not_duplicate', 'not duplicate'), named('1', 'duplicate')],
    range: null,
    metrics: ['accuracy', 'f1'],
    parquet: ['question1', 'question2'],
    train: file('train.tsv', 363_846, qqpColumns, { text: 3, pair: 4, label: 5 }),
    dev: [dev(file('dev.tsv', 40_430, qqpColumns, { text: 3, pair: 4, label: 5 }))],
    test: [test('QQP.tsv', file('test.tsv', 390_965, 'id|question1|question2', { text: 1, pair: 2 }))],
    writes: 'number',
    epochs: 3,
  },
  {
    name: 'qnli',
    title: 'QNLI',
    folders: ['qnliv2'],
    kind: single,
    classes: [entailment, notEntailment],
    range: null,
    metrics: ['accuracy'],
    parquet: ['question', 'sentence'],
    train: file('train.tsv', 104_743, 'index|question|sentence|label', { text: 1, pair: 2, label: 3 }),
    dev: [dev(file('dev.tsv', 5463, 'index|question|sentence|label', { text: 1, pair: 2, label: 3 }))],
    test: [test('QNLI.tsv', file('test.tsv', 5463, 'index|question|sentence', { text: 1, pair: 2 }))],
    writes: 'name',
    epochs: 3,
  },
  {
    name: 'sst2',
    title: 'SST-2',
    kind: single,
    classes: [named('0', 'negative', 'neg'), named('1', 'positive', 'pos')],
    range: null,
    metrics: ['accuracy'],
    parquet: ['sentence'],
    train: file('train.tsv', 67_349, 'sentence|label', { text: 0, label: 1 }),
    dev: [dev(file('dev.tsv', 872, 'sentence|label', { text: 0, label: 1 }))],
    test: [test('SST-2.tsv', file('test.tsv', 1821, 'index|sentence', { text: 1 }))],
    writes: 'number',
    epochs: 3,
  },
  {
    name: 'cola',
    title: 'CoLA',
    kind: single,
    classes: [named('0', 'unacceptable'), named('1', 'acceptable')],
    range: null,
    metrics: ['mcc'],
    parquet: ['sentence'],
    train: file('train.tsv', 8551, null, { columns: 4, text: 3, label: 1 }),
    dev: [dev(file('dev.tsv', 1043, null, { columns: 4, text: 3, label: 1 }))],
    test: [test('CoLA.tsv', file('test.tsv', 1063, 'index|sentence', { text: 1 }))],
    writes: 'number',
    epochs: 3,
  },
  {
    name: 'stsb',
    title: 'STS-B',
    kind: 'regression',
    classes: [],
    range: [0, 5],
    metrics: ['pearson', 'spearman'],
    parquet: ['sentence1', 'sentence2'],
    train: file('train.tsv', 5749, `${stsbColumns}|score`, { text: 7, pair: 8, label: 9 }),
    dev: [dev(file('dev.tsv', 1500, `${stsbColumns}|score`, { text: 7, pair: 8, label: 9 }))],
    test: [test('STS-B.tsv', file('test.tsv', 1379, stsbColumns, { text: 7, pair: 8 }))],
    writes: 'score',
    epochs: 3,
  },
  {
    name: 'mrpc',
    title: 'MRPC',
    kind: single,
    classes: [named('0', 'not_equivalent', 'not equivalent'), named('1', 'equivalent')],
    range: null,
    metrics: ['accuracy', 'f1'],
    parquet: ['sentence1', 'sentence2'],
    train: file('train.tsv', 3668, `Quality|${mrpcColumns}`, { text: 3, pair: 4, label: 0 }),
    dev: [dev(file('dev.tsv', 408, `Quality|${mrpcColumns}`, { text: 3, pair: 4, label: 0 }))],
    test: [test('MRPC.tsv', file('test.tsv', 1725, `index|${mrpcColumns}`, { text: 3, pair: 4 }))],
    writes: 'number',
    epochs: 5,
  },
  {
    name: 'rte',
    title: 'RTE',
    kind: single,
    classes: [entailment, notEntailment],
    range: null,
    metrics: ['accuracy'],
    parquet: ['sentence1', 'sentence2'],
    train: file('train.tsv', 2490, 'index|sentence1|sentence2|label', { text: 1, pair: 2, label: 3 }),
    dev: [dev(file('dev.tsv', 277, 'index|sentence1|sentence2|label', { text: 1, pair: 2, label: 3 }))],
    test: [test('RTE.tsv', file('test.tsv', 3000, 'index|sentence1|sentence2', { text: 1, pair: 2 }))],
    writes: 'name',
    epochs: 3,
  },
  {
    name: 'wnli',
    title: 'WNLI',
    kind: single,
    classes: [
      { label: '0', names: notEntailment.names.concat(notEntailment.label) },
      { label: '1', names: entailment.names.concat(entailment.label) },
    ],
    range: null,
    metrics: ['accuracy'],
    parquet: ['sentence1', 'sentence2'],
    train: file('train.tsv', 635, 'index|sentence1|sentence2|label', { text: 1, pair: 2, label: 3 }),
    dev: [dev(file('dev.tsv', 71, 'index|sentence1|sentence2|label', { text: 1, pair: 2, label: 3 }))],
    test: [test('WNLI.tsv', file('test.tsv', 146, 'index|sentence1|sentence2', { text: 1, pair: 2 }))],
    writes: 'number',
    epochs: 5,
  },
];

/** The diagnostic set: sentence pairs for a model of MNLI. Its labels come in a file of their own, `diagnostic-full.tsv`. */
export const axTest: GlueTestSet = test(
  'AX.tsv',
  file('diagnostic.tsv', 1104, 'index|sentence1|sentence2', { text: 1, pair: 2 }),
);

/** The task of that name, in any case, with or without its hyphen; undefined for another name. */
export function findGlueTask(name: string): GlueTask | undefined {
  const key = name.toLowerCase().replace(/[-_]/g, '');
  return glueTasks.find((task) => task.name === key);
}

export function glueTask(name: GlueTaskName): GlueTask {
  return glueTasks.find((task) => task.name === name)!;
}
