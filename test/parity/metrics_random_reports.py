"""Random reports for metrics_random.py, as scikit-learn and seqeval write them."""

import math

import numpy as np
import seqeval.metrics as sm
import sklearn.metrics as skm
from seqeval.scheme import IOB2

NAMES = ["O", "World", "Sports & leisure", "a name that is wider than the table", "größer", "東京", "😀😀", "x"]


def classes(draw):
    count, digits = 2 + draw.below(6), draw.pick([2, 2, 4, 14])
    # Powers of two make exact ties between two decimals, which Python rounds to even.
    rows = draw.pick([8, 16, 32, 5])
    gold = [draw.below(count) for _ in range(rows)]
    # One row is right: where none is, scikit-learn prints its counts as 0.0.
    predicted = gold[:1] + [draw.below(count) for _ in range(rows - 1)]
    labels = draw.shuffled(count)[: 1 + draw.below(count)] if draw.below(3) == 0 else None
    zero_division = draw.pick([0, 1, math.nan])
    names = [NAMES[i] for i in labels or sorted({*gold, *predicted})] if draw.below(2) else None
    return skm.classification_report(
        gold, predicted, labels=labels, target_names=names, digits=digits, zero_division=zero_division
    )


def multilabel(draw):
    count, rows = 2 + draw.below(4), draw.pick([8, 16, 5])
    gold = np.array([[draw.below(2) for _ in range(count)] for _ in range(rows)])
    predicted = np.array([[draw.below(2) for _ in range(count)] for _ in range(rows)])
    names = NAMES[:count] if draw.below(2) else None
    return skm.classification_report(gold, predicted, target_names=names, zero_division=draw.below(2))


def entities(draw):
    types, strict, digits = 1 + draw.below(4), draw.below(2), draw.pick([2, 4])
    # The first tag makes sure that there is an entity, without which seqeval has no table.
    gold, predicted = ([[f"B-{NAMES[1]}"] + [tag(draw, types) for _ in range(15)]] for _ in range(2))
    options = {"mode": "strict", "scheme": IOB2} if strict else {}
    return sm.classification_report(gold, predicted, digits=digits, zero_division=draw.below(2), **options)


def tag(draw, types):
    prefix = draw.pick("BIO")
    return "O" if prefix == "O" else f"{prefix}-{NAMES[1 + draw.below(types)]}"
