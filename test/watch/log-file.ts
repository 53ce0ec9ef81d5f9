import { appendFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StampedEvent } from '../../cli/run/events.ts';
import type { RunStatus } from '../../cli/run/run-folder.ts';

/** A run's folder that a test writes itself, as a training process would. */
export interface WrittenRun {
  folder: string;
  append(text: string): void;
  /** As a run that goes on after a checkpoint: another file in its place. */
  replace(text: string): void;
  status(status: Partial<RunStatus>): void;
}

export function writtenRun(text = ''): WrittenRun {
  const folder = mkdtempSync(join(tmpdir(), 'distiltune-watch-'));
  const path = join(folder, 'events.jsonl');
  writeFileSync(path, text);
  const run: WrittenRun = {
    folder,
    append: (more) => appendFileSync(path, more),
    replace(other) {
      writeFileSync(`${path}.tmp`, other);
      renameSync(`${path}.tmp`, path);
    },
    status(status) {
      const usual = { v: 1, pid: process.pid, state: 'running', phase: 'training', step: 0, totalSteps: null };
      const whole = { ...usual, heartbeat: new Date().toISOString(), ...status };
      writeFileSync(join(folder, 'status.json'), JSON.stringify(whole));
    },
  };
  run.status({});
  return run;
}

/** An event of a step, `second` seconds after midnight. */
export function step(number: number, second = number): StampedEvent {
  const time = new Date(Date.UTC(2026, 0, 1) + 1000 * second).toISOString();
  const figures = { epoch: 1, loss: 0.5, learningRate: 1e-5, gradientNorm: 1, examples: 8, tokens: 80, seconds: 0.5 };
  return { v: 1, time, type: 'step', step: number, ...figures };
}

export const lineOf = (event: object): string => `${JSON.stringify(event)}\n`;
export const steps = (from: number, to: number): StampedEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => step(from + i));
export const linesOf = (events: object[]): string => events.map(lineOf).join('');
