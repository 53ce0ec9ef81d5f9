import { matthewsCorrcoef } from 'ml-metrics';
import { DataError } from '../../src/errors.ts';
import { parseClass } from './labels.ts';
import { glueTask } from './tasks.ts';

/** The coarse categories, which are also the columns of `diagnostic-full.tsv`. A row is in several, or in none. */
export const coarseCategories = ['Lexical Semantics', 'Predicate-Argument Structure', 'Logic', 'Knowledge'] as const;
export type CoarseCategory = (typeof coarseCategories)[number];

/** A labelled pair of the diagnostic set. */
export interface DiagnosticRow {
  line: number;
  text: string;
  pair: string;
  /** Class number of MNLI. */
  gold: number;
  categories: CoarseCategory[];
}

/** Matthews correlations of the whole set and of each coarse category, with how many rows each is over. */
export type DiagnosticScores = Record<'all' | CoarseCategory, { mcc: number; rows: number }>;

/**
 * Reads `diagnostic-full.tsv`, whose columns are found by their names.
 * @throws DataError when a column is missing or a row cannot be read: the set is small and every row counts
 */
export function readDiagnostic(content: string, where: string): DiagnosticRow[] {
  const lines = content.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const header = lines[0]!.replace(/\r$/, '').split('\t');
  const place = (name: string) => {
    const index = header.findIndex((cell) => cell.trim().toLowerCase() === name.toLowerCase());
    if (index >= 0) return index;
    throw new DataError(`there is no column "${name}"`, {
      where: `${where}, line 1`,
      fix: 'give diagnostic-full.tsv as it was published',
    });
  };
  const places = coarseCategories.map((name) => [name, place(name)] as const);
  const [premise, hypothesis, label] = [place('Premise'), place('Hypothesis'), place('Label')];
  const { classes } = glueTask('mnli');
  return lines.slice(1).map((line, i) => {
    const cells = line.replace(/\r$/, '').split('\t');
    const gold = parseClass(cells[label] ?? '', classes);
    if (cells.length !== header.length || gold === undefined) {
      throw new DataError(`a row of ${cells.length} cells, labelled "${(cells[label] ?? '').slice(0, 40)}"`, {
        where: `${where}, line ${i + 2}`,
        fix: `${header.length} cells belong, with a label of MNLI`,
      });
    }
    const categories = places.filter(([, at]) => cells[at]!.trim() !== '').map(([name]) => name);
    return { line: i + 2, text: cells[premise]!, pair: cells[hypothesis]!, gold, categories };
  });
}

/**
 * The Matthews correlation for three classes (R3), as GLUE gives it for its diagnostic set.
 * @param predicted [N] class numbers of MNLI; NaN of a category without rows
 */
export function diagnosticScores(rows: readonly DiagnosticRow[], predicted: ArrayLike<number>): DiagnosticScores {
  const score = (wanted: (row: DiagnosticRow) => boolean) => {
    const places = rows.flatMap((row, i) => (wanted(row) ? [i] : []));
    const gold = places.map((i) => rows[i]!.gold);
    const answers = places.map((i) => predicted[i]!);
    const mcc = places.length === 0 ? Number.NaN : matthewsCorrcoef(gold, answers, { zeroDivision: 0 });
    return { mcc, rows: places.length };
  };
  return Object.fromEntries([
    ['all', score(() => true)],
    ...coarseCategories.map((name) => [name, score((row) => row.categories.includes(name))]),
  ]) as DiagnosticScores;
}
