"""Order, add up and count over a province of generated reports, and time it: `python -m benchmarks.province [REPORTS]`."""

import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from assistant.language import load_language
from assistant.plans import Amount
from assistant.tools import (
    Collect,
    ListReports,
    Toolbox,
    Views,
    averaged,
    counted,
    ranked,
    summed,
    trended,
)
from benchmarks.fictitious import ProvinceReport, province
from benchmarks.timing import seconds, table, times
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.models import Filter
from vectorstore.retriever import Retriever

_ASKED = ("art20_5.licensing.decisions", "art20_9.procurement.amount", "new_requests", "requests.received")
_ROUNDS = 30


def main(size: int) -> None:
    """Print how long each operation takes, the reading of its figures included."""
    reports = province(size)
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(f"sqlite:///{folder}/library.sqlite")
        reading = seconds(lambda: fill(library, reports, Path(folder)))
        toolbox = toolbox_over(library)
        heads = toolbox.list_reports(ListReports(filter=Filter()))
        columns = {key: toolbox.collect(Collect(reports=heads, indicator=key)) for key in _ASKED}
        rows = [
            (name, f"{statistics.median(taken):.2f}", f"{sorted(taken)[int(len(taken) * 0.95)]:.2f}")
            for name, taken in (
                ("collect", _times(lambda key: toolbox.collect(Collect(reports=heads, indicator=key)))),
                (
                    "collect and rank",
                    _times(lambda key: ranked(toolbox.collect(Collect(reports=heads, indicator=key)))),
                ),
                ("rank", _times(lambda key: ranked(columns[key]))),
                ("sum", _times(lambda key: summed(columns[key]))),
                ("mean", _times(lambda key: averaged(columns[key]))),
                ("trend", _times(lambda key: trended(columns[key]))),
                ("count", _times(lambda key: counted(columns[key], "at_least", Amount(value=Decimal(100))))),
            )
        ]
        library.close()
    sys.stdout.write(
        f"{len(reports)} reports read and stored in {reading:.1f} s\n\n"
        + table(("over all reports", "p50, ms", "p95, ms"), rows)
        + "\n"
    )


def _times(operation: Callable[[str], object]) -> list[float]:
    return times((lambda key=key: operation(key)) for _ in range(_ROUNDS) for key in _ASKED)


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
