import { open } from 'node:fs/promises';

/**
 * One line of CSV (RFC 4180, ended by `\n`) that reads back as the same cells. Cells that need it are quoted, nothing else
 * is changed: a cell that a spreadsheet would take for a formula stays as it is.
 */
export function csvRow(cells: readonly (string | number)[], delimiter = ','): string {
  // A lone empty cell would be a blank line, which readers skip.
  if (cells.length === 1 && cells[0] === '') return '""\n';
  let line = '';
  for (let i = 0; i < cells.length; i++) {
    if (i > 0) line += delimiter;
    line += csvCell(String(cells[i]), delimiter);
  }
  return `${line}\n`;
}

function csvCell(value: string, delimiter: string): string {
  return /["\r\n]|^[\s\uFEFF]|\s$/.test(value) || value.includes(delimiter)
    ? `"${value.replaceAll('"', '""')}"`
    : value;
}

export interface CsvWriter {
  write(cells: readonly (string | number)[]): Promise<void>;
  close(): Promise<void>;
}

const bufferLength = 64 * 1024;

/** Writes a CSV file row by row in constant memory; an existing file is replaced. */
export async function createCsvWriter(path: string, delimiter = ','): Promise<CsvWriter> {
  const file = await open(path, 'w');
  let pending = '';
  const flush = async () => {
    const text = pending;
    pending = '';
    await file.writeFile(text);
  };
  return {
    async write(cells) {
      pending += csvRow(cells, delimiter);
      if (pending.length >= bufferLength) await flush();
    },
    async close() {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
}
