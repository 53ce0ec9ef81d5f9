import stringWidth from 'string-width';
import { printable } from '../../plain/table.ts';
import { type Piece, row } from '../run/text.ts';
import type { Role, Theme } from '../theme.ts';
import { type Cell, cellsOf, wrapCells } from './text-layout.ts';

/** A part of a text, in UTF-16 units, with the name of what it is. */
export interface Span {
  start: number;
  end: number;
  label: string;
}

/** How a label is drawn: lines differ as colours do. */
export interface LabelStyle {
  role: Role;
  /** One cell of the line beneath. */
  line: string;
}

const unicodeLines = ['─', '═', '┄', '▔'];
const blockLines = ['─', '═', '▀'];
const asciiLines = ['-', '=', '~', '^'];

/** A style for each of the labels, in their order. */
export function labelStyles(labels: readonly string[], { charset }: Theme): Map<string, LabelStyle> {
  const lines = charset === 'ascii' ? asciiLines : charset === 'block' ? blockLines : unicodeLines;
  return new Map(
    labels.map((label, i) => [label, { role: `series${(i % 7) + 1}` as Role, line: lines[i % lines.length]! }]),
  );
}

/** A text in lines, each with a line beneath that names the spans in it, where there are any. */
export function markedRows(
  text: string,
  spans: readonly Span[],
  styles: ReadonlyMap<string, LabelStyle>,
  width: number,
  theme: Theme,
): string[] {
  const spanOf = (cell: Cell) => spans.find(({ start, end }) => cell.start < end && cell.end > start);
  return wrapCells(cellsOf(text), width).flatMap((line) => {
    const runs = runsOf(line, spanOf);
    const pieces = runs.map(({ cells, span }): Piece => {
      const shown = cells.map((cell) => cell.text).join('');
      return span === undefined ? shown : [styles.get(span.label)!.role, shown];
    });
    const rows = [row(pieces, width, theme)];
    if (runs.some(({ span }) => span !== undefined))
      rows.push(
        row(
          runs.map((run) => beneath(run, styles)),
          width,
          theme,
        ),
      );
    return rows;
  });
}

/** The labels with the lines that stand for them. */
export function legendPieces(styles: ReadonlyMap<string, LabelStyle>): Piece[] {
  return [...styles].flatMap(([label, { role, line }], i): Piece[] => [
    i === 0 ? '' : '   ',
    [role, line.repeat(3)],
    ` ${printable(label)}`,
  ]);
}

interface Run {
  cells: Cell[];
  span: Span | undefined;
}

function runsOf(line: readonly Cell[], spanOf: (cell: Cell) => Span | undefined): Run[] {
  const runs: Run[] = [];
  for (const cell of line) {
    const span = spanOf(cell);
    const last = runs.at(-1);
    if (last !== undefined && last.span === span) last.cells.push(cell);
    else runs.push({ cells: [cell], span });
  }
  return runs;
}

/** The line beneath a run of cells, with the label in it where it fits. */
function beneath({ cells, span }: Run, styles: ReadonlyMap<string, LabelStyle>): Piece {
  const width = cells.reduce((sum, cell) => sum + cell.width, 0);
  if (span === undefined) return ' '.repeat(width);
  const { role, line } = styles.get(span.label)!;
  const isWhole = cells[0]!.start <= span.start;
  const label = isWhole ? printable(span.label) : '';
  const rest = width - stringWidth(label);
  return [role, label !== '' && rest >= 0 ? label + line.repeat(rest) : line.repeat(width)];
}
