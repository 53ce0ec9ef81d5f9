import { DataError } from '../errors.ts';
import { type CsvRecord, createCsvParser, type Dialect } from './csv-parser.ts';
import { maxRowLength } from './limits.ts';

/**
 * Streams the records of a CSV text, a block at a time, blank lines included. Memory does not grow with the text: a block and
 * one row of at most `maxRowLength` are held. Line ends may be `\n`, `\r\n`, `\r` or a mixture.
 * @param isCut the text ends in the middle: what follows the last complete row is left out.
 * @throws DataError when a quote never closes.
 */
export async function* readRecords(
  texts: AsyncIterable<string>,
  dialect: Dialect,
  name: string,
  isCut: boolean,
): AsyncGenerator<CsvRecord[]> {
  const parser = createCsvParser(dialect);
  const refuseOpenQuote = () => {
    const line = parser.openQuote();
    if (line !== null) throw unclosedQuote(line, name);
  };
  for await (const text of texts) {
    const records = parser.read(text);
    if (records.length > 0) yield records;
    if (parser.pendingLength() > maxRowLength) refuseOpenQuote();
  }
  if (isCut) return;
  const records = parser.end();
  refuseOpenQuote();
  if (records.length > 0) yield records;
}

function unclosedQuote(line: number, name: string): DataError {
  return new DataError('a quote opens and never closes: the rest of the file would become one cell', {
    where: `${name}, line ${line}`,
    fix: 'close it on that line, or give --no-quotes if quotes are text',
  });
}
