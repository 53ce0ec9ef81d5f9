import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { TaskType } from '../../src/data/types.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import type { StampedEvent } from '../run/events.ts';
import type { RunResults } from '../run/results.ts';
import { type RunStatus, readStatus } from '../run/run-folder.ts';
import { createCollector, type RecordedEvents } from './collect.ts';

/** What `config.json` of a run holds, as far as it is told of. */
export type RunConfig = Settings & {
  resolved: { task: TaskType; labels: string[] };
  examples: Record<'train' | 'validation' | 'test', number>;
  files: Record<string, { name: string; format: string; sha256: string } | undefined>;
  source: { folder: string; sha256: Record<string, string> };
  versions: Record<string, string>;
  origins: Record<string, string>;
};

/** All that a run folder tells, in bounded memory however long the run was. */
export interface RunRecord {
  /** As it was named, and its last part. */
  folder: string;
  name: string;
  config: RunConfig;
  status: RunStatus | undefined;
  /** Null where the run did not come that far, as the following. */
  results: RunResults | null;
  events: RecordedEvents;
}

/**
 * Reads a run folder, of a run that has ended in whatever way.
 * @throws the file system's error where `config.json` or `events.jsonl` cannot be read
 */
export async function readRunRecord(folder: string): Promise<RunRecord> {
  return {
    folder,
    name: basename(resolve(folder)),
    config: JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')),
    status: readStatus(folder),
    results: await readResults(folder),
    events: await readEvents(join(folder, 'events.jsonl')),
  };
}

async function readResults(folder: string): Promise<RunResults | null> {
  const text = await readFile(join(folder, 'results.json'), 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

async function readEvents(path: string): Promise<RecordedEvents> {
  const collector = createCollector();
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    const event = parse(line);
    if (event !== null) collector.add(event);
  }
  return collector.events();
}

/** Null for the last line of a process that died while it wrote. */
function parse(line: string): StampedEvent | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
