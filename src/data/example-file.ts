import { DataError } from '../errors.ts';
import { openConll } from './conll.ts';
import type { ExampleFile, ExampleWishes } from './example-kinds.ts';
import { openQuestionRecords, openSquad } from './questions.ts';
import { type Sniffed, sniff } from './sniff.ts';
import type { ByteStream } from './source.ts';
import { openText, type TextSource } from './text-source.ts';
import { openTexts, untaggedTexts } from './texts-file.ts';
import { openTokenRecords } from './token-records.ts';
import type { TaskType } from './types.ts';

export type { ExampleFile, ExampleWishes, QuestionsFile, TextsFile, TokensFile } from './example-kinds.ts';

/**
 * Opens a file of examples of any kind. What it is shows in its content: a table (CSV, TSV, JSON Lines), CoNLL columns, JSON
 * Lines of tokens, entities or questions, SQuAD's JSON, plain text.
 * @param source a path, or a stream, which is copied to a temporary file that `close` removes
 * @throws DataError when it cannot be read, or is of another kind than the task that was asked for
 * @throws UsageError when a wish is wrong
 */
export async function openExamples(source: string | ByteStream, wishes: ExampleWishes = {}): Promise<ExampleFile> {
  const { name, encoding = null } = wishes;
  return examplesOf(await openText(source, name === undefined ? { encoding } : { encoding, name }), wishes);
}

/** The examples of a text that is open already. Closes it where it has none. @throws as `openExamples` */
export async function examplesOf(text: TextSource, wishes: ExampleWishes = {}): Promise<ExampleFile> {
  try {
    return await open(text, { ...wishes, task: taskOf(wishes) });
  } catch (error) {
    await text.close();
    throw error;
  }
}

type Wishes = Omit<ExampleWishes, 'task'> & { task: TaskType | null };

/** The task that was asked for, or that of the file that this one goes with. */
function taskOf({ task, like }: ExampleWishes): TaskType | null {
  return task === undefined || task === null || task === 'auto' ? (like?.task?.value ?? null) : task;
}

async function open(text: TextSource, wishes: Wishes): Promise<ExampleFile> {
  const { task } = wishes;
  const sniffed = await sniff(text, wishes);
  switch (sniffed.kind) {
    case 'squad':
      requireTask(task, 'question-answering', sniffed, text);
      return openSquad(text, wishes);
    case 'question-records':
      requireTask(task, 'question-answering', sniffed, text);
      return openQuestionRecords(text, wishes);
    case 'conll':
      requireTask(task, 'token-classification', sniffed, text);
      return openConll(text, wishes);
    case 'token-records':
      requireTask(task, 'token-classification', sniffed, text);
      return openTokenRecords(text, sniffed.layout, wishes);
  }
  const isJson = sniffed.kind === 'json-table';
  if (task === 'question-answering') throw mismatch(task, sniffed, text);
  if (task !== 'token-classification') return openTexts(text, isJson, { ...wishes, task });
  if (wishes.labelRequired !== false) throw mismatch(task, sniffed, text);
  return untaggedTexts(await openTexts(text, isJson, { ...wishes, task: null, labelColumn: 'none' }));
}

function requireTask(asked: TaskType | null, task: TaskType, sniffed: Sniffed, text: TextSource): void {
  if (asked !== null && asked !== task) throw mismatch(asked, sniffed, text);
}

const kinds: Record<Sniffed['kind'], { what: string; task: TaskType | null }> = {
  squad: { what: "SQuAD's JSON: questions with their contexts", task: 'question-answering' },
  'question-records': { what: 'JSON Lines of questions', task: 'question-answering' },
  conll: { what: 'CoNLL columns: words with tags', task: 'token-classification' },
  'token-records': { what: 'JSON Lines of tagged words', task: 'token-classification' },
  'json-table': { what: 'JSON Lines of other things', task: null },
  table: { what: 'a file of texts', task: null },
};

/** What a task is learnt from. */
const takes: Record<TaskType, string> = {
  'sequence-classification': 'a table of texts and labels',
  regression: 'a table of texts and numbers',
  'multi-label': 'a table of texts and labels',
  'masked-lm': 'plain text, or a table of texts',
  'token-classification':
    'CoNLL columns (a word and its tag on each line), or JSON Lines of {"tokens", "tags"} or {"text", "entities"}',
  'question-answering': 'SQuAD\'s JSON, or JSON Lines of {"question", "context", "answers"}',
};

function mismatch(task: TaskType, { kind }: Sniffed, { name }: TextSource): DataError {
  const { what, task: own } = kinds[kind];
  return new DataError(`this is ${what}, which ${task} does not read`, {
    where: name,
    fix: own === null ? `give ${takes[task]}` : `give --task ${own}, or for ${task} ${takes[task]}`,
  });
}
