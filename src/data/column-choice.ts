import { shorten } from './shorten.ts';
import type { ColumnProfile, Table } from './types.ts';

/** A column that most rows leave empty is a remark, neither the text nor the label. */
export function isMostlyEmpty({ rows, empty }: ColumnProfile): boolean {
  return empty > rows / 2;
}

/** The element whose rank comes last in lexicographic order; the first of equals. */
export function highest<T>(items: readonly T[], rank: (item: T) => number[]): T | null {
  let best: T | null = null;
  let bestRank: number[] = [];
  for (const item of items) {
    const candidate = rank(item);
    const at = candidate.findIndex((value, i) => value !== bestRank[i]);
    if (best === null || (at >= 0 && candidate[at]! > bestRank[at]!)) {
      best = item;
      bestRank = candidate;
    }
  }
  return best;
}

const columnsShown = 12;

/** The columns and what each looks like, for messages. */
export function describeColumns(table: Table, text?: number): string {
  const shown = table.profiles.slice(0, columnsShown).map((profile) => {
    const what = profile.index === text ? 'the text' : describeProfile(profile);
    return `${profile.name === '' ? `column ${profile.index + 1} (nameless)` : `"${shorten(profile.name)}"`} ${what}`;
  });
  const more = table.profiles.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function describeProfile({ kind, distinct, rows, empty, examples }: ColumnProfile): string {
  if (kind === 'empty') return 'is empty';
  if (kind === 'constant') return `is always ${JSON.stringify(examples[0])}`;
  if (kind === 'nested') return 'holds objects or lists';
  const values = distinct === rows - empty ? 'all different' : `${distinct} different`;
  return `looks like ${kind} (${values})`;
}

export function alsoPossible(table: Table, others: ColumnProfile[]): string {
  if (others.length === 0) return '';
  const names = others
    .slice(0, 3)
    .map(({ name, index }) => (name === '' ? `column ${index + 1}` : `"${shorten(table.columns[index]!)}"`));
  return `; also possible: ${names.join(', ')}${others.length > 3 ? ' ...' : ''}`;
}
