import stringWidth from 'string-width';

/**
 * A word for a shell (POSIX; what it takes of `$'...'` are octal escapes, which bash, zsh, ksh and busybox have). What a terminal
 * would not show as it stands (control characters, marks of direction) is escaped, so that the command can be copied from the screen.
 */
export function shellWord(word: string): string {
  if (/^[\w./:=,@%+-]+$/.test(word)) return word;
  if (!hidden.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word.replace(/[\\']/g, '\\$&').replace(new RegExp(hidden, 'gu'), octal);
  return `$'${escaped}'`;
}

/** The words of a command as one line. */
export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ');

/**
 * The same in rows of at most `width` cells, where the words allow it: a row that goes on ends with a backslash, so that all rows
 * together are the command.
 */
export const shellRows = (words: readonly string[], width: number): string[] => rowsOf(words.map(shellWord), width);

/** The same of a line that is written for a shell. */
export const shellLineRows = (line: string, width: number): string[] =>
  rowsOf(line.match(/(?:[^\s'"\\]|\\.|\$'(?:\\.|[^'\\])*'|'[^']*'|"(?:\\.|[^"\\])*")+/g) ?? [], width);

function rowsOf(quoted: readonly string[], width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const [i, word] of quoted.entries()) {
    // Room for the backslash, which the last row does not need.
    const room = width - (i === quoted.length - 1 ? 0 : 2);
    if (row === '') {
      row = word;
    } else if (stringWidth(row) + 1 + stringWidth(word) <= room) {
      row += ` ${word}`;
    } else {
      rows.push(`${row} \\`);
      row = `  ${word}`;
    }
  }
  return [...rows, row];
}

/** Whitespace but the blank, control characters, and what `printable` replaces. */
const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200f\u202a-\u202f\u205f\u2066-\u2069\u3000\ufeff]/u;

const encoder = new TextEncoder();

function octal(character: string): string {
  return [...encoder.encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
