import type { Context } from '../context.ts';
import type { StampedEvent } from '../run/events.ts';
import { createPlainView } from '../run/plain-view.ts';
import type { Ui } from '../ui.ts';
import type { GlueEvent } from './events.ts';

/** Shows what happens. */
export interface View {
  ofBenchmark(event: GlueEvent): void;
  ofRun(event: StampedEvent): void;
  /** A line between the runs' own. */
  note(text: string): void;
}

export function viewOf(ui: Ui, context: Context): View {
  const nothing = () => {};
  if (ui === 'jsonl') {
    const print = (event: GlueEvent | StampedEvent) => context.stdout.line(JSON.stringify(event));
    return { ofBenchmark: print, ofRun: print, note: nothing };
  }
  if (ui === 'none' || context.quiet) return { ofBenchmark: nothing, ofRun: nothing, note: nothing };
  return { ofBenchmark: nothing, ofRun: createRunRows(context), note: context.note };
}

/** A run's own rows; what is said of its data and its model once for each task says nothing new. */
export function createRunRows(context: Context): (event: StampedEvent) => void {
  const view = createPlainView(context, { dryRun: false });
  const isNews = ({ type }: StampedEvent) => context.verbose || (type !== 'data' && type !== 'model' && type !== 'run');
  return (event) => {
    if (isNews(event)) view(event);
  };
}
