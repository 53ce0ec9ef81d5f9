import type { AnyAuditReport } from '../../../src/data/trainable.ts';
import type { SavedSettings } from '../../../src/tasks/saved-settings.ts';
import { count, plural } from '../../plain/table.ts';
import type { RunRecord } from '../record.ts';

/** What whoever uses the model should know, each as a sentence of plain text. */
export function limitsOf({ config, results, events, status }: RunRecord, saved: SavedSettings): string[] {
  const { audit } = events.data ?? {};
  return [
    'It knows what the rows it was trained on are like, in their language; texts of another kind were not tried.',
    ...(results?.metrics.test === undefined && results?.metrics.validation !== undefined
      ? [
          'There was no test set: the scores are those of the rows that the best checkpoint was chosen on, and look better for it.',
        ]
      : []),
    ...(results === null || results.reason === 'stopped' || results.reason === 'diverged'
      ? [
          `Its training ${results?.reason === 'diverged' ? 'diverged' : 'was stopped'} after ${plural(results?.steps ?? status?.step ?? 0, 'step')} of ${count(events.start?.totalSteps ?? 0)}.`,
        ]
      : []),
    ...(audit === undefined ? [] : [...ofLengths(audit, config.longTexts), ...ofLabels(audit), ...ofOverlap(audit)]),
    ...ofSettings(config.resolved.task, saved),
  ];
}

function ofLengths(audit: AnyAuditReport, longTexts: string): string[] {
  const { tokens, rows } = audit;
  const limit = `${count(tokens.maxLength)} tokens`;
  if (audit.kind === 'questions') return [`Contexts longer than ${limit} are read in overlapping windows.`];
  if (audit.kind === 'texts' && audit.task === 'masked-lm') return [];
  if (audit.kind === 'texts' && longTexts !== 'truncate') {
    return [
      `Texts longer than ${limit} are read in overlapping windows whose outputs are pooled. That is distiltune's way: transformers cuts them.`,
    ];
  }
  const cut = tokens.truncatedRows;
  const told = cut === 0 ? 'no row was' : `${plural(cut, 'row')} of ${count(rows.total)} ${cut === 1 ? 'was' : 'were'}`;
  return [`It was trained and measured on the first ${limit} of a text; ${told} longer.`];
}

function ofLabels(audit: AnyAuditReport): string[] {
  if (audit.kind === 'questions') return [];
  const rare = audit.kind === 'texts' ? audit.rareLabels : audit.rare;
  const unseen = audit.kind === 'texts' ? audit.unseenLabels : audit.unseenTags;
  const imbalance = audit.kind === 'texts' ? audit.imbalance : null;
  const names = (labels: readonly { label: string }[]) =>
    labels
      .slice(0, 10)
      .map(({ label }) => label)
      .join(', ') + (labels.length > 10 ? `, and ${count(labels.length - 10)} more` : '');
  return [
    ...(imbalance !== null && imbalance.ratio >= 10
      ? [
          `The classes are out of balance: ${imbalance.largest} has ${count(Math.round(imbalance.ratio))} times the training rows of ${imbalance.smallest}.`,
        ]
      : []),
    ...(rare.length === 0 ? [] : [`Few training examples (fewer than ${audit.rareBelow}) of: ${names(rare)}.`]),
    ...(unseen.length === 0 ? [] : [`No training example at all of: ${names(unseen)}.`]),
  ];
}

function ofOverlap({ overlap }: AnyAuditReport): string[] {
  const { validationInTrain, testInTrain } = overlap;
  const sides = [
    ...(validationInTrain === 0 ? [] : [plural(validationInTrain, 'validation row')]),
    ...(testInTrain === 0 ? [] : [plural(testInTrain, 'test row')]),
  ];
  return sides.length === 0
    ? []
    : [`Also among the training rows, so that the scores look better: ${sides.join(' and ')}.`];
}

function ofSettings(task: string, { thresholds, nullThreshold }: SavedSettings): string[] {
  if (task === 'multi-label') {
    return [
      thresholds === undefined
        ? 'A label applies from a probability of 0.5 on.'
        : 'The probability from which on a label applies was chosen for each on the validation rows. It stands in config.json under "distiltune"; transformers gives the probabilities.',
    ];
  }
  if (task === 'question-answering' && nullThreshold !== undefined) {
    return [
      `A question has no answer where "no answer" scores better than the best answer by more than ${Number(nullThreshold.toFixed(4))}. That stands in config.json under "distiltune".`,
    ];
  }
  return [];
}
