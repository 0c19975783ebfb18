"""Read a PDF page by page: drawn text with its ruling lines, photographed pages by recognition."""

import re
from pathlib import Path

from ingest.errors import UnreadableFile
from ingest.models import RawDocument
from ingest.readers.flow import compose
from ingest.readers.loading import source_of
from ingest.readers.pages import Page, page_of_glyphs
from ingest.readers.ruling import find_lattices
from ingest.readers.unpacking import check_streams
from ingest.settings import ReadingLimits

_MEDIA_TYPE = "application/pdf"
_HEAD = re.compile(rb"\s*%PDF-")
_LOCKED = re.compile(rb"/Encrypt\b")


def is_pdf(data: bytes) -> bool:
    """Tell a PDF by its first bytes."""
    return bool(_HEAD.match(data))


def read_pdf(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids with their pages; raise UnreadableFile or LimitExceeded with the remedy."""
    from ingest.readers.pictures import resaved

    name = path.name
    check_streams(name, data, limits=limits)
    shown = resaved(name, data) if _LOCKED.search(data) else data
    try:
        pages = _pages(name, shown, limits)
    except UnreadableFile:
        if shown is not data:
            raise
        shown = resaved(name, data)
        pages = _pages(name, shown, limits)
    return compose(pages, name=name, source=source_of(path, data, media_type=_MEDIA_TYPE), limits=limits)


def _pages(name: str, data: bytes, limits: ReadingLimits) -> list[Page]:
    from ingest.readers.drawing import read_drawings

    check_streams(name, data, limits=limits)
    pages: list[Page] = []
    for drawing in read_drawings(name, data, limits=limits):
        lattices = find_lattices(drawing.horizontal, drawing.vertical)
        pages.append(page_of_glyphs(drawing.number, drawing.width, drawing.height, drawing.glyphs, lattices))
    return pages
