"""Read photographed pages: find the ruling lines in the picture, then recognise cell by cell.

A number counts as certain only when two readings of it agree, both are sure of it, and it has no more strokes than
characters. A cell with ink in it is never blank; what cannot be read is 〓.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from ingest.errors import LimitExceeded
from ingest.models import UNREAD, RawDocument, Value
from ingest.readers.flow import compose
from ingest.readers.layout import PlacedCell
from ingest.readers.loading import source_of
from ingest.readers.pages import Page, PageTable, is_table, placed
from ingest.readers.pictures import Picture, file_pictures
from ingest.readers.recognition import Area, Reading, Recognizer, load_recognizer
from ingest.readers.ruling import Lattice, find_lattices
from ingest.readers.scanning import (
    Mask,
    as_rules,
    enlarged,
    ink_of,
    rules_of,
    runs_of,
    shrunk,
    straightened,
    widened,
    without_specks,
)
from ingest.readers.typesetting import TextLine, Word, joined
from ingest.settings import ReadingLimits

_POINTS = 72.0
_SURE_NUMBER = 0.9
_SURE_WORDS = 0.75
_STEEPEST = 6.0
_LONGEST_GAP = 6.0
_LEGIBLE = 0.75
_LINES_TRIED = 6
_LARGEST_SEARCHED = 1400
_MOST_BOXES = 3000
_REACH = 0.7
_LOWEST_RISE, _SHORTEST_RISEN = 0.8, 0.3
_NARROWEST_TABLE = 90.0
"""In points; strokes of large characters, such as 区, enclose less."""
_NUMBER = re.compile(r"[+\-−－]?[\d][\d,，.]*")
_LIKE_NUMBER = re.compile(rf"[\dOoQDIlLi|!SsBZz〇○口丨一—\-−+＋.,，、．:：'`{UNREAD}\s/\\]{{1,12}}")
_MARKS = re.compile(r"[-－—–/／\\]|无")
_DIGIT_LIKE = re.compile(r"[^\d.,，+\-−]")
_MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".bmp": "image/bmp",
}


class _Strip(Value):
    """Hold a line of text inside a cell, in dots; `marks` counts its strokes that stand apart.

    `uneven` tells that one of them ends far above the others, as the mark of a note does.
    """

    x0: int
    top: int
    x1: int
    bottom: int
    marks: int
    uneven: bool


def read_image(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a picture file; raise UnreadableFile or LimitExceeded with the remedy."""
    pages = [
        read_picture(path.name, picture, number=number, dpi=dpi)
        for number, picture, dpi in file_pictures(path.name, data, limits=limits)
    ]
    media_type = _MEDIA_TYPES.get(path.suffix.lower(), "image/png")
    source = source_of(path, data, media_type=media_type)
    return compose(pages, name=path.name, source=source, limits=limits)


def read_picture(name: str, picture: Picture, *, number: int, dpi: float) -> Page:
    """Return what stands on a photographed page."""
    recognizer = load_recognizer()
    picture, areas = _upright(straightened(picture), recognizer)
    ink = ink_of(picture)
    across, along = rules_of(ink, dpi)
    scale = _POINTS / dpi
    lattices = [
        lattice
        for lattice in find_lattices(
            as_rules(across, scale, flat=True), as_rules(along, scale, flat=False), gap=_LONGEST_GAP
        )
        if is_table(lattice) and lattice.xs[-1] - lattice.xs[0] > _NARROWEST_TABLE
    ]
    lines = widened(np.maximum(across, along))
    clean = np.where(lines > 0, np.uint8(255), picture).astype(np.uint8)
    letters = np.where(lines > 0, np.uint8(0), ink).astype(np.uint8)
    boxes = sum(len(lattice.boxes) for lattice in lattices)
    if boxes > _MOST_BOXES:
        raise LimitExceeded(
            name, f"第 {number} 页的格子超过上限 {_MOST_BOXES} 个", "请去掉图纸、附图等页面后再导入。"
        )
    tables = [_table(lattice, clean, letters, dpi, recognizer) for lattice in lattices]
    outside = [
        _grown(area, areas, letters)
        for area in areas
        if not any(_inside(area, lattice, scale) for lattice in lattices)
    ]
    return Page(
        number=number,
        width=picture.shape[1] * scale,
        height=picture.shape[0] * scale,
        lines=tuple(_prose(picture, outside, scale, recognizer)),
        tables=tuple(table for table in tables if any(cell.text for cell in table.cells)),
    )


def _grown(area: Area, areas: Sequence[Area], letters: Picture) -> Area:
    """Return the area with the characters at its ends that the search left out, such as the 一、 of a heading."""
    middle = (area.top + area.bottom) / 2
    beside = [other for other in areas if other is not area and other.top < middle < other.bottom]
    first = round(max((other.x1 for other in beside if other.x1 <= area.x0 + 1), default=0.0))
    last = round(min((other.x0 for other in beside if other.x0 >= area.x1 - 1), default=letters.shape[1]))
    height = area.bottom - area.top
    reach = round(_REACH * height)
    top, bottom = int(area.top + 0.15 * height), int(area.bottom - 0.15 * height)
    left, right = max(0, int(area.x0)), min(letters.shape[1], int(area.x1) + 1)
    columns = np.any(letters[max(0, top) : max(1, bottom)], axis=0)
    columns[:first], columns[last:] = False, False
    while (near := np.flatnonzero(columns[max(0, left - reach) : left])).size:
        left = max(0, left - reach) + int(near[0])
    while (near := np.flatnonzero(columns[right : right + reach])).size:
        right += int(near[-1]) + 1
    pad = 0.2 * height
    return area.model_copy(
        update={
            "x0": min(area.x0, max(0.0, left - pad)),
            "x1": max(area.x1, min(float(letters.shape[1]), right + pad)),
        }
    )


def _inside(area: Area, lattice: Lattice, scale: float) -> bool:
    x, y = (area.x0 + area.x1) / 2 * scale, (area.top + area.bottom) / 2 * scale
    return lattice.xs[0] <= x <= lattice.xs[-1] and lattice.ys[0] <= y <= lattice.ys[-1]


# ------------------------------------------------------------ the picture


def _upright(picture: Picture, recognizer: Recognizer) -> tuple[Picture, list[Area]]:
    """Return the page turned so that its text can be read, and where its lines of text stand."""
    tried: list[tuple[float, Picture, list[Area]]] = []
    for quarters in range(4):
        turned = np.ascontiguousarray(np.rot90(picture, quarters))
        areas = _areas(turned, recognizer)
        tried.append((_legibility(turned, areas, recognizer), turned, areas))
        if tried[-1][0] > _LEGIBLE:
            break
    _, turned, areas = max(tried, key=lambda each: each[0])
    return turned, areas


def _areas(picture: Picture, recognizer: Recognizer) -> list[Area]:
    """Return where lines of text stand; they are found as well in a smaller picture."""
    small, shrink = shrunk(picture, _LARGEST_SEARCHED)
    return [
        Area(x0=area.x0 / shrink, top=area.top / shrink, x1=area.x1 / shrink, bottom=area.bottom / shrink)
        for area in recognizer.find(small)
    ]


def _legibility(picture: Picture, areas: Sequence[Area], recognizer: Recognizer) -> float:
    """Return how surely the longest lines can be read; an empty page can."""
    wide = [area for area in areas if area.x1 - area.x0 > 2.5 * (area.bottom - area.top)]
    tall = [area for area in areas if area.bottom - area.top > 2.5 * (area.x1 - area.x0)]
    if len(wide) < len(tall):
        return 0.0
    longest = sorted(wide, key=lambda area: area.x0 - area.x1)[:_LINES_TRIED]
    readings = recognizer.read([_cut(picture, area) for area in longest])
    return sum(reading.confidence for reading in readings) / len(readings) if readings else 1.0


def _cut(picture: Picture, area: Area) -> Picture:
    top, left = max(0, int(area.top)), max(0, int(area.x0))
    cut = picture[top : max(top + 1, int(area.bottom) + 1), left : max(left + 1, int(area.x1) + 1)]
    return np.ascontiguousarray(cut)


# ------------------------------------------------------------ tables


def _table(
    lattice: Lattice, clean: Picture, letters: Picture, dpi: float, recognizer: Recognizer
) -> PageTable:
    dots = dpi / _POINTS
    cells = [_strips(lattice, index, letters, dots) for index in range(len(lattice.boxes))]
    crops = [_crop(clean, strip, 0.25) for strips in cells for strip in strips]
    readings = iter(recognizer.read(crops))
    first = [[next(readings) for _ in strips] for strips in cells]
    doubtful = [
        (index, at)
        for index, found in enumerate(first)
        for at, reading in enumerate(found)
        if _LIKE_NUMBER.fullmatch(reading.text) or not reading.text
    ]
    again = recognizer.read([enlarged(_crop(clean, cells[index][at], 0.45)) for index, at in doubtful])
    second = dict(zip(doubtful, again, strict=True))
    placed_cells: list[PlacedCell] = []
    for index, (box, strips, found) in enumerate(zip(lattice.boxes, cells, first, strict=True)):
        text, certain = "", True
        for at, (strip, reading) in enumerate(zip(strips, found, strict=True)):
            own, sure = _agreed(reading, second.get((index, at)), strip)
            text = joined(text, own)
            certain &= sure
        placed_cells.append(placed(box, text, certain=certain and box.whole))
    return PageTable(xs=lattice.xs, top=lattice.ys[0], bottom=lattice.ys[-1], cells=tuple(placed_cells))


def _agreed(reading: Reading, again: Reading | None, strip: _Strip) -> tuple[str, bool]:
    """Return what a strip says and whether that is certain."""
    text = reading.text.replace(" ", "")
    if again is None:
        return reading.text, reading.confidence >= _SURE_WORDS
    other = again.text.replace(" ", "")
    sure = text == other and min(reading.confidence, again.confidence) >= _SURE_NUMBER
    if _NUMBER.fullmatch(text):
        return text, sure and strip.marks <= len(text) and not strip.uneven
    if _MARKS.fullmatch(text):
        return text, sure
    if not text:
        return UNREAD, False
    # 数字栏里的 O、l 之类可能是 0、1，不猜
    return _DIGIT_LIKE.sub(UNREAD, text), False


def _strips(lattice: Lattice, index: int, letters: Picture, dots: float) -> list[_Strip]:
    """Return the lines of text inside a box, from top to bottom; none where there is no ink at all."""
    box = lattice.boxes[index]
    margin = 1.2 * dots
    left = round(lattice.xs[box.column] * dots + margin)
    right = round(lattice.xs[box.column + box.column_span] * dots - margin)
    top = round(lattice.ys[box.row] * dots + margin)
    bottom = round(lattice.ys[box.row + box.row_span] * dots - margin)
    inner = without_specks(letters[max(0, top) : bottom, max(0, left) : right], dots)
    if not inner.any():
        return []
    runs = runs_of(np.any(inner, axis=1))
    merged: list[tuple[int, int]] = []
    smallest = 6.0 * dots
    for start, end in runs:
        # 横画分开的字（三、二）和小数点、减号不是另一行
        if merged and (start - merged[-1][0] <= smallest or end - merged[-1][0] <= 1.6 * smallest):
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    strips: list[_Strip] = []
    for start, end in merged:
        columns = runs_of(np.any(inner[start:end], axis=0))
        strips.append(
            _Strip(
                x0=max(0, left) + columns[0][0],
                top=max(0, top) + start,
                x1=max(0, left) + columns[-1][1],
                bottom=max(0, top) + end,
                marks=len(columns),
                uneven=any(_is_risen(inner[start:end, first:last]) for first, last in columns),
            )
        )
    return strips


def _is_risen(stroke: Mask) -> bool:
    """Tell a stroke in a line that ends far above its foot and is too tall for a minus sign."""
    rows = np.flatnonzero(np.any(stroke, axis=1))
    height = len(stroke)
    return bool(rows[-1] + 1 < _LOWEST_RISE * height and rows[-1] - rows[0] > _SHORTEST_RISEN * height)


def _crop(picture: Picture, strip: _Strip, room: float) -> Picture:
    """Return the strip with some paper around it."""
    pad = max(4, round((strip.bottom - strip.top) * room))
    crop = picture[
        max(0, strip.top - pad // 2) : strip.bottom + pad // 2, max(0, strip.x0 - pad) : strip.x1 + pad
    ]
    return np.ascontiguousarray(crop)


# ------------------------------------------------------------ prose


def _prose(picture: Picture, areas: Sequence[Area], scale: float, recognizer: Recognizer) -> list[TextLine]:
    """Return the lines that stand in some areas."""
    readings = recognizer.read([_cut(picture, area) for area in areas])
    found = [(area, reading) for area, reading in zip(areas, readings, strict=True) if reading.text]
    rows: list[list[tuple[Area, Reading]]] = []
    for area, reading in sorted(found, key=lambda each: each[0].top + each[0].bottom):
        middle = (area.top + area.bottom) / 2
        if rows and middle < rows[-1][0][0].bottom - 0.35 * (rows[-1][0][0].bottom - rows[-1][0][0].top):
            rows[-1].append((area, reading))
        else:
            rows.append([(area, reading)])
    return [_line(row, scale) for row in rows]


def _line(row: Sequence[tuple[Area, Reading]], scale: float) -> TextLine:
    words = [
        Word(
            text=reading.text,
            x0=area.x0 * scale,
            x1=area.x1 * scale,
            top=area.top * scale,
            bottom=area.bottom * scale,
            certain=reading.confidence >= _SURE_WORDS,
        )
        for area, reading in sorted(row, key=lambda each: each[0].x0)
    ]
    merged = [words[0]]
    for before, word in pairwise(words):
        if word.x0 - before.x1 < 0.8 * word.size:
            last = merged[-1]
            merged[-1] = last.model_copy(
                update={
                    "text": joined(last.text, word.text),
                    "x1": word.x1,
                    "certain": last.certain and word.certain,
                }
            )
        else:
            merged.append(word)
    return TextLine(words=tuple(merged))
