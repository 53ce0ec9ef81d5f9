import type { Context } from '../context.ts';
import type { StampedEvent } from '../run/events.ts';
import { createPlainView } from '../run/plain-view.ts';

/** A run's own rows; what is said of its data and its model once for each task says nothing new. */
export function createRunRows(context: Context): (event: StampedEvent) => void {
  const view = createPlainView(context, { dryRun: false });
  const isNews = ({ type }: StampedEvent) => context.verbose || (type !== 'data' && type !== 'model' && type !== 'run');
  return (event) => {
    if (isNews(event)) view(event);
  };
}
