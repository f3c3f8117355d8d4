#!/usr/bin/env python3
"""Makes small random models of each family with PyTorch, and checks that the crate reads them as it does.

usage: python3 crates/avizor-encoder/tests/reference.py fixtures
       python3 crates/avizor-encoder/tests/reference.py agree [MODEL_DIR ...]

``fixtures`` renews tests/fixtures: four tiny models with what PyTorch says of some texts, which the tests in Rust read.
``agree`` makes larger ones in a temporary folder and compares token ids on 10,000 texts and logits and embeddings on
500, through the crate's example `read`; with folders of models, those as well. It ends with status 1 where they differ.

Installs PyTorch and transformers into .venv-reference (several GB; remove it afterwards).
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CRATE = Path(__file__).resolve().parent.parent
ROOT = CRATE.parent.parent
VENV = ROOT / ".venv-reference"
NEEDS = ["torch>=2.4", "transformers>=4.50", "safetensors", "numpy"]
LARGEST_DIFFERENCE = 1e-4
EMOJI = ["😡", "👏🏽", "❤️", "🤦‍♀️", "🇲🇽", "😂😂😂", "✈️", "👍", "🙏🏿", "💔", "1️⃣", "¯\\_(ツ)_/¯", ":-)", "…", "🫠"]
FAMILIES = ["bert", "roberta", "xlm-roberta", "distilbert"]


def corpus() -> list[str]:
    """Give the mentions written for this project, in Spanish, English and Portuguese."""
    files = sorted((ROOT / "crates/avizor-lab/corpora").glob("mentions_*.tsv"))
    return [line.split("\t", 6)[6] for file in files for line in file.read_text(encoding="utf-8").splitlines()
            if line.count("\t") >= 6 and not line.startswith("#")]


def texts(count: int, seed: int) -> Iterator[str]:
    """Yield texts as people write them: mentions with emoji, handles, links, capitals, and odd characters."""
    written, chance = corpus(), random.Random(seed)
    odd = ["\u200d", "\u00a0", "\t", "  ", "\n", "e\u0301", "ß", "İ", "ﬁ", "日本語", "привет", "\u202e", "<s>", "[MASK]", "\ufeff"]
    for _ in range(count):
        words = chance.choice(written).split(" ")
        for _ in range(chance.randrange(3)):
            words.insert(chance.randrange(len(words) + 1), chance.choice(EMOJI))
        if chance.random() < 0.2:
            words.insert(0, f"@brand{chance.randrange(99)}")
        if chance.random() < 0.1:
            words.append(f"https://t.co/{chance.randrange(10**6):x}")
        if chance.random() < 0.1:
            words = [word.upper() for word in words]
        if chance.random() < 0.1:
            words.insert(chance.randrange(len(words) + 1), chance.choice(odd))
        if chance.random() < 0.02:
            words = words * 8
        yield " ".join(words)


def make(family: str, folder: Path, vocabulary: int, width: int) -> None:
    """Save a random sequence classifier of three labels with a tokenizer trained on the corpus."""
    import torch
    import transformers

    torch.manual_seed(7)
    tokenizer = train_tokenizer(family, vocabulary)
    shared = {
        "vocab_size": len(tokenizer), "num_labels": 3, "pad_token_id": tokenizer.pad_token_id,
        "id2label": {0: "negative", 1: "neutral", 2: "positive"},
        "label2id": {"negative": 0, "neutral": 1, "positive": 2},
    }
    usual = {"hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 2 * width}
    make_config = {
        "bert": lambda: transformers.BertConfig(**shared, **usual, max_position_embeddings=64),
        "roberta": lambda: transformers.RobertaConfig(**shared, **usual, max_position_embeddings=66, type_vocab_size=1),
        "xlm-roberta": lambda: transformers.XLMRobertaConfig(
            **shared, **usual, max_position_embeddings=66, type_vocab_size=1),
        "distilbert": lambda: transformers.DistilBertConfig(
            **shared, dim=width, n_layers=2, n_heads=4, hidden_dim=2 * width, max_position_embeddings=64),
    }[family]
    model = transformers.AutoModelForSequenceClassification.from_config(make_config()).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            # As they are made, all texts look alike to it: larger weights tell texts apart.
            weight.add_(torch.randn_like(weight) * (0.3 if weight.dim() > 1 else 0.1))
            if "LayerNorm.weight" in name:
                weight.abs_()
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    special = {key: value for key, value in tokenizer.special_tokens_map.items() if isinstance(value, str)}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=1) + "\n")


def train_tokenizer(family: str, size: int) -> Any:
    """Train the family's kind of tokenizer on the corpus."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    written = corpus()
    if family in ("bert", "distilbert"):
        cls, sep, pad, unk, mask = "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"
        special = [pad, unk, cls, sep, mask]
        raw = Tokenizer(models.WordPiece(unk_token=unk))
        raw.normalizer = normalizers.BertNormalizer(lowercase=family == "bert")
        raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        raw.decoder = decoders.WordPiece()
        raw.train_from_iterator(written, trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=special, limit_alphabet=120, show_progress=False))
    elif family == "roberta":
        cls, pad, sep, unk, mask = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
        special = [cls, pad, sep, unk, mask]
        raw = Tokenizer(models.BPE())
        raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        raw.decoder = decoders.ByteLevel()
        raw.train_from_iterator(written, trainers.BpeTrainer(
            vocab_size=size, special_tokens=special, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    else:
        cls, pad, sep, unk, mask = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
        special = [cls, pad, sep, unk, mask]
        raw = Tokenizer(models.Unigram())
        raw.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
        raw.pre_tokenizer = pre_tokenizers.Metaspace()
        raw.decoder = decoders.Metaspace()
        raw.train_from_iterator(written, trainers.UnigramTrainer(
            vocab_size=max(size, 800), special_tokens=special, unk_token=unk, show_progress=False))
    ids = {token: raw.token_to_id(token) for token in (cls, sep)}
    raw.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B {sep}", special_tokens=list(ids.items()))
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, model_max_length=64, cls_token=cls, sep_token=sep, pad_token=pad, unk_token=unk,
        mask_token=mask)


def judge(folder: Path, written: list[str], *, bare: bool) -> list[dict[str, Any]]:
    """Say what PyTorch makes of texts: ids, embedding, and logits where the model is a classifier."""
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    limit = limit_of(folder, tokenizer)
    kind = transformers.AutoModel if bare else transformers.AutoModelForSequenceClassification
    model = kind.from_pretrained(folder, dtype=torch.float32).eval()
    trunk = model if bare else model.base_model
    judged = []
    with torch.no_grad():
        for text in written:
            read = tokenizer(text, truncation=True, max_length=limit, return_tensors="pt")
            read.pop("token_type_ids", None)
            tokens = trunk(**read).last_hidden_state
            mean = tokens.mean(dim=1)[0]
            judged.append({
                "text": text, "ids": read["input_ids"][0].tolist(),
                "embedding": (mean / mean.norm()).tolist(),
                "logits": [] if bare else model(**read).logits[0].tolist(),
            })
    return judged


def limit_of(folder: Path, tokenizer: Any) -> int:
    """Give the most tokens that the model reads."""
    sentence = folder / "sentence_bert_config.json"
    own = json.loads(sentence.read_text())["max_seq_length"] if sentence.exists() else 512
    return min(own, tokenizer.model_max_length)


def fixtures() -> int:
    """Renew the fixtures of the tests in Rust."""
    written = ["", "Gracias", *texts(22, seed=3), "no " * 200]
    for family in FAMILIES:
        folder = CRATE / "tests" / "fixtures" / family
        make(family, folder, vocabulary=320, width=16)
        judged = judge(folder, written, bare=False)
        for row in judged:
            row["embedding"] = [round(x, 6) for x in row["embedding"]]
            row["logits"] = [round(x, 6) for x in row["logits"]]
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in judged)
        (folder / "expected.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return 0


def agree(folders: list[Path]) -> int:
    """Compare the crate with PyTorch and print the largest differences."""
    subprocess.run(["cargo", "build", "--quiet", "-p", "avizor-encoder", "--example", "read"], cwd=ROOT, check=True)
    program = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "examples" / "read"
    worst = 0.0
    with tempfile.TemporaryDirectory() as temporary:
        for family in FAMILIES:
            make(family, Path(temporary) / family, vocabulary=4000, width=64)
        for folder in [*(Path(temporary) / family for family in FAMILIES), *folders]:
            tokens, logits, embeddings = compare(program, folder)
            print(f"{folder.name}: {tokens} of 10000 texts in other tokens; largest difference of logits {logits:.2e}, "
                  f"of embeddings {embeddings:.2e}")
            worst = max(worst, logits, embeddings, float(tokens))
    return int(worst >= LARGEST_DIFFERENCE)


def compare(program: Path, folder: Path) -> tuple[int, float, float]:
    """Give how many texts have other ids, and the largest differences of logits and embeddings."""
    import transformers

    many = list(texts(10_000, seed=11))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    limit = limit_of(folder, tokenizer)
    theirs = [tokenizer(text, truncation=True, max_length=limit)["input_ids"] for text in many]
    ours = [json.loads(line) for line in run(program, "tokens", folder, many)]
    different = [t for t, a, b in zip(many, theirs, ours, strict=True) if a != b]
    for text in different[:3]:
        print(f"  in other tokens: {text!r}")
    bare = not any("ForSequenceClassification" in a for a in json.loads((folder / "config.json").read_text())["architectures"])
    judged = judge(folder, many[:500], bare=bare)
    found = {"logits": 0.0}
    for what in ["embedding"] if bare else ["embedding", "logits"]:
        rows = [json.loads(line) for line in run(program, what, folder, many[:500])]
        pairs = ((a, b) for row, mine in zip(judged, rows, strict=True) for a, b in zip(row[what], mine, strict=True))
        found[what] = max(abs(a - b) for a, b in pairs)
    return len(different), found["logits"], found["embedding"]


def run(program: Path, what: str, folder: Path, written: list[str]) -> list[str]:
    """Run the crate's example on texts, one JSON string a line in, one answer a line out."""
    lines = "".join(json.dumps(text) + "\n" for text in written)
    ended = subprocess.run([program, what, folder], input=lines, capture_output=True, text=True, check=True)
    return ended.stdout.splitlines()


def inside() -> None:
    """Go on in the environment that has PyTorch; make it where it is not there."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix) == VENV or os.environ.get("AVIZOR_REFERENCE_INSIDE"):
        return
    if not python.exists():
        venv.create(VENV, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDS], check=True)
    os.execv(python, [python, *sys.argv])


def main() -> int:
    """Do what was asked."""
    command, folders = (sys.argv[1:2] or [""])[0], [Path(folder) for folder in sys.argv[2:]]
    if command not in ("fixtures", "agree"):
        print(__doc__, file=sys.stderr)
        return 2
    inside()
    return fixtures() if command == "fixtures" else agree(folders)


if __name__ == "__main__":
    sys.exit(main())
