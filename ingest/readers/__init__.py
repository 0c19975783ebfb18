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
from ingest.readers.text import decoded, read_text
from ingest.settings import ReadingLimits

__all__ = ["SUFFIXES", "is_document", "read_document"]

_PAGES = (".html", ".htm", ".shtml", ".xhtml", ".asp", ".aspx", ".jsp", ".php")
SUFFIXES = (
    ".txt",
    ".md",
    *_PAGES,
    ".mht",
    ".mhtml",
    ".docx",
    ".doc",
    ".wps",
    ".rtf",
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".tif",
    ".tiff",
    ".bmp",
)
"""The endings of files that may hold a report; what has another one is judged by its content alone."""

_DATA = frozenset([
    ".cfg", ".conf", ".css", ".csv", ".ini", ".js", ".json", ".jsonl", ".log", ".py", ".sh", ".sql", ".svg", ".toml",
    ".tsv", ".xml", ".yaml", ".yml",
])  # fmt: skip
"""The endings of texts that are no reports, whatever words stand in them."""

_CLAIMS = {
    ".pdf": "PDF",
    ".docx": "Word 文档",
    ".doc": "Word 文档",
    ".wps": "WPS 文档",
    ".rtf": "RTF 文档",
    ".mht": "网页档案",
    ".mhtml": "网页档案",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"), "图片"),
}
"""What a file says it is by its ending, where that is no text."""

_SAMPLE = 65_536
_WORDS = "信息公开"

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
    **dict.fromkeys(_PAGES, (has_marks, read_html)),
    **dict.fromkeys((".md", ".txt", ""), (has_tables, read_text_with_tables)),
}
"""Who reads what the bytes alone do not tell from text; plain text is left to the last."""


def is_document(path: Path) -> bool:
    """Tell a file for which a folder is searched: by its ending, or by its content where the ending says nothing."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return True
    try:
        with path.open("rb") as opened:
            sample = opened.read(_SAMPLE)
    except OSError:
        return False
    if is_zip(sample):
        return b"word/" in sample
    if is_binary_doc(sample):
        return _holds_word(path)
    if any(agrees(sample) for agrees, _ in _BY_BYTES):
        return True
    return suffix not in _DATA and _WORDS in _text_of(sample)


def _holds_word(path: Path) -> bool:
    return "WordDocument".encode("utf-16-le") in path.read_bytes()


def _text_of(sample: bytes) -> str:
    """Return the text of a beginning, whose last character may be cut; empty where it is none."""
    for end in range(len(sample), max(len(sample) - 4, 0), -1):
        try:
            return decoded("", sample[:end])
        except UnreadableFile:
            continue
    return ""


def read_document(path: Path, *, limits: ReadingLimits) -> RawDocument:
    """Return the text, lines and grids of a file; raise UnreadableFile or LimitExceeded with the remedy."""
    suffix = path.suffix.lower()
    data = load(path, limits=limits)
    for agrees, read in (*_BY_BYTES, *filter(None, [_BY_NAME.get(suffix)])):
        if agrees(data):
            return read(path, data, limits=limits)
    if suffix in _DATA:
        raise _unsupported(path)
    if suffix in _CLAIMS and b"\x00" in data:
        raise _broken(path)
    try:
        return read_text(path, data, limits=limits)
    except UnreadableFile as error:
        if suffix in _CLAIMS:
            raise _broken(path) from error
        if suffix not in SUFFIXES:
            raise _unsupported(path) from error
        raise


def _broken(path: Path) -> UnreadableFile:
    claim = _CLAIMS[path.suffix.lower()]
    remedy = "请重新下载，或用能打开它的软件另存后再导入。"
    return UnreadableFile(path.name, f"{claim} 已损坏，或根本不是 {claim}", remedy)


def _unsupported(path: Path) -> UnreadableFile:
    return UnreadableFile(
        path.name,
        f"不支持 {path.suffix or '无后缀'} 格式",
        f"目前可读 {'、'.join(SUFFIXES)}，请转换后再导入。",
    )
