import { resolveDataset } from '../../src/data/hub.ts';
import type { GlueTask } from '../../tasks/glue/tasks.ts';
import type { Context } from '../context.ts';
import { createProgress } from '../plain/progress.ts';

/** GLUE on the hub: a folder of Parquet files for each task, and one for the diagnostic set. */
const dataset = { name: 'nyu-mll/glue', revision: 'main' };

/**
 * The folder that a benchmark's files lie in: the one that was named, else the hub's cache, into which the tasks' files are
 * fetched.
 * @throws DistiltuneError where they are neither in the cache nor to be had
 */
export async function glueData(
  folder: string | undefined,
  tasks: readonly GlueTask[],
  context: Context,
): Promise<string> {
  if (folder !== undefined) return folder;
  const progress = createProgress(context);
  const folders = [...tasks.map(({ name }) => name), ...(tasks.some(({ name }) => name === 'mnli') ? ['ax'] : [])];
  try {
    return await resolveDataset(dataset, folders, {
      ...context.environment.hub,
      onProgress: ({ file, done, total }) =>
        progress.update(`${dataset.name}: ${file} ${Math.floor((100 * done) / total)} %`),
    });
  } finally {
    progress.clear();
  }
}
