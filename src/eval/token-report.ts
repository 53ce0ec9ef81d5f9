import {
  accuracyScore,
  confusionMatrix,
  createEntityScorer,
  type EntityScorer,
  type EntitySpan,
  entitySpans,
  f1Score,
  precisionRecallFscoreSupport,
} from 'ml-metrics';
import { type TokenItem, wordsWithoutTokens } from '../tasks/token-classification.ts';
import type { Task, TokensPrediction } from '../tasks/types.ts';
import type { ClassRow, Confusion } from './classification-report.ts';
import type { BaseReport, Measure } from './measure.ts';
import type { MetricName } from './metric-names.ts';

/** A sentence with entities, or tags, that are not right. `index` is the sentence among those predicted, from 0. */
export interface TokenMistake {
  index: number;
  /** Entities that are there and were not found; `text` is their words. */
  missed: { label: string; text: string }[];
  /** Entities that were found and are not there. */
  spurious: { label: string; text: string }[];
}

export interface TokenReport extends BaseReport {
  task: 'token-classification';
  words: number;
  /** Words beyond the length limit, or without a token: they count as "O". */
  wordsWithoutTokens: number;
  /** By entity type; of tags that are no entities' by tag. */
  classes: ClassRow[];
  /** Words of one tag that got another, the most frequent first. */
  mostConfused: Confusion[];
  /** The sentences with the most wrong entities first; empty where tags are no entities'. */
  mistakes: TokenMistake[];
}

/** Whether the tags mark entities: all are "O" or begin with "B-" or "I-". */
export function marksEntities(labels: readonly string[]): boolean {
  return labels.every((label) => label === 'O' || /^[BI]-./.test(label)) && labels.some((label) => label !== 'O');
}

/** The metrics of tags: of entities where they mark such, else of single words. */
export function tokenMetricNames(labels: readonly string[]): MetricName[] {
  return marksEntities(labels) ? ['f1', 'precision', 'recall', 'macro_f1', 'accuracy'] : ['accuracy', 'macro_f1'];
}

/**
 * Measures tags of words. Entities count as in conlleval and in seqeval's default: one is right when its type and its
 * first and last word are.
 */
export function tokenMeasure(
  task: Task<unknown, unknown, TokenItem, TokensPrediction>,
  count: number,
): Measure<TokenItem, TokenReport> {
  const scorer = marksEntities(task.labels) ? createEntityScorer() : null;
  const pairs: { gold: string[]; predicted: string[] }[] = new Array(count);
  const mistakes: TokenMistake[] = [];
  let withoutTokens = 0;
  return {
    add(index, item, outputs) {
      const { tags } = task.prediction(item, outputs);
      const gold = item.gold!;
      pairs[index] = { gold, predicted: tags };
      withoutTokens += wordsWithoutTokens(item);
      if (scorer === null) return;
      scorer.add(gold, tags);
      const mistake = mistakeOf(index, item.words, entitySpans(gold), entitySpans(tags));
      if (mistake.missed.length + mistake.spurious.length > 0) mistakes.push(mistake);
    },
    report({ top }) {
      const matrix = tagMatrix(pairs);
      const words = matrix.gold.length;
      return {
        task: 'token-classification',
        examples: count,
        words,
        wordsWithoutTokens: withoutTokens,
        ...(scorer === null ? ofTags(matrix) : ofEntities(scorer)),
        mostConfused: mostConfused(matrix, top),
        mistakes: mistakes.sort((a, b) => wrong(b) - wrong(a) || a.index - b.index).slice(0, top),
      };
    },
  };
}

function ofEntities(scorer: EntityScorer): Pick<TokenReport, 'metrics' | 'classes'> {
  // What neither stands in gold nor is predicted counts as 0, as in seqeval.
  const { micro, macro, perType, tokenAccuracy } = scorer.result({ zeroDivision: 0 });
  const { precision, recall, f1 } = micro;
  return {
    metrics: { f1, precision, recall, macro_f1: macro.f1, accuracy: tokenAccuracy },
    classes: perType.map(({ type, precision: p, recall: r, f1: f, support }) => ({
      label: type,
      precision: p,
      recall: r,
      f1: f,
      support,
    })),
  };
}

/** All tags as numbers. */
interface TagMatrix {
  names: string[];
  gold: number[];
  predicted: number[];
}

function tagMatrix(pairs: readonly { gold: string[]; predicted: string[] }[]): TagMatrix {
  const indexOf = new Map<string, number>();
  const number = (tag: string) => {
    if (!indexOf.has(tag)) indexOf.set(tag, indexOf.size);
    return indexOf.get(tag)!;
  };
  const gold = pairs.flatMap((pair) => pair.gold.map(number));
  const predicted = pairs.flatMap((pair) => pair.predicted.map(number));
  return { names: [...indexOf.keys()], gold, predicted };
}

function ofTags({ names, gold, predicted }: TagMatrix): Pick<TokenReport, 'metrics' | 'classes'> {
  const { perClass } = precisionRecallFscoreSupport(gold, predicted, { zeroDivision: 0 });
  return {
    metrics: {
      accuracy: accuracyScore(gold, predicted),
      macro_f1: f1Score(gold, predicted, { average: 'macro', zeroDivision: 0 }),
    },
    classes: perClass
      .map(({ precision, recall, fscore, support }, i) => ({
        label: names[i]!,
        precision,
        recall,
        f1: fscore,
        support,
      }))
      .sort((a, b) => b.support - a.support),
  };
}

function mostConfused({ names, gold, predicted }: TagMatrix, top: number): Confusion[] {
  const { counts } = confusionMatrix(gold, predicted, names.length);
  const pairs = Array.from(counts, (count, cell) => ({
    gold: names[Math.floor(cell / names.length)]!,
    predicted: names[cell % names.length]!,
    count,
  }));
  return pairs
    .filter((pair) => pair.gold !== pair.predicted && pair.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, top);
}

function mistakeOf(index: number, words: readonly string[], gold: EntitySpan[], predicted: EntitySpan[]): TokenMistake {
  const key = ({ type, start, end }: EntitySpan) => `${start} ${end} ${type}`;
  const without = (spans: EntitySpan[], others: EntitySpan[]) => {
    const known = new Set(others.map(key));
    return spans
      .filter((span) => !known.has(key(span)))
      .map(({ type, start, end }) => ({ label: type, text: words.slice(start, end).join(' ') }));
  };
  return { index, missed: without(gold, predicted), spurious: without(predicted, gold) };
}

const wrong = ({ missed, spurious }: TokenMistake) => missed.length + spurious.length;
