"""Carry out plans over a province of generated reports, and time them: `python -m benchmarks.province [REPORTS]`."""

import statistics
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from assistant.execution import Executor
from assistant.language import load_language
from assistant.plans import (
    Amount,
    Bound,
    Count,
    Everything,
    Mean,
    Measure,
    Median,
    Operation,
    Plan,
    Rank,
    Share,
    Sum,
)
from assistant.tools import Toolbox, Views
from benchmarks.fictitious import ProvinceReport, province
from benchmarks.timing import seconds, table, times
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.models import Filter
from vectorstore.retriever import Retriever

_DECISIONS = Measure(phrase="行政许可", column="处理决定数量")
_RECEIVED = Measure(phrase="本年新收政府信息公开申请数量")
_GRANTED = Measure(phrase="予以公开")
_OPERATIONS: dict[str, Operation] = {
    "rank": Rank(of=(_DECISIONS,), over="bodies", limit=10),
    "rank shares": Rank(of=(Share(part=_GRANTED, whole=_RECEIVED),), over="bodies", limit=10),
    "sum": Sum(of=(_DECISIONS,), over="bodies"),
    "mean": Mean(of=(_DECISIONS,), over="bodies"),
    "median": Median(of=(_DECISIONS,), over="bodies"),
    "count": Count(
        of=(_DECISIONS,),
        over="bodies",
        bound=Bound(relation="at_least", value=Amount(value=Decimal(100))),
    ),
}
_ROUNDS = 10


def main(size: int) -> None:
    """Print how long each operation takes over all reports, the reading of its figures included."""
    reports = province(size)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(f"sqlite:///{folder}/library.sqlite")
        reading = seconds(lambda: fill(library, reports, Path(folder)))
        executor = Executor(toolbox_over(library), load_language(), load_indicators())
        rows = [(name, *_timed(executor, operation)) for name, operation in _OPERATIONS.items()]
        library.close()
    sys.stdout.write(
        f"{len(reports)} reports read and stored in {reading:.1f} s\n\n"
        + table(("over all reports", "p50, ms", "p95, ms"), rows)
        + "\n"
    )


def _unwatched(tool: str, detail: str) -> None:
    del tool, detail


def _timed(executor: Executor, operation: Operation) -> tuple[str, str]:
    plan = Plan(standalone="", among=Everything(), operations=(operation,))
    taken = times(
        (lambda: executor.execute(plan, narrowed=Filter(), observe=_unwatched)) for _ in range(_ROUNDS)
    )
    return f"{statistics.median(taken):.1f}", f"{sorted(taken)[int(len(taken) * 0.95)]:.1f}"


def fill(library: Library, reports: Sequence[ProvinceReport], folder: Path) -> None:
    """Read and store reports, without vectors."""
    for report in reports:
        file = folder / report.source
        file.write_text(report.text, "utf-8")
        library.put(ingest_file(file), location=report.source, pipeline="bench")


def toolbox_over(library: Library) -> Toolbox:
    """Return the tools over a library without vectors."""
    language, indicators = load_language(), load_indicators()
    retriever = Retriever(library, None, None)
    return Toolbox(library, retriever, Views(library, indicators), language, indicators)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) == 2 else 505)
