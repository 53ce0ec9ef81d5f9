"""Writes what each head of DistilBERT computes in PyTorch: outputs, loss and every gradient.

Set-up: a virtual environment with torch==2.13.0 and transformers==5.23.0 (CPU).
Use:    python test/parity/heads.py        from the project's root; writes test/parity/fixtures/heads-*

The weights are float32 numbers, biases and norms away from 0 and 1; all is computed from them in float64 by transformers'
own classes on padded batches (question answering: each window alone, as padding has a part in the reference's softmax).
Gradients come once without dropout and once with the head's dropout at `RATE`, its mask the same for all tokens: feature i
is dropped where i % 3 is 1. Outputs go out as rows of real tokens, sequence after sequence.
"""
import json
import os

import torch
import transformers
from safetensors.torch import save_file
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from transformers import (
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
)

HERE = os.path.join(os.path.dirname(__file__), "fixtures")
VERSIONS = {"torch": torch.__version__, "transformers": transformers.__version__}
SHAPE = dict(vocab_size=43, max_position_embeddings=13, dim=15, n_heads=3, hidden_dim=21, n_layers=2)
LENGTHS = [5, 2, 13, 9, 7, 4]
IGNORED = -100
RATE = 0.25
torch.set_num_threads(1)


class FixedDropout(torch.nn.Module):
    def forward(self, x):
        kept = torch.arange(x.shape[-1]) % 3 != 1
        return x * kept.to(x.dtype) / (1 - RATE)


def make(model_class, generator, **settings):
    torch.manual_seed(5)
    config = DistilBertConfig(**SHAPE, **settings, dropout=0.0, attention_dropout=0.0, qa_dropout=0.0, seq_classif_dropout=0.0)
    config._attn_implementation = "eager"
    model = model_class(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.2)
    return model.double()


def draw(generator, lengths=LENGTHS):
    return [torch.randint(1, SHAPE["vocab_size"], (n,), generator=generator).tolist() for n in lengths]


def draw_labels(generator, classes, lengths=LENGTHS):
    """One label per token; first and last and some others ignored; the third sequence ignored as a whole."""
    labels = [torch.randint(0, classes, (n,), generator=generator).tolist() for n in lengths]
    dropped = [(torch.rand(n, generator=generator) < 0.3).tolist() for n in lengths]
    rows = [[IGNORED if drop or i in (0, len(row) - 1) else label for i, (label, drop) in enumerate(zip(row, drops))] for row, drops in zip(labels, dropped)]
    rows[1][0] = labels[1][0]  # a sequence of two tokens has no other
    rows[2] = [IGNORED] * lengths[2]
    return rows


def pad(rows, filler):
    length = max(len(row) for row in rows)
    return torch.tensor([row + [filler] * (length - len(row)) for row in rows])


def inputs(sequences):
    return dict(input_ids=pad(sequences, 0), attention_mask=pad([[1] * len(s) for s in sequences], 0))


def real(tensor, sequences):
    return torch.cat([tensor[i, : len(s)] for i, s in enumerate(sequences)])


def gradients(model, loss, prefix):
    model.zero_grad()
    loss.backward()
    return {f"{prefix}/{n}": p.grad.float().clone() for n, p in model.named_parameters()}


def record(name, model, meta, outputs, losses):
    """`losses` has the name and the function of each loss; each is taken with and without dropout where there is any."""
    tensors = {f"weight/{n}": p.detach().float().clone() for n, p in model.named_parameters()}
    with torch.no_grad():
        tensors["outputs"] = outputs().float().contiguous()
    values = {}
    for case, loss_of in losses.items():
        loss = loss_of()
        values[case] = loss.item()
        tensors |= gradients(model, loss, f"gradient/{case}")
    if hasattr(model, "dropout"):
        model.dropout = FixedDropout()
        loss = next(iter(losses.values()))()
        values["dropout"] = loss.item()
        tensors |= gradients(model, loss, "gradient/dropout")
    save_file(tensors, os.path.join(HERE, f"heads-{name}.safetensors"))
    config = SHAPE | dict(activation=model.config.activation)
    with open(os.path.join(HERE, f"heads-{name}.json"), "w") as f:
        json.dump(dict(versions=VERSIONS, config=config, dropoutRate=RATE, **meta, losses=values), f)


def token_classification():
    generator = torch.Generator().manual_seed(1)
    classes = 5
    model = make(DistilBertForTokenClassification, generator, num_labels=classes)
    sequences, targets = draw(generator), draw_labels(generator, classes)
    weights = [0.5, 2.0, 1.0, 0.25, 1.5]
    smoothing = 0.1

    def weighted():
        logits = model(**inputs(sequences)).logits
        own = torch.tensor(weights, dtype=torch.float64)
        return cross_entropy(logits.view(-1, classes), pad(targets, IGNORED).view(-1), weight=own, label_smoothing=smoothing)

    meta = dict(sequences=sequences, targets=targets, classes=classes, classWeights=weights, labelSmoothing=smoothing)
    losses = dict(plain=lambda: model(**inputs(sequences), labels=pad(targets, IGNORED)).loss, weighted=weighted)
    record("token-classification", model, meta, lambda: real(model(**inputs(sequences)).logits, sequences), losses)


def question_answering():
    generator = torch.Generator().manual_seed(2)
    model = make(DistilBertForQuestionAnswering, generator)
    sequences = draw(generator)
    targets = [[2, 3], [0, 0], [4, 12], [0, 0], [6, 6], [1, 2]]

    def alone(sequence, **spans):
        return model(input_ids=torch.tensor([sequence]), **{k: torch.tensor([v]) for k, v in spans.items()})

    def outputs():
        made = [alone(s) for s in sequences]
        return torch.cat([torch.stack([o.start_logits[0], o.end_logits[0]], dim=1) for o in made])

    def loss():
        parts = [alone(s, start_positions=start, end_positions=end).loss for s, (start, end) in zip(sequences, targets)]
        return torch.stack(parts).mean()

    record("question-answering", model, dict(sequences=sequences, targets=targets), outputs, dict(plain=loss))


def masked_lm(name, tied, activation):
    generator = torch.Generator().manual_seed(3)
    model = make(DistilBertForMaskedLM, generator, tie_word_embeddings=tied, activation=activation)
    shared = model.vocab_projector.weight is model.distilbert.embeddings.word_embeddings.weight
    assert shared == tied
    sequences, targets = draw(generator), draw_labels(generator, SHAPE["vocab_size"])
    losses = dict(plain=lambda: model(**inputs(sequences), labels=pad(targets, IGNORED)).loss)
    meta = dict(sequences=sequences, targets=targets, tieWeights=tied)
    record(name, model, meta, lambda: real(model(**inputs(sequences)).logits, sequences), losses)


def multi_label():
    generator = torch.Generator().manual_seed(4)
    classes = 3
    model = make(DistilBertForSequenceClassification, generator, num_labels=classes, problem_type="multi_label_classification")
    sequences = draw(generator)
    targets = [[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    positive = [3.0, 0.5, 1.25]
    wanted = torch.tensor(targets, dtype=torch.float64)

    def weighted():
        own = torch.tensor(positive, dtype=torch.float64)
        return binary_cross_entropy_with_logits(model(**inputs(sequences)).logits, wanted, pos_weight=own)

    meta = dict(sequences=sequences, targets=targets, classes=classes, positiveWeights=positive)
    losses = dict(plain=lambda: model(**inputs(sequences), labels=wanted).loss, weighted=weighted)
    record("multi-label", model, meta, lambda: model(**inputs(sequences)).logits, losses)


def pool(logits, windows, how):
    return torch.stack([logits[w].mean(dim=0) if how == "mean" else logits[w].max(dim=0).values for w in windows])


def windows(name, outputs, targets, losses):
    """Documents of one to three windows, out of order of length; the loss is of the pooled logits."""
    generator = torch.Generator().manual_seed(6)
    model = make(DistilBertForSequenceClassification, generator, num_labels=outputs)
    sequences = draw(generator, [9, 13, 4, 6, 2, 13, 8])
    members = [[0], [1, 2, 3], [4], [5, 6]]
    cases = {}
    for kind, loss_of in losses.items():
        for how in ("mean", "max"):
            cases[f"{kind}-{how}"] = lambda loss_of=loss_of, how=how: loss_of(pool(model(**inputs(sequences)).logits, members, how))
    meta = dict(sequences=sequences, windows=members, targets=targets, outputs=outputs)
    record(name, model, meta, lambda: torch.cat([pool(model(**inputs(sequences)).logits, members, how) for how in ("mean", "max")]), cases)


def document_windows():
    classes = [2, 0, 1, 2]
    flags = [[1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 0]]
    numbers = [0.5, -1.25, 3.0, 2.0]
    windows("windows", 3, dict(classification=classes, multiLabel=flags), dict(
        classification=lambda logits: cross_entropy(logits, torch.tensor(classes)),
        multiLabel=lambda logits: binary_cross_entropy_with_logits(logits, torch.tensor(flags, dtype=torch.float64)),
    ))
    windows("windows-regression", 1, dict(regression=numbers), dict(
        regression=lambda logits: mse_loss(logits[:, 0], torch.tensor(numbers, dtype=torch.float64)),
    ))


if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    token_classification()
    question_answering()
    masked_lm("masked-lm-tied", True, "gelu")
    masked_lm("masked-lm-untied", False, "relu")
    multi_label()
    document_windows()
