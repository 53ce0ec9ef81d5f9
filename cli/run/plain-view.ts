import type { StartEvent, StepEvent } from '../../src/trainer/events.ts';
import type { Context, Output } from '../context.ts';
import { doneText } from '../control/words.ts';
import { renderAudit, renderReading } from '../plain/audit.ts';
import { createProgress } from '../plain/progress.ts';
import { printable } from '../plain/table.ts';
import { evaluationLine, modelLines, startLine, stepLine, summarizeSteps } from '../plain/train-lines.ts';
import type { DataEvent, StampedEvent } from './events.ts';

const pipedMs = 10_000;
const redrawMs = 200;

/**
 * A run as lines: on a terminal the steps are one line that is written over, elsewhere a row every 10 seconds.
 * @param results where what is asked of a dry run goes
 */
export function createPlainView(context: Context, { dryRun }: { dryRun: boolean }): (event: StampedEvent) => void {
  const { stderr } = context;
  const report = dryRun ? context.stdout : stderr;
  const progress = createProgress(context);
  let start: StartEvent | undefined;
  /** When training began, which may have been long before it is looked at. */
  let began = 0;
  let shown = performance.now();
  let steps: StepEvent[] = [];

  const line = (text: string, to: Output = stderr) => {
    progress.clear();
    clearStep();
    to.line(text);
  };
  let isDrawn = false;
  const clearStep = () => {
    if (isDrawn) stderr.write('\r\x1b[2K');
    isDrawn = false;
  };
  const showSteps = (elapsedSeconds: number) => {
    const now = performance.now();
    const isLast = steps.at(-1)!.step === start!.totalSteps;
    if (now - shown < (stderr.isTerminal ? redrawMs : pipedMs) && !isLast) return;
    shown = now;
    const text = stepLine(summarizeSteps(steps, start!.totalSteps, elapsedSeconds));
    steps = [];
    if (!stderr.isTerminal) return stderr.line(text);
    stderr.write(`\r\x1b[2K${text.slice(0, stderr.width - 1)}`);
    isDrawn = true;
  };

  return (event) => {
    switch (event.type) {
      case 'progress':
        return progress.update(event.message);
      case 'data':
        for (const text of dataLines(event, report)) line(text, report);
        return;
      case 'model':
        for (const text of modelLines(event, report)) line(text, report);
        return;
      case 'run':
        return line(
          `${stderr.colors.bold('run')}\n  folder     ${printable(event.folder)}${event.taken === null ? '' : `  ${printable(event.taken)} is taken`}`,
        );
      case 'resume':
        return line(`  resumed    after step ${event.step}, from ${printable(event.from)}`);
      case 'start':
        start = event;
        began = Date.parse(event.time);
        shown = performance.now();
        return line(startLine(event));
      case 'step':
        // The line of a log that told of the start may be damaged.
        if (start === undefined) return;
        steps.push(event);
        return showSteps((Date.parse(event.time) - began) / 1000);
      case 'evaluation':
        return line(evaluationLine(event, start ?? { metric: 'loss', totalSteps: event.step }, stderr));
      case 'control':
        if (event.state === 'done') line(doneText(event.command, event.step));
        if (event.state === 'refused') line(`${event.command} refused: ${printable(event.reason ?? '')}`);
        return;
      case 'warning':
        return line(`${stderr.colors.yellow('!')} ${printable(event.message)}`);
      case 'checkpoint':
        if (event.reason === 'periodic' || event.reason === 'stop') line(`saved ${printable(event.location)}`);
        return;
      case 'failure':
      case 'results':
        clearStep();
        return progress.clear();
    }
  };
}

function dataLines({ files, audit, task }: DataEvent, style: Output): string[] {
  const lines = files.flatMap((file, i) => renderReading(file, style, i === 0 ? undefined : files[0]));
  const isFound = files[0]!.task?.reason !== 'as asked';
  const aloud =
    task === 'regression' && isFound
      ? [
          `${style.colors.yellow('!')} the labels are numbers: a regression; for classes give --task sequence-classification`,
        ]
      : [];
  return [...lines, ...renderAudit(audit, style), ...aloud];
}
