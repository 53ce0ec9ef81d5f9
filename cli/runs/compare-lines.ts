import type { Style } from '../plain/audit.ts';
import { formatMetric } from '../plain/report.ts';
import { type Align, alignRows, count, plural, printable, shorten, wrap } from '../plain/table.ts';
import type { Comparison, FigureRow } from './compare.ts';

/** A comparison as lines: the runs by letters, settings that differ, metrics, cost, and what has to be known. */
export function comparisonLines(comparison: Comparison, style: Style): string[] {
  const { metrics, cost, notes } = comparison;
  const sections = [
    runLines(comparison, style),
    settingLines(comparison, style),
    figureLines('metric', metrics, comparison, style),
    figureLines('cost', cost, comparison, style),
    notes.flatMap((note) => wrap(printable(`note: ${note}`), style.width)),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
}

/** What stands for a run in the tables: A, B, ... Z, then its number. */
export const letterOf = (i: number): string => (i < 26 ? String.fromCharCode(65 + i) : String(i + 1));

/** How far runs are in words. */
export function stepsText({ step, totalSteps }: Comparison['runs'][number]): string {
  if (step === null) return '';
  return totalSteps === null ? `step ${count(step)}` : `step ${count(step)}/${count(totalSteps)}`;
}

function runLines({ runs }: Comparison, { width }: Style): string[] {
  const nameWidth = Math.max(16, Math.floor(width / 3));
  return alignRows(
    runs.map((run, i) => [
      letterOf(i),
      shorten(run.run, nameWidth),
      run.state,
      run.task ?? 'task not known',
      shorten(run.model ?? '', nameWidth),
      stepsText(run),
    ]),
  );
}

/** Settings that differ, and how many do not. */
export function settingLines({ runs, settings }: Comparison, { colors, width }: Style): string[] {
  const equal = `${plural(settings.equal, 'setting is', 'settings are')} the same`;
  if (settings.differing.length === 0) return [`all ${equal}`];
  const keyWidth = Math.max(...settings.differing.map(({ key }) => key.length));
  const valueWidth = Math.max(12, Math.floor((width - keyWidth) / runs.length) - 2);
  const rows = settings.differing.map(({ key, values }) => [
    key,
    ...values.map((value) => shorten(settingText(key, value), valueWidth)),
  ]);
  const [title = '', ...lines] = alignRows([['setting', ...runs.map((_, i) => letterOf(i))], ...rows]);
  return [colors.bold(title), ...lines, equal];
}

/** A setting's value on one line; of a hash as much as tells two apart. */
export function settingText(key: string, value: unknown): string {
  if (key.endsWith('sha256')) {
    const hashes = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    return hashes.map((hash) => (hash === null ? 'none' : String(hash).slice(0, 8))).join(' ');
  }
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'string' ? value : value === null ? 'none' : JSON.stringify(value);
}

/**
 * Figures of all runs with their differences to the first, and which is better.
 * @param options.withDifferences false: where there is no room for them
 * @param options.withSplits false: without the rows that a metric is of, but for the test rows
 */
export function figureLines(
  title: string,
  rows: readonly FigureRow[],
  { runs }: Comparison,
  { colors }: Style,
  { withDifferences = true, withSplits = true } = {},
): string[] {
  if (rows.length === 0) return [];
  const hasDifference = (i: number) => withDifferences && i > 0;
  const heads = runs.flatMap((_, i) => (hasDifference(i) ? [letterOf(i), `${letterOf(i)}-A`] : [letterOf(i)]));
  const cells = (row: FigureRow) =>
    row.values.flatMap((value, i) => {
      const shown = figureText(row, value);
      return hasDifference(i) ? [shown, differenceText(row, row.differences[i]!)] : [shown];
    });
  const hasBetter = rows.some(({ best }) => best.length > 0);
  const lines = alignRows(
    [
      [title, ...heads, ...(hasBetter ? ['better'] : [])],
      ...rows.map((row) => [
        withSplits || row.split === 'test' ? rowName(row) : row.name,
        ...cells(row),
        ...(hasBetter ? [row.best.map(letterOf).join(' ')] : []),
      ]),
    ],
    { align: ['left', ...heads.map((): Align => 'right'), 'left'] },
  );
  return [colors.bold(lines[0]!), ...lines.slice(1)];
}

/** `test accuracy`. */
export const rowName = ({ name, split }: FigureRow): string => (split === null ? name : `${split} ${name}`);

export function figureText(row: FigureRow, value: number | null): string {
  if (value === null) return '-';
  if (row.split !== null) return formatMetric(value);
  return costText(row.name, value);
}

/** A difference with its sign. */
export function differenceText(row: FigureRow, value: number | null): string {
  if (value === null) return '';
  if (value === 0) return '=';
  return `${value < 0 ? '-' : '+'}${figureText(row, Math.abs(value))}`;
}

function costText(name: string, value: number): string {
  if (name === 'peak memory') return value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${(value / 1e9).toFixed(2)} GB`;
  return value < 100 && !Number.isInteger(value) ? value.toFixed(1) : count(Math.round(value));
}
