import type { QuestionsAuditReport } from '../../src/data/audit-questions.ts';
import {
  createWarnings,
  entry,
  perSplit,
  type Style,
  tokenSummary,
  warnOfCopies,
  warnOfOverlap,
  warnOfRefused,
} from './audit-lines.ts';
import { count, plural, printable } from './table.ts';

/** What questions are like, and what is wrong with them. */
export function renderQuestionsAudit(report: QuestionsAuditReport, style: Style): string[] {
  return [...renderCounts(report, style), ...renderWarnings(report, style)];
}

function renderCounts(report: QuestionsAuditReport, style: Style): string[] {
  const { rows, contexts, answerable, unanswerable, windows, tokens } = report;
  const lines = [...entry('questions', perSplit(rows), style), ...entry('contexts', perSplit(contexts), style)];
  if (answerable.total + unanswerable.total > 0) {
    const none = unanswerable.total === 0 ? 'each has one' : `${perSplit(unanswerable)} without one`;
    lines.push(...entry('answers', `${perSplit(answerable)} with an answer; ${none}`, style));
  }
  const long =
    windows.divided === 0
      ? `none longer than ${count(tokens.maxLength)}`
      : `${plural(windows.divided, 'question')} in windows of ${count(tokens.maxLength)}, ${windows.most} at most, ${plural(windows.total, 'sequence')} in all`;
  return [...lines, ...tokenSummary(report, long, style)];
}

function renderWarnings(report: QuestionsAuditReport, style: Style): string[] {
  const warnings = createWarnings(report, style, report.places === 'questions' ? 'question' : 'line');
  const { warn, place, places, detail, reasons } = warnings;
  const { lostAnswers, unlabelled, notes } = report;
  warnOfRefused(warnings, report, 'question');
  if (lostAnswers.count > 0) {
    warn(
      `${plural(lostAnswers.count, 'answer stands', 'answers stand')} whole in no window and cannot be learnt; raise --max-length:`,
    );
    for (const row of lostAnswers.first) detail(`${place(row)}: "${printable(row.id)}"`);
    if (lostAnswers.count > lostAnswers.first.length) detail('…');
  }
  if (unlabelled.count > 0)
    warn(`${plural(unlabelled.count, 'question')} of which no answer is known: ${places(unlabelled)}`);
  const { offset, answer, 'no-answer': none, 'duplicate-id': duplicate } = notes;
  if (offset.count > 0) {
    warn(`${plural(offset.count, 'answer is', 'answers are')} not where the file says, but found nearby:`);
    reasons(offset);
  }
  if (answer.count > 0) {
    warn(`${plural(answer.count, 'answer is', 'answers are')} left out of questions that have others:`);
    reasons(answer);
  }
  if (none.count > 0) {
    warn(`${plural(none.count, 'question has', 'questions have')} no answer in a file of version 1:`);
    reasons(none);
  }
  if (duplicate.count > 0) {
    warn(
      `${plural(duplicate.count, 'question has', 'questions have')} the id of another; predictions are told apart by it:`,
    );
    reasons(duplicate);
  }
  warnOfCopies(warnings, report, 'question', 'one about the same context');
  warnOfOverlap(warnings, report, 'question with a context that is', 'questions with a context that is');
  return warnings.lines;
}
