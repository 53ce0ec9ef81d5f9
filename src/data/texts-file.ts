import { DataError } from '../errors.ts';
import { type ColumnWishes, chooseColumns } from './columns.ts';
import type { ExampleWishes, TextsFile, TokensFile } from './example-kinds.ts';
import { readExamples, sourceOf } from './examples.ts';
import type { Format } from './format.ts';
import { csvFormat, jsonFormat, tableOf } from './table.ts';
import { plainTextFormat, type TextUnit } from './text-file.ts';
import type { TextSource } from './text-source.ts';
import { untagged } from './token-records.ts';
import type { Choice, ExampleColumns, LabelLists, Table, TextTask, TokenExample } from './types.ts';

/** Wishes of a file of texts. */
export type TextsWishes = Omit<ExampleWishes, 'task'> & { task: TextTask | null };

/**
 * Opens a table, or plain text, as texts with what is to be learnt of them.
 * @throws DataError when no column can be the text, or labels are required and there are none
 */
export async function openTexts(text: TextSource, isJson: boolean, wishes: TextsWishes): Promise<TextsFile> {
  const { format, textUnit } = isJson
    ? { format: await jsonFormat(text), textUnit: null }
    : await textFormat(text, wishes);
  const table = await tableOf(text, format);
  const columns = columnsOf(table, wishes);
  const source = sourceOf(columns);
  return {
    kind: 'texts',
    name: table.name,
    format: table.format,
    encoding: table.encoding,
    table,
    columns,
    source,
    task: columns.task,
    textUnit,
    examples: (onRefused = () => {}) => readExamples(table, source, { onRefused }),
    close: () => table.close(),
  };
}

/** A delimited text, or plain text where nothing delimits. */
async function textFormat(
  text: TextSource,
  wishes: TextsWishes,
): Promise<{ format: Format; textUnit: Choice<TextUnit> | null }> {
  const { task, like } = wishes;
  const flag = '--text-unit';
  const asked = wishes.textUnit ?? null;
  const plain = (reason: string) => {
    const value = asked ?? 'line';
    return {
      format: plainTextFormat(value),
      textUnit: { value, reason: value === 'line' ? reason : 'as asked', flag },
    };
  };
  const reason = 'plain text, a text per line';
  if (like?.kind === 'texts' && like.textUnit !== null) return plain(reason);
  const table = async () => ({ format: await csvFormat(text, wishes), textUnit: null });
  const isAskedTable = [wishes.delimiter, wishes.quotes, wishes.header].some(
    (wish) => wish !== undefined && wish !== null,
  );
  const isNamedTable = /\.(?:csv|tsv|tab)$/i.test(text.name);
  const isNamedText = /\.(?:txt|text|md)$/i.test(text.name);
  if (isAskedTable || isNamedTable) return table();
  if (asked === 'paragraph') return plain(reason);
  if (task !== 'masked-lm' && !isNamedText) return table();
  const found = await csvFormat(text, wishes).catch((error: unknown) => {
    // A quote that never closes is text in plain text.
    if (task === 'masked-lm' && error instanceof DataError) return null;
    throw error;
  });
  const hasNames = found?.header?.value === true && /is what a column is called$/.test(found.header.reason);
  const delimiter = found?.delimiter?.value ?? '';
  const isTable = hasNames || delimiter === '\t' || (delimiter !== '' && task !== 'masked-lm');
  return found !== null && isTable ? { format: found, textUnit: null } : plain(reason);
}

function columnsOf(table: Table, wishes: TextsWishes): ExampleColumns {
  const { like } = wishes;
  // Plain text has nothing to learn from but itself.
  const task =
    table.format === 'text' && wishes.task === null && (wishes.labelRequired ?? true) ? 'masked-lm' : wishes.task;
  if (like?.kind !== 'texts') {
    const columns = chooseColumns(table, { ...wishes, task });
    if (task === wishes.task || columns.task === null) return columns;
    return { ...columns, task: { ...columns.task, reason: 'plain text has no labels' } };
  }
  const columns = chooseColumns(table, {
    ...wishes,
    ...wishesLike(like, wishes, table),
    task: like.task?.value ?? task,
  });
  const lists = like.columns.labels;
  // Which delimiter there is shows better in the larger file.
  return lists === null || lists.value.form === 'columns' ? columns : { ...columns, labels: lists };
}

/** The columns of another file: by name where that is one column's alone, else by place. What was asked for stays. */
function wishesLike({ table: first, columns }: TextsFile, wishes: TextsWishes, table: Table): ColumnWishes {
  const same = (index: number | null) => {
    if (index === null) return 'none';
    const name = first.columns[index]!;
    const isUnique = name !== '' && table.columns.filter((column) => column === name).length === 1;
    return isUnique || index >= table.columns.length ? name : String(index + 1);
  };
  const asked = (wish: string | null | undefined, index: number | null) =>
    wish === undefined || wish === null || wish === 'auto' ? same(index) : wish;
  const lists: LabelLists | null = columns.labels?.value ?? null;
  const named = {
    textColumn: asked(wishes.textColumn, columns.text.value),
    pairColumn: asked(wishes.pairColumn, columns.pair.value),
  };
  if (lists?.form === 'columns')
    return { ...named, labelColumn: null, labelColumns: lists.columns.map(({ index }) => same(index)) };
  return { ...named, labelColumn: asked(wishes.labelColumn, columns.label.value) };
}

/** Texts that are to be tagged: split into words as the tokenizer does. */
export function untaggedTexts(file: TextsFile): TokensFile {
  const name = file.table.columns[file.columns.text.value]!;
  const flag = '--label-column';
  return {
    kind: 'tokens',
    name: file.name,
    format: 'text',
    encoding: file.encoding,
    task: { value: 'token-classification', reason: 'as asked', flag: '--task' },
    delimiter: file.table.delimiter,
    words: { ...file.columns.text, value: name === '' ? `column ${file.columns.text.value + 1}` : `"${name}"` },
    tags: { value: null, reason: 'texts have no tags', flag },
    scheme: null,
    tagNames: [],
    async *examples(onRefused = () => {}): AsyncGenerator<TokenExample> {
      for await (const { text, line } of file.examples(onRefused)) {
        const example = untagged(text, line);
        if (typeof example === 'string') onRefused({ line, reason: example });
        else yield example;
      }
    },
    close: file.close,
  };
}
