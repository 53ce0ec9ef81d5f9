"""Writes fixtures/glue.json: predictions for each GLUE task (random, perfect, constant) and its official metrics.

The metrics are those of transformers' data/metrics (glue_compute_metrics): accuracy, scikit-learn's f1_score and
matthews_corrcoef, scipy's pearsonr and spearmanr. Here also the three-class Matthews correlation of the diagnostic set.

Needs numpy, scipy and scikit-learn; run it from anywhere: python test/parity/glue.py
NaN is written as null.
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
rng = np.random.default_rng(5)
ROWS = 41

accuracy = lambda gold, predicted: skm.accuracy_score(gold, predicted)
METRICS = {
    "cola": {"mcc": skm.matthews_corrcoef},
    "sst2": {"accuracy": accuracy},
    "mrpc": {"accuracy": accuracy, "f1": skm.f1_score},
    "qqp": {"accuracy": accuracy, "f1": skm.f1_score},
    "stsb": {"pearson": lambda a, b: stats.pearsonr(b, a)[0], "spearman": lambda a, b: stats.spearmanr(b, a)[0]},
    "mnli": {"accuracy": accuracy},
    "qnli": {"accuracy": accuracy},
    "rte": {"accuracy": accuracy},
    "wnli": {"accuracy": accuracy},
}


def number(value):
    return None if math.isnan(value) else float(value)


cases = []
for task, metrics in METRICS.items():
    classes = 3 if task == "mnli" else 2
    gold = np.round(rng.uniform(0, 5, ROWS), 1) if task == "stsb" else rng.integers(0, classes, ROWS)
    # Ties among the predictions, and some beyond the range of the labels.
    noisy = np.round(gold + rng.normal(0, 1, ROWS), 1)
    random = noisy if task == "stsb" else np.where(rng.random(ROWS) < 0.7, gold, rng.integers(0, classes, ROWS))
    for name, predicted in {"random": random, "perfect": gold, "constant": np.full(ROWS, 1)}.items():
        values = {metric: number(compute(gold, predicted)) for metric, compute in metrics.items()}
        cases.append({"task": task, "name": name, "gold": gold.tolist(), "predicted": predicted.tolist(), "metrics": values})

gold, predicted = rng.integers(0, 3, ROWS), rng.integers(0, 3, ROWS)
diagnostic = {"gold": gold.tolist(), "predicted": predicted.tolist(), "mcc": number(skm.matthews_corrcoef(gold, predicted))}
fixture = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "cases": cases,
    "diagnostic": diagnostic,
}
path = pathlib.Path(__file__).parent / "fixtures" / "glue.json"
path.write_text(json.dumps(fixture) + "\n")
