"""Checks that PEFT takes the adapter of a run for what the run's merged model is: the same logits within 1e-5.

    pip install torch transformers peft
    npx distiltune train answers.csv --model BASE -o RUN --lora-rank 2
    python test/parity/peft_adapter.py BASE RUN "a text" "another"

BASE is the folder of the model that the run began with. Nothing is written.
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

base, run, texts = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
labels = len(json.loads((run / "model" / "config.json").read_text())["id2label"])
tokens = AutoTokenizer.from_pretrained(run / "model")(texts, padding=True, return_tensors="pt")
tokens.pop("token_type_ids", None)

merged = AutoModelForSequenceClassification.from_pretrained(run / "model", dtype=torch.float32).eval()
plain = AutoModelForSequenceClassification.from_pretrained(base, num_labels=labels, dtype=torch.float32)
adapted = PeftModel.from_pretrained(plain, run / "adapter").eval()
with torch.no_grad():
    expected, found = merged(**tokens).logits, adapted(**tokens).logits
difference = (expected - found).abs().max().item()
print(f"logits {found.tolist()}, off by {difference:.2e} at most")
sys.exit(0 if difference < 1e-5 else 1)
