import { balancedAccuracyOf } from './accuracy.ts';
import { kappaOf, matthewsOf } from './agreement.ts';
import { type ClassFscoreOptions, type ClassificationFscores, classFscoresOf } from './class-fscores.ts';
import { allHits, type ConfusionMatrix, countInto, emptyConfusion, presentClasses } from './confusion.ts';
import { type Numbers, requireCount } from './numbers.ts';
import type { Scorer } from './scorer.ts';
import { undefinedMetric } from './undefined.ts';

export interface ClassMetrics extends ClassificationFscores {
  /** How many rows were added. */
  rows: number;
  accuracy: number;
  balancedAccuracy: number;
  matthewsCorrcoef: number;
  cohenKappa: number;
  confusionMatrix: ConfusionMatrix;
}

export type ClassScorer = Scorer<
  [gold: Numbers, predicted: Numbers],
  ConfusionMatrix,
  ClassMetrics,
  Omit<ClassFscoreOptions, 'classes'>
>;

/**
 * The metrics of predicted classes from rows that come in parts: `add(gold, predicted)` takes class numbers of equal length.
 * It holds one confusion matrix.
 * @throws RangeError when classes is no whole number above 0; `add` those of `confusionMatrix`
 */
export function createClassScorer(classes: number): ClassScorer {
  requireCount('classes', classes);
  const matrix = emptyConfusion(classes);
  return {
    state: matrix,
    add: (gold, predicted) => countInto(matrix, gold, predicted),
    merge: ({ state }) => {
      if (state.classes !== classes)
        throw new RangeError(`merged a scorer of ${state.classes} classes into ${classes}`);
      for (const key of ['counts', 'gold', 'predicted'] as const) {
        for (let i = 0; i < matrix[key].length; i++) matrix[key][i]! += state[key][i]!;
      }
      matrix.total += state.total;
    },
    result: (options = {}) => {
      const given = (metric: string, value: () => number) =>
        matrix.total === 0 ? undefinedMetric(options, metric, '', 'no row was added') : value();
      return {
        rows: matrix.total,
        accuracy: given('accuracy', () => allHits(matrix) / matrix.total),
        balancedAccuracy: given('balancedAccuracy', () => balancedAccuracyOf(matrix, options)),
        matthewsCorrcoef: given('matthewsCorrcoef', () => matthewsOf(matrix, options)),
        cohenKappa: given('cohenKappa', () => kappaOf(matrix, presentClasses(matrix), options)),
        ...classFscoresOf(matrix, { ...options, classes }),
        confusionMatrix: {
          ...matrix,
          counts: matrix.counts.slice(),
          gold: matrix.gold.slice(),
          predicted: matrix.predicted.slice(),
        },
      };
    },
  };
}
