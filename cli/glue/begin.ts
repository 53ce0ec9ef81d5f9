import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { findTaskFiles } from '../../tasks/glue/folder.ts';
import { prepareTask } from '../../tasks/glue/prepare.ts';
import type { GlueTask, GlueTaskName } from '../../tasks/glue/tasks.ts';
import type { Context } from '../context.ts';
import { plural, printable } from '../plain/table.ts';
import { packageVersion } from '../program.ts';
import { machineText } from '../report/machine.ts';
import { parseOwnFiles, type RunFlags } from './options.ts';
import { type GlueRecord, hasRecord, readRecord } from './record.ts';

/** Tasks that `--from-mnli` is for. */
const startFromMnli: readonly GlueTaskName[] = ['mrpc', 'stsb', 'rte'];

/** Keys that the benchmark decides itself. */
export function refuseOwnKeys(settings: readonly string[]): void {
  const own = settings.find((text) => /^(model|task|seed|data\.[^=]*)=/.test(text));
  if (own !== undefined) {
    throw new UsageError(`${own} is no setting of the benchmark`, {
      fix: 'use --model, --tasks, --seeds, --train-file and --dev-file',
    });
  }
  const other = settings.find((text) => !text.includes('='));
  if (other !== undefined)
    throw new UsageError(`${other} is no key=value`, { fix: 'name the folder of the data with --data' });
}

/** As they were named; MNLI first where others start from it. */
export function inTrainingOrder(tasks: readonly GlueTask[], { fromMnli }: RunFlags): GlueTask[] {
  if (fromMnli !== true) return [...tasks];
  return [...tasks].sort((a, b) => Number(b.name === 'mnli') - Number(a.name === 'mnli'));
}

/** @throws UsageError when the folder has a benchmark run that was asked for otherwise */
export function openRecord(
  run: string,
  settings: string[],
  { model, recipe, earlyStopping, data }: RunFlags & { data: string },
  seeds: number[],
): GlueRecord {
  const asked = {
    version: packageVersion(),
    model,
    recipe,
    settings,
    earlyStopping: earlyStopping ?? null,
    seeds,
    data: resolve(data),
    machine: `${machineText()}, Node ${process.versions.node}`,
  };
  if (!hasRecord(run)) {
    mkdirSync(run, { recursive: true });
    return { v: 1, ...asked, tasks: {}, missing: [] };
  }
  const known = readRecord(run);
  for (const key of ['model', 'recipe', 'settings', 'earlyStopping'] as const) {
    if (JSON.stringify(known[key]) === JSON.stringify(asked[key])) continue;
    throw new UsageError(`the folder has a benchmark run with another ${key}: ${JSON.stringify(known[key])}`, {
      where: run,
      fix: 'name another folder with -o',
    });
  }
  return { ...known, ...asked };
}

/** Reads the files of every task before the first is trained: what is wrong with them is known at once. */
export async function prepareTasks(
  tasks: readonly GlueTask[],
  flags: RunFlags & { data: string },
  record: GlueRecord,
  context: Context,
): Promise<void> {
  const own = parseOwnFiles(flags);
  const names = tasks.map(({ name }) => name);
  const unused = [...own.keys()].find((name) => !names.includes(name));
  if (unused !== undefined)
    throw new UsageError(`there is a file for ${unused}, which is not among the tasks`, { fix: 'see --tasks' });
  record.missing = record.missing.filter(({ task }) => !names.includes(task));
  for (const task of tasks) {
    const { name, title } = task;
    const folder = join(flags.output, 'data', name);
    const prepared = await prepareTask(task, await findTaskFiles(flags.data, task), own.get(name) ?? {}, folder);
    if ('missing' in prepared) {
      delete record.tasks[name];
      record.missing.push({ task: name, reason: prepared.missing });
      context.note(`${context.stderr.colors.yellow('!')} ${title} is left out: ${prepared.missing}`);
      continue;
    }
    for (const { source, refused } of [prepared.train, ...prepared.dev]) {
      if (refused.count === 0) continue;
      const [first] = refused.first;
      context.note(
        `${context.stderr.colors.yellow('!')} ${printable(source)}: ${plural(refused.count, 'row')} left out, the first on line ${first!.line}: ${printable(first!.reason)}`,
      );
    }
    const start = startOf(task, flags);
    if (start !== flags.model)
      prepared.notes.push(start === ownMnli ? 'started from the model of MNLI' : `started from ${start}`);
    record.tasks[name] = { ...prepared, model: start, chosen: record.tasks[name]?.chosen ?? null };
  }
  if (
    flags.fromMnli === true &&
    names.some((name) => startFromMnli.includes(name)) &&
    record.tasks.mnli === undefined
  ) {
    throw new UsageError('--from-mnli needs a model of MNLI', {
      fix: 'add mnli to --tasks, or name a model: --from-mnli FOLDER',
    });
  }
}

/** Stands for the model of the same seed. */
export const ownMnli = 'MNLI of this run';

function startOf({ name }: GlueTask, { model, fromMnli }: RunFlags): string {
  if (fromMnli === undefined || !startFromMnli.includes(name)) return model;
  return fromMnli === true ? ownMnli : fromMnli;
}
