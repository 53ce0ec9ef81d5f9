"""Writes what Hugging Face's fast tokenizer gives, for test/text/tokenizer-*.test.ts.

Usage, from the project's root: python test/parity/tokenizer.py [MODEL_FOLDER [DATA_FOLDER]]
    python test/parity/tokenizer.py --check WRITTEN_FOLDER MODEL_FOLDER   compares a written folder with the original
Needs transformers. Writes tokenizer-hard.json (whole results) and tokenizer-data.json (hashes) to fixtures/.

Offsets are converted from code points to UTF-16 indices. A hash is the first 16 hex digits of the sha256 over
little-endian int32: per text its number of tokens, then the ids, then start and end of every token (singles);
ids, sequence ids, starts and ends (pairs); ids, word ids (words). -1 stands for none.
"""

import csv
import hashlib
import io
import itertools
import json
import logging
import platform
import re
import struct
import sys
import tempfile
from pathlib import Path

import tokenizers
import transformers
from transformers import AutoTokenizer

FIXTURES = Path(__file__).parent / "fixtures"
BLOCK = 1000
VERSIONS = {
    "generator": "test/parity/tokenizer.py",
    "python": platform.python_version(),
    "transformers": transformers.__version__,
    "tokenizers": tokenizers.__version__,
}


def utf16_offsets(text, offsets):
    if not text or max(text) <= "\uffff":
        return offsets
    index = list(itertools.accumulate((2 if c > "\uffff" else 1 for c in text), initial=0))
    return [(index[a], index[b]) for a, b in offsets]


def well_formed(text):
    """Lone surrogates have no UTF-8 form; every encoder puts U+FFFD in their place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def none_to_minus_one(values):
    return [-1 if v is None else v for v in values]


# Hard strings, whole results.

HARD = [
    "", " ", "\t\n\r", "Hello, World!", "don't stop -- can't: e.g. U.S.A. $3.50 (50%)", "naïve café façade Ångström",
    "cafe\u0301 nai\u0308ve a\u0300\u0301\u0302\u0303b", "\u0301leading mark", "Ǆ ǅ ǆ ﬁ ﬂ ß ẞ İ I ı ſ Σς ŉ",
    "İstanbul'da İ i̇", "ΑΒΓ Όμηρος ὀδυσσεία", "Привет, мир! Ёлка йод", "日本語のテキスト。漢字かな交じり文", "中文字符 mixed with English和数字123",
    "한국어 텍스트 각", "\u1112\u1161\u11ab decomposed hangul", "العربية نص مع تشكيل: مُحَمَّد", "עברית עם נִקּוּד", "हिन्दी देवनागरी क्षत्रिय",
    "ไทยภาษาไทย", "ab\u200fcd\u200e ef \u202egh\u202c \u2066ij\u2069", "zero\u200bwidth\u200cjoin\u200der\u2060x\ufeffy",
    "😀", "a😀b 😀😀 c", "👨‍👩‍👧‍👦 family 👩🏽‍💻 coder", "🇩🇪🇫🇷 flags ❤️ heart 1️⃣", "𝒜𝓁𝓅𝒽𝒶 𝟙𝟚𝟛 𝔘𝔫𝔦", "𠀀𠀁 𪚥 extension B", "x𐍈y 𐤀 ancient",
    "nul\x00inside \x00 alone\x00", "\x01\x02\x1f control \x7f\x80\x9f", "tab\tnew\nline\r\nreturn\rvt\x0bff\x0c",
    "nbsp\u00a0en\u2002em\u2003ideo\u3000line\u2028para\u2029nel\u0085end", "\ufffd replacement a\ufffdb", "private \ue000\uf8ff \U000f0000\U0010fffd use",
    "\ufffe\uffff noncharacter \U0001fffe", "lone \ud800 high", "lone \udc00 low \udfff", "\ude00\ud83d swapped", "a\ud83db", "end \ud83d",
    "soft\u00adhyphen", "[CLS] [SEP] [MASK] [PAD] [UNK]", "x[SEP]y[MASK]z", "[sep] [mask] [ MASK ] [MASK", "[MASK][MASK] , [SEP].", "[[MASK]]",
    "[unused1] [unused99]", "##ing ## # #hash play##ing", "a" * 100, "a" * 101, "x" * 300 + " y", "é" * 100, "e\u0301" * 100, "e\u0301" * 101,
    "supercalifragilisticexpialidocious antidisestablishmentarianism", "http://example.com/a?b=c&d=%20#e user@example.org @name #tag",
    "`~!@#$%^&*()_+-=[]{}\\|;:'\",.<>/?", "“curly” ‘quotes’ … – — ‐ « » ¡ ¿", "½ ² ³ ① Ⅳ ™ © ® ℃ №", "１２３ ＡＢＣ ｆｕｌｌ", "٠١٢٣ ०१२",
    "snake_case camelCase kebab-case", "3.14159 1,000,000 1e-10 0x1F", "\U0001f1e6", "\u20d0\u20d1", "\u0345\u0399", "ꟊ Ꭰ ꭰ ᲀ", "\u180e\u2061\u206f",
    "mixed العربية and 中文 and 😀 and naïve [MASK] end", "   leading and trailing   ", "a\u0300" * 30, "𝒳\u0301 combining on astral",
]
WORDS = [
    [], ["EU", "rejects", "German", "call", "."], ["", "a", "", "b"], ["two words", "[SEP]", "x[MASK]y", "\u200b", "\x00"],
    ["👨‍👩‍👧", "😀x", "naïve"], ["a" * 101, "unaffable"], ["\ud83d", "b\ud800c"], ["-DOCSTART-"], [" lead", "trail ", "\n"],
]
LONG = [("x", 1_000_000), ("中", 350_000), ("😀 ", 210_000), ("[SEP]", 200_000), (" ", 1_000_000), ("\x00", 1_000_000), ("unaffable, ", 90_000), ("e\u0301", 500_000)]
CONFIGS = [
    {}, {"do_lower_case": False}, {"do_lower_case": False, "strip_accents": True}, {"do_lower_case": True, "strip_accents": False},
    {"tokenize_chinese_chars": False}, {"do_lower_case": False, "tokenize_chinese_chars": False},
]
TINY_VOCAB = ["<pad>", "<unk>", "<s>", "</s>", "<mask>", "hello", "world", "##s", "Hello", "é", "e", ",", "中", "国", "中国", "##国", "1", "0", "10"]
TINY_CONFIG = {
    "do_lower_case": False, "pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>",
    "sep_token": {"__type": "AddedToken", "content": "</s>", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True},
    "mask_token": "<mask>", "tokenize_chinese_chars": False, "tokenizer_class": "DistilBertTokenizer",
    "added_tokens_decoder": {"19": {"content": "<url>", "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": False}},
}
TINY_TEXTS = ["Hello worlds, hello", "中国 10 é é", "<s> hello</s><mask> x <url>world", "[SEP]"]


def whole(tokenizer, text):
    encoding = tokenizer(well_formed(text), return_offsets_mapping=True).encodings[0]
    return {
        "text": text,
        "ids": encoding.ids,
        "offsets": utf16_offsets(well_formed(text), encoding.offsets),
        "wordIds": encoding.word_ids,
        "tokens": encoding.tokens,
        "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True),
        "decodedAll": tokenizer.decode(encoding.ids),
    }


def truncation(tokenizer):
    # Pairs go in as batches of one: a lone pair whose second text is empty is taken for a single by transformers.
    words = "one two three four five six seven eight nine ten".split()
    other = "red green blue black white brown gold silver pink grey".split()
    sizes, cases = [0, 1, 2, 3, 5, 8], []
    for side in ["right", "left"]:
        tokenizer.truncation_side = side
        for size, limit in itertools.product(sizes, range(2, 12)):
            text = " ".join(words[:size])
            cases.append({"side": side, "first": text, "maxLength": limit, "ids": tokenizer(text, truncation=True, max_length=limit).input_ids})
        for one, two, limit in itertools.product(sizes, sizes, [3, 4, 5, 6, 7, 8, 9, 11, 14, 19]):
            first, second = " ".join(words[:one]), " ".join(other[:two])
            ids = tokenizer([first], [second], truncation=True, max_length=limit).input_ids[0]
            cases.append({"side": side, "first": first, "second": second, "maxLength": limit, "ids": ids})
    tokenizer.truncation_side = "right"
    return cases


def tiny():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vocab.txt").write_text("\n".join(TINY_VOCAB) + "\n", encoding="utf-8")
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(TINY_CONFIG), encoding="utf-8")
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return {
            "vocabText": "\n".join(TINY_VOCAB) + "\n",
            "configText": json.dumps(TINY_CONFIG),
            "special": {"pad": tokenizer.pad_token_id, "cls": tokenizer.cls_token_id, "sep": tokenizer.sep_token_id,
                        "mask": tokenizer.mask_token_id, "unk": tokenizer.unk_token_id},
            "vocabSize": len(tokenizer),
            "texts": [{"text": text, "ids": tokenizer(text).input_ids} for text in TINY_TEXTS],
        }


def write_hard(model):
    tokenizer = AutoTokenizer.from_pretrained(model)
    word_cases = []
    for words in WORDS:
        # An empty list of words is an empty batch to transformers; its Rust library is asked directly.
        clean = [well_formed(word) for word in words]
        encoding = tokenizer.backend_tokenizer.encode(clean, is_pretokenized=True)
        offsets = [o if w is None else utf16_offsets(clean[w], [o])[0] for o, w in zip(encoding.offsets, encoding.word_ids)]
        word_cases.append({"words": words, "ids": encoding.ids, "wordIds": encoding.word_ids, "offsets": offsets})
    configured = []
    for config in CONFIGS:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "vocab.txt").write_bytes((Path(model) / "vocab.txt").read_bytes())
            (Path(folder) / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "DistilBertTokenizer", **config}))
            variant = AutoTokenizer.from_pretrained(folder)
        configured.append({"config": config, "ids": [variant(well_formed(text)).input_ids for text in HARD]})
    long = []
    for unit, times in LONG:
        hasher = Hasher()
        hasher.single(tokenizer, [unit * times])
        long.append({"unit": unit, "times": times, **hasher.result()})
    write("tokenizer-hard.json", {
        "versions": VERSIONS,
        "model": Path(model).name,
        "texts": [whole(tokenizer, text) for text in HARD],
        "words": word_cases,
        "long": long,
        "truncation": truncation(tokenizer),
        "configs": configured,
        "tiny": tiny(),
    })


# Every text of the data folder, hashes.

def tsv(path, columns, pair=None, header=True):
    return {"path": path, "kind": "tsv", "columns": columns, "pair": pair, "skip": 1 if header else 0}


def data_files():
    pairs = {"MRPC": (3, 4), "STS-B": (7, 8), "RTE": (1, 2), "WNLI": (1, 2)}
    yield tsv("glue/CoLA/train.tsv", [3], header=False)
    yield tsv("glue/CoLA/dev.tsv", [3], header=False)
    yield tsv("glue/CoLA/test.tsv", [1])
    yield tsv("glue/SST-2/train.tsv", [0])
    yield tsv("glue/SST-2/dev.tsv", [0])
    yield tsv("glue/SST-2/test.tsv", [1])
    for task, (first, second) in pairs.items():
        for split in ["train", "dev", "test"]:
            yield tsv(f"glue/{task}/{split}.tsv", [first, second], [first, second])
    for split in ["dev", "test"]:
        yield tsv(f"glue/QNLI/{split}.tsv", [1, 2], [1, 2])
    for name in ["dev_matched", "dev_mismatched", "test_matched", "test_mismatched"]:
        yield tsv(f"glue/MNLI/{name}.tsv", [8, 9], [8, 9])
    yield tsv("glue/QQP-sample/train_subset.tsv", [3, 4], [3, 4], header=False)
    yield tsv("glue/AX/diagnostic.tsv", [1, 2], [1, 2])
    yield tsv("csv/sms-spam/SMSSpamCollection", [1], header=False)
    yield {"path": "csv/sms-spam/spam.csv", "kind": "csv", "columns": [1, 2, 3, 4], "encoding": "latin1"}
    yield {"path": "csv/banking77/train.csv", "kind": "csv", "columns": [0]}
    yield {"path": "csv/banking77/test.csv", "kind": "csv", "columns": [0]}
    for name in ["train", "valid", "test"]:
        yield {"path": f"ner/conll2003/{name}.txt", "kind": "conll"}
    for name in ["wnut17train.conll", "emerging.dev.conll", "emerging.test.annotated"]:
        yield {"path": f"ner/wnut17/{name}", "kind": "conll"}
    yield {"path": "squad/dev-v1.1.json", "kind": "squad"}
    yield {"path": "squad/train-subset-v1.1.json", "kind": "squad"}


def read_texts(folder, file):
    """Singles, pairs and sentences of a file; the test reads them in the same plain way."""
    text = (folder / file["path"]).read_bytes().decode("latin-1" if file.get("encoding") else "utf-8-sig")
    if file["kind"] == "tsv":
        rows = [line.removesuffix("\r").split("\t") for line in text.split("\n")[file["skip"]:]]
        singles = [row[c] for row in rows for c in file["columns"] if c < len(row)]
        pairs = [(row[a], row[b]) for a, b in [file["pair"]] for row in rows if b < len(row)] if file["pair"] else []
        return singles, pairs, []
    if file["kind"] == "csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        return [row[c] for row in rows for c in file["columns"] if c < len(row)], [], []
    if file["kind"] == "conll":
        blocks = re.split(r"\r?\n[ \t]*\r?\n", text)
        return [], [], [[re.split(r"[ \t]", line)[0] for line in re.split(r"\r?\n", block) if line.strip()] for block in blocks]
    paragraphs = [p for article in json.loads(text)["data"] for p in article["paragraphs"]]
    questions = [(qa["question"], p["context"]) for p in paragraphs for qa in p["qas"]]
    return [p["context"] for p in paragraphs] + [q for q, _ in questions], questions, []


class Hasher:
    def __init__(self):
        self.count, self.blocks, self.hash = 0, [], hashlib.sha256()

    def put(self, *arrays):
        flat = [v for array in arrays for v in array]
        self.hash.update(struct.pack(f"<{len(flat) + 1}i", len(arrays[0]), *flat))
        self.count += 1
        if self.count % BLOCK == 0:
            self.close()

    def close(self):
        self.blocks.append(self.hash.hexdigest()[:16])
        self.hash = hashlib.sha256()

    def result(self):
        if self.count % BLOCK:
            self.close()
        return {"count": self.count, "hashes": self.blocks}

    def single(self, tokenizer, texts):
        for start in range(0, len(texts), BLOCK):
            part = texts[start:start + BLOCK]
            for text, e in zip(part, tokenizer(part, return_offsets_mapping=True).encodings):
                self.put(e.ids, itertools.chain.from_iterable(utf16_offsets(text, e.offsets)))

    def pairs(self, tokenizer, pairs, max_length):
        for start in range(0, len(pairs), BLOCK):
            part = pairs[start:start + BLOCK]
            firsts, seconds = [a for a, _ in part], [b for _, b in part]
            batch = tokenizer(firsts, seconds, truncation=True, max_length=max_length, return_offsets_mapping=True)
            for pair, e in zip(part, batch.encodings):
                by_sequence = [[o for o, s in zip(e.offsets, e.sequence_ids) if s == n] for n in (0, 1)]
                converted = [iter(utf16_offsets(text, offsets)) for text, offsets in zip(pair, by_sequence)]
                offsets = [(0, 0) if s is None else next(converted[s]) for s in e.sequence_ids]
                self.put(e.ids, none_to_minus_one(e.sequence_ids), itertools.chain.from_iterable(offsets))

    def words(self, tokenizer, sentences):
        for start in range(0, len(sentences), BLOCK):
            part = sentences[start:start + BLOCK]
            for e in tokenizer.backend_tokenizer.encode_batch(part, is_pretokenized=True):
                self.put(e.ids, none_to_minus_one(e.word_ids))


def write_data(model, data):
    tokenizer = AutoTokenizer.from_pretrained(model)
    files = []
    for file in data_files():
        singles, pairs, sentences = read_texts(data, file)
        entry = dict(file)
        everything = "\0".join(singles + [t for p in pairs for t in p] + [w for s in sentences for w in s])
        entry["texts"] = hashlib.sha256(everything.encode()).hexdigest()[:16]
        if singles:
            hasher = Hasher()
            hasher.single(tokenizer, singles)
            entry["singles"] = hasher.result()
        if pairs:
            hasher, limit = Hasher(), 384 if file["kind"] == "squad" else 48
            hasher.pairs(tokenizer, pairs, limit)
            entry["pairs"] = {"maxLength": limit, **hasher.result()}
        if sentences:
            hasher = Hasher()
            hasher.words(tokenizer, sentences)
            entry["words"] = hasher.result()
        files.append(entry)
        print(file["path"], len(singles), len(pairs), len(sentences), flush=True)
    write("tokenizer-data.json", {"versions": VERSIONS, "model": Path(model).name, "block": BLOCK, "files": files})


def write(name, content):
    FIXTURES.mkdir(exist_ok=True)
    entries = ",\n".join(
        f"{json.dumps(key)}: " + ("[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]" if isinstance(value, list) else json.dumps(value))
        for key, value in content.items()
    )
    (FIXTURES / name).write_text("{\n" + entries + "\n}\n", encoding="ascii")


class Collect(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def check(written, model):
    """Loads a folder that distiltune wrote as Python would, and compares it with the original."""
    seen = Collect()
    transformers.logging.get_logger("transformers").addHandler(seen)
    theirs, ours = AutoTokenizer.from_pretrained(model), AutoTokenizer.from_pretrained(written)
    assert type(ours) is type(theirs), (type(ours), type(theirs))
    assert not seen.lines, seen.lines
    assert ours.backend_tokenizer.truncation is None and ours.backend_tokenizer.padding is None
    theirs.backend_tokenizer.no_padding()
    for text in HARD:
        text = well_formed(text)
        assert ours(text).input_ids == theirs(text, truncation=False).input_ids, text
    assert json.loads((Path(written) / "special_tokens_map.json").read_text()).items() <= ours.special_tokens_map.items()
    print("same", type(ours).__name__, dict(ours(HARD[3])))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--check"]:
        check(*arguments[1:])
    else:
        model = arguments[0] if arguments else "models/minilm-l6-h384-uncased"
        write_hard(model)
        write_data(model, Path(arguments[1] if len(arguments) > 1 else "../shared/data"))
