"""Writes what transformers' pipelines answer, on small checkpoints with random weights, for test/pipelines and the tests of
the commands fill-mask, features, bias and reproduce.

Use, from the project's root:
    python test/parity/pipelines.py           with transformers 5: the checkpoints pipelines/NAME, pipelines.json and
                                              pipelines-model-card.json, the model card's examples on the masked LM
    python test/parity/pipelines.py answers   with transformers 4.57, whose successor has no question-answering pipeline:
                                              pipelines-answers.json

The weights are float32 numbers; what is computed from them here is computed in float64. Offsets are UTF-16 indices.
"""

import json
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import (
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    DistilBertForTokenClassification,
    DistilBertModel,
    pipeline,
)

FIXTURES = Path(__file__).parent / "fixtures"
CHECKPOINTS = FIXTURES / "pipelines"
VERSIONS = {
    "generator": "test/parity/pipelines.py",
    "python": platform.python_version(),
    "torch": torch.__version__,
    "transformers": transformers.__version__,
}
torch.set_num_threads(1)

WORDS = """hello i m a an the model . , ' - ! ? : white black man woman worked as role fashion business nurse maid waitress farmer
miner carpenter butcher and she he they lives in from to met at on of is was were where who when what born city river bridge
light tower keeper old red new small long short good bad film plot actor song cafe paris berlin london tokyo sarah wolf jim anna
lake night day year 19 20 1954 10 000 with without not but very too it its this that for by 東 京 塔 猫 ##s ##ed ##ing ##er ##est ##ly
##gang ##keep ##house ##light ##ton ##ford ##ville ##son ##a ##e ##i ##o ##n ##t ##r ##1 ##9 ##5 ##0 un ##happy ##ness house ship
sea stone water wind storm snow rain fire"""
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = SPECIAL + list(dict.fromkeys(WORDS.split()))

SHAPE = dict(vocab_size=len(VOCABULARY), max_position_embeddings=40, dim=12, hidden_dim=20, n_layers=2, n_heads=3)
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def labelled(names):
    return dict(id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})


MODELS = {
    "masked-lm": (DistilBertForMaskedLM, {}),
    "classes": (DistilBertForSequenceClassification, labelled(["praise", "blame", "neither"])),
    "two-classes": (DistilBertForSequenceClassification, {}),
    "score": (DistilBertForSequenceClassification, labelled(["match"])),
    "regression": (DistilBertForSequenceClassification, labelled(["stars"]) | dict(problem_type="regression")),
    "multi-label": (
        DistilBertForSequenceClassification,
        labelled(["sea", "city", "people"]) | dict(problem_type="multi_label_classification"),
    ),
    "tags": (DistilBertForTokenClassification, labelled(TAGS)),
    "question-answering": (DistilBertForQuestionAnswering, {}),
    "encoder": (DistilBertModel, {}),
}


def write_checkpoints():
    shutil.rmtree(CHECKPOINTS, ignore_errors=True)
    tokenizer = write_tokenizer()
    for seed, (name, (model_class, settings)) in enumerate(MODELS.items()):
        torch.manual_seed(seed)
        model = model_class(DistilBertConfig(**SHAPE, **settings)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.3)
        model.save_pretrained(CHECKPOINTS / name)
        tokenizer.save_pretrained(CHECKPOINTS / name)


def write_tokenizer():
    """As the hub has it for distilbert-base-uncased, with another vocabulary."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
        settings = {"do_lower_case": True, "model_max_length": SHAPE["max_position_embeddings"], "tokenizer_class": "DistilBertTokenizer"}
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(settings))
        return AutoTokenizer.from_pretrained(folder)


def load(task, name):
    pipe = pipeline(task, model=str(CHECKPOINTS / name), device="cpu")
    pipe.model.double()
    return pipe


def write(name, content):
    path = FIXTURES / name
    path.write_text(json.dumps({"versions": VERSIONS, **content}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def plain(value):
    """NumPy's and torch's numbers as Python's."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def in_utf16(text, found):
    """The same entities or answers with offsets that count UTF-16 units."""
    index = [0]
    for character in text:
        index.append(index[-1] + len(character.encode("utf-16-le")) // 2)
    return [{**item, "start": index[item["start"]], "end": index[item["end"]]} for item in found]


MASKED = [
    "Hello I'm a [MASK] model.",
    "The white man worked as a [MASK].",
    "[MASK] lives in [MASK].",
    "The old [MASK]house is by the 東京 sea, 😀 [MASK] unknownish words!",
    "[MASK]",
]
TARGETS = [["nurse"], ["Nurse", "farmer", "##er", "nurse"], ["London", "."]]


def fill_mask():
    pipe = load("fill-mask", "masked-lm")
    cases = []
    for text in MASKED:
        cases.append(dict(text=text, options={}, result=pipe(text)))
        cases.append(dict(text=text, options={"top_k": 2}, result=pipe(text, top_k=2)))
    for targets in TARGETS:
        for text in MASKED[:3]:
            cases.append(dict(text=text, options={"targets": targets}, result=pipe(text, targets=targets)))
    # Every token of the vocabulary as a filling: special tokens and pieces of words too.
    everything = len(VOCABULARY)
    cases.append(dict(text=MASKED[1], options={"top_k": everything}, result=pipe(MASKED[1], top_k=everything)))
    return plain(cases)


CLASSIFIED = ["A good film with a very bad plot!", "Tokyo", "It is not the 東京 tower, it's the lighthouse keeper's house. 😀", "unhappyness " * 12]
PAIRS = [dict(text="Who lives in the tower?", text_pair="The keeper lives in the lighthouse."), dict(text="cafe", text_pair="")]


def text_classification():
    cases = []
    for name in ("classes", "two-classes", "score", "regression", "multi-label"):
        pipe = load("text-classification", name)
        for options in ({}, {"top_k": 2}, {"top_k": None}):
            cases.append(dict(model=name, input=CLASSIFIED, options=options, result=pipe(CLASSIFIED, **options)))
            cases.append(dict(model=name, input=PAIRS, options=options, result=pipe(PAIRS, **options)))
        for function in ("none", "sigmoid", "softmax"):
            options = {"top_k": None, "function_to_apply": function}
            cases.append(dict(model=name, input=CLASSIFIED, options=options, result=pipe(CLASSIFIED, **options)))
        cases.append(dict(model=name, input=CLASSIFIED[0], options={}, result=pipe(CLASSIFIED[0])))
        cases.append(dict(model=name, input=CLASSIFIED[0], options={"top_k": 3}, result=pipe(CLASSIFIED[0], top_k=3)))
    return plain(cases)


TAGGED = [
    "Anna Wolfgang lives in Berlin, Jim and Sarah in London-ford.",
    "The 東京塔 😀 was built in Tokyo; Wolfson met Annaville at the Lightkeeper's café.",
    "Somebody unknownish 😀😀 lives in Paristonford!",
    "river",
]


def token_classification():
    pipe = load("token-classification", "tags")
    cases = []
    for text in TAGGED:
        for strategy in ("none", "simple", "first", "average", "max"):
            for ignored in (["O"], [], ["O", "PER", "B-LOC"]):
                found = pipe(text, aggregation_strategy=strategy, ignore_labels=ignored)
                options = {"aggregation_strategy": strategy, "ignore_labels": ignored}
                cases.append(dict(text=text, options=options, result=in_utf16(text, plain(found))))
    return cases


FEATURES = ["The keeper of the lighthouse.", "東京 😀", "A very long night without light, with wind and rain and snow on the sea."]


def feature_extraction():
    pipe = load("feature-extraction", "encoder")
    texts = [dict(text=text, result=pipe(text)) for text in FEATURES]
    # The two lines of the model card on a batch: the model's outputs at the padding too.
    encoded = pipe.tokenizer(FEATURES, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = pipe.model(**encoded).last_hidden_state
    batch = dict(input_ids=encoded["input_ids"].tolist(), attention_mask=encoded["attention_mask"].tolist(), last_hidden_state=hidden.tolist())
    pairs = dict(text=FEATURES[:2], text_pair=FEATURES[1:], max_length=14)
    cut = pipe.tokenizer(pairs["text"], pairs["text_pair"], padding="max_length", truncation=True, max_length=14)
    cut = {key: cut[key] for key in ("input_ids", "attention_mask")}
    # A mask with holes, as nothing but a caller makes it.
    ids, mask = encoded["input_ids"][:1, :7], torch.tensor([[1, 1, 0, 1, 1, 0, 1]])
    with torch.no_grad():
        holes = pipe.model(input_ids=ids, attention_mask=mask).last_hidden_state
    masked = dict(input_ids=ids.tolist(), attention_mask=mask.tolist(), last_hidden_state=holes.tolist())
    return rounded(dict(texts=texts, batch=batch, pairs=dict(**pairs, result=cut), masked=masked))


def rounded(value):
    """Nine digits: float32 and half as much again."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


CARD = ["Hello I'm a [MASK] model.", "The White man worked as a [MASK].", "The Black woman worked as a [MASK]."]


def model_card():
    """In the form that `distiltune reproduce model-card --figures` reads."""
    pipe = load("fill-mask", "masked-lm")
    return [dict(text=text, fillings=pipe(text)) for text in CARD]


CONTEXT = (
    "The old lighthouse keeper, Jim Wolfson, lives in London-ford with Anna. 😀 The tower was built in 1954 by the sea of stone; "
    "Sarah met a white wolf at the café by the river, and it rained 10,000 nights in 東京."
)
QUESTIONS = [
    ("Where lives the keeper?", CONTEXT),
    ("Who met the wolf at night?", CONTEXT),
    ("When?", "In 1954."),
    ("What is the 東京 tower?", "東京塔 is a red tower 😀 in Tokyo."),
]
ANSWER_OPTIONS = [
    {},
    {"top_k": 3},
    {"max_answer_len": 2, "top_k": 5},
    {"max_seq_len": 24, "doc_stride": 6, "top_k": 4},
    {"max_seq_len": 32, "top_k": 2, "handle_impossible_answer": True},
    {"align_to_words": False, "top_k": 2},
]


def answers():
    from transformers import QuestionAnsweringPipeline

    path = CHECKPOINTS / "question-answering"
    tokenizer = AutoTokenizer.from_pretrained(path)
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    # transformers 4 does not know all keys of the config that its successor writes.
    model = DistilBertForQuestionAnswering(DistilBertConfig(**SHAPE)).eval()
    model.load_state_dict(load_file(path / "model.safetensors"))
    pipe = QuestionAnsweringPipeline(model=model.double(), tokenizer=tokenizer, device="cpu")
    cases = []
    for question, context in QUESTIONS:
        for options in ANSWER_OPTIONS:
            found = pipe(question=question, context=context, **options)
            found = in_utf16(context, found if isinstance(found, list) else [found])
            cases.append(dict(question=question, context=context, options=options, result=found))
    write("pipelines-answers.json", {"cases": plain(cases)})


if __name__ == "__main__":
    if sys.argv[1:] == ["answers"]:
        answers()
    else:
        write_checkpoints()
        write(
            "pipelines.json",
            {
                "fillMask": fill_mask(),
                "textClassification": text_classification(),
                "tokenClassification": token_classification(),
                "features": feature_extraction(),
            },
        )
        write("pipelines-model-card.json", {"examples": model_card()})
