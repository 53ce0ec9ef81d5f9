import type { ColumnWishes } from './columns.ts';
import type { ExampleSource } from './examples.ts';
import type { TableOptions } from './table.ts';
import type { TagScheme } from './tags.ts';
import type {
  Choice,
  Example,
  ExampleColumns,
  QuestionExample,
  RefusedRow,
  Table,
  TaskType,
  TextTask,
  TokenExample,
} from './types.ts';

/**
 * How a file is to be read; all that is absent, null or `auto` is found out. Of tagged words, `textColumn` is where the
 * words come from and `labelColumn` where the tags do: in CoNLL numbers of columns, in JSON Lines keys.
 */
export interface ExampleWishes extends Omit<TableOptions, 'once'>, Omit<ColumnWishes, 'task'> {
  task?: 'auto' | TaskType | null;
  tagScheme?: 'auto' | TagScheme | null;
  /** What the offsets of entities count, where they do not carry their text. Default: UTF-16 units. */
  entityOffsets?: 'utf-16' | 'code-points' | null;
  /** Plain text: what one text is. Default: a line. */
  textUnit?: 'line' | 'paragraph' | null;
  /** The file that this one goes with: it has the same task and, by name, the same columns. */
  like?: ExampleFile | null;
}

/** What all kinds of files have. */
interface OpenFile<E> {
  /** What errors call it: the path, or `standard input`. */
  name: string;
  encoding: Choice<string>;
  /** Streams every example; refused rows go to `onRefused`. May be called again. */
  examples(onRefused?: (row: RefusedRow) => void): AsyncGenerator<E>;
  /** Frees what is held, the temporary copy of a stream too. */
  close(): Promise<void>;
}

/** Texts with a label, a number, several labels or none: a table, or plain text as a table of one column. */
export interface TextsFile extends OpenFile<Example> {
  kind: 'texts';
  format: Table['format'];
  table: Table;
  columns: ExampleColumns;
  source: ExampleSource;
  /** null without labels where no task was asked for. */
  task: Choice<TextTask> | null;
  /** Plain text: what one text is; null for all else. */
  textUnit: Choice<'line' | 'paragraph'> | null;
}

/** Words with a tag each. */
export interface TokensFile extends OpenFile<TokenExample> {
  kind: 'tokens';
  /** `text`: a table or plain text whose texts are to be tagged. */
  format: 'conll' | 'jsonl' | 'text';
  task: Choice<'token-classification'>;
  /** CoNLL: what divides the columns; null for all else. */
  delimiter: Choice<string> | null;
  /** Where the words come from: `column 1`, `"tokens"`. */
  words: Choice<string>;
  /** Where the tags come from; null value: not labelled. */
  tags: Choice<string | null>;
  /** How the file writes entities; examples have IOB2, and plain tags as they are. null: not labelled. */
  scheme: Choice<TagScheme> | null;
  /** The tags that the examples have, in the order of `orderTags`. Empty: not labelled. */
  tagNames: string[];
}

/** Questions about contexts. */
export interface QuestionsFile extends OpenFile<QuestionExample> {
  kind: 'questions';
  format: 'squad' | 'jsonl';
  task: Choice<'question-answering'>;
  /** 2.0: some questions have no answer. */
  version: Choice<'1.1' | '2.0'>;
  /** Whether the file has answers. */
  isLabelled: boolean;
}

export type ExampleFile = TextsFile | TokensFile | QuestionsFile;
