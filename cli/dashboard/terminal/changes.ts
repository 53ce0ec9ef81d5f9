import { isPlainCell, type Row } from './cells.ts';

// Writing a few cells again takes fewer bytes than moving past them.
const gap = 8;

/**
 * What to write to a terminal that shows `previous` so that it shows `next`: '' when they are the same.
 * @param previous null: it may show anything
 */
export function changes(previous: readonly Row[] | null, next: readonly Row[]): string {
  let bytes = '';
  next.forEach((row, y) => {
    const before = previous?.[y];
    if (before === row) return;
    for (const [from, to] of changedSpans(before, row)) bytes += span(row, y, from, to);
  });
  return bytes;
}

function changedSpans(before: Row | undefined, row: Row): [from: number, to: number][] {
  const columns = row.texts.length;
  if (before === undefined) return [[0, columns]];
  const spans: [number, number][] = [];
  for (let x = 0; x < columns; x++) {
    if (before.texts[x] === row.texts[x] && before.styles[x] === row.styles[x]) continue;
    let from = x;
    // A wide character is written whole.
    while (from > 0 && row.texts[from] === '') from--;
    let to = x + 1;
    while (to < columns && row.texts[to] === '') to++;
    const last = spans.at(-1);
    if (last !== undefined && from - last[1] <= gap) last[1] = to;
    else spans.push([from, to]);
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
  let isSure = true;
  for (let x = from; x < end; x++) {
    const text = row.texts[x]!;
    if (text === '') continue;
    // Terminals differ in how wide they think some characters are.
    if (!isSure) bytes += `\x1b[${x + 1}G`;
    if (row.styles[x] !== style) {
      style = row.styles[x]!;
      bytes += style === '' ? '\x1b[0m' : `\x1b[0;${style}m`;
    }
    bytes += text;
    isSure = isPlainCell(text);
  }
  if (style !== '') bytes += '\x1b[0m';
  if (erase) bytes += isSure ? '\x1b[K' : `\x1b[${end + 1}G\x1b[K`;
  return bytes;
}
