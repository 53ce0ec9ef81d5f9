"""Writes fixtures/parquet/*.parquet with pyarrow and datasets, and fixtures/parquet/expected.json: what Python reads out of them.

Needs pyarrow and datasets; run it from anywhere: python test/parity/parquet_files.py
"""

import json
import pathlib

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import ClassLabel, Dataset, Features, Sequence, Value

here = pathlib.Path(__file__).parent / "fixtures" / "parquet"
here.mkdir(parents=True, exist_ok=True)
expected = {"versions": {"pyarrow": pa.__version__, "datasets": datasets.__version__}, "files": {}}

TEXTS = ["It is good.", 'a "quoted" text\twith a tab', "line one\nline two", "naïve 😀 text", "", "no label here"]


def named(value, feature):
    """What the numbers of classes stand for; -1 is a hidden label."""
    if isinstance(feature, ClassLabel):
        return None if value is None or value < 0 else feature.int2str(value)
    if hasattr(feature, "feature") and isinstance(value, list):
        return [named(item, feature.feature) for item in value]
    return value


def from_datasets(name, rows, features, **options):
    table = Dataset.from_list(rows, features=features)
    table.to_parquet(here / name, **options)
    expected["files"][name] = [{key: named(value, features[key]) for key, value in row.items()} for row in rows]


# As the hub lays GLUE out: numbers of classes, their names in the metadata, -1 where the label is hidden.
from_datasets(
    "sst2.parquet",
    [{"sentence": text, "label": i % 3 - 1, "idx": i} for i, text in enumerate(TEXTS)],
    Features(sentence=Value("string"), label=ClassLabel(names=["negative", "positive"]), idx=Value("int32")),
)
# A pair of texts and a number, in several row groups.
from_datasets(
    "stsb.parquet",
    [{"sentence1": f"text {i}", "sentence2": f"text {i // 2}", "label": round(i * 0.17 % 5, 3), "idx": i} for i in range(50)],
    Features(sentence1=Value("string"), sentence2=Value("string"), label=Value("float64"), idx=Value("int64")),
    batch_size=16,
)
# Tagged words: the list's numbers are classes.
from_datasets(
    "ner.parquet",
    [
        {"tokens": ["EU", "rejects", "German", "call"], "ner_tags": [3, 0, 1, 0]},
        {"tokens": ["Peter", "Blackburn"], "ner_tags": [5, 6]},
    ],
    Features(
        tokens=Sequence(Value("string")),
        ner_tags=Sequence(ClassLabel(names=["O", "B-MISC", "I-MISC", "B-ORG", "I-ORG", "B-PER", "I-PER"])),
    ),
)
# Questions: a struct of lists.
from_datasets(
    "squad.parquet",
    [
        {"id": "a", "context": "The sky is blue.", "question": "What colour?", "answers": {"text": ["blue"], "answer_start": [11]}},
        {"id": "b", "context": "The sky is blue.", "question": "Why?", "answers": {"text": [], "answer_start": []}},
    ],
    Features(
        id=Value("string"),
        context=Value("string"),
        question=Value("string"),
        answers={"text": Sequence(Value("string")), "answer_start": Sequence(Value("int32"))},
    ),
)
# Every compression, with and without dictionaries, both page versions, and the types a table may have besides.
plain = [
    {"text": f"row {i}", "label": "even" if i % 2 == 0 else "odd", "big": 2**60 + i, "ok": i % 3 == 0, "half": i / 2 if i % 5 else None}
    for i in range(200)
]
for compression in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    for version in ["1.0", "2.0"]:
        name = f"plain-{compression}-{version[0]}.parquet"
        pq.write_table(
            pa.Table.from_pylist(plain),
            here / name,
            compression=compression,
            data_page_version=version,
            use_dictionary=version == "1.0",
            row_group_size=75,
        )
        # JSON has no whole numbers beyond 2^53: they come as text.
        expected["files"][name] = [{**row, "big": str(row["big"])} for row in plain]

# A GLUE folder as the hub lays it out: MNLI in two files, STS-B's scores as float32, hidden labels in a test set.
def glue(task, split, rows, features, shards=1):
    folder = here / "glue" / task
    folder.mkdir(parents=True, exist_ok=True)
    size = -(-len(rows) // shards)
    for shard in range(shards):
        part = rows[shard * size : (shard + 1) * size]
        Dataset.from_list(part, features=features).to_parquet(folder / f"{split}-{shard:05d}-of-{shards:05d}.parquet")


pair = {"sentence1": Value("string"), "sentence2": Value("string")}
mnli = Features(
    premise=Value("string"),
    hypothesis=Value("string"),
    label=ClassLabel(names=["entailment", "neutral", "contradiction"]),
    idx=Value("int32"),
)
premises = [{"premise": f'"premise" {i}\t', "hypothesis": f"hypothesis {i}", "label": i % 3, "idx": i} for i in range(30)]
glue("mnli", "train", premises[:20], mnli, shards=2)
glue("mnli", "validation_matched", premises[20:25], mnli)
glue("mnli", "validation_mismatched", premises[25:], mnli)
glue("mnli", "test_matched", [{**row, "label": -1} for row in premises[:4]], mnli)
glue("ax", "test", [{**row, "label": -1} for row in premises[:3]], mnli)
stsb = Features(**pair, label=Value("float32"), idx=Value("int32"))
scores = [{"sentence1": f"a {i}", "sentence2": f"b {i}", "label": [3.8, 5.0, 0.0, 1.727, -1.0][i % 5], "idx": i} for i in range(10)]
glue("stsb", "train", scores, stsb)
glue("stsb", "validation", scores[:4], stsb)

(here / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
