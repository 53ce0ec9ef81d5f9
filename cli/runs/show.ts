import type { Context } from '../context.ts';
import { renderMetrics } from '../plain/report.ts';
import { alignRows, count, plural, printable } from '../plain/table.ts';
import { requireRun, totalSeconds } from './read.ts';

/** Tells what a run was trained on, with which settings, and how it did. */
export async function showRun(folder: string, { json, stdout }: Context): Promise<void> {
  const { state, status, config, results } = await requireRun(folder);
  if (json) {
    stdout.line(JSON.stringify({ run: folder, state, status, config, results }));
    return;
  }
  const rows: [string, string][] = [
    ['run', folder],
    [
      'state',
      `${state}, step ${count(status.step)}${status.totalSteps === null ? '' : ` of ${count(status.totalSteps)}`}`,
    ],
  ];
  if (config !== null) {
    const { optimizer, batchSize, maxLength, epochs, maxSteps, seed, resolved, files = {}, examples = {} } = config;
    rows.push(['model', String(config.model)], ['task', resolved?.task ?? '']);
    if (resolved !== undefined && resolved.labels.length > 0) rows.push(['labels', count(resolved.labels.length)]);
    for (const [split, rowsOfSplit] of Object.entries(examples)) {
      if (rowsOfSplit > 0)
        rows.push([split, `${plural(rowsOfSplit, 'row')}${files[split] ? ` of ${files[split].name}` : ''}`]);
    }
    const length = maxSteps ? plural(maxSteps, 'step') : plural(epochs ?? 0, 'epoch');
    const rate = `learning rate ${optimizer?.learningRate}`;
    rows.push(['settings', `${length}, batches of ${batchSize}, ${rate}, up to ${maxLength} tokens, seed ${seed}`]);
    if (config.versions)
      rows.push([
        'versions',
        Object.entries(config.versions)
          .map((pair) => pair.join(' '))
          .join(', '),
      ]);
  }
  if (results !== null) {
    const speed = `${count(Math.round(results.realTokensPerSecond))} tokens/s while training`;
    rows.push(['time', `${totalSeconds(results).toFixed(0)} s, ${speed}`]);
    rows.push(['memory', `${(results.peakRssBytes / 1e9).toFixed(1)} GB at its peak`]);
  }
  for (const line of alignRows(rows.map(([name, value]) => [name, printable(value)]))) stdout.line(line);
  for (const split of ['validation', 'test'] as const) {
    const metrics = results?.metrics[split];
    if (metrics === undefined) continue;
    stdout.line();
    stdout.line(stdout.colors.bold(split));
    // JSON has no NaN: a metric that is not defined is null.
    const values = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value ?? Number.NaN]));
    for (const line of renderMetrics(values)) stdout.line(`  ${line}`);
  }
}
