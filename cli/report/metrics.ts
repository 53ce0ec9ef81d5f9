import { html } from '../../src/html.ts';
import { htmlTable } from '../../src/html-page.ts';
import { metricText } from '../plain/train-lines.ts';
import { metricTitle } from './metric-titles.ts';
import type { RunRecord } from './record.ts';
import type { Section } from './section.ts';

/** Every metric of every set; null where nothing was measured. */
export function metricsSection({ results }: RunRecord): Section | null {
  const metrics = results?.metrics ?? {};
  const splits = (['validation', 'test'] as const).filter((split) => metrics[split] !== undefined);
  if (splits.length === 0) return null;
  const names = [...new Set(splits.flatMap((split) => Object.keys(metrics[split]!)))];
  const rows = names.map((name) => [
    name === results?.best?.metric ? html`${metricTitle(name)} <small>chooses the best</small>` : metricTitle(name),
    ...splits.map((split) => metricText(metrics[split]![name])),
  ]);
  return {
    id: 'metrics',
    title: 'Metrics of the best checkpoint',
    content: htmlTable({ name: 'metrics', header: ['metric', ...splits], rows }),
  };
}
