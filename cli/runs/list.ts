import type { Context } from '../context.ts';
import { formatMetric } from '../plain/report.ts';
import { type Align, alignRows, count, shorten } from '../plain/table.ts';
import { type RunSummary, summarizeAll } from './summary.ts';

/** Lists the runs in a folder, the latest first. */
export async function listRuns(parent: string, { json, stdout, note }: Context): Promise<void> {
  const runs = await summarizeAll(parent);
  if (json) {
    stdout.line(
      JSON.stringify(
        runs.map(({ folder, kind, state, task, model, lastSign, metrics }) => ({
          run: folder,
          kind,
          state,
          task,
          model,
          ended: lastSign.toISOString(),
          metrics,
        })),
      ),
    );
    return;
  }
  if (runs.length === 0) return note(`no runs in ${parent}; distiltune train makes one`);
  const rows = runs.map((run) => [
    shorten(run.folder, 40),
    run.state,
    stepsOf(run),
    run.score === null ? '' : `${run.score.split} ${run.score.name} ${formatMetric(run.score.value)}`,
    run.lastSign.toISOString().slice(0, 16).replace('T', ' '),
  ]);
  const align: Align[] = ['left', 'left', 'right'];
  const [title = '', ...lines] = alignRows([['run', 'state', 'steps', 'score', 'last sign (UTC)'], ...rows], { align });
  stdout.line(stdout.colors.bold(title));
  for (const line of lines) stdout.line(line);
}

function stepsOf({ steps, task }: RunSummary): string {
  if (steps === null) return task ?? '';
  return steps.total === null ? count(steps.done) : `${steps.done}/${steps.total}`;
}
