"""Turn texts into vectors with a sentence-transformers model, and know where that model comes from.

A folder named in the settings comes first, then the local hub cache, then the bundled weights, then the hub.
torch and sentence-transformers are imported when the first text is encoded, never before.
"""

import hashlib
import json
import logging
import queue
import re
import threading
import zlib
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ingest.models import Value
from vectorstore import bundled
from vectorstore.errors import ModelUnavailable

logger = logging.getLogger(__name__)

Matrix = NDArray[np.float32]
"""One row of unit length for each text."""

# A hub that is going to answer does so well within this; one behind a firewall would hang for a minute.
_HUB_PATIENCE_SECONDS = 0.7
_BATCH = 32
_DIGESTED_TAIL_BYTES = 1 << 16

_HUB_NAME = re.compile(r"\w[\w.-]*(/[\w.-]+)?", re.ASCII)
# e5-mistral and the instruct versions ask for other prompts, which they bring along.
_PLAIN_E5 = re.compile(r"(^|[/_-])e5-(small|base|large)(?!.*instruct)", re.IGNORECASE)
_PLAIN_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


class Embedder(Protocol):
    """Turn texts into vectors; `name` is the same wherever the same model was loaded from."""

    @property
    def name(self) -> str:
        """Return what goes into the name of an index."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """Encode what is searched for."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Encode what is found."""
        ...


class ModelLocation(Value):
    """Say where a model is; `folder` is None when only the hub has it."""

    name: str
    origin: Literal["folder", "hub_cache", "bundled", "hub"]
    folder: Path | None


def model_name(setting: str | None) -> str:
    """Return the stable name of the model that a setting asks for, without touching the network.

    A folder is named after what is in it, so that another model put into the same folder has another name.
    """
    folder = _named_folder(setting)
    return _hub_name(setting) if folder is None else _folder_name(folder)


def resolve_model(
    setting: str | None, *, cache: Path | None = None, on_progress: Callable[[str], None] = logger.info
) -> ModelLocation:
    """Find the model that a setting asks for; None asks for the bundled one, wherever it is nearest."""
    folder = _named_folder(setting)
    if folder is not None:
        return ModelLocation(name=_folder_name(folder), origin="folder", folder=folder)
    name = _hub_name(setting)
    snapshot = _cached_snapshot(name)
    if snapshot is not None:
        return ModelLocation(name=name, origin="hub_cache", folder=snapshot)
    if name == bundled.MODEL_NAME and bundled.is_available(cache):
        converted = bundled.converted_folder(cache, on_progress=on_progress)
        return ModelLocation(name=name, origin="bundled", folder=converted)
    _require_hub(name)
    return ModelLocation(name=name, origin="hub", folder=None)


class SentenceTransformerEmbedder:
    """Encode with the model that a setting asks for, which is found and loaded on first use."""

    def __init__(
        self,
        setting: str | None = None,
        *,
        cache: Path | None = None,
        on_progress: Callable[[str], None] = logger.info,
    ) -> None:
        self._setting = setting
        self._cache = cache
        self._on_progress = on_progress
        # The tokenizer refuses to be used by two threads at once, so encoding takes turns as well.
        self._turn = threading.RLock()

    @property
    def name(self) -> str:
        """Name the model without loading it."""
        return model_name(self._setting)

    @property
    def dimension(self) -> int:
        """Return the length of a vector, from the folder's configuration where it says so plainly."""
        with self._turn:
            folder = self._location.folder
            configured = None if folder is None else _configured_dimension(folder)
            return self._model.get_embedding_dimension() if configured is None else configured

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """Encode what is searched for."""
        return self._encode(texts, lambda model: model.encode_query)

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Encode what is found."""
        return self._encode(texts, lambda model: model.encode_document)

    @cached_property
    def _location(self) -> ModelLocation:
        return resolve_model(self._setting, cache=self._cache, on_progress=self._on_progress)

    @cached_property
    def _model(self) -> "_Model":
        return _load(self._location, self._on_progress)

    def _encode(self, texts: Sequence[str], choose: "Callable[[_Model], _Encode]") -> Matrix:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Texts of like length share a batch, which saves padding; a query may slip in between two batches.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            with self._turn:
                encode = choose(self._model)
                vectors[batch] = encode(
                    [texts[index] for index in batch], normalize_embeddings=True, show_progress_bar=False
                )
        return vectors


class HashEmbedder:
    """Stand in for a model in tests, in no time: count hashed pairs of neighbouring characters.

    Texts that share characters are near each other, and the same text has the same vector on every machine.
    """

    name = "hash-bigram-256"
    dimension = 256

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        """Encode as documents are encoded."""
        return self.encode_documents(texts)

    def encode_documents(self, texts: Sequence[str]) -> Matrix:
        """Encode each text by its pairs of characters; its two ends count as characters."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for pair in pairwise(("\x02", *text, "\x03")):
                row[zlib.crc32("".join(pair).encode("utf-8", "surrogatepass")) % self.dimension] += 1
            row /= np.linalg.norm(row)
        return vectors


class _Encode(Protocol):
    def __call__(
        self, inputs: list[str], *, normalize_embeddings: bool, show_progress_bar: bool
    ) -> NDArray[np.float32]: ...


class _Model(Protocol):
    """Name the part of `SentenceTransformer` that is used here."""

    prompts: dict[str, str]
    encode_query: _Encode
    encode_document: _Encode

    def get_embedding_dimension(self) -> int: ...


def _unavailable(model: str | Path, cause: str) -> ModelUnavailable:
    return ModelUnavailable(f"向量模型 {model} 不可用：{cause}。{bundled.WAYS_OUT}")


def _hub_name(setting: str | None) -> str:
    if not setting:
        return bundled.MODEL_NAME
    # sentence-transformers reads a bare name as one of its own models.
    return setting if "/" in setting else f"sentence-transformers/{setting}"


def _named_folder(setting: str | None) -> Path | None:
    """Return the folder if the setting names one; refuse a path that is no model."""
    if not setting:
        return None
    folder = Path(setting).expanduser()
    if not folder.is_dir():
        if _HUB_NAME.fullmatch(setting) and not folder.exists():
            return None
        raise _unavailable(setting, "这个文件夹不存在" if not folder.exists() else "这不是文件夹")
    defect = _defect(folder)
    if defect is not None:
        raise _unavailable(folder, f"这个文件夹不是完整的 sentence-transformers 模型，{defect}")
    return folder.resolve()


def _defect(folder: Path) -> str | None:
    """Say in Chinese what keeps a folder from being a model, as far as can be told without loading it."""
    configs = [path for path in (folder / "modules.json", folder / "config.json") if path.is_file()]
    weights = _weights(folder)
    if not configs:
        return "缺少 modules.json 或 config.json"
    if not weights:
        return "缺少权重文件（model.safetensors 或 pytorch_model.bin）"
    for path in configs:
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError):
            return f"{path.name} 不是可读的 JSON"
    broken = [path.name for path in weights if path.suffix == ".safetensors" and not _is_whole(path)]
    return f"{broken[0]} 不完整（可能没有下载完）" if broken else None


def _weights(folder: Path) -> list[Path]:
    patterns = ("*.safetensors", "*/*.safetensors", "pytorch_model*.bin", "*/pytorch_model*.bin")
    return sorted(chain.from_iterable(folder.glob(pattern) for pattern in patterns))


def _is_whole(weights: Path) -> bool:
    """Check the file's size against its header; a Git LFS pointer or a broken link fails as well."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(weights, framework="numpy"):
            return True
    except (OSError, SafetensorError):
        return False


def _folder_name(folder: Path) -> str:
    # The end of each file tells two trainings of one architecture apart, and costs nothing to read.
    digest = hashlib.sha256()
    for path in sorted((*folder.glob("*.json"), *folder.glob("*/config.json"), *_weights(folder))):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\x1f{size}\x1f".encode())
        with path.open("rb") as file:
            file.seek(max(0, size - _DIGESTED_TAIL_BYTES))
            digest.update(file.read())
    return f"{folder.name}-{digest.hexdigest()[:8]}"


def _configured_dimension(folder: Path) -> int | None:
    """Read the dimension where a single pooling decides it; otherwise the loaded model knows."""
    try:
        modules = cast("list[dict[str, str]]", json.loads((folder / "modules.json").read_bytes()))
        by_kind = {module["type"].rpartition(".")[2]: module["path"] for module in modules}
        pooling = cast(
            "dict[str, object]", json.loads((folder / by_kind["Pooling"] / "config.json").read_bytes())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    modes = pooling.get("pooling_mode")
    joined = (
        isinstance(modes, list) or sum(value is True for key, value in pooling.items() if "_mode_" in key) > 1
    )
    dimension = pooling.get("embedding_dimension", pooling.get("word_embedding_dimension"))
    if joined or not by_kind.keys() <= _PLAIN_MODULES or not isinstance(dimension, int):
        return None
    return dimension


def _cached_snapshot(name: str) -> Path | None:
    """Return the hub cache's folder of a model; an interrupted download does not count."""
    _stay_quiet()
    from huggingface_hub import try_to_load_from_cache

    for file in ("modules.json", "config.json"):
        cached = try_to_load_from_cache(name, file)
        if isinstance(cached, str) and _defect(Path(cached).parent) is None:
            return Path(cached).parent
    return None


def _require_hub(name: str) -> None:
    """Return if the hub answers at once that it has the model; name the cause otherwise."""
    _stay_quiet()
    from huggingface_hub import constants

    endpoint = constants.ENDPOINT
    if constants.is_offline_mode():
        raise _unavailable(name, "本机没有这个模型，而 HF_HUB_OFFLINE 不允许联网")
    status = _hub_status(f"{endpoint}/api/models/{name}")
    if status is None:
        raise _unavailable(name, f"本机没有这个模型，而模型站 {endpoint} 没有及时回应")
    if status in (401, 403, 404):
        raise _unavailable(name, f"模型站 {endpoint} 上没有这个名称的模型，或者需要先登录")
    if status >= 400:
        raise _unavailable(name, f"本机没有这个模型，而模型站 {endpoint} 回应了错误 {status}")


def _hub_status(url: str) -> int | None:
    """Ask the hub with its own client (proxies, certificates, token); None if it does not answer in time.

    The asking happens in a thread of its own because resolving a host's name knows no timeout.
    """
    from huggingface_hub.utils import (
        build_hf_headers,  # pyright: ignore[reportUnknownVariableType]
        get_session,
        httpx,
    )

    session, headers = get_session(), build_hf_headers(library_name="gongkai")
    answers: queue.SimpleQueue[int | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(session.get(url, headers=headers, timeout=_HUB_PATIENCE_SECONDS).status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            answers.put(None)

    threading.Thread(target=ask, name="ask-model-hub", daemon=True).start()
    try:
        return answers.get(timeout=_HUB_PATIENCE_SECONDS)
    except queue.Empty:
        return None


def _stay_quiet() -> None:
    """Keep the hub's client from telling about this machine and from drawing progress bars."""
    from huggingface_hub import constants
    from huggingface_hub.utils import disable_progress_bars

    constants.HF_HUB_DISABLE_TELEMETRY = True
    disable_progress_bars()


def _load(location: ModelLocation, on_progress: Callable[[str], None]) -> _Model:
    """Load onto the best device as float32; whatever goes wrong in there becomes `ModelUnavailable`."""
    where = location.folder or location.name
    on_progress(
        f"正在载入向量模型 {location.name}……" if location.folder else f"正在下载向量模型 {location.name}……"
    )
    _stay_quiet()
    from pickle import UnpicklingError

    from huggingface_hub.utils import httpx
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    open_model = cast(Callable[..., _Model], SentenceTransformer)
    try:
        model = open_model(
            str(where), local_files_only=location.folder is not None, model_kwargs={"dtype": "float32"}
        )
    except (
        AttributeError,
        EOFError,
        ImportError,
        KeyError,
        OSError,
        RuntimeError,
        TypeError,
        UnpicklingError,
        ValueError,
        SafetensorError,
        httpx.HTTPError,
    ) as error:
        reason = str(error).partition("\n")[0]
        raise _unavailable(
            where, f"载入失败（{reason}）；如果是下载或转换得来的文件夹，可以删除后重试"
        ) from error
    if _PLAIN_E5.search(location.name) and not any(model.prompts.values()):
        model.prompts = dict(bundled.PROMPTS)
    return model
