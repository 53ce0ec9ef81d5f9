"""Writes fixtures/metrics.json: chosen inputs (perfect, inverted, constant, tied, far from zero, many classes) and what scikit-learn,
scipy and numpy say of them, for packages/ml-metrics. metrics_random.py has the random ones.

Needs numpy, scipy and scikit-learn; run it from anywhere: python test/parity/metrics.py
NaN and the infinities are written as the strings "NaN", "Infinity", "-Infinity". Inputs are rounded, so that the file is small
and both sides read the same numbers.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import scipy
import scipy.stats as stats
import sklearn
import sklearn.metrics as skm

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)


def plain(value):
    """The value as JSON types."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    if isinstance(value, (np.integer, int)):
        return int(value)
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def averaged(gold, predicted, **options):
    p, r, f, _ = skm.precision_recall_fscore_support(gold, predicted, zero_division=0, **options)
    return {"precision": p, "recall": r, "fscore": f}


def classification(name, gold, predicted, classes):
    labels = range(classes)
    p, r, f, s = skm.precision_recall_fscore_support(gold, predicted, labels=labels, zero_division=0)
    per_class = [{"precision": p[c], "recall": r[c], "fscore": f[c], "support": s[c]} for c in labels]
    return {
        "name": name,
        "gold": gold,
        "predicted": predicted,
        "classes": classes,
        "expected": {
            "confusion": skm.confusion_matrix(gold, predicted, labels=labels).ravel(),
            "accuracy": skm.accuracy_score(gold, predicted),
            "scores": {
                "perClass": per_class,
                "micro": averaged(gold, predicted, average="micro"),
                "macro": averaged(gold, predicted, average="macro"),
                "weighted": averaged(gold, predicted, average="weighted"),
            },
            "mcc": skm.matthews_corrcoef(gold, predicted),
            "balancedAccuracy": skm.balanced_accuracy_score(gold, predicted),
            "kappa": skm.cohen_kappa_score(gold, predicted),
        },
    }


def noisy(gold, classes, share_wrong):
    return np.where(rng.random(len(gold)) < share_wrong, rng.integers(0, classes, len(gold)), gold)


def classification_cases():
    two = rng.integers(0, 2, 50)
    three = rng.integers(0, 3, 60)
    many = rng.integers(0, 77, 200)
    gaps = rng.choice([0, 2, 5], 40)
    return [
        classification("two classes", two, noisy(two, 2, 0.4), 2),
        classification("inverted", two, 1 - two, 2),
        classification("perfect", three, three, 3),
        classification("three classes", three, noisy(three, 3, 0.5), 3),
        classification("one class predicted", three, np.zeros_like(three), 3),
        classification("one class in gold", np.ones(20, int), noisy(np.ones(20, int), 3, 0.6), 3),
        classification("one and the same class", np.ones(5, int), np.ones(5, int), 2),
        classification("never right", np.array([0, 1, 2, 0]), np.array([1, 2, 0, 2]), 3),
        classification("empty classes", gaps, noisy(gaps, 4, 0.5), 7),
        classification("77 classes", many, noisy(many, 77, 0.3), 77),
        classification("one row", np.array([1]), np.array([0]), 2),
    ]


def calibration_error(gold, probabilities, bins):
    """Guo et al. 2017, by masks over intervals (low, high]."""
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gap = (predicted[inside] == gold[inside]).mean() - confidence[inside].mean()
            error += inside.mean() * abs(gap)
    return error


def probability(name, gold, probabilities, classes, single=False):
    table = probabilities
    if single:  # clipped as scikit-learn clips float32, but summed in double precision
        epsilon = np.finfo(np.float32).eps
        table = np.clip(probabilities.astype(np.float32), epsilon, 1 - epsilon).astype(np.float64)
    labels = list(range(classes))
    top = {k: np.nan for k in (1, 2, 3)}
    for k in top:  # scikit-learn takes a column of scores where there are two classes
        top[k] = skm.top_k_accuracy_score(gold, table[:, 1] - 0.5 if classes == 2 else table, k=k, labels=labels)
    return {
        "name": name,
        "gold": gold,
        "probabilities": probabilities.ravel(),
        "classes": classes,
        "single": int(single),
        "expected": {
            "logLoss": skm.log_loss(gold, table, labels=labels),
            "topK": list(top.values()),
            "calibration": {bins: calibration_error(gold, probabilities, bins) for bins in (1, 10, 15)},
        },
    }


def softmax(logits):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.round(e / e.sum(axis=1, keepdims=True), 4)


def probability_cases():
    two = rng.integers(0, 2, 40)
    three = rng.integers(0, 3, 50)
    many = rng.integers(0, 77, 8)
    flat = np.full((6, 4), 0.25)
    certain = np.eye(3)[[0, 1, 2, 0, 1, 2]]
    return [
        probability("two classes", two, softmax(rng.normal(size=(40, 2)) + 2 * np.eye(2)[two]), 2),
        probability("three classes", three, softmax(2 * rng.normal(size=(50, 3)) + np.eye(3)[three]), 3),
        probability("77 classes", many, softmax(rng.normal(size=(8, 77)) + 5 * np.eye(77)[many]), 77),
        probability("all tied", np.array([0, 1, 2, 3, 3, 0]), flat, 4),
        probability("certain, right and wrong", np.array([0, 1, 2, 1, 2, 0]), certain, 3),
        probability("certain, perfect", np.array([0, 1, 2, 0, 1, 2]), certain, 3),
        probability("certain, single precision", np.array([0, 1, 2, 1, 2, 0]), certain, 3, single=True),
    ]


def ranking(name, gold, scores):
    return {
        "name": name,
        "gold": gold,
        "scores": scores,
        "expected": {
            "rocAuc": skm.roc_auc_score(gold, scores),
            "averagePrecision": skm.average_precision_score(gold, scores),
            "brier": skm.brier_score_loss(gold, scores, labels=[0, 1]),
        },
    }


def ranking_cases():
    gold = rng.integers(0, 2, 60)
    scores = np.round(np.clip(0.3 * gold + 0.7 * rng.random(60), 0, 1), 6)
    return [
        ranking("random", gold, scores),
        ranking("tied", gold, np.round(scores, 1)),
        ranking("constant", gold, np.full(60, 0.5)),
        ranking("perfect", gold, gold * 0.5 + 0.25),
        ranking("inverted", gold, 0.75 - gold * 0.5),
        ranking("only positives", np.ones(4, int), np.array([0.1, 0.9, 0.4, 0.4])),
        ranking("only negatives", np.zeros(4, int), np.array([0.1, 0.9, 0.4, 0.4])),
    ]


def numbers(name, gold, predicted):
    return {
        "name": name,
        "gold": gold,
        "predicted": predicted,
        "expected": {
            "pearson": stats.pearsonr(gold, predicted).statistic,
            "spearman": stats.spearmanr(gold, predicted).statistic,
            "kendall": stats.kendalltau(gold, predicted).statistic,
            "mse": skm.mean_squared_error(gold, predicted),
            "rmse": skm.root_mean_squared_error(gold, predicted),
            "mae": skm.mean_absolute_error(gold, predicted),
            "r2": skm.r2_score(gold, predicted, force_finite=False),
            "ranks": stats.rankdata(predicted),
        },
    }


def numbers_cases():
    gold = np.round(rng.normal(size=50), 6)
    predicted = np.round(gold + rng.normal(size=50), 6)
    return [
        numbers("random", gold, predicted),
        numbers("tied", np.round(gold), np.round(predicted)),
        numbers("perfect", gold, gold),
        numbers("inverted", gold, -gold),
        numbers("constant gold", np.full(5, 2.5), np.array([1.0, 2.0, 3.0, 4.0, 5.0])),
        numbers("constant prediction", np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.full(5, 2.5)),
        numbers("constant and equal", np.full(5, 2.5), np.full(5, 2.5)),
        numbers("far from zero", 1e6 + gold, 1e6 + predicted),
        numbers("monotone", gold, np.round(np.exp(3 * gold), 6)),
        numbers("outlier", np.append(gold, 1e4), np.append(predicted, -1e4)),
        numbers("two rows", np.array([1.0, 2.0]), np.array([5.0, 3.0])),
    ]


def tail_cases():
    """P-values of McNemar's test down to tiny ones, which are to agree to the same share of themselves."""
    cases = []
    for only_a, only_b in [(1, 0), (3, 1), (20, 10), (0, 30), (10, 40), (100, 160), (40, 200), (0, 300), (1000, 1400), (20000, 20900)]:
        split = only_a + only_b
        statistics = [max(0, abs(only_a - only_b) - correction) ** 2 / split for correction in (1, 0)]
        exact = stats.binomtest(only_a, split, 0.5).pvalue
        expected = {"exact": exact, "corrected": stats.chi2.sf(statistics[0], 1), "raw": stats.chi2.sf(statistics[1], 1)}
        cases.append({"name": f"{only_a} against {only_b}", "onlyA": only_a, "onlyB": only_b, "expected": expected})
    return cases


def split_mix(seed):
    """The package's generator, written again."""
    state = seed
    while True:
        state = (state + 0x9E3779B9) % 2**32
        z = state
        z = ((z ^ (z >> 16)) * 0x85EBCA6B) % 2**32
        z = ((z ^ (z >> 13)) * 0xC2B2AE35) % 2**32
        yield (z ^ (z >> 16)) / 2**32


def bootstrap(name, values, seed, resamples, confidence):
    random = split_mix(seed)
    means = [np.mean([values[int(next(random) * len(values))] for _ in values]) for _ in range(resamples)]
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    options = {"seed": seed, "resamples": resamples, "confidence": confidence}
    return {"name": name, "values": values, "options": options, "expected": {"low": low, "high": high}}


def bootstrap_cases():
    values = np.round(rng.normal(size=30), 4)
    return [
        bootstrap("95 %", values, 42, 200, 0.95),
        bootstrap("80 %, another seed", values, 7, 101, 0.8),
    ]


fixture = {
    "generator": "test/parity/metrics.py",
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "cases": plain(
        {
            "classification": classification_cases(),
            "probability": probability_cases(),
            "ranking": ranking_cases(),
            "numbers": numbers_cases(),
            "bootstrap": bootstrap_cases(),
            "tails": tail_cases(),
        }
    ),
}
path = pathlib.Path(__file__).parent / "fixtures" / "metrics.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
