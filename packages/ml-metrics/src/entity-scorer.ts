import { type EntitySpan, entitySpans, type TagReading } from './entities.ts';
import {
  averageFscores,
  type FscoreOptions,
  fscoresOf,
  type HitCounts,
  requireFscoreOptions,
  type SupportedFscores,
} from './fscore.ts';
import type { Scorer } from './scorer.ts';
import { undefinedMetric } from './undefined.ts';

/** 0 to 1. `support` is the number of entities in gold. */
export interface EntityFscores {
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

export interface EntityTypeFscores extends EntityFscores {
  type: string;
  /** Entities found in the predictions. */
  predicted: number;
  /** Of these, those that gold has with the same type, start and end. */
  correct: number;
}

export interface EntityMetrics {
  sentences: number;
  tokens: number;
  /** The share of tokens whose tag is right, O included. */
  tokenAccuracy: number;
  /** The types that occur in gold or predictions, sorted by code point. */
  perType: EntityTypeFscores[];
  /** Over all entities: what "the F1" of entity recognition means. */
  micro: EntityFscores;
  /** The plain mean over types. */
  macro: EntityFscores;
  /** The mean over types, each weighted by its support. */
  weighted: EntityFscores;
}

export interface EntityState {
  sentences: number;
  tokens: number;
  rightTokens: number;
  types: Map<string, HitCounts>;
}

export type EntityOptions = Omit<FscoreOptions, 'beta'>;

export type EntityScorer = Scorer<
  [goldTags: readonly string[], predictedTags: readonly string[]],
  EntityState,
  EntityMetrics,
  EntityOptions
>;

/**
 * Entity-level precision, recall and F1 from sentences: `add(goldTags, predictedTags)` takes the tags of one. An entity is right
 * when type, start and end are. It holds a few counts per type, no sentence.
 * References: conlleval (CoNLL-2000) and seqeval 1.2.2, whose zero_division default is 0; ours is NaN.
 * `add` throws a RangeError when the numbers of tags differ or a tag is not of the scheme (see `entitySpans`).
 */
export function createEntityScorer(reading: TagReading = {}): EntityScorer {
  const state: EntityState = { sentences: 0, tokens: 0, rightTokens: 0, types: new Map() };
  return {
    state,
    add: (goldTags, predictedTags) => {
      if (goldTags.length !== predictedTags.length) {
        throw new RangeError(`a sentence has ${goldTags.length} gold tags and ${predictedTags.length} predicted ones`);
      }
      const gold = entitySpans(goldTags, reading);
      const predicted = entitySpans(predictedTags, reading);
      countSpans(state.types, gold, predicted);
      state.sentences++;
      state.tokens += goldTags.length;
      state.rightTokens += goldTags.filter((tag, i) => tag === predictedTags[i]).length;
    },
    merge: ({ state: other }) => {
      state.sentences += other.sentences;
      state.tokens += other.tokens;
      state.rightTokens += other.rightTokens;
      for (const [type, counts] of other.types) {
        const own = countsOf(state.types, type);
        for (const key of ['hits', 'predicted', 'support'] as const) own[key] += counts[key];
      }
    },
    result: (options = {}) => metricsOf(state, options),
  };
}

/** The same of all sentences at once. */
export function entityScores(
  goldTags: readonly (readonly string[])[],
  predictedTags: readonly (readonly string[])[],
  reading: TagReading = {},
  options: EntityOptions = {},
): EntityMetrics {
  if (goldTags.length !== predictedTags.length) {
    throw new RangeError(`there are ${goldTags.length} sentences in gold and ${predictedTags.length} in predicted`);
  }
  const scorer = createEntityScorer(reading);
  for (const [i, tags] of goldTags.entries()) scorer.add(tags, predictedTags[i]!);
  return scorer.result(options);
}

function countSpans(
  types: Map<string, HitCounts>,
  gold: readonly EntitySpan[],
  predicted: readonly EntitySpan[],
): void {
  const key = ({ type, start, end }: EntitySpan) => `${start} ${end} ${type}`;
  const inGold = new Set(gold.map(key));
  for (const span of gold) countsOf(types, span.type).support++;
  for (const span of predicted) {
    const counts = countsOf(types, span.type);
    counts.predicted++;
    if (inGold.has(key(span))) counts.hits++;
  }
}

function countsOf(types: Map<string, HitCounts>, type: string): HitCounts {
  const counts = types.get(type) ?? { hits: 0, predicted: 0, support: 0 };
  types.set(type, counts);
  return counts;
}

function metricsOf({ sentences, tokens, rightTokens, types }: EntityState, given: EntityOptions): EntityMetrics {
  requireFscoreOptions(given);
  const { onUndefined } = given;
  const options: FscoreOptions = {
    ...given,
    onUndefined: onUndefined && ((what) => onUndefined(what.metric === 'fscore' ? { ...what, metric: 'f1' } : what)),
  };
  const names = [...types.keys()].sort(byCodePoint);
  const counts = names.map((type) => types.get(type)!);
  const scores = names.map((type, i) => fscoresOf(counts[i]!, `type ${type}`, options));
  const { micro, macro, weighted } = averageFscores(scores, counts, options);
  return {
    sentences,
    tokens,
    tokenAccuracy:
      tokens === 0 ? undefinedMetric(options, 'tokenAccuracy', '', 'no token was added') : rightTokens / tokens,
    perType: names.map((type, i) => {
      const { hits, predicted } = counts[i]!;
      return { type, ...withF1(scores[i]!), predicted, correct: hits };
    }),
    micro: withF1(micro),
    macro: withF1(macro),
    weighted: withF1(weighted),
  };
}

function withF1({ precision, recall, fscore, support }: SupportedFscores): EntityFscores {
  return { precision, recall, f1: fscore, support };
}

/** By code points, as Python sorts: `<` alone compares UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const apart = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (apart !== 0) return apart;
  }
  return left.length - right.length;
}
