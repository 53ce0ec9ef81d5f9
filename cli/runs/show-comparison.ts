import type { Context } from '../context.ts';
import type { Comparison } from './compare.ts';
import { comparisonLines } from './compare-lines.ts';

/** Prints how runs differ: a table for people, or one JSON document. */
export function showComparison(comparison: Comparison, { json, stdout }: Context): void {
  if (json) {
    stdout.line(JSON.stringify(comparison));
    return;
  }
  const width = stdout.isTerminal ? stdout.width : 100;
  for (const line of comparisonLines(comparison, { colors: stdout.colors, width })) stdout.line(line);
}
