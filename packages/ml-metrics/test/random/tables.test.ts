import { expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';
import { type Draw, rowBounds, times } from './draw.ts';
import { compareFamily, fixture, isClose, type Named } from './expected.ts';

const reference = `scikit-learn ${fixture.versions['scikit-learn']}`;

/** Precision, recall and F-beta of averages, then of each part with its support. */
function fscores(averages: metrics.Fscores[], parts: metrics.SupportedFscores[]): number[] {
  return [
    ...averages.flatMap(({ precision, recall, fscore }) => [precision, recall, fscore]),
    ...parts.flatMap(({ precision, recall, fscore, support }) => [precision, recall, fscore, support]),
  ];
}

/** Feeds rows to two scorers in three parts and merges them, the second one by a clone of its state. */
function inParts<Scorer extends { state: unknown; merge(other: { state: never }): void }>(
  rows: number,
  create: () => Scorer,
  add: (scorer: Scorer, start: number, end: number) => void,
): Scorer {
  const [first, second] = [create(), create()];
  const cuts = [0, Math.ceil(rows / 3), Math.ceil(rows / 2), rows];
  for (const [i, scorer] of [first, second, first].entries()) {
    if (cuts[i]! < cuts[i + 1]!) add(scorer, cuts[i]!, cuts[i + 1]!);
  }
  first.merge({ state: structuredClone(second.state) as never });
  return first;
}

/** Every number of `expected`, however deep, and nothing beside. */
function expectClose(actual: unknown, expected: unknown): void {
  if (typeof expected === 'number') {
    if (!isClose(actual as number, expected)) throw new Error(`${actual}, expected ${expected}`);
    return;
  }
  expect(Object.keys(actual as object)).toEqual(Object.keys(expected as object));
  for (const [key, value] of Object.entries(expected as object)) {
    expectClose((actual as Record<string, unknown>)[key], value);
  }
}

function classes(draw: Draw): Named[] {
  const rows = 1 + draw.below(draw.pick(rowBounds));
  const count = 2 + draw.below(5);
  const inGold = 1 + draw.below(count);
  const skill = draw.below(5);
  const gold = times(rows, () => draw.below(inGold));
  const predicted = gold.map((g) => (draw.below(4) < skill ? g : draw.below(count)));
  const beta = draw.pick([1, 0.5, 2, 0, Number.POSITIVE_INFINITY]);
  const zeroDivision = draw.pick([0, 1, Number.NaN]);
  const labels = draw.below(4) === 0 ? draw.shuffled(count).slice(0, 1 + draw.below(count)) : undefined;

  const matrix = metrics.confusionMatrix(gold, predicted, count);
  const options = { beta, zeroDivision, labels, classes: count };
  const scores = metrics.precisionRecallFscoreSupport(gold, predicted, options);
  const one = { ...options, classes: undefined };
  for (const average of ['micro', 'macro', 'weighted'] as const) {
    const { precision, recall, fscore } = scores[average];
    expect(metrics.precisionScore(gold, predicted, { ...one, average })).toBe(precision);
    expect(metrics.recallScore(gold, predicted, { ...one, average })).toBe(recall);
    expect(metrics.fbetaScore(gold, predicted, { ...one, average })).toBe(fscore);
  }
  const scorer = inParts(
    rows,
    () => metrics.createClassScorer(count),
    (part, start, end) => part.add(gold.slice(start, end), predicted.slice(start, end)),
  );
  expect(scorer.result({ beta, zeroDivision, labels })).toEqual({
    rows,
    accuracy: metrics.accuracyScore(gold, predicted),
    balancedAccuracy: metrics.balancedAccuracyScore(gold, predicted),
    matthewsCorrcoef: metrics.matthewsCorrcoef(gold, predicted, { zeroDivision }),
    cohenKappa: metrics.cohenKappaScore(gold, predicted),
    ...scores,
    confusionMatrix: matrix,
  });

  const present = [...new Set([...gold, ...predicted])].sort((a, b) => a - b);
  const posLabel = present.at(-1)!;
  const binary =
    present.length > 2
      ? []
      : [metrics.precisionScore, metrics.recallScore, metrics.fbetaScore].map((score) =>
          score(gold, predicted, { beta, zeroDivision, posLabel }),
        );
  return [
    ['accuracyScore', metrics.accuracyScore(gold, predicted)],
    ['balancedAccuracyScore', metrics.balancedAccuracyScore(gold, predicted)],
    ['adjusted', metrics.balancedAccuracyScore(gold, predicted, { adjusted: true })],
    ['matthewsCorrcoef', metrics.matthewsCorrcoef(gold, predicted, { zeroDivision: 0 })],
    ...([null, 'linear', 'quadratic'] as const).flatMap((weights): Named[] => [
      [`kappa ${weights}`, metrics.cohenKappaScore(gold, predicted, { weights })],
      [`kappa ${weights} of all classes`, metrics.cohenKappaScore(gold, predicted, { weights, classes: count })],
    ]),
    ['confusionMatrix', matrix.counts],
    ['fscores', fscores([scores.micro, scores.macro, scores.weighted], scores.perClass)],
    ['binary', binary],
  ];
}

function probabilityTable(draw: Draw, rows: number, columns: number): number[] {
  const levels = draw.pick([2, 4, 100]);
  return times(rows, () => {
    const weights = times(columns, () => draw.below(levels));
    weights[draw.below(columns)]!++;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  }).flat();
}

function probabilities(draw: Draw): Named[] {
  const rows = 1 + draw.below(draw.pick(rowBounds));
  const count = 2 + draw.below(5);
  const gold = times(rows, () => draw.below(count));
  const table = probabilityTable(draw, rows, count);
  const k = 1 + draw.below(count);
  const bins = draw.pick([1, 10, 15]);

  const logLoss = metrics.logLoss(gold, table, count);
  const brierScoreLoss = metrics.brierScoreLoss(gold, table, { classes: count });
  const expectedCalibrationError = metrics.expectedCalibrationError(gold, table, count, bins);
  const scorer = inParts(
    rows,
    () => metrics.createProbabilityScorer(count, { bins }),
    (part, start, end) => part.add(gold.slice(start, end), table.slice(start * count, end * count)),
  );
  expectClose(scorer.result(), {
    rows,
    logLoss,
    brierScoreLoss,
    topKAccuracy: times(count, () => 0).map((_, i) => metrics.topKAccuracyScore(gold, table, count, i + 1)),
    expectedCalibrationError,
    calibrationBins: metrics.calibrationBins(gold, table, count, bins),
  });

  const roc = metrics.rocAucOneVsRest(gold, table, count);
  const precision = metrics.averagePrecisionOneVsRest(gold, table, count, { zeroDivision: 0 });
  return [
    ['logLoss', logLoss],
    ['brierScoreLoss', brierScoreLoss],
    ['topKAccuracyScore', metrics.topKAccuracyScore(gold, table, count, k)],
    ['expectedCalibrationError', expectedCalibrationError],
    ['rocAucOneVsRest', columnScores(roc)],
    ['averagePrecisionOneVsRest', columnScores(precision)],
  ];
}

function columnScores({ perColumn, macro, weighted, micro }: metrics.ColumnScores): number[] {
  return [...perColumn, macro, weighted, micro];
}

function ranking(draw: Draw): Named[] {
  const rows = 1 + draw.below(draw.pick(rowBounds));
  const levels = draw.pick([1, 3, 10, 100000]);
  const gold = times(rows, () => draw.below(2));
  const scores = gold.map((g) => (g * draw.below(levels) + draw.below(levels)) / (2 * levels));
  return [
    ['rocAucScore', metrics.rocAucScore(gold, scores)],
    ['averagePrecisionScore', metrics.averagePrecisionScore(gold, scores, { zeroDivision: 0 })],
    ['brierScoreLoss', metrics.brierScoreLoss(gold, scores)],
  ];
}

function multilabel(draw: Draw): Named[] {
  const rows = 1 + draw.below(draw.pick(rowBounds));
  const count = 2 + draw.below(3);
  const density = 1 + draw.below(4);
  const skill = draw.below(5);
  const gold = times(rows * count, () => Number(draw.below(4) < density));
  const predicted = gold.map((g) => (draw.below(4) < skill ? g : draw.below(2)));
  const levels = draw.pick([2, 5, 100]);
  const scores = times(rows * count, () => draw.below(levels) / levels);
  const beta = draw.pick([1, 0.5, 2, 0, Number.POSITIVE_INFINITY]);
  const zeroDivision = draw.pick([0, 1, Number.NaN]);
  const searchBeta = draw.pick([1, 0.5, 2]);

  const subsetAccuracy = metrics.subsetAccuracy(gold, predicted, count);
  const hammingLoss = metrics.hammingLoss(gold, predicted, count);
  const found = metrics.multilabelFscores(gold, predicted, count, { beta, zeroDivision });
  const scorer = inParts(
    rows,
    () => metrics.createMultilabelScorer(count, { beta, zeroDivision }),
    (part, start, end) => part.add(gold.slice(start * count, end * count), predicted.slice(start * count, end * count)),
  );
  expectClose(scorer.result(), { rows, subsetAccuracy, hammingLoss, ...found });

  const labelRankingAveragePrecision = metrics.labelRankingAveragePrecisionScore(gold, scores, count);
  const coverageError = metrics.coverageError(gold, scores, count);
  const labelRankingLoss = metrics.labelRankingLoss(gold, scores, count);
  const ranker = inParts(
    rows,
    () => metrics.createLabelRankingScorer(count),
    (part, start, end) => part.add(gold.slice(start * count, end * count), scores.slice(start * count, end * count)),
  );
  expectClose(ranker.result(), { rows, labelRankingAveragePrecision, coverageError, labelRankingLoss });

  const precision = metrics.multilabelAveragePrecision(gold, scores, count, { zeroDivision: 0 });
  const best = metrics.bestThresholds(gold, scores, count, { beta: searchBeta });
  return [
    ['subsetAccuracy', subsetAccuracy],
    ['hammingLoss', hammingLoss],
    ['fscores', fscores([found.micro, found.macro, found.weighted, found.samples], found.perLabel)],
    ['labelRankingAveragePrecisionScore', labelRankingAveragePrecision],
    ['coverageError', coverageError],
    ['labelRankingLoss', labelRankingLoss],
    ['multilabelRocAuc', columnScores(metrics.multilabelRocAuc(gold, scores, count))],
    ['multilabelAveragePrecision', columnScores(precision)],
    ['bestThresholds', best.flatMap(({ threshold, fscore }) => [threshold, fscore])],
  ];
}

test.each(Object.entries({ classes, probabilities, ranking, multilabel }))(`%s as ${reference}`, (family, measure) => {
  const { cases, values } = compareFamily(family, measure);
  expect(cases).toBe(fixture.families[family]!.cases);
  expect(values).toBeGreaterThan(cases);
});
