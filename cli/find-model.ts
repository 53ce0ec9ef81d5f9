import { existsSync } from 'node:fs';
import { UsageError } from '../src/errors.ts';
import { type FoundModel, findModel } from '../src/pipelines/find-model.ts';
import type { Context } from './context.ts';
import { createProgress } from './plain/progress.ts';

/**
 * Finds the model that a command is given, fetched from the hub where it must be.
 * @throws UsageError for a name that stands for nothing; DistiltuneError where the model can be neither found nor fetched
 */
export async function findModelToUse(name: string, context: Context): Promise<FoundModel> {
  if (name.startsWith('runs/') && !existsSync(name)) {
    throw new UsageError('there is no such run', { where: name, fix: '`distiltune runs ls` lists the runs' });
  }
  const progress = createProgress(context);
  try {
    return await findModel(name, {
      ...context.environment.hub,
      onProgress: ({ file, done, total }) => progress.update(`${name}: ${file} ${Math.floor((100 * done) / total)} %`),
    });
  } finally {
    progress.clear();
  }
}
