import type { AuditReport } from '../../src/data/audit.ts';
import {
  createWarnings,
  entry,
  labelSummary,
  listLabels,
  perSplit,
  quoteLabel,
  type Style,
  tokenSummary,
  type Warnings,
  warnOfCopies,
  warnOfOverlap,
  warnOfRefused,
} from './audit-lines.ts';
import { count, plural } from './table.ts';

/** What texts are like, and what is wrong with them. */
export function renderTextsAudit(report: AuditReport, style: Style): string[] {
  const warnings = createWarnings(report, style);
  warnOfRefused(warnings, report, 'row');
  warnOfTexts(warnings, report);
  warnOfLabels(warnings, report);
  return [...renderCounts(report, style), ...warnings.lines];
}

function renderCounts(report: AuditReport, style: Style): string[] {
  const { rows, labels, labelsPerRow, numbers, tokens, task } = report;
  const lines = entry('rows', perSplit(rows), style);
  if (numbers !== null) {
    const show = (value: number) => String(Number(value.toPrecision(4)));
    const spread = `${show(numbers.min)} to ${show(numbers.max)}, mean ${show(numbers.mean)}`;
    lines.push(...entry('labels', `numbers ${spread}, standard deviation ${show(numbers.standardDeviation)}`, style));
  } else if (labels.length > 0) {
    lines.push(...entry('labels', `${count(labels.length)}: ${labelSummary(labels)}`, style));
  }
  if (labelsPerRow !== null) {
    const { mean, max, none } = labelsPerRow;
    lines.push(
      ...entry(
        'per row',
        `${mean.toFixed(2)} labels on average, ${max} at most, none in ${plural(none.count, 'row')}`,
        style,
      ),
    );
  }
  const truncated =
    tokens.truncatedRows === 0
      ? `none longer than ${count(tokens.maxLength)}`
      : `${plural(tokens.truncatedRows, 'row')} ${task === 'masked-lm' ? 'divided' : 'cut'} at ${count(tokens.maxLength)}`;
  return [...lines, ...tokenSummary(report, truncated, style)];
}

function warnOfTexts(warnings: Warnings, report: AuditReport): void {
  const { warn, place, places } = warnings;
  const { tokens, emptyTexts, unlabelled, conflicts, task } = report;
  if (tokens.truncatedRows > 0 && task !== 'masked-lm') {
    const lost = `${plural(tokens.lostTokens, 'token')} lost; raise --max-length to keep them`;
    warn(`${plural(tokens.truncatedRows, 'text')} longer than ${count(tokens.maxLength)} tokens will be cut: ${lost}`);
  }
  if (emptyTexts.count > 0) warn(`${plural(emptyTexts.count, 'empty text')}: ${places(emptyTexts)}`);
  if (unlabelled.count > 0) warn(`${plural(unlabelled.count, 'row')} without a label: ${places(unlabelled)}`);
  warnOfCopies(warnings, report, 'row', 'text');
  if (conflicts.count > 0) {
    const texts = plural(conflicts.count, 'repeated text has', 'repeated texts have');
    const first = conflicts.first.map((row) => `${place(row)} and ${place(row.earlier)}`).join(', ');
    warn(`${texts} another label: ${first}${conflicts.count > conflicts.first.length ? ', …' : ''}`);
  }
  warnOfOverlap(warnings, report, 'text');
}

function warnOfLabels({ warn }: Warnings, report: AuditReport): void {
  const { unseenLabels, rareLabels, imbalance, rareBelow, rowsWithOtherLabels } = report;
  if (unseenLabels.length > 0) {
    const labels = `${plural(unseenLabels.length, 'label')} without a training row, which cannot be learnt`;
    warn(`${labels}: ${listLabels(unseenLabels)}`);
  }
  if (rareLabels.length > 0) {
    warn(`${plural(rareLabels.length, 'label')} with fewer than ${rareBelow} training rows: ${listLabels(rareLabels)}`);
  }
  if (imbalance !== null && imbalance.ratio >= 10) {
    const { largest, smallest, ratio } = imbalance;
    const times = `${quoteLabel(largest)} has ${count(Math.round(ratio))} times the rows of ${quoteLabel(smallest)}`;
    warn(`${times}: consider classWeights=balanced`);
  }
  if (rowsWithOtherLabels > 0) {
    warn(`more than 100,000 labels; ${plural(rowsWithOtherLabels, 'row')} with further ones are not counted`);
  }
}
