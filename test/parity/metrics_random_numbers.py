"""Random cases of numbers and of comparisons for metrics_random.py, and what scikit-learn, SciPy and numpy say of them."""

import math

import numpy as np
import scipy.stats as stats
import sklearn.metrics as skm

from metrics_random_tables import ROWS


def series(draw, rows, levels, offset):
    """Multiples of 1 / levels, a power of two: their mean is exact, and a constant series is one on both sides."""
    return np.array([offset + draw.below(levels) / levels + draw.below(levels) / levels for _ in range(rows)])


def regression(draw):
    rows, levels = 1 + draw.below(draw.pick(ROWS)), draw.pick([1, 2, 4, 65536])
    offset = draw.pick([0, -1, 1000])
    gold = series(draw, rows, levels, offset)
    share = draw.pick([0, 0.5, 1])
    predicted = share * gold + series(draw, rows, draw.pick([1, 4, 65536]), 0)
    values = [
        skm.mean_squared_error(gold, predicted),
        skm.root_mean_squared_error(gold, predicted),
        skm.mean_absolute_error(gold, predicted),
        skm.r2_score(gold, predicted, force_finite=False),
        skm.r2_score(gold, predicted),
    ]
    if rows < 2:
        return values + [math.nan] * 3
    return values + [
        stats.pearsonr(gold, predicted).statistic,
        stats.spearmanr(gold, predicted).statistic,
        stats.kendalltau(gold, predicted).statistic,
    ]


class Resampling:
    """The draws of the package's bootstrap."""

    def __init__(self, draw_class, seed):
        self.draw = draw_class(seed)

    def rows(self, count):
        return [int(self.draw.real() * count) for _ in range(count)]


def interval(draw_class, values, seed, resamples, confidence):
    resampling = Resampling(draw_class, seed)
    means = [values[resampling.rows(len(values))].mean() for _ in range(resamples)]
    tail = (1 - confidence) / 2
    return list(np.quantile(means, [tail, 1 - tail]))


def comparison(draw):
    rows = 1 + draw.below(60)
    skill_a, skill_b = draw.below(5), draw.below(5)
    gold = np.array([draw.below(3) for _ in range(rows)])
    a = np.array([g if draw.below(4) < skill_a else draw.below(3) for g in gold])
    b = np.array([g if draw.below(4) < skill_b else draw.below(3) for g in gold])
    seed, resamples = draw.bits(), 1 + draw.below(12)
    confidence = draw.pick([0.5, 0.9, 0.95])
    right_a, right_b = (a == gold).astype(float), (b == gold).astype(float)
    values = interval(type(draw), right_a, seed, resamples, confidence)
    values += [right_a.mean() - right_b.mean()]
    values += interval(type(draw), right_a - right_b, seed, resamples, confidence)

    only_a, only_b = int(((a == gold) & (b != gold)).sum()), int(((b == gold) & (a != gold)).sum())
    split = only_a + only_b
    values += [only_a, only_b, stats.binomtest(only_a, split, 0.5).pvalue if split else 1.0]
    for correction in (1, 0):
        statistic = max(0, abs(only_a - only_b) - correction) ** 2 / split if split else math.nan
        values += [statistic, stats.chi2.sf(statistic, 1)]
    # Many disagreements, where terms of the binomial under- and overflow.
    many_a, many_b = draw.below(3000), draw.below(3000)
    pvalue = stats.binomtest(many_a, many_a + many_b, 0.5).pvalue if many_a + many_b else 1.0
    statistic = max(0, abs(many_a - many_b) - 1) ** 2 / (many_a + many_b) if many_a + many_b else math.nan
    return values + [pvalue, stats.chi2.sf(statistic, 1)]


def perplexity(draw):
    losses = np.array([draw.real() * 10 for _ in range(1 + draw.below(50))])
    return [losses.mean(), np.exp(losses.mean())]
