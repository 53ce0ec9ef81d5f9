import stringWidth from 'string-width';

export type Align = 'left' | 'right';

export interface TableOptions {
  /** Of each column; left where absent. */
  align?: readonly Align[];
  /** Spaces before each row. */
  indent?: number;
  /** Between columns. */
  gap?: number;
}

/**
 * Rows as lines whose columns stand below each other on a terminal, where a Chinese character takes two columns, a
 * combining mark none, and a colour code none. No line ends in blanks.
 */
export function alignRows(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const { align = [], indent = 0, gap = 2 } = options;
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, stringWidth(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const blanks = ' '.repeat(widths[i]! - stringWidth(cell));
      return align[i] === 'right' ? blanks + cell : cell + blanks;
    });
    return (' '.repeat(indent) + cells.join(' '.repeat(gap))).trimEnd();
  });
}

const segmenter = new Intl.Segmenter();

/** A text on one line of at most `width` columns, cut with an ellipsis between characters as a reader sees them. */
export function shorten(text: string, width: number): string {
  // More than any line of that width has; a megabyte is not segmented.
  const longest = width * 20;
  const line = printable(text.slice(0, longest));
  if (text.length <= longest && stringWidth(line) <= width) return line;
  let result = '';
  let used = 0;
  for (const { segment } of segmenter.segment(line)) {
    const columns = stringWidth(segment);
    if (used + columns > width - 1) break;
    result += segment;
    used += columns;
  }
  return `${result.trimEnd()}…`;
}

/** One line without what would move the cursor or change colours: data must not draw on the terminal. */
export function printable(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD')
    .trim();
}

/** Words in lines of at most `width` columns. A word that is longer has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** `1,234`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 row`, `1,234 rows`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
