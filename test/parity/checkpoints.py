"""Checkpoints as Python writes them, for test/encoder; and a check of a folder that distiltune wrote.

    python test/parity/checkpoints.py                write test/parity/fixtures/checkpoints
    python test/parity/checkpoints.py check FOLDER   load FOLDER with transformers, any warning being an error

Needs torch, transformers and safetensors; the versions it ran on are in manifest.json.
"""

import json
import logging
import platform
import shutil
import sys
import warnings
from pathlib import Path

import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertModel,
    Trainer,
)

FIXTURES = Path(__file__).parent / "fixtures" / "checkpoints"


def tiny_model() -> DistilBertForSequenceClassification:
    torch.manual_seed(7)
    config = DistilBertConfig(
        vocab_size=40,
        max_position_embeddings=16,
        dim=12,
        hidden_dim=20,
        n_layers=2,
        n_heads=3,
        id2label={0: "card lost", 1: "größe", 2: "10"},
        label2id={"card lost": 0, "größe": 1, "10": 2},
        problem_type="single_label_classification",
    )
    model = DistilBertForSequenceClassification(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return model


def write_fixtures() -> None:
    shutil.rmtree(FIXTURES, ignore_errors=True)
    model = tiny_model()
    model.save_pretrained(FIXTURES / "f32")
    model.save_pretrained(FIXTURES / "sharded", max_shard_size="3KB")
    model.distilbert.save_pretrained(FIXTURES / "bare")
    for name, dtype in (("f16", torch.float16), ("bf16", torch.bfloat16)):
        narrow = tiny_model().to(dtype)
        narrow.save_pretrained(FIXTURES / name)
        widened = {key: value.float() for key, value in narrow.state_dict().items()}
        save_file(widened, FIXTURES / name / "expected.safetensors", metadata={"format": "pt"})

    # Names whose order in UTF-8 differs from that in UTF-16, numbers as names, a scalar, no element at all.
    names = ["b", "a.10", "a.2", "A", "10", "9", "é", "\U0001f600", "\uff5e", 'quote"\\\n']
    odd = {name: torch.arange(index + 1, dtype=torch.float32) for index, name in enumerate(names)}
    odd["scalar"] = torch.tensor(-0.5)
    odd["empty"] = torch.zeros(0, 3)
    odd["cube"] = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    save_file(odd, FIXTURES / "odd.safetensors", metadata={"format": "pt"})

    manifest = {
        "generator": "test/parity/checkpoints.py",
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
        "defaults": {key: value for key, value in DistilBertConfig().to_dict().items()},
        "shapes": {key: list(value.shape) for key, value in model.named_parameters()},
        "decay": Trainer.get_decay_parameter_names(None, model),
    }
    (FIXTURES / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


class Complaints(logging.Handler):
    """Whatever a library logs at the level of a warning or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def check(folder: str) -> None:
    complaints = Complaints()
    transformers.utils.logging.get_logger("transformers").addHandler(complaints)
    warnings.simplefilter("error")
    model_class = getattr(transformers, transformers.AutoConfig.from_pretrained(folder).architectures[0])
    model, info = model_class.from_pretrained(folder, output_loading_info=True)
    written = load_file(Path(folder) / "model.safetensors")
    held = dict(model.named_parameters())  # a weight that two layers share counts once, as in the file
    assert not complaints.messages, complaints.messages
    assert not any(info.values()), info
    assert written.keys() == held.keys(), written.keys() ^ held.keys()
    for key, value in written.items():
        assert held[key].dtype == torch.float32, (key, held[key].dtype)
        assert torch.equal(held[key].view(torch.int32), value.view(torch.int32)), key
    print(f"{folder}: {len(held)} tensors, labels {model.config.id2label}, no complaint")


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2])
    else:
        write_fixtures()
