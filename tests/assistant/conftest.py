"""Put an engine together over a folder of reports, without vectors: words alone decide."""

from pathlib import Path

import pytest

from assistant.engine import Engine
from assistant.language import load_language
from assistant.rules import RulesAnswerer
from assistant.tools import Toolbox, Views
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.retriever import Retriever


@pytest.fixture(scope="session")
def engine_over(tmp_path_factory):
    """Return a function from report files to an engine; the same files give the same engine."""
    libraries: list[Library] = []

    def build(*files: Path) -> Engine:
        data = tmp_path_factory.mktemp("library") / "library.sqlite"
        library = Library.open(f"sqlite:///{data.as_posix()}")
        libraries.append(library)
        for file in files:
            library.put(ingest_file(file), location=str(file), pipeline="test")
        language, indicators = load_language(), load_indicators()
        toolbox = Toolbox(
            library, Retriever(library, None, None), Views(library, indicators), language, indicators
        )
        return Engine(library, RulesAnswerer(toolbox, language, indicators), language, fingerprint="test")

    yield build
    for library in libraries:
        library.close()
