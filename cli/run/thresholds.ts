import type { Report } from '../../src/eval/evaluate.ts';
import type { Settings } from '../../src/trainer/settings.ts';
import type { TaskParts } from './task-of.ts';

/** What of a task is chosen on validation rows: thresholds of labels, or of no answer; null where nothing is. */
export function tunedParts({ tuneThresholds }: Settings, parts: TaskParts, report: Report): TaskParts | null {
  if (!(tuneThresholds ?? parts.type === 'multi-label')) return null;
  if (report.task === 'multi-label') {
    return { ...parts, thresholds: parts.labels.map((label) => report.tuned.thresholds[label]!) };
  }
  if (report.task === 'question-answering' && report.tuned !== null) {
    return { ...parts, nullThreshold: report.tuned.nullThreshold };
  }
  return null;
}
