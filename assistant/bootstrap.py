"""Turn settings into objects: the one place that wires library, index, model, tools and engine together."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.engine import Engine
from assistant.errors import EngineUnavailable
from assistant.language import load_language
from assistant.rules import RulesAnswerer
from assistant.settings import Settings
from assistant.tools import Toolbox, Views
from ingest.indicators import load_indicators
from ingest.pipeline import PIPELINE_VERSION, ingest_file
from ingest.readers import SUFFIXES
from prompts import digest
from vectorstore.build import build
from vectorstore.build import reindex as rebuild_index
from vectorstore.chroma import VectorIndex
from vectorstore.embedding import Embedder, SentenceTransformerEmbedder, model_name
from vectorstore.library import Library
from vectorstore.lock import writer_lock
from vectorstore.models import FileOutcome, Progress
from vectorstore.retriever import Retriever

_RULES_VERSION = "1"


def keep_quiet() -> None:
    """Switch off every library's reporting to its makers, for this process and its children."""
    for name, value in {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "ANONYMIZED_TELEMETRY": "False",
        "LANGSMITH_TRACING": "false",
    }.items():
        os.environ.setdefault(name, value)


class Assistant:
    """Hold an open library with the engine that answers from it; close it when done."""

    def __init__(
        self, settings: Settings, library: Library, retriever: Retriever, toolbox: Toolbox, engine: Engine
    ) -> None:
        self.settings = settings
        self.library = library
        self.retriever = retriever
        self.toolbox = toolbox
        self.engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for: dictionary, index and embedding model."""
        self.retriever.search("政府信息公开", top_k=1)

    def remove(self, report_id: str) -> bool:
        """Remove a report from the library and tell whether it was there; its vectors go with the next build."""
        with writer_lock(self.settings.data, "remove"):
            return self.library.remove(report_id)

    def close(self) -> None:
        """Close the library and the index."""
        self.retriever.close()
        self.library.close()


def open_assistant(settings: Settings) -> Assistant:
    """Return the assistant over the library that the settings name; model and index load when first needed."""
    if settings.engine == "llm":
        raise EngineUnavailable(
            "大模型作答尚未提供。请用 --engine rules，或不设 GONGKAI_ENGINE（默认按内置规则作答）。"
        )
    keep_quiet()
    library = Library.open(settings.library_url, create=False)
    retriever = _retriever(settings, library)
    language, indicators = load_language(), load_indicators()
    toolbox = Toolbox(library, retriever, Views(library, indicators), language, indicators)
    rules = RulesAnswerer(toolbox, language, indicators)
    engine = Engine(library, rules, language, fingerprint=_fingerprint(settings))
    return Assistant(settings, library, retriever, toolbox, engine)


def ingest(
    settings: Settings, paths: Sequence[Path], *, on_progress: Callable[[Progress], None]
) -> tuple[FileOutcome, ...]:
    """Read files into the library and its index; one writer at a time."""
    keep_quiet()
    with writer_lock(settings.data, "ingest"), Library.open(settings.library_url) as library:
        embedder = _embedder(settings)
        return build(
            paths,
            library=library,
            open_index=lambda: _open_index(settings, embedder),
            embedder=embedder,
            read=ingest_file,
            pipeline=PIPELINE_VERSION,
            suffixes=frozenset(SUFFIXES),
            on_progress=on_progress,
        )


def reindex(settings: Settings, *, on_progress: Callable[[Progress], None]) -> int:
    """Rebuild the index from the library and return the number of passages in it."""
    keep_quiet()
    with writer_lock(settings.data, "reindex"), Library.open(settings.library_url, create=False) as library:
        embedder = _embedder(settings)
        return rebuild_index(
            library=library,
            open_fresh=lambda: VectorIndex.fresh(
                _index_place(settings), model=embedder.name, dimension=embedder.dimension
            ),
            embedder=embedder,
            on_progress=on_progress,
        )


def _retriever(settings: Settings, library: Library) -> Retriever:
    embedder = _embedder(settings)
    return Retriever(library, lambda: _open_index(settings, embedder), embedder)


def _embedder(settings: Settings) -> Embedder:
    return SentenceTransformerEmbedder(settings.embedding_model)


def _open_index(settings: Settings, embedder: Embedder) -> VectorIndex:
    return VectorIndex.open(_index_place(settings), model=embedder.name, dimension=embedder.dimension)


def _index_place(settings: Settings) -> Path | str:
    return settings.chroma_url or settings.data / "chroma"


def _fingerprint(settings: Settings) -> str:
    """Return a digest of what decides an answer, apart from the library's state."""
    parts = (
        PIPELINE_VERSION,
        _RULES_VERSION,
        settings.engine,
        model_name(settings.embedding_model),
        digest(),
    )
    return hashlib.sha256(":".join(parts).encode("utf-8")).hexdigest()[:16]
