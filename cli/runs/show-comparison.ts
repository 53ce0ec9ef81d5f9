import type { Context } from '../context.ts';
import { comparisonLines } from './compare-lines.ts';
import { compareFolders } from './measure.ts';

/** Prints how runs differ: a table for people, or one JSON document. */
export async function showComparison(folders: string[], { json, stdout }: Context): Promise<void> {
  const comparison = await compareFolders(folders);
  if (json) {
    stdout.line(JSON.stringify(comparison));
    return;
  }
  const width = stdout.isTerminal ? stdout.width : 100;
  for (const line of comparisonLines(comparison, { colors: stdout.colors, width })) stdout.line(line);
}
