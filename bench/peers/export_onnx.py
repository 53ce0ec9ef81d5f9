#!/usr/bin/env python3
"""Writes a sequence classifier as an ONNX file in float32, sizes of batches and rows left open. Needs torch, transformers and onnx.

    python export_onnx.py MODEL_FOLDER OUT.onnx
"""
import sys
import warnings

import torch
from transformers import AutoModelForSequenceClassification

folder, out = sys.argv[1:]
warnings.filterwarnings("ignore")
# Written-out attention: what a runtime fuses, it fuses itself.
model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


class Logits(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


# One row of another length than the others, so that the mask is part of the graph.
ids = torch.randint(5, 1000, (3, 9))
mask = torch.ones_like(ids)
mask[1, 6:] = 0
names = ["input_ids", "attention_mask"]
sizes = {name: {0: "rows", 1: "tokens"} for name in names}
torch.onnx.export(
    Logits(), (ids, mask), out, dynamo=False, opset_version=17, input_names=names, output_names=["logits"], dynamic_axes=sizes
)
