"""Read a PDF page by page: drawn text with its ruling lines, photographed pages by recognition."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import LimitExceeded, UnreadableFile
from ingest.models import RawDocument
from ingest.readers.flow import compose
from ingest.readers.loading import source_of
from ingest.readers.pages import Page, page_of_glyphs
from ingest.readers.ruling import find_lattices
from ingest.readers.text import plausibility
from ingest.readers.typesetting import is_unreadable
from ingest.readers.unpacking import check_streams
from ingest.settings import ReadingLimits

if TYPE_CHECKING:
    from ingest.readers.drawing import Drawing

_MEDIA_TYPE = "application/pdf"
_HEAD = b"%PDF-"
_LATEST_HEAD = 1024
_MOST_UNREAD = 0.3
_WHOLE_PAGE = 0.6
_FEW, _FEW_BESIDE_A_SCAN = 20, 60
_FEWEST_JUDGED = 60
_LEAST_PLAUSIBLE, _LEAST_CHINESE = 0.04, 0.1
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LOCKED = re.compile(rb"/Encrypt\b")


def is_pdf(data: bytes) -> bool:
    """Tell a PDF by its first bytes; some programs put lines of their own before its head."""
    return _HEAD in data[:_LATEST_HEAD]


def read_pdf(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids with their pages; raise UnreadableFile or LimitExceeded with the remedy."""
    from ingest.readers.pictures import resaved

    name = path.name
    check_streams(name, data, limits=limits)
    shown = resaved(name, data) if _LOCKED.search(data) else data
    try:
        pages, remarks = _pages(name, shown, limits)
    except UnreadableFile:
        if shown is not data:
            raise
        shown = resaved(name, data)
        pages, remarks = _pages(name, shown, limits)
    source = source_of(path, data, media_type=_MEDIA_TYPE)
    document = compose(pages, name=name, source=source, limits=limits)
    return document.model_copy(update={"remarks": remarks})


def _pages(name: str, data: bytes, limits: ReadingLimits) -> tuple[list[Page], tuple[str, ...]]:
    """Return the pages, and in words which of them show something else than their text says."""
    from ingest.readers.drawing import read_drawings

    check_streams(name, data, limits=limits)
    pages: dict[int, Page] = {}
    photographed: list[int] = []
    nonsense: list[int] = []
    for drawing in read_drawings(name, data, limits=limits):
        if _is_photographed(drawing):
            photographed.append(drawing.number)
            continue
        if _is_nonsense(drawing):
            photographed.append(drawing.number)
            nonsense.append(drawing.number)
            continue
        lattices = find_lattices(drawing.horizontal, drawing.vertical)
        pages[drawing.number] = page_of_glyphs(
            drawing.number, drawing.width, drawing.height, drawing.glyphs, lattices
        )
    if len(photographed) > limits.max_scanned_pages:
        raise LimitExceeded(
            name, f"扫描的页超过上限 {limits.max_scanned_pages} 页", "请只保留年度报告的正文再导入。"
        )
    if photographed:
        from ingest.readers.ocr import read_picture
        from ingest.readers.pictures import page_pictures

        for number, picture, dpi in page_pictures(name, data, photographed, limits=limits):
            pages[number] = read_picture(name, picture, number=number, dpi=dpi)
    told = "、".join(map(str, nonsense))
    remarks = (f"第 {told} 页的文字层读不通，改按图像识别",) if nonsense else ()
    return [pages[number] for number in sorted(pages)], remarks


def _is_nonsense(drawing: "Drawing") -> bool:
    """Tell a page whose characters make no Chinese: rare ones only, or under a scan hardly any."""
    text = "".join(glyph.text for glyph in drawing.glyphs)
    if len(text) < _FEWEST_JUDGED:
        return False
    chinese = len(_CHINESE.findall(text))
    if chinese >= _FEWEST_JUDGED:
        return plausibility(text) < _LEAST_PLAUSIBLE
    return _largest_picture(drawing) > _WHOLE_PAGE and chinese < _LEAST_CHINESE * len(text)


def _is_photographed(drawing: "Drawing") -> bool:
    """Tell a page whose text is in a picture, or in codes that nobody can read; an empty page is none."""
    unread = sum(is_unreadable(glyph.text) for glyph in drawing.glyphs) + drawing.lost
    readable = len(drawing.glyphs) + drawing.lost - unread
    if unread > _MOST_UNREAD * readable:
        return True
    fewest = _FEW_BESIDE_A_SCAN if _largest_picture(drawing) > _WHOLE_PAGE else _FEW
    return bool(drawing.pictures) and (drawing.hidden > readable or readable < fewest)


def _largest_picture(drawing: "Drawing") -> float:
    """Return the share of the page that its largest picture covers."""
    area = max(((x1 - x0) * (bottom - top) for x0, top, x1, bottom in drawing.pictures), default=0.0)
    return area / (drawing.width * drawing.height) if drawing.width * drawing.height > 0 else 0.0
