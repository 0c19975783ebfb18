"""Set up a service over the sample reports: a real library, scripted or real answers, no model."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi.testclient import TestClient
from scripted import SAMPLES, helan
from starlette.types import ASGIApp

from assistant.answering import PlanAnswerer
from assistant.bootstrap import Assistant
from assistant.engine import Engine
from assistant.interfaces.api import Desk
from assistant.interfaces.ports import Answers
from assistant.interfaces.serve import build_app, open_desk
from assistant.language import load_language
from assistant.planning import LearnedPlanner
from assistant.settings import Settings
from assistant.tools import Toolbox, Views
from ingest import Ingested, ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.reader import Reader
from vectorstore.retriever import Retriever

LOCAL = "http://127.0.0.1"


def open_service(
    data: Path, *reports: Ingested, answers: Answers | None = None, **settings: object
) -> tuple[Assistant, Desk]:
    """Return an assistant over these reports that searches by words, and its desk."""
    chosen = Settings(data=data, engine="rules", **settings)
    with Library.open(chosen.library_url) as filling:
        for one in reports or (helan(),):
            filling.put(one, location=one.report.source.path, pipeline="test")
    library = Library.open(chosen.library_url, create=False)
    retriever = Retriever(library, None, None)
    language, indicators = load_language(), load_indicators()
    reader = Reader.bundled()
    views = Views(library, indicators, reader=reader.digest)
    toolbox = Toolbox(library, retriever, views, language, indicators, reader=reader)
    planner = LearnedPlanner(reader, language, indicators)
    engine = Engine(library, planner, PlanAnswerer(toolbox, language, indicators), fingerprint="test")
    assistant = Assistant(chosen, library, retriever, toolbox, planner, engine)
    if answers is not None:
        assistant.engine = answers
    return assistant, open_desk(assistant, works_jobs=False)


def client_of(assistant: Assistant, desk: Desk, **headers: str) -> TestClient:
    """Return a client that reaches the whole service through its gate, without the page."""
    app = build_app(assistant, desk, with_page=False)
    return TestClient(app, base_url=LOCAL, raise_server_exceptions=False, headers=headers)


def samples() -> Sequence[Ingested]:
    """Return every sample report."""
    return [ingest_file(path) for path in sorted(SAMPLES.glob("*.txt"))]


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an app on a free port of this machine while the block runs."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def running(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a service on a free port and yield it with its address; end it hard if it still runs."""
    program = "from assistant.interfaces.cli import main; main()"
    environment = os.environ | {
        "GONGKAI_DATA": str(data),
        "PYTHONPATH": str(SAMPLES.parent),
        "PYTHONUTF8": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", "0"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None
    try:
        ready = next(line for line in process.stdout if "http://" in line)
        yield process, ready.split()[0].partition("：")[2]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
