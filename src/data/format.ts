import type { RefusedRow, Table, TableRow } from './types.ts';

/** How the text of a table becomes rows: what of a `Table` depends on its format. */
export interface Format extends Pick<Table, 'format' | 'delimiter' | 'quotes' | 'header' | 'columns'> {
  /**
   * The rows of the whole text, some hundreds at a time.
   * @param isCut the text ends in the middle: what follows the last line end is left out.
   */
  batches(
    texts: AsyncIterable<string>,
    onRefused: (row: RefusedRow) => void,
    isCut: boolean,
  ): AsyncGenerator<TableRow[]>;
}
