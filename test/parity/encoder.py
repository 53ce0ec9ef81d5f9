"""Writes what DistilBERT computes in PyTorch, for the encoder, head and optimizer tests.

Set-up: a virtual environment with torch==2.13.0 and transformers==5.23.0 (CPU).
Use:    python test/parity/encoder.py        from the project's root; writes test/parity/fixtures/encoder-*

Per model: every layer's hidden states, logits, loss, every gradient, and the weights after 20 AdamW steps with clipping,
warm-up, linear decay and weight decay. The two odd shapes have random weights and go out whole; of the embedded model's
22.7 M gradients each tensor's norm, a sum with alternating signs, and 16 elements.
"""
import json
import os

import torch
import transformers
from safetensors.torch import save_file
from transformers import DistilBertConfig, DistilBertForSequenceClassification, get_linear_schedule_with_warmup
from transformers.trainer_pt_utils import get_parameter_names

HERE = os.path.join(os.path.dirname(__file__), "fixtures")
EMBEDDED = os.path.join(os.path.dirname(__file__), "..", "..", "models", "minilm-l6-h384-uncased")
VERSIONS = {"torch": torch.__version__, "transformers": transformers.__version__}
torch.set_num_threads(1)

SHAPES = {
    "odd-gelu": dict(vocab_size=97, max_position_embeddings=23, dim=36, n_heads=3, hidden_dim=52, n_layers=3, activation="gelu"),
    "odd-relu": dict(vocab_size=61, max_position_embeddings=31, dim=40, n_heads=5, hidden_dim=24, n_layers=2, activation="relu"),
}


def pad(sequences, length=None):
    length = length or max(len(s) for s in sequences)
    ids = torch.tensor([s + [0] * (length - len(s)) for s in sequences])
    mask = torch.tensor([[1] * len(s) + [0] * (length - len(s)) for s in sequences])
    return ids, mask


def batches(vocab, longest, classes, count, size, generator):
    out = []
    for _ in range(count):
        lengths = torch.randint(2, longest + 1, (size,), generator=generator).tolist()
        sequences = [torch.randint(1, vocab, (n,), generator=generator).tolist() for n in lengths]
        labels = torch.randint(0, classes, (size,), generator=generator).tolist()
        out.append({"sequences": sequences, "labels": labels})
    return out


def no_dropout(config):
    config.dropout = config.attention_dropout = config.seq_classif_dropout = 0.0
    config._attn_implementation = "eager"
    return config


def forward(model, batch):
    ids, mask = pad(batch["sequences"])
    out = model(input_ids=ids, attention_mask=mask, labels=torch.tensor(batch["labels"]), output_hidden_states=True)
    real = mask.bool()
    return out, {f"hidden/{i}": h[real] for i, h in enumerate(out.hidden_states)}


def train(model, data, steps, options):
    decay = set(get_parameter_names(model, [torch.nn.LayerNorm], ["bias", "layernorm", "rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]))
    groups = [
        {"params": [p for n, p in model.named_parameters() if n in decay], "weight_decay": options["weightDecay"]},
        {"params": [p for n, p in model.named_parameters() if n not in decay], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=options["learningRate"], betas=(0.9, 0.999), eps=1e-8)
    schedule = get_linear_schedule_with_warmup(optimizer, options["warmupSteps"], steps)
    losses, norms, rates = [], [], []
    for step in range(steps):
        out, _ = forward(model, data[step % len(data)])
        out.loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), options["clipNorm"]).item())
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(out.loss.item())
    return losses, norms, rates, sorted(decay)


def odd(name, shape):
    generator = torch.Generator().manual_seed(7)
    torch.manual_seed(11)
    config = no_dropout(DistilBertConfig(**shape, num_labels=4))
    model = DistilBertForSequenceClassification(config).eval()
    with torch.no_grad():  # biases and norms away from 0 and 1, weights large enough for every path to matter
        for p in model.parameters():
            p.add_(torch.randn(p.shape, generator=generator) * 0.15)
    data = batches(shape["vocab_size"], shape["max_position_embeddings"], 4, 5, 6, generator)
    tensors = {f"weight/{n}": p.detach().clone() for n, p in model.named_parameters()}
    out, hidden = forward(model, data[0])
    out.loss.backward()
    tensors |= {n: h.detach().clone() for n, h in hidden.items()}
    tensors["logits"] = out.logits.detach().clone()
    tensors |= {f"gradient/{n}": p.grad.clone() for n, p in model.named_parameters()}
    model.zero_grad()
    options = dict(learningRate=1e-3, weightDecay=0.1, warmupSteps=4, clipNorm=1.0, steps=20)
    losses, norms, rates, decay = train(model, data, 20, options)
    tensors |= {f"trained/{n}": p.detach().clone() for n, p in model.named_parameters()}
    save_file(tensors, os.path.join(HERE, f"encoder-{name}.safetensors"))
    meta = dict(versions=VERSIONS, config=shape, batches=data, loss=out.loss.item(), options=options, losses=losses, gradientNorms=norms, learningRates=rates, decay=decay)
    with open(os.path.join(HERE, f"encoder-{name}.json"), "w") as f:
        json.dump(meta, f)


def head_value(index, scale):
    """The head's weights, by a formula that the test repeats: scale * sin(0.37 i)."""
    return (torch.sin(torch.arange(index, dtype=torch.float64) * 0.37) * scale).float()


def embedded():
    config = no_dropout(DistilBertConfig.from_pretrained(EMBEDDED, num_labels=3))
    model = DistilBertForSequenceClassification.from_pretrained(EMBEDDED, config=config, dtype=torch.float32).eval()
    with torch.no_grad():
        for name in ("pre_classifier.weight", "pre_classifier.bias", "classifier.weight", "classifier.bias"):
            p = model.get_parameter(name)
            p.copy_(head_value(p.numel(), 0.05).reshape(p.shape))
    tokenizer = transformers.AutoTokenizer.from_pretrained(EMBEDDED)
    texts = ["My card was stolen.", "Why?", "I am still waiting on my new card, and it has been two weeks already."]
    batch = {"sequences": [tokenizer(t)["input_ids"] for t in texts], "labels": [2, 0, 1]}
    out, hidden = forward(model, batch)
    out.loss.backward()
    tensors = {n: h.detach().clone() for n, h in hidden.items()}
    tensors["logits"] = out.logits.detach().clone()
    gradients = {}
    for n, p in model.named_parameters():
        g = p.grad.flatten().double()
        picked = [int(i) for i in torch.linspace(0, g.numel() - 1, 16)]
        signs = 1 - 2 * (torch.arange(g.numel()) % 2)
        gradients[n] = dict(norm=g.norm().item(), alternating=(g * signs).sum().item(), indices=picked, values=[g[i].item() for i in picked])
    save_file(tensors, os.path.join(HERE, "encoder-embedded.safetensors"))
    with open(os.path.join(HERE, "encoder-embedded.json"), "w") as f:
        json.dump(dict(versions=VERSIONS, batch=batch, loss=out.loss.item(), gradients=gradients), f)


def losses():
    generator = torch.Generator().manual_seed(3)
    cases = []
    for weights, smoothing in [(None, 0.0), (None, 0.1), ([0.5, 2.0, 1.0, 0.25], 0.0), ([0.5, 2.0, 1.0, 0.25], 0.2)]:
        logits = (torch.randn(5, 4, generator=generator) * 3).requires_grad_()
        targets = torch.randint(0, 4, (5,), generator=generator)
        loss = torch.nn.CrossEntropyLoss(weight=None if weights is None else torch.tensor(weights), label_smoothing=smoothing)(logits, targets)
        loss.backward()
        cases.append(dict(logits=logits.tolist(), targets=targets.tolist(), classWeights=weights, labelSmoothing=smoothing, loss=loss.item(), gradient=logits.grad.tolist()))
    values = torch.randn(5, 1, generator=generator).requires_grad_()
    wanted = torch.randn(5, generator=generator)
    loss = torch.nn.MSELoss()(values.squeeze(), wanted)
    loss.backward()
    squared = dict(logits=values.tolist(), targets=wanted.tolist(), loss=loss.item(), gradient=values.grad.tolist())
    with open(os.path.join(HERE, "losses.json"), "w") as f:
        json.dump(dict(versions=VERSIONS, crossEntropy=cases, squaredError=squared), f)


def schedules():
    cases = []
    for kind, warmup, total in [("linear", 3, 10), ("linear", 0, 5), ("cosine", 3, 10), ("cosine", 0, 7), ("constant", 0, 4), ("constant_with_warmup", 2, 6)]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        schedule = transformers.get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=total)
        factors = []
        for _ in range(total):
            factors.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
        cases.append(dict(type=kind.split("_")[0], warmup=warmup, totalSteps=total, factors=factors))
    with open(os.path.join(HERE, "schedules.json"), "w") as f:
        json.dump(dict(versions=VERSIONS, cases=cases), f)


if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    for shape_name, shape_values in SHAPES.items():
        odd(shape_name, shape_values)
    embedded()
    losses()
    schedules()
