import { type ColumnWishes, chooseColumns } from './columns.ts';
import type { ExampleFile, ExampleWishes } from './example-kinds.ts';
import { readExamples, sourceOf } from './examples.ts';
import type { ByteStream } from './source.ts';
import { openTable } from './table.ts';

export type { ExampleFile, ExampleWishes, QuestionsFile, TextsFile, TokensFile } from './example-kinds.ts';

/**
 * Opens a file of examples of any kind. What it is shows in its content: a table (CSV, TSV, JSON Lines), CoNLL columns, JSON
 * Lines of tokens, entities or questions, SQuAD's JSON, plain text.
 * @param source a path, or a stream, which is copied to a temporary file that `close` removes
 * @throws DataError when it cannot be read, or is of another kind than the task that was asked for
 * @throws UsageError when a wish is wrong
 */
export async function openExamples(source: string | ByteStream, wishes: ExampleWishes = {}): Promise<ExampleFile> {
  const table = await openTable(source, wishes);
  try {
    const columns = chooseColumns(table, wishes as ColumnWishes);
    const exampleSource = sourceOf(columns);
    return {
      kind: 'texts',
      name: table.name,
      format: table.format,
      encoding: table.encoding,
      table,
      columns,
      source: exampleSource,
      task: columns.task,
      textUnit: null,
      examples: (onRefused = () => {}) => readExamples(table, exampleSource, { onRefused }),
      close: () => table.close(),
    };
  } catch (error) {
    await table.close();
    throw error;
  }
}
