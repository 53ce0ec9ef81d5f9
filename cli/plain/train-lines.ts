import type { EvaluationEvent, StartEvent, StepEvent } from '../../src/trainer/events.ts';
import type { ModelEvent } from '../run/events.ts';
import type { RunResults } from '../run/results.ts';
import type { Style } from './audit.ts';
import { count, plural, printable } from './table.ts';

/** Several steps, as one line tells of them. */
export interface StepSummary {
  step: number;
  totalSteps: number;
  epoch: number;
  /** Mean over the steps. */
  loss: number;
  learningRate: number;
  tokensPerSecond: number;
  secondsLeft: number;
}

/** What steps come to. `secondsLeft` counts on the pace so far, evaluations included. */
export function summarizeSteps(steps: readonly StepEvent[], totalSteps: number, elapsedSeconds: number): StepSummary {
  const last = steps.at(-1)!;
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
  return {
    step: last.step,
    totalSteps,
    epoch: last.epoch,
    loss: steps.reduce((sum, step) => sum + step.loss, 0) / steps.length,
    learningRate: last.learningRate,
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
    secondsLeft: (elapsedSeconds / last.step) * (totalSteps - last.step),
  };
}

/** One line of steps. Figures keep their width from row to row. */
export function stepLine(summary: StepSummary): string {
  const { step, totalSteps, epoch, loss, learningRate, tokensPerSecond, secondsLeft } = summary;
  const total = String(totalSteps);
  return [
    `step ${String(step).padStart(total.length)}/${total}`,
    `epoch ${epoch.toFixed(2)}`,
    `loss ${loss.toFixed(4)}`,
    `lr ${learningRate.toExponential(2)}`,
    `${count(Math.round(tokensPerSecond)).padStart(6)} tokens/s`,
    `ETA ${duration(secondsLeft)}`,
  ].join('  ');
}

export function startLine(start: StartEvent): string {
  const { totalSteps, epochs, trainExamples, trainableParameters, parameters, heldActivations: held } = start;
  const frozen =
    parameters > trainableParameters ? `, ${count(parameters - trainableParameters)} parameters frozen` : '';
  const kept =
    held === undefined ? '' : `, what they give kept (${count(Math.ceil(held / 2 ** 20))} MB), without dropout`;
  const times = Number(epochs.toFixed(2));
  return `training on ${plural(trainExamples, 'row')}: ${plural(totalSteps, 'step')}, ${plural(times, 'epoch')}${frozen}${kept}`;
}

/** One row of an evaluation: the metric that chooses the best comes first, then the loss. */
export function evaluationLine(
  { step, epoch, metrics, best }: EvaluationEvent,
  { metric, totalSteps }: Pick<StartEvent, 'metric' | 'totalSteps'>,
  style: Style,
): string {
  const total = String(totalSteps);
  const names = [...new Set([metric, ...('loss' in metrics ? ['loss'] : []), ...Object.keys(metrics)])].slice(0, 5);
  const values = names.map((name) => `${printable(name)} ${metricText(metrics[name])}`);
  const mark = best ? `  ${style.colors.green('* best')}` : '';
  const line = `eval ${String(step).padStart(total.length)}/${total}  epoch ${epoch.toFixed(2)}  ${values.join('  ')}`;
  return `${style.colors.bold(line)}${mark}`;
}

/** The engine, the model, and what of its weights is new. */
export function modelLines(
  { engine, name, folder, parameters, newlyInitialized, unexpected }: ModelEvent,
  style: Style,
): string[] {
  const { colors } = style;
  const hint = '`distiltune engine install` gets native TensorFlow, several times faster';
  const kernels =
    engine.kernels === 'fused'
      ? 'fused kernels'
      : `composed kernels  ${colors.dim('slower; `distiltune engine info` says why')}`;
  const engineText =
    engine.name === 'wasm'
      ? `wasm (TensorFlow.js ${engine.version})  ${colors.dim(hint)}`
      : `native TensorFlow ${engine.version}, ${kernels}${engine.products === 'bfloat16' ? ', matrix products in bfloat16' : ''}`;
  const lines = [
    colors.bold('model'),
    `  name       ${printable(name)}${name === folder ? '' : `  ${colors.dim(printable(folder))}`}`,
    `  size       ${count(parameters)} parameters`,
  ];
  if (newlyInitialized.length > 0)
    lines.push(`  new        ${newlyInitialized.join(', ')}  ${colors.dim('to be learnt')}`);
  if (unexpected.length > 0) {
    const shown = unexpected.slice(0, 4).map(printable).join(', ');
    lines.push(
      `  left out   ${plural(unexpected.length, 'tensor')} of another head: ${shown}${unexpected.length > 4 ? ', …' : ''}`,
    );
  }
  lines.push(`  engine     ${engineText}`);
  return lines;
}

/** What a run comes to, where it lies, and what to do with it. */
export function resultLines(folder: string, results: RunResults, style: Style): string[] {
  const { colors } = style;
  const { best, metrics, reason, steps, seconds } = results;
  const lines: string[] = [];
  if (best !== null) {
    lines.push(
      `best ${best.metric} ${colors.bold(metricText(best.value))} on validation, at step ${best.step} (epoch ${best.epoch.toFixed(2)})`,
    );
  }
  if (metrics.test !== undefined) {
    const shown = Object.entries(metrics.test)
      .slice(0, 4)
      .map(([name, value]) => `${printable(name)} ${metricText(value)}`);
    lines.push(`test ${colors.bold(shown[0]!)}${['', ...shown.slice(1)].join('  ')}`);
  }
  const why = { finished: '', 'early-stopping': ', stopped early', stopped: ', stopped', diverged: ', diverged' }[
    reason
  ];
  lines.push(
    `${plural(steps, 'step')} in ${duration(seconds.train + seconds.evaluate + seconds.save)}${why}; model in ${printable(folder)}/model`,
    `next: npx distiltune predict ${quoted(folder)} "..."`,
  );
  return lines;
}

/** Four decimals; more digits for large numbers mean nothing. */
export function metricText(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return 'undefined';
  return Math.abs(value) >= 1000 ? value.toPrecision(6) : value.toFixed(4);
}

/** `45s`, `3m 05s`, `2h 10m`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

/** As a shell takes it. */
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : JSON.stringify(path));
