/** What a reader hands on: one row of a file, with the line it began on, so that an error can name it. */
export interface TableRow {
  /** 1-based line of the file on which the row begins. */
  line: number;
  /** One cell per column, in the order of `Table.columns`. */
  cells: string[];
  /** JSON Lines only: columns whose value is an object or a list; their cells hold its JSON. */
  nested?: number[];
}

/** A choice the reader made, why, and the flag that overrides it (`''`: none does). */
export interface Choice<T> {
  value: T;
  reason: string;
  flag: string;
}

/** A row that cannot be used, and why. */
export interface RefusedRow {
  line: number;
  reason: string;
}

/** What the examples of a file are for. */
export type TaskType = TextTask | 'token-classification' | 'question-answering';

/** The tasks whose examples are texts. */
export type TextTask = 'sequence-classification' | 'regression' | 'multi-label' | 'masked-lm';

/** Something odd about an example that was read all the same, and how. */
export interface ExampleNote {
  /**
   * - `scheme`: a tag that its neighbours do not allow ("I-PER after O"): it begins an entity;
   * - `cut-word`: an entity that begins or ends inside a word: it has the whole word;
   * - `offset`: a place counted otherwise than the file's others, or a little wrong: found by its text;
   * - `answer`: one of several answers that is not in the context: left out;
   * - `no-answer`: a question without an answer in a file that says it has none such;
   * - `duplicate-id`: a question whose id an earlier one has.
   */
  kind: 'scheme' | 'cut-word' | 'offset' | 'answer' | 'no-answer' | 'duplicate-id';
  /** Where it is, where that is not the example's own line. */
  line?: number;
  reason: string;
}

/** One text (or pair of texts) with what is known about it. `label` is the cell as it stands, trimmed. */
export interface Example {
  text: string;
  pair?: string;
  /** Absent when the file has no label column or the cell is empty. */
  label?: string;
  /** Multi-label: the labels that apply, none twice; may be empty. Absent: not labelled. */
  labels?: string[];
  /** 1-based line of the source file; 0 when the example did not come from a file. */
  line: number;
}

/** A text in words, each with a tag, for token classification. */
export interface TokenExample {
  words: string[];
  /** IOB2, one per word ("B-PER", "I-PER", "O"). Absent: not labelled. */
  tags?: string[];
  /** The text that the words stand in. Absent: the file had words only. */
  text?: string;
  /** Where each word stands in `text`, in UTF-16 units: `text.slice(start, end)` is the word. */
  offsets?: [start: number, end: number][];
  /** 1-based line on which it begins. */
  line: number;
  /** Absent: nothing odd. */
  notes?: ExampleNote[];
}

/** A question about a context, for extractive question answering. */
export interface QuestionExample {
  id: string;
  question: string;
  context: string;
  /** `context.slice(start, start + text.length)` is each answer (UTF-16). Empty: none is right. Absent: not labelled. */
  answers?: { text: string; start: number }[];
  /** JSON Lines: its line; SQuAD's JSON: the number of the question in the file, from 1. */
  line: number;
  /** Absent: nothing odd. */
  notes?: ExampleNote[];
}

/** An open file of rows. Nothing of it is held in memory but `sample` and `profiles`. */
export interface Table {
  /** What errors call it: the path, or `standard input`. */
  name: string;
  format: 'csv' | 'tsv' | 'jsonl' | 'text';
  encoding: Choice<string>;
  /** `''`: one column, nothing delimits. null for JSON Lines and plain text, as the next two. */
  delimiter: Choice<string> | null;
  /** Whether `"` quotes a cell (true) or is text like any other (false). */
  quotes: Choice<boolean> | null;
  /** Whether the first row names the columns. */
  header: Choice<boolean> | null;
  /** Names as the header has them: may be empty or repeat. Without a header: `column 1`, `column 2`, ... */
  columns: string[];
  /** What each column looks like, from the first rows (64 MiB of text at most). */
  profiles: ColumnProfile[];
  /** The first rows that are not refused, 100 at most. */
  sample: TableRow[];
  /** Streams every row; refused ones go to `onRefused`. A table opened with `once` can be read once only. */
  rows(onRefused?: (row: RefusedRow) => void): AsyncGenerator<TableRow>;
  /** The same rows, some hundreds at a time: for speed. */
  batches(onRefused?: (row: RefusedRow) => void): AsyncGenerator<TableRow[]>;
  /** Removes the temporary copy of a stream, where there is one. */
  close(): Promise<void>;
}

/** What the values of a column look like. */
export type ColumnKind =
  | 'empty'
  | 'constant'
  | 'boolean'
  | 'whole numbers'
  | 'numbers'
  | 'dates'
  | 'ids'
  | 'classes'
  | 'text'
  | 'lists'
  | 'nested';

/** Statistics of one column over the rows looked at. */
export interface ColumnProfile {
  /** 0-based position in `Table.columns`. */
  index: number;
  name: string;
  kind: ColumnKind;
  rows: number;
  /** Cells that are empty or blank. */
  empty: number;
  /** Distinct values that are not blank (of lists: their elements); exact up to `distinctLimit`, which it never exceeds. */
  distinct: number;
  /** Lists only: how many elements they have together. */
  elements?: number;
  /** Mean number of characters of the cells that are not blank. */
  meanLength: number;
  /** Mean number of words (runs without whitespace) of the cells that are not blank. */
  meanWords: number;
  /** How many of the short cells have a `;`, a `|`, a comma in them. */
  divided: Record<string, number>;
  /** Smallest and largest number, where the kind is numeric. */
  min?: number;
  max?: number;
  /** Up to 3 values, shortened, for messages. */
  examples: string[];
}

export type LabelKind = 'words' | 'whole numbers' | 'booleans' | 'numbers';

/** How several labels of one row are written. */
export type LabelLists =
  /** A JSON list in the label column's cell, or Python's. */
  | { form: 'list' }
  /** One cell, labels divided by a character; `''`: each cell is one label. */
  | { form: 'delimited'; delimiter: string }
  /** A column for each label. `emptyIsNo`: an empty cell says that the label does not apply; else that it is not known. */
  | { form: 'columns'; columns: { index: number; label: string }[]; emptyIsNo: boolean };

/** Which columns the examples come from, 0-based. */
export interface ExampleColumns {
  text: Choice<number>;
  /** null value: single texts. */
  pair: Choice<number | null>;
  /** null value: no label column, or one for each label. */
  label: Choice<number | null>;
  /** Multi-label; null for all else. */
  labels: Choice<LabelLists> | null;
  /** null without labels, and for several a row. */
  labelKind: LabelKind | null;
  /** What the labels ask for, or what was asked; null without labels where nothing was. */
  task: Choice<TextTask> | null;
}
