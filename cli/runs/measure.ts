import { join } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { hasRecord } from '../glue/record.ts';
import { openLines } from '../watch/line-reader.ts';
import { parseRunEvent } from '../watch/parse-event.ts';
import { type Comparison, compareRuns, type MeasuredRun } from './compare.ts';
import { compareBenchmarks } from './compare-benchmarks.ts';
import { refuseDamaged, requireRun } from './read.ts';

/**
 * Compares what lies in two folders or more: runs, or runs of the benchmark.
 * @throws UsageError for a folder that holds neither, and for both kinds together; DataError for a damaged run
 */
export async function compareFolders(folders: readonly string[]): Promise<Comparison> {
  if (folders.length < 2) throw new UsageError('there is one run only: two are compared', { fix: 'name another one' });
  const benchmarks = folders.filter(hasRecord);
  if (benchmarks.length === folders.length) return compareBenchmarks(folders);
  if (benchmarks.length > 0) {
    throw new UsageError('this is a run of the benchmark, and not all of the others are', {
      where: benchmarks[0]!,
      fix: 'name benchmarks only, or one of its runs, such as RUN/cola/seed-42',
    });
  }
  return compareRuns(await Promise.all(folders.map(measureRun)));
}

/**
 * A run with what was measured of it.
 * @throws UsageError where there is none; DataError where one of its files is damaged
 */
export async function measureRun(folder: string): Promise<MeasuredRun> {
  const run = await requireRun(folder);
  refuseDamaged(run);
  return { ...run, ...(run.results === null ? await bestSoFar(folder) : { bestSoFar: null, skipped: 0 }) };
}

async function bestSoFar(folder: string): Promise<Pick<MeasuredRun, 'bestSoFar' | 'skipped'>> {
  const found: Pick<MeasuredRun, 'bestSoFar' | 'skipped'> = { bestSoFar: null, skipped: 0 };
  const lines = openLines(join(folder, 'events.jsonl'));
  try {
    for (let part = await lines.read(); part !== null; part = await lines.read()) {
      found.skipped += part.skipped;
      for (const line of part.lines) {
        const event = parseRunEvent(line);
        if (event === null) found.skipped++;
        else if (event.type === 'evaluation' && event.best)
          found.bestSoFar = { step: event.step, metrics: event.metrics };
      }
    }
  } finally {
    await lines.close();
  }
  return found;
}
