"""Writes fixtures/metrics-random.json: what scikit-learn, SciPy, seqeval and the official SQuAD scorers say of more than 12,000
random cases, for packages/ml-metrics.

The cases are drawn again by the tests (packages/ml-metrics/test/random/), from the same generator, so that the file holds nothing
but the expected numbers: per family all values one after the other, as float64, deflated, in base64. Reports, and what the SQuAD
scorers make of every character, are deflated JSON.

    python test/parity/metrics_random.py --squad-v1 evaluate-v1.1.py --squad-v2 evaluate-v2.0.py [--conlleval conlleval.pl]

Needs numpy, scipy, scikit-learn and seqeval, and the official scorers from https://rajpurkar.github.io/SQuAD-explorer/. With the
original conlleval script, seqeval's own counts are checked against it.
"""

import argparse
import base64
import json
import pathlib
import platform
import warnings
import zlib

import numpy as np
import scipy
import sklearn
from importlib import metadata

import metrics_random_numbers as numbers
import metrics_random_reports as reports
import metrics_random_tables as tables
import metrics_random_text as text

warnings.simplefilter("ignore")

parser = argparse.ArgumentParser()
parser.add_argument("--squad-v1", required=True)
parser.add_argument("--squad-v2", required=True)
parser.add_argument("--conlleval")
args = parser.parse_args()
scorers = text.load_scorers(args.squad_v1, args.squad_v2)


class Draw:
    """32-bit random numbers that the tests draw in the same way: a Weyl sequence through the finalizer of MurmurHash3."""

    def __init__(self, seed):
        self.state = seed % 2**32

    def bits(self):
        self.state = (self.state + 0x9E3779B9) % 2**32
        z = self.state
        z = ((z ^ (z >> 16)) * 0x85EBCA6B) % 2**32
        z = ((z ^ (z >> 13)) * 0xC2B2AE35) % 2**32
        return z ^ (z >> 16)

    def below(self, n):
        return self.bits() * n >> 32

    def real(self):
        return self.bits() / 2**32

    def pick(self, options):
        return options[self.below(len(options))]

    def shuffled(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


def packed(values):
    return base64.b64encode(zlib.compress(np.asarray(values, "<f8").tobytes(), 9)).decode()


def deflated(value):
    return base64.b64encode(zlib.compress(json.dumps(value).encode(), 9)).decode()


families = {
    "classes": (1800, tables.classes),
    "probabilities": (1500, tables.probabilities),
    "ranking": (1500, tables.ranking),
    "multilabel": (1500, tables.multilabel),
    "regression": (1500, numbers.regression),
    "comparison": (600, numbers.comparison),
    "perplexity": (300, numbers.perplexity),
    "entities": (2000, lambda draw: text.entities(draw, args.conlleval)),
    "squadV1": (1000, lambda draw: text.squad_v1(draw, scorers)),
    "squadV2": (1500, lambda draw: text.squad_v2(draw, scorers)),
}

written = {}
for number, (name, (cases, expected)) in enumerate(families.items(), 1):
    values = [float(value) for case in range(cases) for value in expected(Draw(number * 1_000_003 + case))]
    written[name] = {"seed": number * 1_000_003, "cases": cases, "values": len(values), "expected": packed(values)}
    print(name, cases, len(values), len(written[name]["expected"]))

texts = {}
kinds = {"classes": reports.classes, "multilabel": reports.multilabel, "entities": reports.entities}
for number, (name, expected) in enumerate(kinds.items(), 1):
    seed = number * 2_000_003
    texts[name] = {"seed": seed, "expected": [expected(Draw(seed + case)) for case in range(30)]}

fixture = {
    "generator": "test/parity/metrics_random.py",
    "versions": {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "seqeval": metadata.version("seqeval"),
        "squad": "evaluate-v1.1.py, evaluate-v2.0.py",
    },
    "pieces": text.PIECES,
    "characters": deflated(text.characters(scorers)),
    "reports": deflated(texts),
    "families": written,
}
path = pathlib.Path(__file__).parent / "fixtures" / "metrics-random.json"
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes,", sum(cases for cases, _ in families.values()), "cases")
