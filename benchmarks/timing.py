"""Take times and write them down; machines are noisy, so what counts is the ratio to something in the same run."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence


def milliseconds(run: Callable[[], object], rounds: int = 30) -> float:
    """Return the median time of a call, after one call that warms up."""
    run()
    return statistics.median(times(run for _ in range(rounds)))


def times(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Return how many milliseconds each call took."""
    taken: list[float] = []
    for call in calls:
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def seconds(run: Callable[[], object]) -> float:
    """Return how long one call took."""
    return times([run])[0] / 1000


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, the first column to the left."""
    rule = "|" + "|".join(["---", *["---:"] * (len(heads) - 1)]) + "|"
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])
