"""Writes what transformers makes of windows, token labels and answer logits, for test/text/windows.test.ts,
test/data/npy.test.ts and test/tasks/decode/*.test.ts.

Use, from the project's root:
    python test/parity/decoding.py windows [SQUAD_DEV]   decoding-windows.json: windows of the embedded model's tokenizer
    python test/parity/decoding.py entities              decoding-entities.json: the token-classification pipeline
    python test/parity/decoding.py npy                   decoding-npy.json: files of numpy.save
    python test/parity/decoding.py n-best UTILS_QA       decoding-n-best.json: postprocess_qa_predictions of
                                                         examples/pytorch/question-answering/utils_qa.py, whose path is UTILS_QA
    python test/parity/decoding.py answers               decoding-answers.json: the question-answering pipeline, which
                                                         transformers 5 no longer has: run it with transformers 4.57

Offsets are UTF-16 indices. Logits come from a linear congruential generator that the tests repeat. The rows of SQuAD are
not copied. The hash of windows is the first 16 hex digits of the sha256 over little-endian int32: per window the number
of tokens, then ids, sequence ids, word ids (-1: none), starts and ends of the offsets, and the positions of the answer.
"""

import base64
import hashlib
import importlib.util
import io
import itertools
import json
import platform
import struct
import sys
import tempfile
from pathlib import Path

import numpy as np
import tokenizers
import torch
import transformers
from transformers import AutoTokenizer, DistilBertConfig

FIXTURES = Path(__file__).parent / "fixtures"
MODEL = Path(__file__).parents[2] / "models" / "minilm-l6-h384-uncased"
VERSIONS = {
    "generator": "test/parity/decoding.py",
    "python": platform.python_version(),
    "transformers": transformers.__version__,
    "tokenizers": tokenizers.__version__,
    "torch": torch.__version__,
    "numpy": np.__version__,
}

LIGHTHOUSE = (
    "The lighthouse stands on a narrow spit of granite, twenty-three metres above the sea. Its first lamp burned whale oil; "
    "in 1871 it was replaced by a paraffin burner, and since 1954 an electric lamp of 1,000 watts turns in its lens. The keeper "
    "lived with his family in a low cottage beside the tower, grew cabbages behind a wall of stones and rowed to the village "
    "for flour, lamp wicks and letters. In heavy weather the crossing was impossible for weeks. After the winter of 1936, when "
    "waves broke the windows of the lantern room, the wall was raised by two metres. The light has been automatic since 1988: "
    "a technician comes by helicopter twice a year, and the cottage is let to visitors who don't mind the noise of the gulls."
)
MIXED = (
    "東京タワーは1958年に完成した高さ333メートルの電波塔です。😀 Visitors 👩‍💻 call it the “red tower”; 夜はライトアップされ、冬はオレンジ色、"
    "夏は白色に輝きます。🇯🇵 The café on the naïve-looking first floor serves crème brûlée 🍮 and 抹茶ラテ for ¥650. 2001年以降、"
    "塔の下の広場では毎年クリスマスマーケットが開かれ、来場者は約120,000人です 🎄🎄. Опера и музей находятся рядом; 𝒯𝒽𝑒 entrance is on the north side."
)
QUESTIONS = [
    ("How high above the sea is the lighthouse?", LIGHTHOUSE, "twenty-three metres"),
    ("Which lamp burned first?", LIGHTHOUSE, "whale oil"),
    ("Who comes by helicopter, and what are the visitors told about it?", LIGHTHOUSE, "a technician"),
    ("What do visitors have to put up with?", LIGHTHOUSE, "the noise of the gulls"),
    ("When was the tower 🗼 completed?", MIXED, "1958年"),
    ("夏は何色ですか？", MIXED, "白色"),
    ("Where is the entrance?", MIXED, "the north side"),
    ("What is served?", MIXED, "crème brûlée 🍮"),
    ("What is short?", "This is.", "This"),
    ("", "No question here.", "question"),
    ("Nothing to read?", "  ", ""),
]
SIZES = [(384, 128), (64, 16), (48, 24), (40, 0), (32, 10)]


def utf16_index(text):
    """The UTF-16 index of each code point, and of the end."""
    return list(itertools.accumulate((2 if c > "\uffff" else 1 for c in text), initial=0))


def utf16_offsets(text, offsets):
    index = utf16_index(text)
    return [[index[a], index[b]] for a, b in offsets]


def logits(seed, count):
    """Uniform in [-6, 6), rounded to float32."""
    values, state = [], seed
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state / 2**32 * 12 - 6)
    return np.array(values, dtype=np.float32)


def write(name, content):
    text = json.dumps({"versions": VERSIONS, **content}, ensure_ascii=False, separators=(",", ":"))
    (FIXTURES / name).write_text(text + "\n", encoding="utf-8")
    print(name, len(text))


# Windows


def question_windows(tokenizer, question, context, max_length, stride):
    # A batch of one: a lone pair whose second text is empty is taken for a single.
    return tokenizer(
        [question], [context], truncation="only_second", max_length=max_length, stride=stride,
        return_overflowing_tokens=True, return_offsets_mapping=True,
    )


def parts(encoding, texts):
    """What is compared of a window."""
    offsets = [[0, 0] if s is None else utf16_offsets(texts[s], [o])[0] for o, s in zip(encoding.offsets, encoding.sequence_ids)]
    return {"ids": encoding.ids, "sequenceIds": encoding.sequence_ids, "offsets": offsets, "wordIds": encoding.word_ids}


def target(batch, window, start, end):
    """Token positions of an answer, [0, 0] unless the window has both ends of it."""
    if start == end:
        return [0, 0]
    first = batch.char_to_token(window, start, sequence_index=1)
    last = batch.char_to_token(window, end - 1, sequence_index=1)
    return [0, 0] if first is None or last is None else [first, last]


def digest_of(windows):
    """One hash over all windows of a text."""
    digest = hashlib.sha256()
    for window in windows:
        none_as_minus_one = [[-1 if v is None else v for v in window[key]] for key in ("sequenceIds", "wordIds")]
        values = [len(window["ids"]), *window["ids"], *itertools.chain(*none_as_minus_one), *itertools.chain(*window["offsets"]), *window.get("target", [])]
        digest.update(struct.pack(f"<{len(values)}i", *values))
    return {"count": len(windows), "hash": digest.hexdigest()[:16]}


def question_case(tokenizer, question, context, answer, max_length, stride):
    """The windows of a question; `answer` in code points."""
    batch = question_windows(tokenizer, question, context, max_length, stride)
    windows = [
        {**parts(encoding, [question, context]), "target": target(batch, number, *answer)} for number, encoding in enumerate(batch.encodings)
    ]
    return {"maxLength": max_length, "stride": stride, **digest_of(windows)}, windows


def write_windows(squad=None):
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    questions = []
    for number, (question, context, answer) in enumerate(QUESTIONS):
        start = context.index(answer)
        ends = (start, start + len(answer))
        cases = [question_case(tokenizer, question, context, ends, *size) for size in SIZES]
        index = utf16_index(context)
        questions.append({
            "question": question, "context": context, "answer": [index[at] for at in ends], "cases": [case for case, _ in cases],
            # Whole, for those who look for a difference.
            "windows": cases[1][1] if number in (0, 4, 9, 10) else None,
        })
    texts = []
    for text in [LIGHTHOUSE, MIXED, ""]:
        cases = []
        for max_length, stride in SIZES:
            batch = tokenizer([text], truncation=True, max_length=max_length, stride=stride, return_overflowing_tokens=True, return_offsets_mapping=True)
            cases.append({"maxLength": max_length, "stride": stride, **digest_of([parts(encoding, [text]) for encoding in batch.encodings])})
        texts.append({"text": text, "cases": cases})
    ranges = []
    tokenizer.backend_tokenizer.no_truncation()  # a call with truncation leaves it switched on
    for length, room, stride in itertools.product([1, 2, 7, 8, 9, 20, 33], [1, 2, 5, 8], [0, 1, 3, 4, 7]):
        if stride >= room:
            continue
        encoding = tokenizer.backend_tokenizer.encode(" ".join(["a"] * length), add_special_tokens=False)
        encoding.truncate(room, stride)
        every = [encoding, *encoding.overflowing]
        ranges.append([length, room, stride, [[e.offsets[0][0] // 2, e.offsets[-1][0] // 2 + 1] for e in every]])
    write("decoding-windows.json", {"questions": questions, "texts": texts, "ranges": ranges, "squad": squad_windows(tokenizer, squad)})


def squad_windows(tokenizer, path):
    """Every 200th question of the dev set, some with the longest contexts besides."""
    path = Path(path or "../shared/data/squad/dev-v1.1.json")
    rows = [(qa, p["context"]) for article in json.loads(path.read_text("utf-8"))["data"] for p in article["paragraphs"] for qa in p["qas"]]
    longest = sorted(range(len(rows)), key=lambda i: -len(rows[i][1]))[:400:80]
    cases = []
    for number, size in itertools.product(sorted({*range(0, len(rows), 200), *longest}), [(384, 128), (128, 50)]):
        qa, context = rows[number]
        answer = qa["answers"][0]
        ends = (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
        cases.append({"id": qa["id"], **question_case(tokenizer, qa["question"], context, ends, *size)[0]})
    return cases


# Entities

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "MISC", "B-made-up", "I-made-up"]
# The second half: sentences of WNUT 2017's development set (Derczynski et al. 2017, CC BY 4.0), joined with spaces.
TEXTS = [
    "Ångström's well-known co-worker, Dr. O'Neill-Smith (aged 42), didn't fly to Reykjavík: he's been re-elected!",
    "😀 東京タワー is in Tōkyō 🇯🇵, isn't it? ㍿ ﬁnance İstanbul 𝒯𝒽𝑒 end… supercalifragilisticexpialidocious",
    "[MASK] and ##ing , U.S.A. $3.50 ?! ' n't we do not 's say ☃☃ snow",
    "",
    "x",
]
PER_TEXT = 2


def write_entities():
    from transformers import DistilBertForTokenClassification, TokenClassificationPipeline

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    config = DistilBertConfig(dim=8, hidden_dim=8, n_heads=1, n_layers=1, vocab_size=len(tokenizer), num_labels=len(LABELS), id2label=dict(enumerate(LABELS)))
    pipe = TokenClassificationPipeline(model=DistilBertForTokenClassification(config), tokenizer=tokenizer)
    cases = []
    seed = 0
    for text, repeat in itertools.product(TEXTS + wnut_sentences(), range(PER_TEXT)):
        seed += 1
        index = utf16_index(text)
        case = {"text": text, "seed": seed, "results": {}}
        for strategy in ["none", "simple", "first", "average", "max"]:
            (inputs,) = list(pipe.preprocess(text, is_split_into_words=False))
            # Half of the cases favour "O", so that not all tokens are entities.
            values = logits(seed, inputs["input_ids"].numel() * len(LABELS)).reshape(-1, len(LABELS))
            values[:, 0] += 6 * repeat
            inputs["logits"] = torch.tensor(values).unsqueeze(0)
            found = pipe.postprocess([inputs], aggregation_strategy=transformers.pipelines.token_classification.AggregationStrategy(strategy))
            case["results"][strategy] = [
                {**entity, "score": float(entity["score"]), "start": index[entity["start"]], "end": index[entity["end"]]} for entity in found
            ]
        case["favour"] = 6 * repeat
        cases.append(case)
    write("decoding-entities.json", {"labels": LABELS, "cases": cases, "licence": "the sentences from the sixth text on: WNUT 2017, CC BY 4.0"})


def wnut_sentences(path="../shared/data/ner/wnut17/emerging.dev.conll", numbers=(3, 17, 40, 101, 222, 500)):
    blocks = Path(path).read_text("utf-8").strip().split("\n\n")
    return [" ".join(line.split("\t")[0] for line in blocks[n].split("\n")) for n in numbers]


# Answers


def answer_logits(seed, window, length):
    """Start and end logits of a window, [2, length]. [CLS] gets more, by the seed, so that some questions have no answer."""
    both = logits(seed * 100 + window, 2 * length).reshape(2, length)
    both[:, 0] += 3 * (seed % 4)
    return both


ANSWER_CASES = [
    # question, max_length, stride, n-best or top k, max answer length
    *((q, 384, 128, 20, 30) for q in range(9)), *((q, 64, 16, 20, 30) for q in range(8)), *((q, 48, 24, 5, 12) for q in range(8)),
    (0, 64, 16, 3, 1), (4, 64, 16, 60, 30), (10, 384, 128, 20, 30),
]


class Rows(list):
    """As much of a datasets.Dataset as postprocess_qa_predictions reads."""

    def __getitem__(self, column):
        return [row[column] for row in self]


def write_n_best(path):
    spec = importlib.util.spec_from_file_location("utils_qa", path)
    utils = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(utils)
    utils.tqdm = lambda items: items
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    cases = []
    for (which, max_length, stride, n_best, longest), may_be_null in itertools.product(ANSWER_CASES, [False, True]):
        question, context, _ = QUESTIONS[which]
        seed = len(cases) + 1
        batch = question_windows(tokenizer, question, context, max_length, stride)
        features, starts, ends = [], [], []
        for window, encoding in enumerate(batch.encodings):
            start, end = answer_logits(seed, window, len(encoding.ids))
            offsets = [o if s == 1 else None for o, s in zip(encoding.offsets, encoding.sequence_ids)]
            features.append({"example_id": "one", "offset_mapping": offsets})
            starts.append(start)
            ends.append(end)
        with tempfile.TemporaryDirectory() as folder:
            (text,) = utils.postprocess_qa_predictions(
                Rows([{"id": "one", "context": context}]), features, (starts, ends), version_2_with_negative=may_be_null,
                n_best_size=n_best, max_answer_length=longest, null_score_diff_threshold=1.5, output_dir=folder,
            ).values()
            saved = {path.stem: json.loads(path.read_text("utf-8"))["one"] for path in Path(folder).iterdir()}
        cases.append({
            "question": which, "seed": seed, "maxLength": max_length, "stride": stride, "nBest": n_best, "maxAnswerLength": longest,
            "nullAllowed": may_be_null, "text": text, "candidates": saved["nbest_predictions"],
            "nullOdds": saved.get("null_odds"),
        })
    write("decoding-n-best.json", {"questions": [q[:2] for q in QUESTIONS], "nullThreshold": 1.5, "cases": cases})


PIPELINE_CASES = [
    # question, max_seq_len, doc_stride, top k, max answer length
    *((q, 384, 128, 3, 15) for q in range(9)), *((q, 64, 16, 1, 15) for q in range(8)), *((q, 48, 24, 10, 8) for q in range(8)),
    (0, 64, 16, 2, 1), (8, 384, 128, 40, 15), (4, 40, 0, 25, 30),
]


def write_answers():
    from transformers import DistilBertForQuestionAnswering, QuestionAnsweringPipeline

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    # The pipeline takes the model's inputs by these names.
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    config = DistilBertConfig(dim=8, hidden_dim=8, n_heads=1, n_layers=1, vocab_size=len(tokenizer))
    pipe = QuestionAnsweringPipeline(model=DistilBertForQuestionAnswering(config), tokenizer=tokenizer)
    cases = []
    for which, max_length, stride, top_k, longest in PIPELINE_CASES:
        for impossible, align in itertools.product([False, True], [True, False]):
            question, context, _ = QUESTIONS[which]
            seed = len(cases) + 1
            outputs = list(pipe.preprocess(pipe.create_sample(question, context), max_seq_len=max_length, doc_stride=stride))
            for window, output in enumerate(outputs):
                both = answer_logits(seed, window, output["input_ids"].numel())
                output["start"], output["end"] = torch.tensor(both).unsqueeze(1)
            found = pipe.postprocess(outputs, top_k=top_k, handle_impossible_answer=impossible, max_answer_len=longest, align_to_words=align)
            index = utf16_index(context)
            answers = found if isinstance(found, list) else [found]
            cases.append({
                "question": which, "seed": seed, "maxLength": max_length, "stride": stride, "topK": top_k, "maxAnswerLength": longest,
                "handleImpossibleAnswer": impossible, "alignToWords": align,
                "answers": [{**answer, "start": index[answer["start"]], "end": index[answer["end"]]} for answer in answers],
            })
    write("decoding-answers.json", {"questions": [q[:2] for q in QUESTIONS], "cases": cases})


# NumPy files


def write_npy():
    arrays = {
        "pooled": np.arange(12, dtype=np.float32).reshape(4, 3) / 7,
        "none": np.zeros((0, 384), dtype=np.float32),
        "offsets": np.array([0, 3, 3, 70000], dtype=np.int32),
        "wide": np.zeros((1, 1_000_000), dtype=np.float32)[:0],
        "many": np.broadcast_to(np.float32(0), (123_456_789_012, 0)),
    }
    files = []
    for name, array in arrays.items():
        stream = io.BytesIO()
        np.save(stream, array)
        files.append({
            "name": name, "type": str(array.dtype), "rows": array.shape[0], "width": array.shape[1] if array.ndim == 2 else None,
            "values": array.ravel().tolist(), "file": base64.b64encode(stream.getvalue()).decode(),
        })
    write("decoding-npy.json", {"files": files})


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    {"windows": write_windows, "entities": write_entities, "npy": write_npy, "n-best": write_n_best, "answers": write_answers}[what](*arguments)
