import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFolder } from '../../src/data/manifest.ts';

// biome-ignore lint/suspicious/noExplicitAny: lines of JSON
type Event = any;

/** The events of a run's log; the last line may be torn. */
export function loggedEvents(run: string): Event[] {
  if (!existsSync(join(run, 'events.jsonl'))) return [];
  return readFileSync(join(run, 'events.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
}

export interface LeftBehind {
  /** Steps of the checkpoints that the log tells of, and whether it tells of a best model. */
  announced: { steps: number[]; best: boolean };
  /** What is there: whole under its name, or under the one that it is moved back from. */
  whole: { steps: number[]; best: boolean };
}

/** What a run whose process was killed has told, and what it has left. */
export async function leftBehind(run: string): Promise<LeftBehind> {
  const told = loggedEvents(run).filter(({ type }) => type === 'checkpoint');
  const steps = told.filter(({ reason }) => reason !== 'best' && reason !== 'end').map(({ step }) => step);
  const there = await wholeFolders(join(run, 'checkpoints'));
  return {
    announced: {
      steps: [...new Set<number>(steps)].sort((a, b) => a - b),
      best: told.some(({ reason }) => reason === 'best' || reason === 'end'),
    },
    whole: {
      steps: there.map((name) => Number(name.slice('step-'.length))).sort((a, b) => a - b),
      best: (await wholeFolders(run)).includes('model'),
    },
  };
}

async function wholeFolders(parent: string): Promise<string[]> {
  const names = existsSync(parent) ? readdirSync(parent) : [];
  const found: string[] = [];
  for (const name of names) {
    const target = /^\.(.+)\.[\da-f]{8}\.old$/.exec(name)?.[1] ?? name;
    if (name.startsWith('.') && (target === name || names.includes(target))) continue;
    if ((await checkFolder(join(parent, name))).state === 'whole') found.push(target);
  }
  return found;
}
