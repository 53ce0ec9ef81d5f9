import { formatMetric } from '../../plain/report.ts';
import { plural } from '../../plain/table.ts';
import { shortDuration } from '../run/figures.ts';
import { cell, type Piece, row } from '../run/text.ts';
import { fileSize } from '../start/choose-rows.ts';
import { firstShown } from '../start/selection.ts';
import { fieldPieces, type TextField } from '../start/text-field.ts';
import type { Role, Theme } from '../theme.ts';
import type { ListedRun, Sorting } from './sorting.ts';

export interface RunsView {
  filter: TextField;
  /** Filtered and sorted; null: they are being read. */
  runs: readonly ListedRun[] | null;
  /** How many there are without the filter. */
  total: number;
  /** The folder that they lie in. */
  parent: string;
  index: number;
  marked: ReadonlySet<string>;
  sorting: Sorting;
  /** Milliseconds since 1970. */
  now: number;
  /** Rows of what is wrong, or asked. */
  notice: readonly string[];
}

/** Rows above and below the runs. */
const headRows = 2;

/** Runs that are seen at once. */
export const runsPage = (height: number, notice: number): number => Math.max(1, height - headRows - notice);

export function runsRows(view: RunsView, width: number, height: number, theme: Theme): string[] {
  const { filter, runs, total, parent, index, sorting, notice } = view;
  const page = runsPage(height, notice.length);
  const label = 'find  ';
  const state = runs === null ? '' : runs.length === total ? plural(total, 'run') : `${runs.length} of ${total}`;
  const right = `  ${state}, by ${sorting}`;
  const field = fieldPieces(filter, Math.max(1, width - label.length - right.length - 1), theme);
  const shownField = row([['accent', label], ...field], Math.max(0, width - right.length), theme);
  const head = shownField + row([['dim', right]], Math.min(width, right.length), theme);
  if (runs === null) return [head, row([], width, theme), row([['dim', 'reading the runs']], width, theme), ...notice];
  if (runs.length === 0) {
    const why = total > 0 ? 'no run has that in it' : `no runs in ${parent}: fine-tune a file to make one`;
    return [head, row([], width, theme), row([['dim', why]], width, theme), ...notice];
  }
  const columns = columnsOf(runs, view, width);
  const title = columns.map((column) => cell(column.title, column.width, theme, column.align)).join('  ');
  const from = firstShown(index, runs.length, page);
  return [
    head,
    row([['bold', `    ${title}`]], width, theme),
    ...runs.slice(from, from + page).map((run, i) => runRow(run, from + i === index, columns, view, width, theme)),
    ...notice,
  ];
}

interface Column {
  title: string;
  width: number;
  align: 'left' | 'right';
  text(run: ListedRun): string;
}

/** The name always; the others by how much they tell, as many as fit; the name has what is left. */
function columnsOf(runs: readonly ListedRun[], { now }: RunsView, width: number): Column[] {
  const column = (title: string, text: Column['text'], most: number, align: Column['align'] = 'left'): Column => {
    const longest = Math.max(title.length, ...runs.map((run) => text(run).length));
    return { title, text, align, width: Math.min(most, longest) };
  };
  const all = {
    state: column('state', ({ state }) => state, 14),
    task: column('task', ({ task }) => (task === null ? '' : (shortTasks[task] ?? task)), 10),
    model: column('model', ({ model }) => model ?? '', 24),
    score: column('best', scoreText, 24),
    when: column('ago', ({ lastSign }) => shortDuration((now - lastSign.getTime()) / 1000), 6, 'right'),
    took: column('took', ({ seconds }) => (seconds === null ? '' : shortDuration(seconds)), 6, 'right'),
    size: column('size', ({ bytes }) => (bytes === null ? '' : fileSize(bytes)), 5, 'right'),
  };
  const longest = Math.max(...runs.map(({ folder }) => folder.length));
  const leastName = Math.min(longest, Math.max(12, Math.floor(width / 3)));
  let room = width - 4 - leastName;
  const chosen = new Set<Column>();
  for (const name of ['state', 'score', 'when', 'task', 'took', 'size', 'model'] as const) {
    const needed = 2 + all[name].width;
    if (needed > room) continue;
    room -= needed;
    chosen.add(all[name]);
  }
  const name = column('run', ({ folder }) => folder, leastName + Math.max(0, room));
  return [name, ...Object.values(all).filter((each) => chosen.has(each))];
}

const shortTasks: Readonly<Record<string, string>> = {
  'sequence-classification': 'classes',
  'token-classification': 'tokens',
  'question-answering': 'answers',
  'multi-label': 'labels',
  'masked-lm': 'masked lm',
};

export const scoreText = ({ score }: ListedRun): string =>
  score === null ? '' : `${score.name} ${formatMetric(score.value)}`;

function runRow(
  run: ListedRun,
  isChosen: boolean,
  columns: readonly Column[],
  { marked }: RunsView,
  width: number,
  theme: Theme,
): string {
  const isMarked = marked.has(run.folder);
  const mark = `${isChosen ? theme.glyphs.selected : ' '} ${isMarked ? theme.glyphs.good : ' '} `;
  const cells = columns.map((column) => cell(column.text(run), column.width, theme, column.align));
  if (isChosen) return row([['inverse', `${mark}${cells.join('  ')}`]], width, theme);
  const pieces = cells.flatMap((text, i): Piece[] => {
    const piece: Piece = columns[i]!.title === 'state' ? [roleOf(run), text] : i === 0 ? text : ['dim', text];
    return i === 0 ? [piece] : ['  ', piece];
  });
  return row([[isMarked ? 'accent' : 'text', mark], ...pieces], width, theme);
}

function roleOf({ state }: ListedRun): Role {
  if (state === 'running') return 'accent';
  if (state === 'finished' || state === 'early-stopping') return 'good';
  return state === 'stopped' ? 'warn' : 'bad';
}
