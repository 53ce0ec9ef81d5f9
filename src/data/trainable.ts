import { DataError } from '../errors.ts';
import type { AuditReport } from './audit.ts';
import type { QuestionsAuditReport } from './audit-questions.ts';
import type { TokensAuditReport } from './audit-tokens.ts';

/** What is found in a file of any kind. */
export type AnyAuditReport = AuditReport | TokensAuditReport | QuestionsAuditReport;

/**
 * Refuses data that nothing can be learnt from.
 * @throws DataError when no row is for training, or there is nothing to tell apart in them.
 */
export function requireTrainable(report: AnyAuditReport, name: string): void {
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
  if (report.kind === 'tokens') requireTags(report, name);
  else if (report.kind === 'questions') requireAnswers(report, name);
  else if (report.task === 'regression') requireNumbers(report, name);
  else if (report.task === 'multi-label') requireSomeLabel(report, name);
  else if (report.task === 'masked-lm') requireTexts(report, name);
  else requireClasses(report, name);
}

function requireTags({ tags }: TokensAuditReport, name: string): void {
  const trained = tags.filter((count) => count.train > 0);
  if (trained.length > 1) return;
  throw new DataError(
    trained.length === 0
      ? 'no sentence to train on has tags'
      : `every word to train on has the tag "${trained[0]!.label}"`,
    { where: name, fix: 'name the column of the tags with --label-column' },
  );
}

function requireAnswers({ answerable }: QuestionsAuditReport, name: string): void {
  if (answerable.train > 0) return;
  throw new DataError('no question to train on has an answer', {
    where: name,
    fix: 'write {"question": ..., "context": ..., "answers": {"text": [...], "answer_start": [...]}}',
  });
}

function requireTexts({ rows, emptyTexts }: AuditReport, name: string): void {
  if (rows.total > emptyTexts.count) return;
  throw new DataError('every text is empty', { where: name, fix: 'name another column with --text-column' });
}

function requireSomeLabel({ labels }: AuditReport, name: string): void {
  if (labels.some((count) => count.train > 0)) return;
  throw new DataError('no row to train on has a label', {
    where: name,
    fix: 'name the column with --label-column, or one for each label with --label-columns',
  });
}

function requireNumbers({ numbers }: AuditReport, name: string): void {
  if (numbers !== null && numbers.min < numbers.max) return;
  throw new DataError(numbers === null ? 'no row has a number as its label' : `every label is ${numbers.min}`, {
    where: name,
    fix: 'name another column with --label-column',
  });
}

function requireClasses({ labels }: AuditReport, name: string): void {
  const trained = labels.filter((count) => count.train > 0);
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
