import type { TokensAuditReport } from '../../src/data/audit-tokens.ts';
import {
  createWarnings,
  entry,
  labelSummary,
  listLabels,
  perSplit,
  type Style,
  tokenSummary,
  type Warnings,
  warnOfCopies,
  warnOfOverlap,
  warnOfRefused,
} from './audit-lines.ts';
import { count, plural } from './table.ts';

/** What tagged words are like, and what is wrong with them. */
export function renderTokensAudit(report: TokensAuditReport, style: Style): string[] {
  const warnings = createWarnings(report, style);
  warnOfRefused(warnings, report, 'sentence');
  warnOfTags(warnings, report);
  warnOfCopies(warnings, report, 'sentence', 'one');
  if (report.conflicts.count > 0) {
    const { warn, place } = warnings;
    const first = report.conflicts.first.map((row) => `${place(row)} and ${place(row.earlier)}`).join(', ');
    const more = report.conflicts.count > report.conflicts.first.length ? ', …' : '';
    warn(
      `${plural(report.conflicts.count, 'repeated sentence has', 'repeated sentences have')} other tags: ${first}${more}`,
    );
  }
  warnOfOverlap(warnings, report, 'sentence');
  warnOfRare(warnings, report);
  return [...renderCounts(report, style), ...warnings.lines];
}

function renderCounts(report: TokensAuditReport, style: Style): string[] {
  const { rows, words, entities, tags, tokens } = report;
  const lines = [...entry('sentences', perSplit(rows), style), ...entry('words', perSplit(words), style)];
  if (entities.length > 0) {
    const total = entities.reduce((sum, { train, validation, test }) => sum + train + validation + test, 0);
    lines.push(...entry('entities', `${count(total)}: ${labelSummary(entities)}`, style));
  } else if (tags.length > 0) {
    lines.push(...entry('tags', `${count(tags.length)}: ${labelSummary(tags)}`, style));
  }
  const cut =
    tokens.truncatedRows === 0
      ? `none longer than ${count(tokens.maxLength)}`
      : `${plural(tokens.truncatedRows, 'sentence')} cut at ${count(tokens.maxLength)}`;
  return [...lines, ...tokenSummary(report, cut, style)];
}

function warnOfTags(
  { warn, places, reasons }: Warnings,
  { cutWords, tokens, notes, unlabelled }: TokensAuditReport,
): void {
  if (cutWords.words > 0) {
    const { sentences } = cutWords;
    const where = `${plural(sentences.count, 'sentence')} longer than ${count(tokens.maxLength)} tokens (${places(sentences)})`;
    warn(
      `${plural(cutWords.words, 'word')} of ${where} will be cut off and count as O; raise --max-length to keep them`,
    );
  }
  if (unlabelled.count > 0) warn(`${plural(unlabelled.count, 'sentence')} without tags: ${places(unlabelled)}`);
  const { scheme, 'cut-word': cut, offset } = notes;
  if (scheme.count > 0) {
    warn(
      `${plural(scheme.count, 'tag does', 'tags do')} not follow the scheme; each is read as the beginning of an entity:`,
    );
    reasons(scheme);
  }
  if (cut.count > 0) {
    warn(
      `${plural(cut.count, 'entity begins or ends', 'entities begin or end')} inside a word; the whole word is taken:`,
    );
    reasons(cut);
  }
  if (offset.count > 0) {
    warn(
      `${plural(offset.count, 'entity counts', 'entities count')} characters otherwise than the others; found by the text:`,
    );
    reasons(offset);
  }
}

function warnOfRare({ warn }: Warnings, { unseenTags, rare, rareBelow, entities }: TokensAuditReport): void {
  if (unseenTags.length > 0) {
    warn(
      `${plural(unseenTags.length, 'tag')} without a training word, which cannot be learnt: ${listLabels(unseenTags)}`,
    );
  }
  if (rare.length === 0) return;
  const [what, of] =
    entities.length > 0 ? [plural(rare.length, 'type'), 'entities'] : [plural(rare.length, 'tag'), 'words'];
  warn(`${what} with fewer than ${rareBelow} ${of} to train on: ${listLabels(rare)}`);
}
