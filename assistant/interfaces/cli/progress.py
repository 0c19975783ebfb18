"""Show how far a long command has come."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import typer

from assistant.interfaces.cli.shell import plain, remark

if TYPE_CHECKING:
    from rich.progress import Progress as Meter
    from rich.progress import TaskID

    from vectorstore.models import Progress

_STAGES = {"reading": "读取", "indexing": "建立索引"}


class Bar:
    """Show on a terminal how far a command has come; elsewhere, only its lines."""

    def __init__(self, meter: "Meter", task: "TaskID") -> None:
        self._meter = meter
        self._task = task
        self._began = monotonic()

    def advance(self) -> None:
        """Count one more."""
        self._meter.advance(self._task)

    def follow(self, progress: "Progress") -> None:
        """Show how far a build is, how fast, and which file it has just read."""
        rate = progress.done / max(monotonic() - self._began, 0.001)
        file = progress.outcome.path if progress.outcome is not None else ""
        self._meter.update(
            self._task,
            description=_STAGES[progress.stage],
            completed=progress.done,
            total=progress.total,
            detail=f"{rate:.1f}/秒 {plain(file)}",
        )

    def say(self, line: str) -> None:
        """Print a line of the result, above the bar where both share the terminal."""
        if self._meter.disable or not sys.stdout.isatty():
            typer.echo(line)
        else:
            self._above(line)

    def remark(self, line: str) -> None:
        """Print a remark above the bar."""
        if self._meter.disable:
            remark(line)
        else:
            self._above(plain(line))

    def _above(self, line: str) -> None:
        self._meter.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)


@contextmanager
def progress_bar(title: str, *, total: int | None = None) -> Generator[Bar]:
    """Show a progress bar on standard error while the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        redirect_stdout=False,
        redirect_stderr=False,
        transient=True,
    ) as progress:
        yield Bar(progress, progress.add_task(title, total=total, detail=""))
