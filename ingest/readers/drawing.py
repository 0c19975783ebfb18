"""Know what each page of a PDF draws: characters, ruling lines and pictures. The only door to pdfminer.

Places are points from the upper left of the page as it is shown, turned pages and text included.
"""

import io
import logging
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from pdfminer.cmapdb import CMap, CMapBase, FileCMap, FileUnicodeMap
from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTPage
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextSeq
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdffont import PDFCIDFont, PDFFont
from pdfminer.pdfinterp import (
    PDFGraphicState,
    PDFPageInterpreter,
    PDFResourceManager,
    PDFStackT,
    PDFTextState,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1, stream_value
from pdfminer.utils import Matrix, apply_matrix_rect

from ingest.errors import IngestError, LimitExceeded, UnreadableFile
from ingest.models import Value
from ingest.readers.ruling import Rule
from ingest.readers.typesetting import Glyph, once, without_struck
from ingest.settings import ReadingLimits

_THIN = 3.0
_STRAIGHT = 1.0
_ASCENT = 0.86
_CODE_BLOCK = re.compile(rb"begincid(?:range|char)(.*?)endcid(?:range|char)", re.DOTALL)
_CODE_ENTRY = re.compile(rb"<((?:[0-9A-Fa-f]{2}){1,4})>\s*(?:<((?:[0-9A-Fa-f]{2}){1,4})>\s*)?(\d{1,6})")
_INVISIBLE = frozenset([3, 7])
_DAMAGED = "请用阅读器打开并另存为新的 PDF 后再导入。"
_RADICALS = str.maketrans(
    "⺁⺅⺌⺎⺐⺗⺝⺟⺠⺡⺢⺣⺤⺥⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺶⺷⺸⺹⺺⺻⺼⺽⺾⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻰⻲⻳",
    "厂亻小尢尢心月母民氵氺灬爫爫犭王疋目示礻竹糸纟网罒罒网羊羊羊老肀聿月臼艹艹虎衤西西见角角讠贝足车辶辶辶阝钅长镸长门阜阝雨青韦页风飞食飠饣首马骨鬼鱼鸟卤麦黄黾齐齐歯齿龙龟龟",
)
"""Fonts often name a character by its look-alike among the radicals, such as ⻚ for 页."""


class Drawing(Value):
    """Hold what one page draws; `pictures` are x0, top, x1, bottom.

    `hidden` counts characters drawn invisibly, as beneath a scan, `lost` those whose codes nobody can read.
    """

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]
    pictures: tuple[tuple[float, float, float, float], ...]
    hidden: int
    lost: int


def read_drawings(name: str, data: bytes, *, limits: ReadingLimits) -> Iterator[Drawing]:
    """Yield the pages; raise UnreadableFile for a locked or damaged file, LimitExceeded for a page too full."""
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        yield from _drawings(name, data, limits)
    except IngestError:
        raise
    except PDFPasswordIncorrect as error:
        raise UnreadableFile(name, "文件设有打开密码", "请去除密码后再导入。") from error
    # pdfminer raises errors of every kind on damaged bytes; this is its only door.
    except Exception as error:
        raise UnreadableFile(name, f"PDF 已损坏（{type(error).__name__}）", _DAMAGED) from error


def _drawings(name: str, data: bytes, limits: ReadingLimits) -> Iterator[Drawing]:
    document = PDFDocument(PDFParser(io.BytesIO(data)))
    pages: list[PDFPage] = []
    for page in PDFPage.create_pages(document):
        pages.append(page)
        if len(pages) > limits.max_pages:
            raise LimitExceeded(name, f"超过上限 {limits.max_pages} 页", "请只保留年度报告的正文再导入。")
    if not pages:
        raise UnreadableFile(name, "PDF 里没有可读的页", _DAMAGED)
    resources = _Resources()
    budget = _Budget(name, limits)
    for number, page in enumerate(pages, start=1):
        collector = _Collector(resources, budget)
        budget.start_page(number)
        _Interpreter(resources, collector).process_page(page)
        yield _drawing(number, page, collector)


class _Budget:
    """Count what drawing a file costs, and stop it at the stated limits."""

    def __init__(self, name: str, limits: ReadingLimits) -> None:
        self._name = name
        self._limits = limits
        self._page = 0
        self._objects = 0
        self._bytes = 0

    def start_page(self, number: int) -> None:
        self._page, self._objects = number, 0

    def count_object(self) -> None:
        self._objects += 1
        if self._objects > self._limits.max_page_objects:
            raise LimitExceeded(
                self._name,
                f"第 {self._page} 页的字符和线条超过上限 {self._limits.max_page_objects} 个",
                "请去掉图纸、附图等页面后再导入。",
            )

    def count_bytes(self, size: int) -> None:
        # 一张图形可被反复引用，按每次引用计
        self._bytes += size + 100
        if self._bytes > self._limits.max_drawing_bytes:
            raise LimitExceeded(
                self._name,
                f"绘制指令超过上限 {self._limits.max_drawing_bytes} 字节",
                "请去掉图纸、附图等页面后再导入。",
            )


class _Interpreter(PDFPageInterpreter):
    """Weigh the instructions of a page, and of each form that it draws, before following them."""

    device: "_Collector"

    def execute(self, streams: Sequence[object]) -> None:
        for stream in streams:
            self.device.budget.count_bytes(len(stream_value(stream).get_data()))
        super().execute(streams)

    def do_Do(self, xobjid_arg: PDFStackT) -> None:  # noqa: N802
        self.device.budget.count_object()
        super().do_Do(xobjid_arg)


class _Collector(PDFLayoutAnalyzer):
    """Keep what is drawn in one flat list, and the way it is drawn in."""

    def __init__(self, resources: PDFResourceManager, budget: _Budget) -> None:
        super().__init__(resources, laparams=None)
        self.budget = budget
        self.page: LTPage | None = None
        self.hidden = 0
        self.lost = 0
        self._drawn = 0
        self._mode = 0

    def receive_layout(self, ltpage: LTPage) -> None:
        self.page = ltpage

    def render_string(
        self, textstate: PDFTextState, seq: PDFTextSeq, ncs: PDFColorSpace, graphicstate: PDFGraphicState
    ) -> None:
        self._mode = textstate.render
        drawn = self._drawn
        super().render_string(textstate, seq, ncs, graphicstate)
        if self._drawn == drawn and self._mode not in _INVISIBLE:
            self.lost += sum(len(part) for part in seq if isinstance(part, bytes))

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        self.budget.count_object()
        self._drawn += 1
        if self._mode in _INVISIBLE:
            self.hidden += 1
            return font.char_width(cid) * fontsize * scaling
        return super().render_char(matrix, font, fontsize, scaling, rise, cid, ncs, graphicstate)

    def paint_path(
        self, gstate: PDFGraphicState, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]
    ) -> None:
        self.budget.count_object()
        if stroke or fill:
            super().paint_path(gstate, stroke, fill, evenodd, path)


class _Resources(PDFResourceManager):
    """Read the code tables that fonts bring along, which pdfminer passes over."""

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        font = super().get_font(objid, spec)
        table = resolve1(spec.get("Encoding"))
        if isinstance(font, PDFCIDFont) and isinstance(table, PDFStream) and not _has_codes(font.cmap):
            _give_codes(font, table.get_data())
        return font


def _has_codes(codes: CMapBase) -> bool:
    return not isinstance(codes, CMap) or bool(codes.code2cid)


def _give_codes(font: PDFCIDFont, table: bytes) -> None:
    """Tell a font the numbers of its glyphs, and their meaning by number instead of by code."""
    numbers: dict[bytes, int] = {}
    for block in _CODE_BLOCK.finditer(table):
        for entry in _CODE_ENTRY.finditer(block[1]):
            first, last, number = bytes.fromhex(entry[1].decode()), entry[2] or entry[1], int(entry[3])
            start = int.from_bytes(first, "big")
            for code in range(start, int(last, 16) + 1):
                numbers[code.to_bytes(len(first), "big")] = number + code - start
    codes, meanings = FileCMap(), FileUnicodeMap()
    known: dict[int, str] = getattr(font.unicode_map, "cid2unichr", {})
    for code, number in numbers.items():
        codes.add_code2cid(code.decode("latin-1"), number)
        if (text := known.get(int.from_bytes(code, "big"))) is not None:
            meanings.cid2unichr[number] = text
    font.cmap = codes
    font.unicode_map = meanings


def _drawing(number: int, page: PDFPage, collector: _Collector) -> Drawing:
    shown = collector.page
    assert shown is not None
    box = _crop_box(page)
    chars: list[LTChar] = []
    paths: list[LTCurve] = []
    images: list[LTImage] = []
    for item in _flat(shown):
        if isinstance(item, LTChar):
            chars.append(item)
        elif isinstance(item, LTCurve):
            paths.append(item)
        elif isinstance(item, LTImage):
            images.append(item)
    turns = Counter(_turn_of(char) for char in chars if char.get_text().strip())
    turn = turns.most_common(1)[0][0] if turns else 0
    view = _View(box, turn or 0)
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for path in paths:
        for x0, y0, x1, y1 in _straight_parts(path):
            _add_rule(view.box(x0, y0, x1, y1), horizontal, vertical)
    pictures = [view.box(*image.bbox) for image in images]
    for picture in pictures:
        if min(picture[2] - picture[0], picture[3] - picture[1]) <= _THIN:
            _add_rule(picture, horizontal, vertical)
    glyphs = (
        glyph
        for char in chars
        if _turn_of(char) == turn and (glyph := _glyph(char, view)) is not None and view.holds(glyph)
    )
    shown_glyphs, rules = without_struck(once(glyphs), horizontal)
    return Drawing(
        number=number,
        width=view.width,
        height=view.height,
        glyphs=tuple(shown_glyphs),
        horizontal=tuple(rules),
        vertical=tuple(vertical),
        pictures=tuple(pictures),
        hidden=collector.hidden,
        lost=collector.lost,
    )


def _flat(container: LTContainer[Any]) -> Iterator[object]:
    waiting: list[object] = [container]
    while waiting:
        item = waiting.pop()
        if isinstance(item, LTContainer):
            waiting.extend(reversed(list(cast("LTContainer[Any]", item))))
        else:
            yield item


def _crop_box(page: PDFPage) -> tuple[float, float, float, float]:
    """Return the shown part of the page, turned as it is shown, from its lower left."""
    x0, y0, x1, y1 = page.mediabox
    matrix: Matrix = {
        90: (0, -1, 1, 0, -y0, x1),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, 1, -1, 0, y1, -x0),
    }.get(page.rotate, (1, 0, 0, 1, -x0, -y0))
    whole = apply_matrix_rect(matrix, page.mediabox)
    crop = apply_matrix_rect(matrix, page.cropbox or page.mediabox)
    inside = (
        max(whole[0], crop[0]),
        max(whole[1], crop[1]),
        min(whole[2], crop[2]),
        min(whole[3], crop[3]),
    )
    return inside if inside[0] < inside[2] and inside[1] < inside[3] else whole


def _turn_of(char: LTChar) -> int | None:
    """Return by how many quarters a character is turned to the left; None for a slanting one, as watermarks are."""
    a, b = char.matrix[0], char.matrix[1]
    quarters = math.atan2(b, a) / (math.pi / 2)
    return round(quarters) % 4 if abs(quarters - round(quarters)) < 0.1 else None


class _View:
    """Turn places on a page so that its text runs from left to right, counted from the upper left."""

    def __init__(self, box: tuple[float, float, float, float], turn: int) -> None:
        self._x0, self._y0 = box[0], box[1]
        self._w, self._h = box[2] - box[0], box[3] - box[1]
        self._turn = turn
        self.width, self.height = (self._h, self._w) if turn % 2 else (self._w, self._h)

    def point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self._x0, y - self._y0
        if self._turn == 1:
            x, y = y, self._w - x
        elif self._turn == 2:
            x, y = self._w - x, self._h - y
        elif self._turn == 3:
            x, y = self._h - y, x
        return x, self.height - y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        xa, ya = self.point(x0, y0)
        xb, yb = self.point(x1, y1)
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)

    def holds(self, glyph: Glyph) -> bool:
        return (
            -1 <= (glyph.x0 + glyph.x1) / 2 <= self.width + 1
            and -1 <= (glyph.top + glyph.bottom) / 2 <= self.height + 1
        )


def _glyph(char: LTChar, view: _View) -> Glyph | None:
    text = "".join(each for each in char.get_text() if unicodedata.category(each) != "Cf")
    text = "".join(map(_usual, text))
    if not text.strip():
        return None
    x0, top, x1, bottom = view.box(*char.bbox)
    if not all(map(math.isfinite, (x0, top, x1, bottom))) or bottom - top < 0.5:
        return None
    if char.size == char.width and char.width != char.height:
        return Glyph(text, x0, x1, top, bottom)
    _, baseline = view.point(char.matrix[4], char.matrix[5])
    size = bottom - top
    return Glyph(text, x0, x1, baseline - _ASCENT * size, baseline + (1 - _ASCENT) * size)


def _usual(char: str) -> str:
    """Return the character for its look-alike among the radicals and the compatibility forms."""
    if "\u2e80" <= char <= "\u2eff":
        return char.translate(_RADICALS)
    if "\u2f00" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff":
        return unicodedata.normalize("NFKC", char)
    return char


def _straight_parts(path: LTCurve) -> Iterator[tuple[float, float, float, float]]:
    """Yield the ruling lines that a path draws: its outline where it is stroked, itself where it is a thin bar."""
    x0, y0, x1, y1 = path.bbox
    if min(x1 - x0, y1 - y0) <= _THIN:
        if not path.stroke or path.linewidth <= 2 * _THIN:
            yield x0, y0, x1, y1
        return
    if not path.stroke or path.linewidth > 2 * _THIN:
        return
    points = [(float(x), float(y)) for x, y in path.pts]
    if re.fullmatch("ml+h?", "".join(str(part[0]) for part in path.original_path or ())):
        for (xa, ya), (xb, yb) in pairwise(points):
            if abs(xa - xb) <= _STRAIGHT or abs(ya - yb) <= _STRAIGHT:
                yield xa, ya, xb, yb


def _add_rule(box: tuple[float, float, float, float], horizontal: list[Rule], vertical: list[Rule]) -> None:
    x0, top, x1, bottom = box
    if not all(map(math.isfinite, box)):
        return
    if x1 - x0 >= bottom - top:
        horizontal.append(Rule(at=(top + bottom) / 2, start=x0, end=x1))
    else:
        vertical.append(Rule(at=(x0 + x1) / 2, start=top, end=bottom))
