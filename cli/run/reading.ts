import type { ExampleFile, QuestionsFile, TextsFile, TokensFile } from '../../src/data/example-file.ts';

/** How a file was read, as plain data: every choice with its reason. */
export type FileReading =
  | (Pick<TextsFile, 'kind' | 'name' | 'format' | 'encoding' | 'columns' | 'task' | 'textUnit'> & {
      table: Pick<TextsFile['table'], 'name' | 'format' | 'encoding' | 'delimiter' | 'quotes' | 'header' | 'columns'>;
    })
  | Pick<
      TokensFile,
      'kind' | 'name' | 'format' | 'encoding' | 'task' | 'delimiter' | 'words' | 'tags' | 'scheme' | 'tagNames'
    >
  | Pick<QuestionsFile, 'kind' | 'name' | 'format' | 'encoding' | 'task' | 'version' | 'isLabelled'>;

export function readingOf(file: ExampleFile): FileReading {
  if (file.kind === 'texts') {
    const { kind, format, columns, task, textUnit } = file;
    const { name, encoding, delimiter, quotes, header, columns: names } = file.table;
    const table = { name, format, encoding, delimiter, quotes, header, columns: names };
    return { kind, name, format, encoding, columns, task, textUnit, table };
  }
  if (file.kind === 'tokens') {
    const { kind, name, format, encoding, task, delimiter, words, tags, scheme, tagNames } = file;
    return { kind, name, format, encoding, task, delimiter, words, tags, scheme, tagNames };
  }
  const { kind, name, format, encoding, task, version, isLabelled } = file;
  return { kind, name, format, encoding, task, version, isLabelled };
}
