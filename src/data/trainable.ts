import { DataError } from '../errors.ts';
import type { AuditReport } from './audit.ts';

/**
 * Refuses data that nothing can be learnt from.
 * @throws DataError when no row is for training, or their labels have one value only.
 */
export function requireTrainable(report: AuditReport, name: string): void {
  if (report.rows.train === 0) {
    const refused = report.refused.first[0];
    throw new DataError('there are no rows to train on', {
      where: name,
      fix:
        refused === undefined
          ? 'give more rows'
          : `${report.refused.count} were refused, the first on line ${refused.line}: ${refused.reason}`,
    });
  }
  if (report.task === 'regression') {
    const { numbers } = report;
    if (numbers !== null && numbers.min < numbers.max) return;
    throw new DataError(numbers === null ? 'no row has a number as its label' : `every label is ${numbers.min}`, {
      where: name,
      fix: 'name another column with --label-column',
    });
  }
  const trained = report.labels.filter((count) => count.train > 0);
  if (trained.length === 0) {
    throw new DataError('no row to train on has a label', { where: name, fix: 'name the column with --label-column' });
  }
  if (trained.length === 1) {
    throw new DataError(`every row to train on has the label "${trained[0]!.label}"`, {
      where: name,
      fix: 'labels need two values at least; name another column with --label-column',
    });
  }
  const labelled = trained.reduce((sum, count) => sum + count.train, 0);
  if (trained.length === labelled && labelled > 2) {
    throw new DataError('every row has another label: nothing to learn from', {
      where: name,
      fix: 'a label is shared by many rows; name another column with --label-column',
    });
  }
}
