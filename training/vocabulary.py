"""Know which pieces of e5's vocabulary the reader keeps, and make a smaller model folder of them.

A piece that would run over the border of most marked stretches (年的, 三个) goes: what is left of it stays apart.
"""

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

_CHINESE = re.compile("▁?[\u3400-\u9fff]+")
_SHORT = re.compile(r"▁?[\x21-\x7e]{0,2}")
_WORD = re.compile(r"▁?[\x21-\x7e]+")
_RUNS_OVER = re.compile("▁?(.*的.+|.+的.*|[一二三四五六七八九十两第].|.*年[^\x21-\x7e]|政府.+|.+政府)")
_SPECIAL = 4
_WORDS = 4000


def prune(source: Path, texts: Iterable[str], target: Path) -> None:
    """Write a model folder with the special pieces, all short ones, Chinese ones, and those that the texts hold."""
    target.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    used = {number for text in texts for number in tokenizer.encode(text).ids}
    content = json.loads((source / "tokenizer.json").read_bytes())
    pieces: list[tuple[str, float]] = content["model"]["vocab"]
    words = 0
    kept: list[int] = []
    for number, (piece, _) in enumerate(pieces):
        word = _WORD.fullmatch(piece) is not None and not _SHORT.fullmatch(piece)
        words += word
        if number < _SPECIAL or (
            (
                number in used
                or _CHINESE.fullmatch(piece)
                or _SHORT.fullmatch(piece)
                or (word and words < _WORDS)
            )
            and not _RUNS_OVER.fullmatch(piece)
        ):
            kept.append(number)
    numbers = {old: new for new, old in enumerate(kept)}
    content["model"]["vocab"] = [pieces[number] for number in kept]
    content["added_tokens"] = [
        {**token, "id": numbers[token["id"]]} for token in content["added_tokens"] if token["id"] in numbers
    ]
    (target / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    tensors = load_file(source / "model.safetensors")
    name = "embeddings.word_embeddings.weight"
    tensors[name] = np.ascontiguousarray(tensors[name][kept])
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((source / "config.json").read_bytes())
    (target / "config.json").write_text(json.dumps({**config, "vocab_size": len(kept)}), encoding="utf-8")
    shutil.copyfile(source / "tokenizer_config.json", target / "tokenizer_config.json")
