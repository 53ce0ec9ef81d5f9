import { publishedRows } from '../../../tasks/glue/published.ts';
import { points } from '../../../tasks/glue/texts.ts';
import { cell, type Piece, row, signs } from '../run/text.ts';
import type { Role, Theme } from '../theme.ts';
import { type BoardRow, type Cell, meansSoFar } from './board.ts';

/** What a person sees of the table. */
export interface TableView {
  rows: readonly BoardRow[];
  seeds: readonly number[];
  /** Share of the run of the moment that is done; null: it has not begun to train. */
  fraction: number | null;
}

const taskWidth = 6;
const wideCell = 13;
/** A score, and the shortest words that stand in its place. */
const leastCell = 5;

const publishedColumns = publishedRows.map(({ name, scores }) => ({
  name,
  title: name === 'model card' ? 'card' : 'README',
  scores,
}));

/**
 * Tasks below each other, seeds beside each other, then their median and what is published. Seeds for which there is no room
 * are counted.
 * @returns the head, the tasks, the means
 */
export function boardTable(
  view: TableView,
  width: number,
  theme: Theme,
): { head: string; rows: string[]; means: string[] } {
  const { rows, seeds } = view;
  const cellWidth = width < 60 ? leastCell : leastCell + 1;
  const roomBeside = (count: number) => width - taskWidth - 2 - (cellWidth + 2) * (1 + count);
  // Seeds come first where there is little room.
  const isNarrow = roomBeside(publishedColumns.length) < seeds.length * (cellWidth + 2);
  const published = publishedColumns.slice(0, isNarrow ? 1 : undefined);
  const room = roomBeside(published.length);
  const each = (room - seeds.length * 2) / Math.max(1, seeds.length) >= wideCell ? wideCell : cellWidth;
  const fits = Math.max(1, Math.floor(room / (each + 2)));
  // The seed of the moment is among those that are shown.
  const first = seeds.length <= fits ? 0 : firstSeed(rows, seeds.length, fits);
  const shown = seeds.slice(first, first + fits);
  const hidden = seeds.length - shown.length;
  const line = (pieces: readonly Piece[]) => row(pieces, width, theme);
  const columns = (name: Piece, cells: readonly Piece[], rest: readonly Piece[]) =>
    line([
      name,
      ...cells.flatMap((piece): Piece[] => ['  ', piece]),
      ...rest.flatMap((piece): Piece[] => ['  ', piece]),
    ]);
  const right = (text: string, role: Role | 'bold' = 'text', cells: number = cellWidth): Piece => [
    role,
    cell(text, cells, theme, 'right'),
  ];
  const head = columns(
    ['dim', cell('task', taskWidth, theme)],
    shown.map((seed) => right(`${each === wideCell ? 'seed ' : ''}${seed}`, 'dim', each)),
    [
      right(hidden > 0 ? `med+${hidden}` : cellWidth > leastCell ? 'median' : 'med', 'dim'),
      ...published.map(({ title }) => right(title, 'dim')),
    ],
  );
  const ofTask = ({ title, task, cells, score }: BoardRow): string =>
    columns(
      ['bold', cell(title, taskWidth, theme)],
      shown.map((_, i) => cellPiece(cells?.[first + i] ?? null, view.fraction, each, theme)),
      [
        right(score === null ? '' : points(score.median), 'bold'),
        ...published.map(({ scores }) => right(scores[task]?.toFixed(1) ?? '', 'dim')),
      ],
    );
  return { head, rows: rows.map(ofTask), means: meanRows(rows, width, theme) };
}

function firstSeed(rows: readonly BoardRow[], seeds: number, fits: number): number {
  const current = rows.flatMap(({ cells }) => cells?.findIndex(({ state }) => state === 'running') ?? -1);
  const at = Math.max(-1, ...current);
  return at < fits ? 0 : Math.min(seeds - fits, at - fits + 1);
}

/** A score, how far it is, or why there is none: in words and signs, not in colour alone. */
function cellPiece(given: Cell | null, fraction: number | null, width: number, theme: Theme): Piece {
  const { dot, cut: more } = signs(theme);
  const put = (role: Role, long: string, short: string): Piece => [
    role,
    cell(width >= wideCell ? long : short, width, theme, 'right'),
  ];
  if (given === null) return put('warn', 'no files', 'none');
  switch (given.state) {
    case 'waiting':
      return put('dim', dot, dot);
    case 'scored':
      return put('good', points(given.score), points(given.score));
    case 'unconverged':
      return put('bad', '! no score', '!none');
    case 'failed':
      return put('bad', '! failed', '!fail');
    case 'stopped':
      return put('warn', 'stopped', 'stop');
    case 'trying':
      return put('accent', `tried ${given.tried}/${given.trials}`, `${given.tried}/${given.trials}`);
    case 'running': {
      const percent = fraction === null ? more : `${Math.floor(100 * fraction)}%`;
      const trial = given.trials > 1 ? `${given.tried + 1}/${given.trials} ` : '';
      return put('accent', `> ${trial}${percent}`, `>${percent}`);
    }
  }
}

function meanRows(rows: readonly BoardRow[], width: number, theme: Theme): string[] {
  const { withoutWnli, withWnli } = meansSoFar(rows);
  const both = withWnli.tasks.includes('wnli') ? [withoutWnli, withWnli] : [withoutWnli];
  return both.flatMap((mean, i): string[] => {
    const { tasks, score } = mean;
    if (tasks.length === 0) return i === 0 ? [row([['dim', 'mean: no task has a score yet']], width, theme)] : [];
    const name = i === 0 ? 'mean' : 'mean with WNLI';
    const beside = mean.published.map(({ row: from, score: value }) => `${from} ${value.toFixed(1)}`).join(', ');
    const pieces: Piece[] = [
      ['bold', `${name} ${points(score)}`],
      ` over ${tasks.length} of ${i === 0 ? 8 : 9} tasks`,
      ['dim', beside === '' ? '' : `; published of these: ${beside}`],
    ];
    return [row(pieces, width, theme)];
  });
}
