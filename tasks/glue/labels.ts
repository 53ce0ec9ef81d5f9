import { DataError } from '../../src/errors.ts';
import type { GlueClass, GlueTask } from './tasks.ts';

/** The number of the class that a label names, in any case; undefined for a label that names none. */
export function parseClass(label: string, classes: readonly GlueClass[]): number | undefined {
  const key = label.trim().toLowerCase();
  const id = classes.findIndex((item) => item.label === key || item.names.includes(key));
  return id < 0 ? undefined : id;
}

/** What the outputs of a model stand for in a task. */
export interface ClassMap {
  /** Of each of the model's labels, in their order, the task's class number. */
  classes: number[];
  /** False: the labels are bare numbers (`LABEL_0`), taken to count as GLUE does. */
  byName: boolean;
}

/**
 * Which class of the task each label of a model is. By name, never by place: checkpoints number the same classes in
 * different orders, and a model of MNLI read in the wrong one scores some 4 % where 90 % is right.
 * @param labels of the model, in the order of its outputs
 * @throws DataError when they are not the task's classes, each once
 */
export function classMap(
  labels: readonly string[],
  task: Pick<GlueTask, 'title' | 'classes'>,
  where: string,
): ClassMap {
  const byName = labels.map((label) => parseClass(label, task.classes));
  if (isPermutation(byName, task.classes.length)) return { classes: byName, byName: true };
  const bare = labels.map((label) => Number(/^label_(\d+)$/i.exec(label.trim())?.[1] ?? label));
  if (isPermutation(bare, task.classes.length)) return { classes: bare, byName: false };
  const wanted = task.classes.map(({ label, names }) => [label, ...names.slice(0, 1)].join(' or ')).join(', ');
  throw new DataError(
    `the model's labels are not those of ${task.title}: ${labels.slice(0, 10).join(', ') || 'none'}`,
    {
      where,
      fix: `give a model that was fine-tuned on ${task.title}: its labels are ${wanted}`,
    },
  );
}

function isPermutation(classes: readonly (number | undefined)[], count: number): classes is number[] {
  return classes.length === count && Array.from({ length: count }, (_, id) => id).every((id) => classes.includes(id));
}
