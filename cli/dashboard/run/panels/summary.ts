import { count } from '../../../plain/table.ts';
import { duration, metricText } from '../../../plain/train-lines.ts';
import { isOver, statusOf } from '../../state/derive.ts';
import { shortBytes, shortCount } from '../figures.ts';
import type { Panel } from '../panel.ts';
import type { Scene } from '../scene.ts';
import { cut, type Piece, row, signs, wrapped } from '../text.ts';

/** What the run comes to: at the end what there is of it, before that what is known of it. */
export const summaryPanel: Panel = {
  title: () => 'summary',
  shows: 'list',
  list(scene, width) {
    const { theme } = scene;
    const head = outcome(scene).flatMap(([role, text]) =>
      wrapped(text, width, 3, theme).map((line) => row([[role, line]], width, theme)),
    );
    const rows = facts(scene).flatMap(([name, text]) => {
      const lines = wrapped(text, Math.max(10, width - nameWidth), 3, theme);
      return lines.map((line, i) => row([['dim', (i === 0 ? name : '').padEnd(nameWidth)], line], width, theme));
    });
    return { head, rows };
  },
};

const nameWidth = 11;

type Line = readonly ['good' | 'warn' | 'bad' | 'text', string];

/** One sentence that says how the run ended, and what a person can do. */
function outcome({ state, liveness }: Scene): Line[] {
  const status = statusOf(state, liveness);
  const step = count(state.step);
  const kept =
    liveness.lastCheckpoint === null
      ? 'There is no checkpoint: it begins anew.'
      : `Last checkpoint: ${liveness.lastCheckpoint}`;
  const goOn = liveness.resume === null ? [] : [['text', `Go on with it: ${liveness.resume}`] as const];
  switch (status) {
    case 'finished':
      return [['good', `The run is done: ${step} steps.`]];
    case 'stopped early':
      return [['good', `Stopped early at step ${step}: the metric improved no more.`]];
    case 'stopped':
      return [['warn', `Stopped at step ${step}, and saved.`], ...goOn];
    case 'diverged':
      return [['bad', `The run diverged at step ${step}.`], ['text', state.failure ?? ''], ...goOn];
    case 'failed':
      return [['bad', `The run failed at step ${step}: ${state.failure ?? ''}`], ...goOn];
    case 'aborted':
      return [['bad', `The run was given up at step ${step}.`], ['text', kept], ...goOn];
    case 'died':
      return [['bad', `The training process died at step ${step} without a word.`], ['text', kept], ...goOn];
    default:
      return [['text', `The run is at step ${step}.`]];
  }
}

function facts({ state, liveness, commandLine, theme }: Scene): [string, string][] {
  const { best, results, end, rows, model, resources, task } = state;
  const { dot } = signs(theme);
  const lines: [string, string][] = [];
  const add = (name: string, text: string | null | undefined) => {
    if (text) lines.push([name, text]);
  };
  if (best !== null) {
    add('best', `${best.metric} ${metricText(best.value)} at step ${count(best.step)}, epoch ${best.epoch.toFixed(2)}`);
  }
  const test = results?.metrics.test;
  if (test !== undefined) add('test', metricsText(test));
  const seconds = results?.seconds ?? end?.seconds;
  if (seconds !== undefined) {
    const parts = [`training ${duration(seconds.train)}`, `evaluating ${duration(seconds.evaluate)}`];
    add('time', [...parts, `saving ${duration(seconds.save)}`].join(', '));
  }
  const speed = results ?? end;
  if (speed !== null) {
    add(
      'speed',
      `${speed.examplesPerSecond.toFixed(1)} examples/s, ${count(Math.round(speed.realTokensPerSecond))} real tokens/s`,
    );
  }
  const peak = results?.peakRssBytes ?? resources?.peakRssBytes;
  if (peak !== undefined) add('memory', `${shortBytes(peak)} at its peak`);
  if (rows.train > 0) {
    const splits = [
      `${count(rows.train)} to train`,
      `${count(rows.validation)} validation`,
      `${count(rows.test)} test`,
    ];
    add('rows', splits.join(', '));
  }
  if (task !== null) add('task', task);
  if (model !== null)
    add('model', `${model.name} ${dot} ${shortCount(model.parameters)} parameters ${dot} ${model.engine}`);
  add('folder', state.folder);
  if (state.folder !== null && isOver(statusOf(state, liveness)) && best !== null) {
    add('next', `distiltune predict ${quoted(state.folder)} "..."`);
  }
  add('same as', commandLine);
  return lines;
}

function metricsText(metrics: Record<string, number>): string {
  return Object.entries(metrics)
    .slice(0, 4)
    .map(([name, value]) => `${name} ${metricText(value)}`)
    .join(', ');
}

/** As a shell takes it. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : JSON.stringify(path));

/** The run in a few rows, for a place beside a plot. */
export function shortFacts({ state, theme }: Scene, width: number): string[] {
  const { rows, model, start } = state;
  const fact = (name: string, text: string): Piece[] => [
    ['dim', `${name} `],
    cut(text, width - name.length - 1, theme),
  ];
  const lines: Piece[][] = [];
  if (rows.train > 0) lines.push(fact('rows', count(rows.train)), fact('valid', count(rows.validation)));
  if (start !== null) lines.push(fact('metric', start.metric));
  if (model !== null) lines.push(fact('size', shortCount(model.parameters)));
  return lines.map((pieces) => row(pieces, width, theme));
}
