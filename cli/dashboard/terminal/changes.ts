import { blankRow, hasSureWidth, type Row } from './cells.ts';

// Writing a few cells again takes fewer bytes than moving past them.
const gap = 8;

/**
 * What to write to a terminal that shows `previous` so that it shows `next`: '' when they are the same.
 * @param previous null: it may show anything
 */
export function changes(previous: readonly Row[] | null, next: readonly Row[]): string {
  // Cleared first: a terminal that shows a frame while it reads it has no rows of the one before between the new ones.
  let bytes = previous === null ? '\x1b[0m\x1b[2J' : '';
  next.forEach((row, y) => {
    const before = previous?.[y] ?? blankRow(row.texts.length);
    if (before === row) return;
    for (const [from, to] of changedSpans(before, row)) bytes += span(row, y, from, to);
  });
  return bytes;
}

function changedSpans(before: Row, row: Row): [from: number, to: number][] {
  const columns = row.texts.length;
  const spans: [number, number][] = [];
  for (let x = 0; x < columns; x++) {
    if (before.texts[x] === row.texts[x] && before.styles[x] === row.styles[x]) continue;
    let to = x + 1;
    if (!hasSureWidth(row.texts[x]!)) {
      // A terminal that finds it wider loses what stands behind it.
      while (to < columns && row.texts[to] === '') to++;
      if (to < columns) to++;
    }
    const last = spans.at(-1);
    if (last !== undefined && x - last[1] <= gap) last[1] = Math.max(last[1], to);
    else spans.push([x, to]);
  }
  return spans;
}

function span(row: Row, y: number, from: number, to: number): string {
  const columns = row.texts.length;
  let filled = columns;
  while (filled > 0 && row.texts[filled - 1] === ' ' && row.styles[filled - 1] === '') filled--;
  const erase = to > filled;
  const end = erase ? Math.max(from, filled) : to;
  let bytes = `\x1b[${y + 1};${from + 1}H`;
  let style = '';
  for (let x = from; x < end; x++) {
    const text = row.texts[x]!;
    if (text === '') continue;
    if (row.styles[x] !== style) {
      style = row.styles[x]!;
      bytes += style === '' ? '\x1b[0m' : `\x1b[0;${style}m`;
    }
    if (hasSureWidth(text)) {
      bytes += text;
    } else {
      // The terminal may give it fewer cells, where nothing old may show, or more: go on at the right one.
      let covered = x + 1;
      while (covered < columns && row.texts[covered] === '') covered++;
      bytes += `${' '.repeat(covered - x)}\x1b[${x + 1}G${text}\x1b[${Math.min(covered, columns - 1) + 1}G`;
    }
  }
  if (style !== '') bytes += '\x1b[0m';
  if (erase) bytes += '\x1b[K';
  return bytes;
}
