import {
  addNotes,
  type CommonReport,
  countIn,
  createCopies,
  createLabelCounts,
  createLengths,
  type Finding,
  finding,
  type LabelCount,
  type Notes,
  note,
  type RepeatedRow,
  type RowPlace,
  type SplitCounts,
  splitCounts,
} from './audit-parts.ts';
import type { SplitName } from './split.ts';
import { entitiesOf } from './tags.ts';
import { textKey } from './text-key.ts';
import type { RefusedRow, TokenExample } from './types.ts';

export interface TokensAuditOptions {
  /** Tokens that fit, the special ones included. */
  maxLength: number;
  /** A type of entities, or a plain tag, that training has fewer of is rare. Default: 5. */
  rareBelow?: number;
}

/** What a file of tagged words is like. `rows` are its sentences. */
export interface TokensAuditReport extends CommonReport {
  kind: 'tokens';
  words: SplitCounts;
  /** Entities by their type, the most frequent first. Empty where tags are plain classes. */
  entities: LabelCount[];
  /** Words by their tag (IOB2), the most frequent first. */
  tags: LabelCount[];
  /** Words beyond the length limit: they count as O in a measurement. */
  cutWords: { words: number; sentences: Finding<RowPlace & { words: number }> };
  notes: Notes<'scheme' | 'cut-word' | 'offset'>;
  /** Tags of validation or test sentences that training lacks: they cannot be learnt. */
  unseenTags: LabelCount[];
  /** Entity types, or plain tags, that training has, but fewer of than `rareBelow`. */
  rare: LabelCount[];
  rareBelow: number;
  /** Sentences that stand earlier, in any split, with other tags. */
  conflicts: Finding<RepeatedRow>;
}

export interface TokensAudit {
  /**
   * Counts one sentence. `tokens`: its length with the special tokens, before truncation; `cutWords`: how many of its words
   * are beyond the limit.
   */
  add(split: SplitName, example: TokenExample, length: { tokens: number; cutWords: number }): void;
  refuse(split: SplitName, row: RefusedRow): void;
  report(): TokensAuditReport;
}

/** Looks through tagged sentences one at a time. Memory grows with the distinct sentences, by some 60 bytes each. */
export function createTokensAudit({ maxLength, rareBelow = 5 }: TokensAuditOptions): TokensAudit {
  const rows = splitCounts();
  const words = splitCounts();
  const tagCounts = createLabelCounts();
  const entityCounts = createLabelCounts();
  const lengths = createLengths(maxLength);
  const unlabelled = finding<RowPlace>();
  const cutSentences = finding<RowPlace & { words: number }>();
  let cutWords = 0;
  const notes: TokensAuditReport['notes'] = { scheme: finding(), 'cut-word': finding(), offset: finding() };
  const conflicts = finding<RepeatedRow>();
  const refused = finding<RefusedRow & { split: SplitName }>();
  const copies = createCopies();
  return {
    add(split, example, length) {
      const { tags } = example;
      const place = { split, line: example.line };
      countIn(rows, split);
      countIn(words, split, example.words.length);
      lengths.add(length.tokens);
      if (length.cutWords > 0) {
        cutWords += length.cutWords;
        note(cutSentences, { ...place, words: length.cutWords });
      }
      addNotes(notes, place, example.notes);
      if (tags === undefined) note(unlabelled, place);
      else {
        for (const tag of tags) tagCounts.add(split, tag);
        for (const { type } of entitiesOf(tags)) entityCounts.add(split, type);
      }
      const { repeated, isConflict } = copies.add(
        place,
        textKey(example.words.join(' ')),
        tags === undefined ? null : textKey(tags.join(' ')),
      );
      if (repeated !== null && isConflict) note(conflicts, repeated);
    },
    refuse(split, row) {
      note(refused, { split, ...row });
    },
    report() {
      const tags = tagCounts.sorted();
      const entities = entityCounts.sorted();
      const learnt = entities.length > 0 ? entities : tags;
      return {
        kind: 'tokens',
        rows,
        words,
        entities,
        tags,
        tokens: lengths.summary(),
        cutWords: { words: cutWords, sentences: cutSentences },
        unlabelled,
        notes,
        unseenTags: tags.filter((count) => count.train === 0),
        rare: learnt.filter((count) => count.train > 0 && count.train < rareBelow),
        rareBelow,
        duplicates: copies.duplicates,
        conflicts,
        overlap: copies.overlap(),
        refused,
      };
    },
  };
}
