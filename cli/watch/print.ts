import type { Context } from '../context.ts';
import type { GlueEvent, RunEndedEvent } from '../glue/events.ts';
import { createRunRows } from '../glue/view.ts';
import { plural } from '../plain/table.ts';
import { resultLines } from '../plain/train-lines.ts';
import type { StampedEvent } from '../run/events.ts';
import { createPlainView } from '../run/plain-view.ts';
import type { Ui } from '../ui.ts';
import type { GlueSource, RunSource } from './source.ts';

/** Prints a run until it ends: its rows and results, or its events; nothing with `none`. */
export async function printRun(source: RunSource & { skipped(): number }, ui: Ui, context: Context): Promise<void> {
  const { stdout } = context;
  const open = () => viewOf(ui, context, () => createPlainView(context, { dryRun: false }));
  let view = open();
  source.onRestart?.(() => {
    view = open();
  });
  for await (const batch of source.events(forever)) {
    for (const event of ui === 'jsonl' ? batch : newest(batch)) {
      view(event);
      if (event.type !== 'results' || ui === 'jsonl' || ui === 'none' || context.json) continue;
      for (const line of resultLines(event.folder, event.results, stdout)) stdout.line(line);
    }
  }
  const skipped = source.skipped();
  if (skipped > 0) {
    const verb = skipped === 1 ? 'is' : 'are';
    context.note(`${plural(skipped, 'line')} of the log ${verb} damaged or of another version: left out`);
  }
}

/** Prints a benchmark until it ends. Of runs that have ended already it prints what they came to. */
export async function printGlue(source: GlueSource, ui: Ui, context: Context): Promise<void> {
  const { stdout, stderr } = context;
  const tell = (event: GlueEvent) => {
    if (ui === 'jsonl') stdout.line(JSON.stringify(event));
    else if (ui !== 'none' && !context.quiet) for (const line of glueLines(event)) stderr.line(line);
  };
  /** The rows of the run of the moment. */
  let printing: Promise<void> = Promise.resolve();
  const print = async (folder: string) => {
    const view = viewOf(ui, context, () => createRunRows(context));
    for await (const batch of source.run(folder).events(forever)) {
      for (const event of ui === 'jsonl' ? batch : newest(batch)) view(event);
    }
  };
  for await (const batch of source.events(forever)) {
    for (const [i, event] of batch.entries()) {
      await printing;
      tell(event);
      const isOver = event.type === 'run-started' && batch.slice(i).some((later) => isEndOf(later, event.folder));
      if (event.type === 'run-started' && !isOver) printing = print(event.folder);
    }
  }
  await printing;
}

/** Of steps that come at once, since they were a while ago, as many are looked at. */
const mostSteps = 100;

const newest = (batch: StampedEvent[]): StampedEvent[] =>
  batch.filter(({ type }, i) => type !== 'step' || i >= batch.length - mostSteps);

const forever = new AbortController().signal;

const isEndOf = (event: GlueEvent, folder: string) => event.type === 'run-ended' && event.folder === folder;

function viewOf(ui: Ui, context: Context, rows: () => (event: StampedEvent) => void): (event: StampedEvent) => void {
  if (ui === 'jsonl') return (event) => context.stdout.line(JSON.stringify(event));
  return ui === 'none' || context.quiet ? () => {} : rows();
}

function glueLines(event: GlueEvent): string[] {
  switch (event.type) {
    case 'benchmark':
      return [`GLUE: ${event.runs} runs of ${event.model}, recipe ${event.recipe}`];
    case 'run-started':
      return [nameOf(event)];
    case 'run-ended':
      return [`${nameOf(event)}: ${outcomeText(event)}`];
    case 'trial-chosen':
      return [`${event.task}: ${event.trial} is the best`];
    case 'benchmark-ended':
      return [event.message === null ? event.reason : `${event.reason}: ${event.message}`];
  }
}

const nameOf = ({ task, seed, trial }: Pick<RunEndedEvent, 'task' | 'seed' | 'trial'>) =>
  `${task} seed ${seed}${trial === null ? '' : ` ${trial}`}`;

const outcomeText = ({ outcome, score }: RunEndedEvent) =>
  score === null ? outcome : `${outcome}, score ${(100 * score).toFixed(1)}`;
