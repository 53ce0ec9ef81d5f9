import type { Context } from '../context.ts';
import { formatMetric } from '../plain/report.ts';
import { type Align, alignRows, count, shorten } from '../plain/table.ts';
import { mainMetric, readRuns } from './read.ts';

/** Lists the runs in a folder, the latest first. */
export async function listRuns(parent: string, { json, stdout, note }: Context): Promise<void> {
  const runs = await readRuns(parent);
  if (json) {
    stdout.line(
      JSON.stringify(
        runs.map((run) => ({
          run: run.folder,
          state: run.state,
          ended: run.status.heartbeat,
          metrics: run.results?.metrics ?? null,
        })),
      ),
    );
    return;
  }
  if (runs.length === 0) return note(`no runs in ${parent}; distiltune train makes one`);
  const rows = runs.map((run) => {
    const metric = mainMetric(run);
    const score = metric === null ? '' : `${metric.split} ${metric.name} ${formatMetric(metric.value)}`;
    const steps =
      run.status.totalSteps === null ? count(run.status.step) : `${run.status.step}/${run.status.totalSteps}`;
    return [shorten(run.folder, 40), run.state, steps, score, run.status.heartbeat.slice(0, 16).replace('T', ' ')];
  });
  const align: Align[] = ['left', 'left', 'right'];
  const [title = '', ...lines] = alignRows([['run', 'state', 'steps', 'score', 'last sign (UTC)'], ...rows], { align });
  stdout.line(stdout.colors.bold(title));
  for (const line of lines) stdout.line(line);
}
