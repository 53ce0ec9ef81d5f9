import { DataError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { shorten } from './shorten.ts';
import type { Table } from './types.ts';

/**
 * The 0-based index of the column that a person named: by its exact name, else by its name in any case, else by its 1-based
 * number.
 * @throws DataError when there is none, or several; it suggests the nearest name.
 */
export function findColumn(table: Pick<Table, 'columns' | 'name'>, asked: string, flag: string): number {
  const { columns, name } = table;
  const matches = (isMatch: (column: string) => boolean) =>
    [...columns.keys()].filter((index) => isMatch(columns[index]!));
  let found = matches((column) => column === asked);
  if (found.length === 0) found = matches((column) => column.toLowerCase() === asked.trim().toLowerCase());
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new DataError(`${found.length} columns are named "${asked}"`, {
      where: name,
      fix: `give the number: ${found.map((index) => `${flag} ${index + 1}`).join(' or ')}`,
    });
  }
  if (/^\d+$/.test(asked) && Number(asked) >= 1 && Number(asked) <= columns.length) return Number(asked) - 1;
  const similar = nearest(
    asked,
    columns.filter((column) => column !== ''),
  );
  throw new DataError(`there is no column "${asked}"`, {
    where: name,
    fix:
      similar === undefined
        ? `${flag} takes one of ${listColumns(columns)}, or a number from 1 to ${columns.length}`
        : `did you mean ${flag} ${JSON.stringify(similar)}?`,
  });
}

function listColumns(columns: readonly string[]): string {
  const shown = columns.slice(0, 10).map((column) => JSON.stringify(shorten(column)));
  return columns.length > shown.length
    ? `${shown.join(', ')} (and ${columns.length - shown.length} more)`
    : shown.join(', ');
}
