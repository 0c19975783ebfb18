"""Put an engine together over a folder of reports, with the reader that ships with the package."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.agent import AgentAnswerer, Endpoint
from assistant.agent.arguments import ARGUMENTS
from assistant.agent.chat import Chat
from assistant.answering import PlanAnswerer
from assistant.engine import Engine
from assistant.language import load_language
from assistant.planning import LearnedPlanner
from assistant.tools import Toolbox, Views
from ingest import ingest_file
from ingest.indicators import load_indicators
from prompts import load
from vectorstore.library import Library
from vectorstore.places import PlaceVectors, stretches_of
from vectorstore.reader import Reader
from vectorstore.retriever import Retriever

KEY = "sk-test-0123456789abcdef"


class Shelf:
    """Open libraries over report files, and engines over them; the same session closes them all."""

    def __init__(self, factory):
        self._factory = factory
        self._opened = []
        self.reader = Reader.bundled()

    def toolbox(self, *files: Path):
        data = self._factory.mktemp("library") / "library.sqlite"
        library = Library.open(f"sqlite:///{data.as_posix()}")
        self._opened.append(library)
        for file in files:
            read = ingest_file(file)
            library.put(read, location=str(file), pipeline="test")
            told = [figure for figure in read.figures if figure.origin == "sentence"]
            vectors = PlaceVectors.made(self.reader, stretches_of(read.chunks, told))
            library.put_vectors(read.report.id, vectors, reader=self.reader.digest)
        language, indicators = load_language(), load_indicators()
        views = Views(library, indicators, reader=self.reader.digest)
        retriever = Retriever(library, None, None)
        return library, Toolbox(library, retriever, views, language, indicators, reader=self.reader)

    def engine(self, opened, **options) -> Engine:
        library, toolbox = opened
        language, indicators = load_language(), load_indicators()
        planner = LearnedPlanner(self.reader, language, indicators)
        plans = options.pop("plans", None) or PlanAnswerer(toolbox, language, indicators)
        return Engine(library, planner, plans, fingerprint="test", **options)

    def close(self):
        for library in self._opened:
            library.close()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    shelf = Shelf(tmp_path_factory)
    yield shelf
    shelf.close()


@pytest.fixture(scope="session")
def engine_over(shelf):
    """Return a function from report files to an engine without a language model."""
    return lambda *files: shelf.engine(shelf.toolbox(*files))


def endpoint_at(url: str, **more) -> Endpoint:
    """Return an endpoint for a scripted server, impatient."""
    fields = {
        "base_url": url, "model": "scripted", "api_key": SecretStr(KEY), "temperature": 0.0, "timeout": 2.0,
        "retries": 1, "max_tokens": 500, "length_field": "max_tokens",
    }  # fmt: skip
    return Endpoint.model_validate({**fields, **more})


@pytest.fixture
def agent_over(shelf):
    """Return a function that puts an engine with a model over an opened library; closes what it opened."""
    opened: list[AgentAnswerer] = []

    def build(library, url, *, auto=False, most_calls=5, time_limit=10.0, context_tokens=16_000, **more):
        options = {name: more.pop(name) for name in ("record", "prices") if name in more}
        chat = Chat(
            endpoint_at(url, **more),
            instructions=load("agent").fill(),
            tools=ARGUMENTS,
            most_calls=most_calls,
        )
        language, indicators = load_language(), load_indicators()
        plans = PlanAnswerer(library[1], language, indicators)
        agent = AgentAnswerer(
            chat, library[1], plans, language, indicators.language,
            time_limit=time_limit, context_tokens=context_tokens, **options,
        )  # fmt: skip
        opened.append(agent)
        return shelf.engine(library, agent=agent, asks_plan_first=auto)

    yield build
    for agent in opened:
        agent.close()
