import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/types.ts';
import type { ResumePoint } from '../../src/trainer/types.ts';
import type { StampedEvent } from './events.ts';
import { readOptimizer, readVocabulary, restoreMoments } from './optimizer-file.ts';
import { replaceSynced } from './run-folder.ts';
import type { SavedPoint } from './saved-point.ts';

/** The point for the trainer; the weights are to be restored apart. */
export function resumePoint({ state, folder }: SavedPoint, engine: Engine): ResumePoint {
  return {
    state,
    vocabulary: () => readOptimizer(folder, readVocabulary),
    restoreMoments: (moments) => readOptimizer(folder, (file) => restoreMoments(file, engine, moments)),
  };
}

/**
 * Cuts the log of a run back to a checkpoint: what came after it will come again. A process that died between saving the
 * checkpoint and telling of it has the telling made up for.
 */
export async function cutEvents(run: string, { state: { step }, reason, folder }: SavedPoint): Promise<void> {
  const path = join(run, 'events.jsonl');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  const events = lines.map(parseLine);
  const isPoint = (event: LoggedEvent) =>
    event?.type === 'checkpoint' && event.step === step && ['periodic', 'asked', 'stop'].includes(event.reason ?? '');
  const last = events.findLastIndex(isPoint);
  if (last >= 0) return replaceSynced(path, linesText(lines.slice(0, last + 1)));
  const later = events.findIndex((event) => event?.type === 'step' && event.step > step);
  const before = lines.slice(0, later < 0 ? lines.length : later).filter((line) => parseLine(line) !== null);
  if (reason === undefined) return replaceSynced(path, linesText(before));
  const time = new Date().toISOString();
  const told: StampedEvent = { v: 1, time, type: 'checkpoint', step, location: folder.where, reason };
  return replaceSynced(path, linesText([...before, JSON.stringify(told)]));
}

type LoggedEvent = { type?: unknown; step: number; reason?: string } | null;

/** @returns null for the last line of a process that died while it wrote */
function parseLine(line: string): LoggedEvent {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const linesText = (lines: string[]) => lines.map((line) => `${line}\n`).join('');
