import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../../src/trainer/settings.ts';
import { fields } from '../../config/fields.ts';
import { settingOf } from '../../config/resolve.ts';
import type { StampedEvent } from '../../run/events.ts';
import type { TrainJob } from '../../run/job.ts';
import type { RunLog } from '../../run/run-log.ts';
import { encodeEvent, frameRecord, type Logged } from './records.ts';

/** Written to instead of `log`: it, and files for TensorBoard where they are asked for, or a resumed run has some already. */
export function alsoToTensorBoard(
  log: RunLog,
  run: string,
  { log: asked, settings }: Pick<TrainJob, 'log' | 'settings'>,
  resumedAfter?: number,
): RunLog {
  const isFirst = !existsSync(folderIn(run));
  if (isFirst && asked !== 'tensorboard') return log;
  const { write, close } = openEventFile(run);
  if (isFirst) write({ type: 'text', tag: 'settings', text: settingsTable(settings) }, 0);
  if (resumedAfter !== undefined) write({ type: 'session-start' }, resumedAfter + 1);
  return {
    event(event) {
      log.event(event);
      const logged = scalarsOf(event);
      if (logged !== null) write({ type: 'scalars', values: logged.values }, logged.step, event.time);
    },
    end(state) {
      close();
      log.end(state);
    },
  };
}

const folderIn = (run: string) => join(run, 'tensorboard');

/** Begins a file `RUN/tensorboard/events.out.tfevents.<seconds>.<host>`. */
function openEventFile(run: string) {
  mkdirSync(folderIn(run), { recursive: true });
  const file = openNew(folderIn(run), `events.out.tfevents.${unixSeconds(Date.now())}.${hostname() || 'localhost'}`);
  const write = (logged: Logged, step: number, time?: string) => {
    const seconds = (time === undefined ? Date.now() : Date.parse(time)) / 1000;
    writeSync(file, frameRecord(encodeEvent(logged, { seconds, step })));
  };
  write({ type: 'file-version' }, 0);
  return { write, close: () => closeSync(file) };
}

const unixSeconds = (milliseconds: number) => String(Math.floor(milliseconds / 1000)).padStart(10, '0');

/** TensorBoard reads files in the order of their names: two of one second differ at their end. */
function openNew(folder: string, name: string): number {
  for (let number = 0; ; number++) {
    try {
      return openSync(join(folder, number === 0 ? name : `${name}.${number}`), 'wx');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/**
 * `train/loss`, `train/learning_rate` and `train/gradient_norm` of a step; each metric under `validation/` and `test/`, but
 * for those that are not defined. Null where an event has none.
 */
export function scalarsOf(event: StampedEvent): { step: number; values: { tag: string; value: number }[] } | null {
  switch (event.type) {
    case 'step':
      return {
        step: event.step,
        values: [
          { tag: 'train/loss', value: event.loss },
          { tag: 'train/learning_rate', value: event.learningRate },
          { tag: 'train/gradient_norm', value: event.gradientNorm },
        ],
      };
    case 'evaluation':
      return { step: event.step, values: tagged('validation', event.metrics) };
    case 'results': {
      const { metrics, best, steps } = event.results;
      return metrics.test === undefined ? null : { step: best?.step ?? steps, values: tagged('test', metrics.test) };
    }
    default:
      return null;
  }
}

function tagged(split: string, metrics: Readonly<Record<string, number | null>>): { tag: string; value: number }[] {
  return Object.entries(metrics).flatMap(([name, value]) =>
    value === null || Number.isNaN(value) ? [] : [{ tag: `${split}/${name}`, value }],
  );
}

/** Every setting with its value, as a table in Markdown. */
function settingsTable(settings: Settings): string {
  const cell = (value: unknown) =>
    `\`${JSON.stringify(value ?? null)
      .replaceAll('`', "'")
      .replaceAll('|', '\\|')}\``;
  const rows = fields.map(({ key }) => `| ${key} | ${cell(settingOf(settings, key))} |`);
  return ['| setting | value |', '| --- | --- |', ...rows].join('\n');
}
