"""Draw a page of a report's PDF, in a process of its own: pdfium bears no second thread, and files come from anyone."""

import logging
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, cast

from vectorstore.models import KnownFile

logger = logging.getLogger(__name__)

_SCALE = 1.4  # of 72 dots an inch: readable, and some 150 kB a page
_PATIENCE = 20


class Files(Protocol):
    """Tell where the files of the reports stood."""

    def known_files(self) -> Mapping[str, KnownFile]:
        """Return what is held of each location."""
        ...


class Pages:
    """Draw pages of the reports whose PDF still stands where it was read."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def draw(self, report_id: str, page: int) -> bytes | None:
        """Return a page as PNG, pages counted from 1; None where there is no such page any more."""
        for known in self._files.known_files().values():
            file = Path(known.location)
            if known.report_id == report_id and file.suffix.lower() == ".pdf" and file.is_file():
                return _drawn(file, page)
        return None


def _drawn(file: Path, page: int) -> bytes | None:
    command = [sys.executable, "-m", "assistant.interfaces.web.pages", str(file), str(page)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=True)
    except subprocess.SubprocessError as error:
        logger.warning("page %d of %s could not be drawn: %s", page, file.name, error)
        return None
    return done.stdout


def main() -> None:
    """Write a page of a file to standard output."""
    import pypdfium2

    file, page = sys.argv[1:]
    document = cast(Any, pypdfium2).PdfDocument(file)
    drawn = BytesIO()
    document[int(page) - 1].render(scale=_SCALE).to_pil().convert("L").save(drawn, "PNG", optimize=True)
    sys.stdout.buffer.write(drawn.getvalue())


if __name__ == "__main__":
    main()
