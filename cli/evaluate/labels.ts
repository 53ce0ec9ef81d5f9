import { DataError } from '../../src/errors.ts';
import { plural, printable, shorten } from '../plain/table.ts';

/** Labels of the data that the model does not know, with how many rows have each and the first of their lines. */
export type UnknownLabels = Map<string, { rows: number; line: number }>;

/**
 * Finds the model's label that a label of the data stands for: the one with its exact name, else the only one with that name in
 * another case; undefined where there is none.
 */
export function labelMatcher(labels: readonly string[]): (label: string) => string | undefined {
  const exact = new Set(labels);
  const inAnyCase = new Map<string, string | undefined>();
  for (const label of labels) {
    const key = label.toLowerCase();
    inAnyCase.set(key, inAnyCase.has(key) ? undefined : label);
  }
  return (label) => (exact.has(label) ? label : inAnyCase.get(label.toLowerCase()));
}

const unknownShown = 5;
const knownShown = 10;

/** The error that names the labels which the model does not know. */
export function unknownLabelsError(unknown: UnknownLabels, labels: readonly string[], where: string): DataError {
  const byRows = [...unknown].sort((a, b) => b[1].rows - a[1].rows);
  const shown = byRows
    .slice(0, unknownShown)
    .map(([label, { rows, line }]) => `"${shorten(label, 40)}" (${plural(rows, 'row')}, first on line ${line})`);
  const more = byRows.length > shown.length ? ` and ${byRows.length - shown.length} more` : '';
  const known = labels.slice(0, knownShown).map(printable).join(', ');
  const knownMore = labels.length > knownShown ? ` and ${labels.length - knownShown} more` : '';
  return new DataError(`the model does not know ${plural(unknown.size, 'label')}: ${shown.join(', ')}${more}`, {
    where,
    fix: `it knows ${known}${knownMore}; --ignore-unknown-labels leaves such rows out`,
  });
}
