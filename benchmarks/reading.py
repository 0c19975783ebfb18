"""Measure how fast reports are read and whether memory stays flat: `python -m benchmarks.reading [REPORTS]`.

Each format is compared with the plain extraction of the same files in the same run: what any program that looks
at every character would spend, without sections, tables, figures or checks.
"""

import io
import resource
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree
from pypdfium2 import PdfDocument

from benchmarks.fictitious import many
from benchmarks.printing import PRINTERS
from benchmarks.timing import seconds, table
from ingest import ingest_file

_TIMED = {".txt": 100, ".html": 100, ".docx": 40, ".pdf": 20}
_ROUNDS = 3
_WARM = 200

Plain = Callable[[bytes], object]


def _page_text(data: bytes) -> str:
    return "".join(etree.HTML(data).itertext())


def _document_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(etree.fromstring(archive.read("word/document.xml")).itertext())


def _pdf_text(data: bytes) -> list[str]:
    document = PdfDocument(data)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


PLAIN: dict[str, tuple[str, Plain]] = {
    ".txt": ("decode and split", lambda data: data.decode("utf-8").split()),
    ".html": ("lxml itertext", _page_text),
    ".docx": ("lxml itertext", _document_text),
    ".pdf": ("PDFium text", _pdf_text),
}
"""The plain extraction of each format."""


def main(size: int) -> None:
    """Print reading speed by format, and what memory grew by over `size` reports."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_speed(suffix, _write(Path(folder), suffix, count)) for suffix, count in _TIMED.items()]
    heads = ("read", "reports", "ms/report", "MB/s", "plain extraction", "ms/report", "ratio")
    sys.stdout.write(f"best of {_ROUNDS} rounds\n\n{table(heads, rows)}\n\n{_memory(size)}\n")


def _write(folder: Path, suffix: str, count: int) -> list[Path]:
    files: list[Path] = []
    for written in many(count):
        files.append((folder / written.source).with_suffix(suffix))
        files[-1].write_bytes(PRINTERS[suffix](written.text))
    return files


def _speed(suffix: str, files: Sequence[Path]) -> tuple[str, ...]:
    what, plain = PLAIN[suffix]
    for file in files[:5]:
        ingest_file(file)
    reading = min(seconds(lambda: [ingest_file(file) for file in files]) for _ in range(_ROUNDS))
    extracting = min(seconds(lambda: [plain(file.read_bytes()) for file in files]) for _ in range(_ROUNDS))
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    return (
        suffix,
        str(len(files)),
        f"{reading / len(files) * 1000:.1f}",
        f"{megabytes / reading:.2f}",
        what,
        f"{extracting / len(files) * 1000:.2f}",
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
