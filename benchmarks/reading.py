"""Measure how fast reports are read and whether memory stays flat: `python -m benchmarks.reading [REPORTS]`.

Each format is compared with the plain extraction of the same files in the same run: what any program that looks
at every character would spend, without sections, tables, figures or checks.
"""

import resource
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.fictitious import many
from benchmarks.timing import seconds, table
from ingest import ingest_file

_TIMED = 100
_WARM = 200

Plain = Callable[[Path], object]
PLAIN: dict[str, tuple[str, Plain]] = {
    ".txt": ("decode and split", lambda path: path.read_bytes().decode("utf-8").split()),
}
"""The plain extraction of each format."""


def main(size: int) -> None:
    """Print reading speed by format, and what memory grew by over `size` reports."""
    with tempfile.TemporaryDirectory() as folder:
        files = _write(Path(folder), _TIMED)
        for file in files[:5]:
            ingest_file(file)
        rows = [_speed(suffix, [file for file in files if file.suffix == suffix]) for suffix in PLAIN]
    heads = ("read", "reports/s", "MB/s", "plain extraction", "reports/s", "ratio")
    sys.stdout.write(f"{_TIMED} reports\n\n{table(heads, rows)}\n\n{_memory(size)}\n")


def _write(folder: Path, count: int) -> list[Path]:
    files: list[Path] = []
    for written in many(count):
        files.append(folder / written.source)
        files[-1].write_text(written.text, "utf-8")
    return files


def _speed(suffix: str, files: Sequence[Path]) -> tuple[str, ...]:
    what, plain = PLAIN[suffix]
    reading = seconds(lambda: [ingest_file(file) for file in files])
    extracting = seconds(lambda: [plain(file) for file in files])
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    return (
        suffix,
        f"{len(files) / reading:.1f}",
        f"{megabytes / reading:.2f}",
        what,
        f"{len(files) / extracting:.0f}",
        f"{reading / extracting:.1f}",
    )


def _memory(size: int) -> str:
    """Read report after report and say what the peak grew by once everything is loaded."""
    marks: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.txt"
        for number, written in enumerate(many(size), start=1):
            file.write_text(written.text, "utf-8")
            ingest_file(file)
            if number in {min(_WARM, size), size}:
                marks[number] = _peak_megabytes()
    told = ", ".join(f"{value:.0f} MB after {number}" for number, value in marks.items())
    first, last = next(iter(marks.values())), marks[size]
    return f"peak memory: {told} reports; growth {last - first:.1f} MB"


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) == 2 else 2000)
