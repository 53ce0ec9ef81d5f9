"""Writes fixtures/baselines.json: small texts and what scikit-learn makes of them, for src/eval/baselines.ts.

Needs numpy and scikit-learn; run it from anywhere: python test/parity/baselines.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

rng = np.random.default_rng(0)
WORDS = {
    "card": "my card was declined lost stolen where is the new card arrive Card's".split(),
    "transfer": "transfer money to my account pending the transfer failed 2 days ago TRANSFER_ID".split(),
    "rate": "exchange rate for dollars what is the Rate today über naïve 42nd".split(),
}
COMMON = "please help I the a is it and can you".split()


def sentence(label):
    words = [str(rng.choice(WORDS[label] if rng.random() < 0.5 else COMMON)) for _ in range(rng.integers(3, 12))]
    return rng.choice([" ", ", ", "\n"]).join(words) + str(rng.choice(["?", "!", "", "..."]))


def rows(count, labels):
    chosen = [str(rng.choice(labels)) for _ in range(count)]
    return [{"text": sentence(label), "label": label} for label in chosen]


def features(train, test, bigrams):
    vectorizer = TfidfVectorizer(ngram_range=(1, 2 if bigrams else 1))
    x = vectorizer.fit_transform([r["text"] for r in train])
    return vectorizer, x, vectorizer.transform([r["text"] for r in test])


def classify(labels, bigrams):
    train, test = rows(60, labels), rows(20, labels) + [{"text": "nothing known", "label": labels[0]}]
    vectorizer, x, x_test = features(train, test, bigrams)
    model = LogisticRegression(tol=1e-10, max_iter=10000).fit(x, [r["label"] for r in train])
    terms = vectorizer.get_feature_names_out()
    weights = [{terms[j]: row[j] for j in row.nonzero()[0]} for row in x_test.toarray()]
    return {
        "labels": sorted(labels),
        "bigrams": bigrams,
        "train": train,
        "test": test,
        "expected": {"weights": weights, "probabilities": model.predict_proba(x_test).tolist()},
    }


def regress():
    train, test = rows(40, list(WORDS)), rows(15, list(WORDS))
    for row in train + test:
        row["label"] = round(len(row["text"]) / 7 + rng.normal(), 3)
    _, x, x_test = features(train, test, False)
    model = Ridge(solver="cholesky").fit(x.toarray(), [r["label"] for r in train])
    return {"train": train, "test": test, "expected": {"predicted": model.predict(x_test.toarray()).tolist()}}


fixture = {
    "generator": "test/parity/baselines.py",
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "classification": [classify(["card", "transfer"], False), classify(list(WORDS), True)],
    "regression": regress(),
}
path = pathlib.Path(__file__).parent / "fixtures" / "baselines.json"
path.write_text(json.dumps(fixture, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
