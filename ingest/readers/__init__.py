"""Turn the bytes of a file into a RawDocument."""

from pathlib import Path

from ingest.errors import UnreadableFile
from ingest.models import RawDocument
from ingest.readers.loading import load
from ingest.readers.text import read_text
from ingest.settings import ReadingLimits

__all__ = ["SUFFIXES", "read_document"]

SUFFIXES = (".txt", ".md")
"""The endings of files that a folder is searched for."""


def read_document(path: Path, *, limits: ReadingLimits) -> RawDocument:
    """Return the text, lines and grids of a file; raise UnreadableFile or LimitExceeded with the remedy."""
    if path.suffix.lower() not in SUFFIXES:
        raise UnreadableFile(
            path.name,
            f"不支持 {path.suffix or '无后缀'} 格式",
            f"目前可读 {'、'.join(SUFFIXES)}，请转换后再导入。",
        )
    return read_text(path, load(path, limits=limits), limits=limits)
