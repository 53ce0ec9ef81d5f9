/** What a reader hands on: one row of a file, with the line it began on, so that an error can name it. */
export interface TableRow {
  /** 1-based line of the file on which the row begins. */
  line: number;
  /** One cell per column, in the order of `Table.columns`. */
  cells: string[];
}

/** A choice the reader made, why, and the flag that overrides it. */
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

/** One text (or pair of texts) with what is known about it. `label` is the cell as it stands, trimmed. */
export interface Example {
  text: string;
  pair?: string;
  /** Absent when the file has no label column or the cell is empty. */
  label?: string;
  /** 1-based line of the source file; 0 when the example did not come from a file. */
  line: number;
}
