"""Writes the losses of Hugging Face's Trainer over the first 50 steps on banking77, dropout 0, rows in file order.

Set-up: a virtual environment with torch==2.13.0, transformers==5.23.0 and accelerate (CPU).
Use:    python test/parity/training_losses.py        from the project's root; writes test/parity/fixtures/training-losses.json

The embedded model; the head's weights are 0.02 sin(0.37 i), which the test repeats, and 5 is added to the biases before its
ReLU: of a unit whose input is 0 but for rounding the two sides would take different ways, and part from there. The schedule is that of one whole epoch.
"""
import csv
import json
import os

import torch
import transformers
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainerCallback, TrainingArguments

HERE = os.path.dirname(__file__)
ROOT = os.path.join(HERE, "..", "..")
MODEL = os.path.join(ROOT, "models", "minilm-l6-h384-uncased")
SETTINGS = dict(batchSize=32, learningRate=1e-4, weightDecay=0.01, warmup=0.1, maxLength=128, steps=50)


class InOrder(Trainer):
    def _get_train_sampler(self, *_):
        return torch.utils.data.SequentialSampler(self.train_dataset)


class Record(TrainerCallback):
    def __init__(self):
        self.rows = []

    def on_log(self, args, state, control, logs=None, **_):
        if "loss" in (logs or {}):
            self.rows.append(logs)

    def on_step_end(self, args, state, control, **_):
        control.should_training_stop = state.global_step >= SETTINGS["steps"]


def main():
    with open(os.path.join(ROOT, "examples", "data", "banking77", "train.csv"), encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    labels = sorted({r["category"] for r in rows})
    config = AutoConfig.from_pretrained(MODEL, num_labels=len(labels), dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0)
    model = AutoModelForSequenceClassification.from_pretrained(MODEL, config=config, dtype=torch.float32)
    with torch.no_grad():
        for name in ("pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias"):
            p = model.get_parameter(name)
            values = torch.sin(torch.arange(p.numel(), dtype=torch.float64) * 0.37) * 0.02
            p.copy_((values + (5 if name == "pre_classifier.bias" else 0)).float().reshape(p.shape))
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    encoded = tokenizer([r["text"] for r in rows], truncation=True, max_length=SETTINGS["maxLength"])
    data = [{"input_ids": ids, "attention_mask": mask, "labels": labels.index(r["category"])} for ids, mask, r in zip(encoded["input_ids"], encoded["attention_mask"], rows)]
    arguments = TrainingArguments(
        output_dir=os.path.join(HERE, ".trainer"), per_device_train_batch_size=SETTINGS["batchSize"], learning_rate=SETTINGS["learningRate"], num_train_epochs=1,
        warmup_steps=SETTINGS["warmup"], weight_decay=SETTINGS["weightDecay"], save_strategy="no", report_to=[], use_cpu=True, logging_steps=1, disable_tqdm=True,
    )
    record = Record()
    trainer = InOrder(model=model, args=arguments, train_dataset=data, data_collator=DataCollatorWithPadding(tokenizer), callbacks=[record])
    # the logged loss is rounded: take it from the model
    losses = []
    inner = trainer.compute_loss

    def compute_loss(*args, **kwargs):
        result = inner(*args, **kwargs)
        losses.append(float((result[0] if isinstance(result, tuple) else result).detach()))
        return result

    trainer.compute_loss = compute_loss
    trainer.train()
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    rates = [r["learning_rate"] for r in record.rows]
    norms = [float(r["grad_norm"]) for r in record.rows]
    with open(os.path.join(HERE, "fixtures", "training-losses.json"), "w") as f:
        json.dump(dict(versions=versions, settings=SETTINGS, rows=len(rows), losses=losses, learningRates=rates, gradientNorms=norms), f)


main()
