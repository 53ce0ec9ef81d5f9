#!/usr/bin/env python3
"""Predicts rows with Hugging Face transformers: batches of like length, the longest first, under torch.inference_mode().

    python predict.py '{"model", "rows": FILE, "maxLength", "passes", "batch", "threads"}'

FILE is JSON, one or two texts of each row. Prints what bench/processes/predict.mjs prints: seconds of every pass, tokenising
included, and how likely each row is of the first class.
"""
import json
import re
import sys
import time

import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer

job = json.loads(sys.argv[1])
torch.set_num_threads(job["threads"])
with open(job["rows"], encoding="utf-8") as file:
    rows = json.load(file)
tokenizer = AutoTokenizer.from_pretrained(job["model"])
model = AutoModelForSequenceClassification.from_pretrained(job["model"], dtype=torch.float32).eval()


def encode(given):
    texts = [list(column) for column in zip(*given)]
    return tokenizer(*texts, truncation=True, max_length=job["maxLength"])["input_ids"]


@torch.inference_mode()
def predict(given):
    ids = encode(given)
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    likely = [0.0] * len(ids)
    for start in range(0, len(order), job["batch"]):
        members = order[start : start + job["batch"]]
        inputs = tokenizer.pad({"input_ids": [ids[i] for i in members]}, return_tensors="pt")
        logits = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).logits
        for member, value in zip(members, logits.softmax(-1)[:, 0].tolist()):
            likely[member] = value
    return likely


predict(rows[:256])
seconds = []
for _ in range(job["passes"]):
    began = time.perf_counter()
    first_class = predict(rows)
    seconds.append(time.perf_counter() - began)
began = time.perf_counter()
tokens = sum(map(len, encode(rows)))
tokenize_seconds = time.perf_counter() - began
with open("/proc/self/status") as status:
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) // 1024
print(
    json.dumps(
        {
            "seconds": seconds,
            "tokenize_seconds": tokenize_seconds,
            "tokens": tokens,
            "first_class": first_class,
            "peak_rss_mb": peak,
            "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        }
    )
)
