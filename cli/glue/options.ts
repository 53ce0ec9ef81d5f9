import { UsageError } from '../../src/errors.ts';
import { nearest } from '../../src/nearest.ts';
import type { OwnFiles } from '../../tasks/glue/prepare.ts';
import type { RecipeName } from '../../tasks/glue/recipes.ts';
import { findGlueTask, type GlueTask, type GlueTaskName, glueTasks } from '../../tasks/glue/tasks.ts';
import type { Ui } from '../ui.ts';

export interface RunFlags {
  /** Absent: the hub's. */
  data?: string;
  model: string;
  tasks?: string[];
  seeds: string;
  recipe: RecipeName;
  fromMnli?: string | true;
  earlyStopping?: number;
  trainFile?: string[];
  devFile?: string[];
  output: string;
  ui: Ui;
}

const firstSeed = 42;

/** `3`: 42, 43, 44; `7,8`: those. @throws UsageError */
export function parseSeeds(text: string): number[] {
  const numbers = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  const isWhole = numbers.length > 0 && numbers.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (isWhole && text.includes(',')) return [...new Set(numbers)];
  if (isWhole && numbers[0]! > 0) return Array.from({ length: numbers[0]! }, (_, i) => firstSeed + i);
  throw new UsageError(`--seeds ${text} is neither a number nor a list`, {
    fix: 'give how many (3), or which ones (42,43,44; one alone as "42,")',
  });
}

/** The tasks of those names, all of them where none is named; each once. @throws UsageError */
export function parseTasks(names: readonly string[] | undefined): GlueTask[] {
  if (names === undefined) return [...glueTasks];
  return [...new Set(names.map(taskNamed))];
}

/** @throws UsageError that suggests the nearest name */
export function taskNamed(name: string): GlueTask {
  const task = findGlueTask(name);
  if (task !== undefined) return task;
  const known = glueTasks.map((each) => each.name);
  const meant = nearest(name.toLowerCase(), known);
  throw new UsageError(`GLUE has no task "${name}"`, {
    fix: `${meant === undefined ? '' : `did you mean ${meant}? `}There are: ${known.join(', ')}`,
  });
}

/** The files of `TASK=FILE` options, by task. @throws UsageError */
export function parseOwnFiles({
  trainFile = [],
  devFile = [],
}: Pick<RunFlags, 'trainFile' | 'devFile'>): Map<GlueTaskName, OwnFiles> {
  const found = new Map<GlueTaskName, OwnFiles>();
  const add = (flag: string, side: keyof OwnFiles, given: string) => {
    const at = given.indexOf('=');
    if (at < 1 || at === given.length - 1) {
      throw new UsageError(`${flag} ${given} names no task and file`, { fix: `write ${flag} qqp=sample.tsv` });
    }
    const { name } = taskNamed(given.slice(0, at));
    const value = given.slice(at + 1);
    const share = Number(value);
    const isShare = side === 'dev' && share > 0 && share < 1;
    found.set(name, { ...found.get(name), [side]: isShare ? share : value });
  };
  for (const given of trainFile) add('--train-file', 'train', given);
  for (const given of devFile) add('--dev-file', 'dev', given);
  return found;
}
