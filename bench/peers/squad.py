#!/usr/bin/env python3
"""The peer for question answering: fine-tunes a checkpoint on a SQuAD v1.1 file with Hugging Face's Trainer, scores the
first questions of another and prints one JSON line.

Set-up (CPU):  python3 -m venv V && V/bin/pip install torch==2.13.0 "transformers>=5.23" accelerate
Use:           V/bin/python bench/peers/squad.py --model MODEL --train train.json --dev dev.json [--epochs 1] [--limit-dev 2000]
               V/bin/python bench/peers/squad.py --model MODEL --train train.json --dev dev.json --windows-only

The windows are [CLS] question [SEP] part of the context [SEP], the question cut off at 64 tokens, parts overlapping by
--stride tokens. All windows are trained on; [CLS] is the target of those without the whole (first) answer. Answers are chosen
as in transformers' examples (utils_qa.py): of each window the 20 highest starts and ends, the pair of these with the largest
sum of logits that lies in the context in order and is at most 30 tokens long. Exact match and F1 are those of SQuAD's
evaluate-v1.1.py, in percent.

The JSON line has the number of windows and the sha256 of their ids besides (int32, little-endian: of each window its length,
then its ids), to show that another program was given the same.
"""
import argparse
import collections
import hashlib
import json
import os
import re
import resource
import string
import struct
import tempfile
import time

MAX_QUESTION, N_BEST, MAX_ANSWER = 64, 20, 30


def read_squad(path, limit):
    with open(path, encoding="utf-8") as file:
        articles = json.load(file)["data"]
    rows = [(qa["id"], qa["question"], p["context"], qa["answers"]) for a in articles for p in a["paragraphs"] for qa in p["qas"]]
    return rows[:limit] if limit else rows


def windows_of(tokenizer, rows, max_length, stride):
    """Of each window: the row, its ids, where the context begins in them, and the offsets of the context's tokens."""
    for number, (_, question, context, _) in enumerate(rows):
        asked = tokenizer(question, add_special_tokens=False)["input_ids"][:MAX_QUESTION]
        room = max_length - len(asked) - 3
        parts = tokenizer(
            context, add_special_tokens=False, truncation=True, max_length=room, stride=stride,
            return_overflowing_tokens=True, return_offsets_mapping=True,
        )
        for ids, offsets in zip(parts["input_ids"], parts["offset_mapping"]):
            yield {
                "row": number, "offsets": offsets, "first": len(asked) + 2,
                "ids": [tokenizer.cls_token_id, *asked, tokenizer.sep_token_id, *ids, tokenizer.sep_token_id],
            }


def digest(windows):
    sha = hashlib.sha256()
    for window in windows:
        sha.update(struct.pack(f"<{len(window['ids']) + 1}i", len(window["ids"]), *window["ids"]))
    return sha.hexdigest()


def target(window, answers):
    """Positions of the first and last token of the first answer; [CLS] twice unless all of it is in the window."""
    start = answers[0]["answer_start"]
    end = start + len(answers[0]["text"])
    offsets, first = window["offsets"], window["first"]
    if not offsets or offsets[0][0] > start or offsets[-1][1] < end:
        return 0, 0
    inside = [i for i, (a, b) in enumerate(offsets) if b > start and a < end]
    return (first + inside[0], first + inside[-1]) if inside else (0, 0)


def best_answers(rows, windows, starts, ends):
    """The answer to each row. The logits of a window are as many as its tokens: padding is cut off."""
    best = [(float("-inf"), "")] * len(rows)
    for window, start, end in zip(windows, starts, ends):
        first, offsets = window["first"], window["offsets"]
        highest = [[i - first for i in logits.argsort()[::-1][:N_BEST] if 0 <= i - first < len(offsets)] for logits in (start, end)]
        for a in highest[0]:
            for b in highest[1]:
                score = float(start[first + a] + end[first + b])
                if a <= b < a + MAX_ANSWER and score > best[window["row"]][0]:
                    best[window["row"]] = score, rows[window["row"]][2][offsets[a][0]:offsets[b][1]]
    return [text for _, text in best]


def normalized(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def overlap(answer, gold):
    """F1 of two lists of words."""
    common = sum((collections.Counter(answer) & collections.Counter(gold)).values())
    return 2 * common / (len(answer) + len(gold)) if common else 0.0


def scores(rows, answers):
    exact = f1 = 0.0
    for (*_, golds), answer in zip(rows, answers):
        words, golds = normalized(answer), [normalized(gold["text"]) for gold in golds]
        exact += max(words == gold for gold in golds)
        f1 += max(overlap(words, gold) for gold in golds)
    return {"exact_match": 100 * exact / len(rows), "f1": 100 * f1 / len(rows)}


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--dev", required=True)
    parser.add_argument("--limit", type=int, default=0, help="train on the first questions only; 0: all")
    parser.add_argument("--limit-dev", type=int, default=2000, help="score the first questions; 0: all")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=5e-5)
    parser.add_argument("--warmup-ratio", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--stride", type=int, default=128)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--padding", choices=["grouped", "longest"], default="grouped", help="grouped: batches of like length")
    parser.add_argument("--predictions", help="write {id: answer} of the scored questions to this file")
    parser.add_argument("--windows-only", action="store_true", help="print the windows' count and hash, and stop")
    a = parser.parse_args()

    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(a.model)
    began = time.time()
    train_rows, dev_rows = read_squad(a.train, a.limit), read_squad(a.dev, a.limit_dev)
    train, dev = (list(windows_of(tokenizer, rows, a.max_length, a.stride)) for rows in (train_rows, dev_rows))
    tokenize_seconds = time.time() - began
    result = {
        "task": "squad", "max_length": a.max_length, "stride": a.stride, "train_questions": len(train_rows), "dev_questions": len(dev_rows),
        "train_windows": len(train), "train_sha256": digest(train), "dev_windows": len(dev), "dev_sha256": digest(dev),
    }
    if a.windows_only:
        print(json.dumps(result))
        return

    import torch
    from transformers import AutoModelForQuestionAnswering, DataCollatorWithPadding, Trainer, TrainingArguments, set_seed

    torch.set_num_threads(a.threads)
    set_seed(a.seed)
    model = AutoModelForQuestionAnswering.from_pretrained(a.model, dtype=torch.float32)
    examples = []
    for window in train:
        start, end = target(window, train_rows[window["row"]][3])
        examples.append({
            "input_ids": window["ids"], "attention_mask": [1] * len(window["ids"]), "start_positions": start, "end_positions": end,
        })
    with tempfile.TemporaryDirectory() as output:
        settings = TrainingArguments(
            output_dir=output, per_device_train_batch_size=a.batch, learning_rate=a.lr, num_train_epochs=a.epochs,
            warmup_steps=a.warmup_ratio, weight_decay=a.weight_decay, seed=a.seed, save_strategy="no", report_to=[], use_cpu=True,
            logging_steps=10**9, disable_tqdm=True, train_sampling_strategy="group_by_length" if a.padding == "grouped" else "random",
        )
        trainer = Trainer(model=model, args=settings, train_dataset=examples, data_collator=DataCollatorWithPadding(tokenizer))
        began = time.time()
        trained = trainer.train()
        train_seconds = time.time() - began

    began = time.time()
    starts, ends = predict(model, tokenizer, dev)
    answers = best_answers(dev_rows, dev, starts, ends)
    predict_seconds = time.time() - began
    if a.predictions:
        with open(a.predictions, "w", encoding="utf-8") as file:
            json.dump({row[0]: answer for row, answer in zip(dev_rows, answers)}, file, ensure_ascii=False)
    tokens = sum(len(window["ids"]) for window in train)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({
        **result, "padding": a.padding, "seed": a.seed, "epochs": a.epochs, "batch": a.batch, "lr": a.lr, "steps": trainer.state.global_step,
        "train_seconds": round(train_seconds, 2), "tokenize_seconds": round(tokenize_seconds, 2),
        "windows_per_second": round(len(train) * a.epochs / train_seconds, 2), "tokens_per_second": round(tokens * a.epochs / train_seconds, 1),
        "predict_windows_per_second": round(len(dev) / predict_seconds, 2), "peak_rss_mb": peak,
        "train_loss": round(trained.training_loss, 4), **{name: round(value, 4) for name, value in scores(dev_rows, answers).items()},
    }))


def predict(model, tokenizer, windows, batch=32):
    """Start and end logits of each window, in its order, without those of padding."""
    import torch

    model.eval()
    starts, ends = [None] * len(windows), [None] * len(windows)
    order = sorted(range(len(windows)), key=lambda i: -len(windows[i]["ids"]))
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            members = order[at:at + batch]
            inputs = tokenizer.pad({"input_ids": [windows[i]["ids"] for i in members]}, return_tensors="pt")
            output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
            for row, i in enumerate(members):
                length = len(windows[i]["ids"])
                starts[i], ends[i] = output.start_logits[row, :length].numpy(), output.end_logits[row, :length].numpy()
    return starts, ends


if __name__ == "__main__":
    main()
