"""Random cases of classes, probabilities, rankings and label sets for metrics_random.py, and what scikit-learn says of them."""

import math

import numpy as np
import sklearn.metrics as skm

NAN = math.nan

# Upper bounds of the number of rows: mostly few, where undefined values are frequent.
ROWS = [3, 8, 8, 40]


def fscores(gold, predicted, averages, **options):
    """Precision, recall and F-beta of each average, then of each class or label with its support."""
    values = []
    for average in averages:
        values += skm.precision_recall_fscore_support(gold, predicted, average=average, **options)[:3]
    per_class = skm.precision_recall_fscore_support(gold, predicted, average=None, **options)
    return values + [value for part in zip(*per_class) for value in part]


def classes(draw):
    rows, count = 1 + draw.below(draw.pick(ROWS)), 2 + draw.below(5)
    in_gold, skill = 1 + draw.below(count), draw.below(5)
    gold = [draw.below(in_gold) for _ in range(rows)]
    predicted = [g if draw.below(4) < skill else draw.below(count) for g in gold]
    beta = draw.pick([1, 0.5, 2, 0, math.inf])
    zero_division = draw.pick([0, 1, NAN])
    labels = draw.shuffled(count)[: 1 + draw.below(count)] if draw.below(4) == 0 else None
    options = {"beta": beta, "zero_division": zero_division}

    values = [
        skm.accuracy_score(gold, predicted),
        skm.balanced_accuracy_score(gold, predicted),
        skm.balanced_accuracy_score(gold, predicted, adjusted=True) if len(set(gold)) > 1 else NAN,
        skm.matthews_corrcoef(gold, predicted),
    ]
    for weights in (None, "linear", "quadratic"):
        values.append(skm.cohen_kappa_score(gold, predicted, weights=weights))
        values.append(skm.cohen_kappa_score(gold, predicted, weights=weights, labels=range(count)))
    values += skm.confusion_matrix(gold, predicted, labels=range(count)).ravel().tolist()
    present = sorted({*gold, *predicted})
    averages = fscores(gold, predicted, ["micro", "macro", "weighted"], labels=labels, **options)
    if labels is None:  # averages over the classes that occur; the table has all of them
        every = skm.precision_recall_fscore_support(gold, predicted, labels=range(count), average=None, **options)
        averages = averages[:9] + [value for part in zip(*every) for value in part]
    values += averages
    if len(present) <= 2:
        values += skm.precision_recall_fscore_support(gold, predicted, average="binary", pos_label=present[-1], **options)[:3]
    return values


def probability_table(draw, rows, columns):
    """Rows that sum to 1, among them certain ones and ties."""
    levels = draw.pick([2, 4, 100])
    table = []
    for _ in range(rows):
        weights = [draw.below(levels) for _ in range(columns)]
        weights[draw.below(columns)] += 1
        total = sum(weights)
        table.append([weight / total for weight in weights])
    return np.array(table)


def calibration_error(gold, table, bins):
    """Guo et al. 2017 by masks over the intervals (i / bins, (i + 1) / bins]."""
    best, confidence = table.argmax(axis=1), table.max(axis=1)
    place = np.ceil(confidence * bins)
    error = 0.0
    for i in range(1, bins + 1):
        inside = place == i
        if inside.any():
            error += inside.mean() * abs((best[inside] == gold[inside]).mean() - confidence[inside].mean())
    return error


def column_scores(metric, indicators, scores):
    per_column = list(metric(indicators, scores, average=None))
    return per_column + [metric(indicators, scores, average=average) for average in ("macro", "weighted", "micro")]


def probabilities(draw):
    rows, count = 1 + draw.below(draw.pick(ROWS)), 2 + draw.below(5)
    gold = np.array([draw.below(count) for _ in range(rows)])
    table = probability_table(draw, rows, count)
    k = 1 + draw.below(count)
    bins = draw.pick([1, 10, 15])
    labels = range(count)
    # A third class that never wins keeps scikit-learn from reading two columns as one.
    wide, wide_labels = (table, labels) if count > 2 else (np.c_[table, [-1.0] * rows], range(3))
    hot = np.eye(count, dtype=int)[gold]
    values = [
        skm.log_loss(gold, table, labels=labels),
        skm.brier_score_loss(gold, table, labels=labels),
        skm.top_k_accuracy_score(gold, wide, k=k, labels=wide_labels),
        calibration_error(gold, table, bins),
    ]
    roc = column_scores(skm.roc_auc_score, hot, table)
    precision = column_scores(skm.average_precision_score, hot, table)
    if count > 2:  # the multi-class entry gives the same
        ovr = skm.roc_auc_score(gold, table, multi_class="ovr", average="macro", labels=labels)
        np.testing.assert_equal(ovr, roc[count])
    return values + roc + precision


def ranking(draw):
    rows, levels = 1 + draw.below(draw.pick(ROWS)), draw.pick([1, 3, 10, 100000])
    gold = np.array([draw.below(2) for _ in range(rows)])
    scores = np.array([(g * draw.below(levels) + draw.below(levels)) / (2 * levels) for g in gold])
    return [
        skm.roc_auc_score(gold, scores),
        skm.average_precision_score(gold, scores),
        skm.brier_score_loss(gold, scores, labels=[0, 1], pos_label=1),
    ]


def best_threshold(gold, scores, beta):
    """The highest threshold of the best F-beta, midway between the lowest score it takes and the next."""
    if not gold.any():
        return [0.5, NAN]
    best_threshold, best = None, -1.0
    distinct = sorted(set(scores.tolist()), reverse=True)
    for i, score in enumerate(distinct):
        value = skm.fbeta_score(gold, (scores >= score).astype(int), beta=beta)
        if value > best:
            lower = distinct[i + 1] if i + 1 < len(distinct) else score
            best_threshold, best = lower + (score - lower) / 2, value
    np.testing.assert_equal(skm.fbeta_score(gold, (scores >= best_threshold).astype(int), beta=beta), best)
    return [best_threshold, best]


def multilabel(draw):
    rows, count = 1 + draw.below(draw.pick(ROWS)), 2 + draw.below(3)
    density, skill = 1 + draw.below(4), draw.below(5)
    gold = np.array([[int(draw.below(4) < density) for _ in range(count)] for _ in range(rows)])
    predicted = np.array([[g if draw.below(4) < skill else draw.below(2) for g in row] for row in gold.tolist()])
    levels = draw.pick([2, 5, 100])
    scores = np.array([[draw.below(levels) / levels for _ in range(count)] for _ in range(rows)])
    beta = draw.pick([1, 0.5, 2, 0, math.inf])
    zero_division = draw.pick([0, 1, NAN])
    search_beta = draw.pick([1, 0.5, 2])
    options = {"beta": beta, "zero_division": zero_division}
    values = [skm.accuracy_score(gold, predicted), skm.hamming_loss(gold, predicted)]
    values += fscores(gold, predicted, ["micro", "macro", "weighted", "samples"], **options)
    values += [
        skm.label_ranking_average_precision_score(gold, scores),
        skm.coverage_error(gold, scores),
        skm.label_ranking_loss(gold, scores),
    ]
    for metric in (skm.roc_auc_score, skm.average_precision_score):
        found = column_scores(metric, gold, scores)
        # Without any positive row scikit-learn's weighted ROC AUC is a silent 0.
        if metric is skm.roc_auc_score and not gold.any():
            found[count + 1] = NAN
        values += found
    for column in range(count):
        values += best_threshold(gold[:, column], scores[:, column], search_beta)
    return values
