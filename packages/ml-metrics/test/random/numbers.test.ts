import { expect, test } from 'vitest';
import * as metrics from '../../src/index.ts';
import { type Draw, rowBounds, times } from './draw.ts';
import { compareFamily, fixture, isClose, type Named } from './expected.ts';

const { versions, families } = fixture;

/** Multiples of 1 / levels, a power of two: their mean is exact, and a constant series is one on both sides. */
function series(draw: Draw, rows: number, levels: number, offset: number): number[] {
  return times(rows, () => offset + draw.below(levels) / levels + draw.below(levels) / levels);
}

function regression(draw: Draw): Named[] {
  const rows = 1 + draw.below(draw.pick(rowBounds));
  const levels = draw.pick([1, 2, 4, 65536]);
  const offset = draw.pick([0, -1, 1000]);
  const gold = series(draw, rows, levels, offset);
  const share = draw.pick([0, 0.5, 1]);
  const noise = series(draw, rows, draw.pick([1, 4, 65536]), 0);
  const predicted = gold.map((g, i) => share * g + noise[i]!);

  const found = {
    rows,
    meanSquaredError: metrics.meanSquaredError(gold, predicted),
    rootMeanSquaredError: metrics.rootMeanSquaredError(gold, predicted),
    meanAbsoluteError: metrics.meanAbsoluteError(gold, predicted),
    r2: metrics.r2Score(gold, predicted),
    pearson: metrics.pearson(gold, predicted),
  };
  const scorers = [metrics.createRegressionScorer(), metrics.createRegressionScorer()] as const;
  const middle = Math.floor(rows / 2);
  if (middle > 0) scorers[0].add(gold.slice(0, middle), predicted.slice(0, middle));
  scorers[1].add(gold.slice(middle), predicted.slice(middle));
  scorers[0].merge(scorers[1]);
  for (const [key, value] of Object.entries(scorers[0].result())) {
    if (!isClose(value, found[key as keyof typeof found])) throw new Error(`${key} of the scorer is ${value}`);
  }

  return [
    ['meanSquaredError', found.meanSquaredError],
    ['rootMeanSquaredError', found.rootMeanSquaredError],
    ['meanAbsoluteError', found.meanAbsoluteError],
    ['r2Score', found.r2],
    ['r2Score, finite', metrics.r2Score(gold, predicted, { forceFinite: true })],
    ['pearson', found.pearson],
    ['spearman', metrics.spearman(gold, predicted)],
    ['kendallTau', metrics.kendallTau(gold, predicted)],
  ];
}

function comparison(draw: Draw): Named[] {
  const rows = 1 + draw.below(60);
  const skillA = draw.below(5);
  const skillB = draw.below(5);
  const gold = times(rows, () => draw.below(3));
  const a = gold.map((g) => (draw.below(4) < skillA ? g : draw.below(3)));
  const b = gold.map((g) => (draw.below(4) < skillB ? g : draw.below(3)));
  const options = { seed: draw.bits(), resamples: 1 + draw.below(12), confidence: draw.pick([0.5, 0.9, 0.95]) };

  const accuracyOf = (predicted: number[]) => (drawn: Int32Array) =>
    drawn.reduce((right, i) => right + Number(predicted[i] === gold[i]), 0) / drawn.length;
  const plain = metrics.bootstrapInterval(rows, accuracyOf(a), options);
  const paired = metrics.pairedBootstrapInterval(rows, accuracyOf(a), accuracyOf(b), options);
  const exact = metrics.mcnemarTest(gold, a, b);
  const corrected = metrics.mcnemarTest(gold, a, b, { exact: false });
  const raw = metrics.mcnemarTest(gold, a, b, { exact: false, correction: false });
  expect(exact.statistic).toBe(Math.min(exact.onlyA, exact.onlyB));

  const [manyA, manyB] = [draw.below(3000), draw.below(3000)];
  const flags = (right: number, wrong: number) => [...new Uint8Array(right).fill(1), ...new Uint8Array(wrong)];
  const many = [flags(manyA + manyB, 0), flags(manyA, manyB), flags(manyA, manyB).map((flag) => 1 - flag)] as const;
  const manyExact = manyA + manyB === 0 ? { pValue: 1 } : metrics.mcnemarTest(...many);
  const manyCorrected = manyA + manyB === 0 ? { pValue: Number.NaN } : metrics.mcnemarTest(...many, { exact: false });
  return [
    ['bootstrapInterval', [plain.low, plain.high]],
    ['pairedBootstrapInterval', [paired.difference, paired.low, paired.high]],
    ['mcnemarTest, exact', [exact.onlyA, exact.onlyB, exact.pValue]],
    ['mcnemarTest, corrected', [corrected.statistic, corrected.pValue]],
    ['mcnemarTest, chi-square', [raw.statistic, raw.pValue]],
    ['mcnemarTest, many rows', [manyExact.pValue, manyCorrected.pValue]],
  ];
}

function perplexity(draw: Draw): Named[] {
  const losses = times(1 + draw.below(50), () => draw.real() * 10);
  const scorer = metrics.createPerplexityScorer();
  const rest = metrics.createPerplexityScorer();
  scorer.add(losses[0]!, 1);
  rest.add(
    losses.slice(1).reduce((sum, loss) => sum + loss, 0),
    losses.length - 1,
  );
  scorer.merge(rest);
  const { tokens, loss, perplexity } = scorer.result();
  expect(tokens).toBe(losses.length);
  if (!isClose(metrics.perplexity(losses), perplexity)) throw new Error('perplexity differs from its scorer');
  return [
    ['loss', loss],
    ['perplexity', perplexity],
  ];
}

const reference = `scikit-learn ${versions['scikit-learn']}, SciPy ${versions.scipy}, numpy ${versions.numpy}`;

test.each(Object.entries({ regression, comparison, perplexity }))(`%s as ${reference}`, (family, measure) => {
  const { cases, values } = compareFamily(family, measure);
  expect(cases).toBe(families[family]!.cases);
  expect(values).toBeGreaterThan(cases);
});
