"""Turn settings into objects: the one place that wires library, index, model, tools and engine together."""

import hashlib
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.agent import AgentAnswerer, Endpoint, endpoint_of, is_configured
from assistant.agent.arguments import ARGUMENTS
from assistant.agent.chat import Chat
from assistant.agent.judge import ModelJudge
from assistant.agent.telemetry import SpanExport
from assistant.agent.trace import Recorder, TraceFile, tell_all
from assistant.answering import PlanAnswerer
from assistant.conversations import Conversations
from assistant.engine import Engine
from assistant.errors import EngineUnavailable
from assistant.language import load_language
from assistant.models import Question
from assistant.planning import LearnedPlanner, Planner
from assistant.settings import Settings
from assistant.tools import Toolbox, Views
from ingest.indicators import load_indicators
from ingest.pipeline import PIPELINE_VERSION, ingest_file
from ingest.readers import is_document
from prompts import digest, load
from vectorstore.build import build
from vectorstore.build import reindex as rebuild_index
from vectorstore.chroma import VectorIndex
from vectorstore.embedding import Embedder, SentenceTransformerEmbedder, model_name
from vectorstore.library import Library
from vectorstore.lock import writer_lock
from vectorstore.models import FileOutcome, Progress
from vectorstore.reader import Reader
from vectorstore.retriever import Retriever


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
        self,
        settings: Settings,
        library: Library,
        retriever: Retriever,
        toolbox: Toolbox,
        planner: Planner,
        engine: Engine,
        agent: AgentAnswerer | None = None,
    ) -> None:
        self.settings = settings
        self.library = library
        self.retriever = retriever
        self.toolbox = toolbox
        self.planner = planner
        self.engine = engine
        self._agent = agent

    @cached_property
    def conversations(self) -> Conversations:
        """Return the conversations that stand beside the reports."""
        return Conversations(self.library.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for: dictionary, reader, index and embedding model."""
        self.planner.plan(Question(text="政府信息公开"), ())
        self.retriever.search("政府信息公开", top_k=1)
        if self._agent is not None:
            self._agent.prepare()

    def take_in(
        self, paths: Sequence[Path], *, on_progress: Callable[[Progress], None]
    ) -> tuple[FileOutcome, ...]:
        """Read files into the library while questions go on; one writer at a time."""
        return ingest(self.settings, paths, on_progress=on_progress, embedder=self.retriever.embedder)

    def remove(self, report_id: str) -> bool:
        """Remove a report from the library and tell whether it was there; its vectors go with the next build."""
        with writer_lock(self.settings.data, "remove"):
            return self.library.remove(report_id)

    def close(self) -> None:
        """Close the library, the index and the connection to the model."""
        if self._agent is not None:
            self._agent.close()
        self.retriever.close()
        self.library.close()


def open_assistant(settings: Settings) -> Assistant:
    """Return the assistant over the library that the settings name; model and index load when first needed."""
    if settings.engine == "llm" and not is_configured(settings):
        raise EngineUnavailable(
            "没有设置大模型，不能用它作答。请设 GONGKAI_LLM_PRESET 与 GONGKAI_LLM_API_KEY（或 GONGKAI_LLM_BASE_URL 与 "
            "GONGKAI_LLM_MODEL），用 gongkai model check 试一试；或用 --engine rules，不用大模型作答。"
        )
    keep_quiet()
    endpoint = endpoint_of(settings) if settings.engine != "rules" and is_configured(settings) else None
    library = Library.open(settings.library_url, create=False)
    retriever = _retriever(settings, library)
    language, indicators = load_language(), load_indicators()
    reader = Reader.bundled()
    views = Views(library, indicators, reader=reader.digest)
    toolbox = Toolbox(library, retriever, views, language, indicators, reader=reader)
    planner = LearnedPlanner(reader, language, indicators)
    plans = PlanAnswerer(toolbox, language, indicators)
    agent = None if endpoint is None else _agent(settings, endpoint, toolbox, plans)
    engine = Engine(
        library,
        planner,
        plans,
        fingerprint=_fingerprint(settings, endpoint, reader),
        agent=agent,
        asks_plan_first=settings.engine == "auto",
    )
    return Assistant(settings, library, retriever, toolbox, planner, engine, agent)


@contextmanager
def open_judge(settings: Settings, model: str) -> Generator[ModelJudge]:
    """Yield a judge: another model at the endpoint that the settings name."""
    endpoint = endpoint_of(settings, model=model).model_copy(update={"temperature": 0.0})
    judge = ModelJudge(Chat(endpoint, instructions=load("judge").fill()), time_limit=settings.llm_time_limit)
    try:
        yield judge
    finally:
        judge.close()


def _agent(settings: Settings, endpoint: Endpoint, toolbox: Toolbox, plans: PlanAnswerer) -> AgentAnswerer:
    chat = Chat(
        endpoint, instructions=load("agent").fill(), tools=ARGUMENTS, most_calls=settings.llm_most_calls
    )
    secrets = (endpoint.api_key.get_secret_value(),)
    recorders: list[Recorder] = []
    closing: list[Callable[[], None]] = []
    if settings.llm_trace is not None:
        recorders.append(TraceFile(settings.llm_trace, secrets=secrets))
    if settings.llm_otlp_url is not None:
        spans = SpanExport(settings.llm_otlp_url)
        recorders.append(spans)
        closing.append(spans.close)
    return AgentAnswerer(
        chat,
        toolbox,
        plans,
        load_language(),
        load_indicators().language,
        time_limit=settings.llm_time_limit,
        context_tokens=settings.llm_context_tokens,
        record=tell_all(recorders) if recorders else None,
        on_close=closing,
        prices=(settings.llm_price_in, settings.llm_price_out),
    )


def ingest(
    settings: Settings,
    paths: Sequence[Path],
    *,
    on_progress: Callable[[Progress], None],
    embedder: Embedder | None = None,
) -> tuple[FileOutcome, ...]:
    """Read files into the library and its index, one writer at a time; an embedder at hand is used again."""
    keep_quiet()
    with writer_lock(settings.data, "ingest"), Library.open(settings.library_url) as library:
        embedder = embedder or _embedder(settings)
        return build(
            paths,
            library=library,
            open_index=lambda: _open_index(settings, embedder),
            embedder=embedder,
            read=ingest_file,
            pipeline=PIPELINE_VERSION,
            is_document=is_document,
            on_progress=on_progress,
            reader=Reader.found(),
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
            reader=Reader.found(),
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


def _fingerprint(settings: Settings, endpoint: Endpoint | None, reader: Reader) -> str:
    """Return a digest of what decides an answer, apart from the library's state."""
    model = "" if endpoint is None else endpoint.model_dump_json(exclude={"api_key", "timeout", "retries"})
    limits = (settings.llm_most_calls, settings.llm_context_tokens, settings.llm_time_limit)
    parts = (
        PIPELINE_VERSION,
        _code_digest(),
        settings.engine,
        model_name(settings.embedding_model),
        reader.digest,
        digest(),
        *((model, *map(str, limits)) if endpoint is not None else ()),
    )
    return hashlib.sha256(":".join(parts).encode("utf-8")).hexdigest()[:16]


def _code_digest() -> str:
    """Return a digest of the code and the word lists by which questions are answered."""
    folder = Path(__file__).parent
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".toml"} and "interfaces" not in path.relative_to(folder).parts:
            told.update(path.read_bytes())
    return told.hexdigest()
