#!/usr/bin/env python3
"""Runs a reference script on Hugging Face's Trainer as it is, and notes each step: seconds since the one before ended
(loading of rows, forward, backward, clipping and update: all that comes between two steps), rows, real tokens and loss.

    python hf_steps.py [--in-order] REFERENCE.py ARGUMENTS...

The script must make a `transformers.Trainer`, imported after it has begun, and call its train(). When training is over, one line is
printed, {"hf_steps": {"steps": [...], "train_rows", "peak_rss_mb", "versions"}}, and the program ends: what the script
would do afterwards takes time and memory that belong to no step. --in-order: rows are learnt in their own order.
"""
import json
import platform
import re
import runpy
import sys
import time

import torch
import transformers
from torch.utils.data import SequentialSampler

in_order = sys.argv[1] == "--in-order"
script, *arguments = sys.argv[2 if in_order else 1 :]


def peak_rss_mb():
    """The most memory this process ever held."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) // 1024


class EndOfStep(transformers.TrainerCallback):
    def __init__(self, steps):
        self.steps = steps
        self.before = None

    def on_train_begin(self, *_, **__):
        self.before = time.perf_counter()

    def on_step_end(self, *_, **__):
        now = time.perf_counter()
        self.steps[-1]["seconds"] = now - self.before
        self.before = now


class NotingTrainer(transformers.Trainer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.noted = []
        self.add_callback(EndOfStep(self.noted))

    def training_step(self, model, inputs, *args, **kwargs):
        mask = inputs["attention_mask"]
        rows, tokens = mask.shape[0], int(mask.sum())
        loss = super().training_step(model, inputs, *args, **kwargs)
        self.noted.append({"rows": rows, "tokens": tokens, "loss": loss.item()})
        return loss

    def _get_train_sampler(self, *args, **kwargs):
        return SequentialSampler(self.train_dataset) if in_order else super()._get_train_sampler(*args, **kwargs)

    def train(self, *args, **kwargs):
        super().train(*args, **kwargs)
        versions = {"python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__}
        print(
            json.dumps(
                {
                    "hf_steps": {
                        "steps": self.noted,
                        "train_rows": len(self.train_dataset),
                        "peak_rss_mb": peak_rss_mb(),
                        "versions": versions,
                    }
                }
            ),
            flush=True,
        )
        sys.exit(0)


# Not `transformers` itself: while it is imported, it puts another module in its place.
sys.modules["transformers"].Trainer = NotingTrainer
sys.argv = [script, *arguments]
runpy.run_path(script, run_name="__main__")
