"""Measure how answers slow down as a library grows: `python -m benchmarks.scale [REPORTS]`.

The large library holds the small one's reports too, and both are asked the same table questions. It has no
vectors: a table answer needs none, and making them for thousands of reports would measure the model instead.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.answering import PlanAnswerer
from assistant.engine import Engine
from assistant.language import load_language
from assistant.models import Question
from assistant.planning import LearnedPlanner
from assistant.tools import Toolbox, Views
from benchmarks.fictitious import Written, many
from benchmarks.timing import table, times
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.reader import Reader
from vectorstore.retriever import Retriever

_SMALL = 50
_ASKED = 40


def main(size: int) -> None:
    """Print the p50 of table answers in a small and a large library, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        small = list(many(_SMALL))
        questions = [_question(written) for written in small if written.plan.tables][:_ASKED]
        rows: list[tuple[str, ...]] = []
        medians: list[float] = []
        for count in (_SMALL, size):
            library = Library.open(f"sqlite:///{folder}/{count}.sqlite")
            filling = _fill(library, count, Path(folder) / "report.txt")
            taken = _asked(_engine(library), questions)
            medians.append(statistics.median(taken))
            p95 = sorted(taken)[int(len(taken) * 0.95)]
            rows.append((f"{count}", f"{count / filling:.1f}", f"{medians[-1]:.2f}", f"{p95:.2f}"))
            library.close()
    sys.stdout.write(
        table(("reports", "read and stored per second", "table answer p50, ms", "p95, ms"), rows)
        + f"\n\nratio of the medians: {medians[1] / medians[0]:.2f} (aim: below 2)\n"
    )


def _fill(library: Library, count: int, file: Path) -> float:
    """Read and store so many reports; return the seconds that took, the writing of the reports left out."""
    spent = 0.0
    for written in many(count):
        file.write_text(written.text, "utf-8")
        started = time.perf_counter()
        library.put(ingest_file(file), location=written.source, pipeline="bench")
        spent += time.perf_counter() - started
    return spent


def _engine(library: Library) -> Engine:
    language, indicators = load_language(), load_indicators()
    reader = Reader.bundled()
    views = Views(library, indicators, reader=reader.digest)
    toolbox = Toolbox(library, Retriever(library, None, None), views, language, indicators, reader=reader)
    plans = PlanAnswerer(toolbox, language, indicators)
    planner = LearnedPlanner(reader, language, indicators)
    return Engine(library, planner, plans, fingerprint="bench")


def _question(written: Written) -> Question:
    return Question(text=f"{written.body.name}{written.year}年行政许可处理决定有多少项？")


def _asked(engine: Engine, questions: Sequence[Question]) -> list[float]:
    """Return the times of all questions after each was asked once, so that caches are as warm in both libraries."""
    refused = [question.text for question in questions if engine.ask(question).status != "answered"]
    if refused:
        sys.exit(f"{len(refused)} of {len(questions)} questions were not answered, such as: {refused[0]}")

    def call(question: Question) -> Callable[[], object]:
        return lambda: engine.ask(question)

    return times(call(question) for _ in range(3) for question in questions)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) == 2 else 5000)
