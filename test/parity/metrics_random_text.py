"""Random cases of tagged sentences and of answers for metrics_random.py, and what seqeval and the SQuAD scorers say of them."""

import importlib.util
import math
import re
import subprocess
import unicodedata

import seqeval.metrics as sm
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as lenient_fscores
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_fscores
from seqeval.scheme import IOB1, IOB2, IOBES, Entities

READINGS = [
    ("BIO", None),
    ("BIOES", None),
    ("BIO", IOB1),
    ("BIO", IOB2),
    ("BIOES", IOBES),
]
TYPES = ["PER", "ORG", "LOC", "work-of-art", "組織"]


def tag(draw, prefixes, types):
    prefix = draw.pick(prefixes)
    if prefix == "O":
        return "O"
    return prefix if types == 0 else f"{prefix}-{TYPES[draw.below(types)]}"


def entities(draw, conlleval):
    prefixes, scheme = draw.pick(READINGS)
    types, skill = draw.below(len(TYPES) + 1), draw.below(5)
    zero_division = draw.below(2)
    gold, predicted = [], []
    for _ in range(1 + draw.below(4)):
        sentence = [tag(draw, prefixes, types) for _ in range(draw.below(12))]
        gold.append(sentence)
        predicted.append([own if draw.below(4) < skill else tag(draw, prefixes, types) for own in sentence])
    options = {"zero_division": zero_division}
    if scheme is None:
        fscores = lenient_fscores
        names = sorted({name for side in (gold, predicted) for name, _, _ in get_entities(side)})
    else:
        fscores = strict_fscores
        options["scheme"] = scheme
        names = sorted(Entities(gold, scheme).unique_tags | Entities(predicted, scheme).unique_tags)
    tokens = sum(map(len, gold))
    values = [sm.accuracy_score(gold, predicted) if tokens else math.nan, len(names)]
    for average in ("micro", "macro", "weighted"):
        *scores, support = fscores(gold, predicted, average=average, **options)
        # The mean over no type is a warning and NaN there for macro, and zero_division for weighted.
        values += [zero_division] * 3 if average == "macro" and not names else scores
        values.append(support)
    values += [value for part in zip(*fscores(gold, predicted, average=None, **options)) for value in part]
    if conlleval and prefixes == "BIO" and scheme is None:
        check_against_conlleval(conlleval, gold, predicted)
    return values


def check_against_conlleval(script, gold, predicted):
    """The numbers of phrases in gold, found and correct of the original script are those that seqeval counts."""
    lines = []
    for own, other in zip(gold, predicted):
        lines += [f"x {a} {b}" for a, b in zip(own, other)] + [""]
    output = subprocess.run(
        ["perl", script], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True
    ).stdout
    counts = [int(n) for n in re.match(r".* with (\d+) phrases; found: (\d+) phrases; correct: (\d+)\.", output).groups()]
    in_gold, found = set(get_entities(gold)), set(get_entities(predicted))
    assert counts == [len(in_gold), len(found), len(in_gold & found)], output


# What answers are made of: articles at and inside of words, punctuation within and beyond ASCII, white space of several kinds,
# marks that do or do not belong to a word, letters whose lower case is longer or depends on their place.
PIECES = [
    "the", "The", "a", "A", "an", "AN", "theatre", "banana", "a.", "the-", "(a)", "'an'", "U.S.A.", "rock-n-roll", "don't",
    "50%", "$1,000", "3.14", "_a_", "the_", "1st", "a1", "²", "½", "Ⅷ", "a²", "é", "e\u0301", "a\u0301", "the\u0308", "ü",
    "ß", "ẞ", "İ", "ı", "Σ", "ΟΔΟΣ", "Σa", "aΣ", "ΑΣ.", "Ω", "Ǆ", "ﬁ", "Ａ", "the。", "“the”", "—", "–a–", "…", "·", "°", "№",
    "東京", "the東京", "東京 a", "ๆ", "ไทย", "हिन्दी", "عربي", "אב", "𝔸", "𝐚", "😀", "a😀", "👩‍🔬", "🇫🇷", "a\u200bb", "a\u200d",
    "\u00a0", "\u2003", "\u3000", "\u1680", "\u202f", "\u0085", "\u001c", "\u001f", "\u000b", "\t", "\n", "\ufeff", "\u180e",
    "\u00ad", "~", "^", "`", "|", "\\", "{x}", "+", "=", "<b>", "©", "×", "£5", "word", "Word", "answer", "Denver Broncos",
]  # fmt: skip


def answer(draw):
    return "".join(draw.pick(PIECES) + draw.pick([" ", "", " ", "  "]) for _ in range(draw.below(6)))


def question(draw, fewest):
    gold = [answer(draw) for _ in range(fewest + draw.below(4 - fewest))]
    kind = draw.below(4)
    if kind == 0 and gold:
        prediction = draw.pick(gold)
    elif kind == 1 and gold:
        prediction = draw.pick(gold) + answer(draw)
    elif kind == 2:
        prediction = ""
    else:
        prediction = answer(draw)
    return gold, prediction


def load_scorers(v1, v2):
    loaded = []
    for name, path in (("v1", v1), ("v2", v2)):
        spec = importlib.util.spec_from_file_location(f"squad_{name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        loaded.append(module)
    return loaded


def dataset_of(questions):
    qas = [{"id": str(i), "answers": [{"text": text} for text in gold]} for i, (gold, _) in enumerate(questions)]
    return [{"paragraphs": [{"qas": qas}]}], {str(i): prediction for i, (_, prediction) in enumerate(questions)}


def squad_v1(draw, scorers):
    v1, _ = scorers
    questions = [question(draw, 1) for _ in range(1 + draw.below(5))]
    values = []
    for gold, prediction in questions:
        values.append(v1.metric_max_over_ground_truths(v1.exact_match_score, prediction, gold))
        values.append(v1.metric_max_over_ground_truths(v1.f1_score, prediction, gold))
    means = v1.evaluate(*dataset_of(questions))
    return values + [means["exact_match"], means["f1"]]


def squad_v2(draw, scorers):
    _, v2 = scorers
    questions = [question(draw, 0) for _ in range(1 + draw.below(8))]
    levels = draw.pick([2, 10, 100000])
    no_answer = {str(i): draw.below(levels) / levels for i in range(len(questions))}
    threshold = draw.pick([1.0, 0.5, 0.0])
    dataset, predictions = dataset_of(questions)
    exact, f1 = v2.get_raw_scores(dataset, predictions)
    has_answer = v2.make_qid_to_has_ans(dataset)
    values = [score for qid in exact for score in (exact[qid], f1[qid])]
    exact_at = v2.apply_no_ans_threshold(exact, no_answer, has_answer, threshold)
    f1_at = v2.apply_no_ans_threshold(f1, no_answer, has_answer, threshold)
    parts = [None, [q for q in has_answer if has_answer[q]], [q for q in has_answer if not has_answer[q]]]
    for part in parts:
        if part is None or part:
            values += v2.make_eval_dict(exact_at, f1_at, part).values()
    best = {}
    v2.find_all_best_thresh(best, predictions, exact, f1, no_answer, has_answer)
    return values + list(best.values())


def characters(scorers):
    """What the scorers make of an `a` before each character that Unicode assigns: is it an article, part of a word or a space?

    Runs of characters of one kind: 0 not assigned, 1 gone, 2 a word with the `a`, 3 a word without it, 4 listed in `others`.
    """
    _, v2 = scorers
    runs, others = [], []
    for code in range(0x110000):
        char = chr(code)
        kind = 0
        if unicodedata.category(char) not in ("Cn", "Cs"):
            answer = v2.normalize_answer(f"x a{char}")
            kind = {"x": 1, f"x a{char}": 2, f"x {char}": 3}.get(answer, 4)
            if kind == 4:
                others.append(answer)
        if runs and runs[-1][0] == kind:
            runs[-1][1] += 1
        else:
            runs.append([kind, 1])
    return {"runs": runs, "others": others}
