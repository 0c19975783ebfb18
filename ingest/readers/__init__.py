"""Turn the bytes of a file into a RawDocument: the bytes say what it is, its name only where they do not."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ingest.errors import UnreadableFile
from ingest.models import RawDocument
from ingest.readers.doc import is_binary_doc, is_rtf, read_doc, read_rtf
from ingest.readers.docx import is_zip, read_docx
from ingest.readers.html import (
    has_marks,
    has_tables,
    is_html,
    is_web_archive,
    read_html,
    read_text_with_tables,
    read_web_archive,
)
from ingest.readers.loading import load
from ingest.readers.pdf import is_pdf, read_pdf
from ingest.readers.text import read_text
from ingest.settings import ReadingLimits

__all__ = ["SUFFIXES", "read_document"]

SUFFIXES = (
    ".txt",
    ".md",
    ".html",
    ".htm",
    ".mht",
    ".mhtml",
    ".docx",
    ".doc",
    ".rtf",
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".tif",
    ".tiff",
    ".bmp",
)
"""The endings of files that a folder is searched for."""


_IMAGE = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\x00|MM\x00\*|BM.{4}\x00{4}", re.DOTALL)


class _Read(Protocol):
    def __call__(self, path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument: ...


def _is_image(data: bytes) -> bool:
    """Tell a PNG, JPEG, TIFF or BMP picture by its first bytes."""
    return bool(_IMAGE.match(data))


def _read_image(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    from ingest.readers.ocr import read_image

    return read_image(path, data, limits=limits)


_BY_BYTES: tuple[tuple[Callable[[bytes], bool], _Read], ...] = (
    (is_pdf, read_pdf),
    (_is_image, _read_image),
    (is_zip, read_docx),
    (is_binary_doc, read_doc),
    (is_rtf, read_rtf),
    (is_web_archive, read_web_archive),
    (is_html, read_html),
)
"""The first whose bytes agree reads the file."""

_BY_NAME: dict[str, tuple[Callable[[bytes], bool], _Read]] = {
    ".html": (has_marks, read_html),
    ".htm": (has_marks, read_html),
    ".md": (has_tables, read_text_with_tables),
    ".txt": (has_tables, read_text_with_tables),
}
"""Who reads what the bytes alone do not tell from text; plain text is left to the last."""


def read_document(path: Path, *, limits: ReadingLimits) -> RawDocument:
    """Return the text, lines and grids of a file; raise UnreadableFile or LimitExceeded with the remedy."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnreadableFile(
            path.name,
            f"不支持 {path.suffix or '无后缀'} 格式",
            f"目前可读 {'、'.join(SUFFIXES)}，请转换后再导入。",
        )
    data = load(path, limits=limits)
    for agrees, read in (*_BY_BYTES, *filter(None, [_BY_NAME.get(suffix)])):
        if agrees(data):
            return read(path, data, limits=limits)
    return read_text(path, data, limits=limits)
