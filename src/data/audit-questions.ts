import {
  addNotes,
  type CommonReport,
  countIn,
  createCopies,
  createLengths,
  type Finding,
  finding,
  type Notes,
  note,
  type RowPlace,
  type SplitCounts,
  splitCounts,
} from './audit-parts.ts';
import { type SplitName, splitNames } from './split.ts';
import { textKey } from './text-key.ts';
import type { QuestionExample, RefusedRow } from './types.ts';

export interface QuestionsAuditOptions {
  /** Tokens that fit into a window, the special ones included. */
  maxLength: number;
  /** Default: lines. */
  places?: QuestionsAuditReport['places'];
}

/** What a file of questions is like. `rows` are its questions; `overlap` counts those whose context is in both splits. */
export interface QuestionsAuditReport extends CommonReport {
  kind: 'questions';
  /** What the lines of places are: those of the file, or the numbers of its questions. */
  places: 'lines' | 'questions';
  /** Different contexts. `total`: the sum over the splits. */
  contexts: SplitCounts;
  answerable: SplitCounts;
  unanswerable: SplitCounts;
  /** Sequences that all questions together make, and how many questions make more than one. */
  windows: { total: number; most: number; divided: number };
  /** Questions whose first answer stands whole in no window: nothing is learnt of it. */
  lostAnswers: Finding<RowPlace & { id: string }>;
  notes: Notes<'offset' | 'answer' | 'no-answer' | 'duplicate-id'>;
}

export interface QuestionsAudit {
  /**
   * Counts one question. `tokens`: of question and context with the special tokens; `windows`: the sequences that they are
   * read in; `lostAnswer`: whether none of these holds the whole first answer.
   */
  add(
    split: SplitName,
    example: QuestionExample,
    length: { tokens: number; windows: number; lostAnswer: boolean },
  ): void;
  refuse(split: SplitName, row: RefusedRow): void;
  report(): QuestionsAuditReport;
}

/** Looks through questions one at a time. Memory grows with the distinct questions, by some 60 bytes each. */
export function createQuestionsAudit({ maxLength, places = 'lines' }: QuestionsAuditOptions): QuestionsAudit {
  const rows = splitCounts();
  const answerable = splitCounts();
  const unanswerable = splitCounts();
  const lengths = createLengths(maxLength);
  const windows = { total: 0, most: 0, divided: 0 };
  const unlabelled = finding<RowPlace>();
  const lostAnswers = finding<RowPlace & { id: string }>();
  const notes: QuestionsAuditReport['notes'] = {
    offset: finding(),
    answer: finding(),
    'no-answer': finding(),
    'duplicate-id': finding(),
  };
  const refused = finding<RefusedRow & { split: SplitName }>();
  const questions = createCopies();
  const contexts = createCopies();
  return {
    add(split, example, length) {
      const { id, question, context, answers } = example;
      const place = { split, line: example.line };
      countIn(rows, split);
      lengths.add(length.tokens);
      windows.total += length.windows;
      windows.most = Math.max(windows.most, length.windows);
      if (length.windows > 1) windows.divided++;
      if (length.lostAnswer) note(lostAnswers, { ...place, id });
      addNotes(notes, place, example.notes);
      if (answers === undefined) note(unlabelled, place);
      else countIn(answers.length > 0 ? answerable : unanswerable, split);
      questions.add(place, textKey(question, context), null);
      contexts.add(place, textKey(context), null);
    },
    refuse(split, row) {
      note(refused, { split, ...row });
    },
    report() {
      const distinct = splitCounts();
      for (const split of splitNames) countIn(distinct, split, contexts.distinct(split));
      return {
        kind: 'questions',
        places,
        rows,
        contexts: distinct,
        answerable,
        unanswerable,
        tokens: lengths.summary(),
        windows,
        lostAnswers,
        unlabelled,
        notes,
        duplicates: questions.duplicates,
        overlap: contexts.overlap(),
        refused,
      };
    },
  };
}
