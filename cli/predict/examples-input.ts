import { openExamples } from '../../src/data/example-file.ts';
import type { QuestionExample, TokenExample } from '../../src/data/types.ts';
import { chunks } from '../../src/tasks/example-set.ts';
import type { Task } from '../../src/tasks/types.ts';
import { columnWishes, type DataFlags, tableOptions } from '../data-options.ts';
import type { Input, InputRow } from './input.ts';

/** What a row may be that is not a text. */
export type OtherExample = TokenExample | QuestionExample;

const rowsPerBatch = 256;

/**
 * Opens a file of words or of questions; null where it is a table or plain text, whose rows are texts to be tagged.
 * @param path `-` for standard input
 * @throws DataError when it is of another kind than the task asks for
 */
export async function openExampleInput(
  path: string,
  task: Task['type'],
  flags: DataFlags,
  { labelRequired }: { labelRequired: boolean },
): Promise<Input<OtherExample> | null> {
  if (task !== 'token-classification' && task !== 'question-answering') return null;
  const source = path === '-' ? process.stdin : path;
  const file = await openExamples(source, { ...tableOptions(flags), ...columnWishes(flags), task, labelRequired });
  if (file.kind === 'texts' || (file.kind === 'tokens' && file.format === 'text')) {
    await file.close();
    return null;
  }
  const { name, format, kind } = file;
  const toRow = (example: OtherExample): InputRow<OtherExample> => {
    return { cells: 'question' in example ? [example.id, example.question] : [], json: null, example };
  };
  return {
    name,
    isJsonLines: true,
    kind: format as 'conll' | 'jsonl' | 'squad',
    columns: kind === 'questions' ? ['id', 'question'] : [],
    table: null,
    chosen: null,
    async *rows(onRefused) {
      for await (const batch of chunks<OtherExample>(file.examples(onRefused), rowsPerBatch)) yield batch.map(toRow);
    },
    close: () => file.close(),
  };
}
