"""Print reports of fictitious counties: as a PDF with text and ruling lines, and as the scan of one.

Everything is laid out on one endless sheet first, then cut into pages, so that page breaks fall where they like.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from forms import APPLICANTS, ARTICLE20_2021, BALANCED, REVIEW, TITLE, ZERO, Rows
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from PIL import Image, ImageFilter
from pylopdf_fonts_zh_cn import sans_path, serif_path

from ingest.indicators import load_indicators

MARGIN = 60.0
PREFACE = (
    "本报告由青禾县人民政府办公室编制，统计期限自2022年1月1日起至2022年12月31日止。对报告有疑问的，请与办公室联系，"
    "地址为青禾县麦浪路18号，电话0000-1234567。"
)
OVERVIEW = (
    "青禾县政府办公室负责汇总全县数据。全年主动公开政府信息1136条，其中政务新媒体发布428条；"
    "受理依申请公开20件，全部按期答复。县政务服务大厅设有查阅点3处，接待查阅97人次。"
)


@dataclass(frozen=True)
class Style:
    """Say how a report is printed; `rules` is what is drawn of its tables."""

    rules: str = "grid"  # grid | open (no outer border) | lines (between rows only) | none
    line: float = 0.5
    double: bool = False
    dashed: bool = False
    bars: bool = False  # borders as thin filled bars, piece by piece
    shaded: bool = False
    page: tuple[float, float] = (595.0, 842.0)
    size: float = 10.5
    leading: float = 1.5
    splits_rows: bool = False
    head: str = ""
    numbered: str = "- {page} -"
    twice: bool = False
    rotate: int = 0
    serif: bool = True
    padding: float = 4.0
    wraps: bool = True


@dataclass(frozen=True)
class Table:
    """Hold cells as (text, row, column, rows, columns), and the share that each column has of the width."""

    cells: tuple[tuple[str, int, int, int, int], ...]
    widths: tuple[float, ...]


@dataclass
class _Sheet:
    texts: list[tuple[float, float, float, str]] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)
    along: list[tuple[float, float, float]] = field(default_factory=list)
    fills: list[tuple[float, float, float, float]] = field(default_factory=list)
    breaks: list[float] = field(default_factory=list)
    tables: list[tuple[float, float, float, float]] = field(default_factory=list)


def table(rows: Rows, *, labels: int = 1, widths: Sequence[float] = ()) -> Table:
    """Return a table whose trailing and leading blank cells are merged as the official form merges them."""
    count = max(map(len, rows))
    return Table(cells=tuple(_merged(rows, count, labels)), widths=tuple(widths) or (1.0,) * count)


def _merged(rows: Rows, count: int, labels: int) -> Iterable[tuple[str, int, int, int, int]]:
    for index, row in enumerate(rows):
        filled = [at for at, text in enumerate(row) if text]
        full = len(row) == count and len(filled) == count
        for at, text in enumerate(row):
            if full or at in filled:
                following = [other for other in filled if other > at]
                end = at + 1 if full else (following[0] if following else count)
                yield text, index, at, 1, end - at


def applications_table(values: dict[str, Sequence[str]] | None = None, *, form: str = "form2021") -> Table:
    """Return table three with its labels merged down and across, as the form prints it."""
    rows = [row for row in load_indicators().application_rows if row.form in {form, "both"}]
    paths = [row.path for row in rows]
    printed_values = [(BALANCED if values is None else values).get(row.key, ZERO) for row in rows]
    head = [
        ("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 0, 0, 3, 3),
        ("申请人情况", 0, 3, 1, 7),
        ("自然人", 1, 3, 2, 1),
        ("法人或其他组织", 1, 4, 1, 5),
        ("总计", 1, 9, 2, 1),
        *((name, 2, 4 + at, 1, 1) for at, name in enumerate(APPLICANTS[1:-1])),
    ]
    cells = list(head)
    for index, path in enumerate(paths):
        row = index + 3
        for depth, label in enumerate(path):
            above = paths[index - 1] if index else ()
            if depth < len(path) - 1 and above[: depth + 1] == tuple(path[: depth + 1]):
                continue
            rows = 1
            if depth < len(path) - 1:
                while index + rows < len(paths) and paths[index + rows][: depth + 1] == tuple(
                    path[: depth + 1]
                ):
                    rows += 1
            span = 3 - depth if depth == len(path) - 1 else 1
            cells.append((label, row, depth, rows, span))
        cells += [(text, row, 3 + at, 1, 1) for at, text in enumerate(printed_values[index])]
    return Table(cells=tuple(cells), widths=(0.9, 2.4, 4.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2))


def report_blocks(
    *,
    article20: Rows = ARTICLE20_2021,
    values: dict[str, Sequence[str]] | None = None,
    form: str = "form2021",
) -> list[str | Table]:
    """Return a whole report in the order of the form."""
    return [
        TITLE,
        PREFACE,
        "一、总体情况",
        OVERVIEW,
        "二、主动公开政府信息情况",
        table(article20, widths=(2.0, 1.4, 1.4, 1.4)),
        "三、收到和处理政府信息公开申请情况",
        applications_table(values, form=form),
        "四、政府信息公开行政复议、行政诉讼情况",
        review_table(REVIEW[-1]),
        "五、存在的主要问题及改进情况",
        "解读材料还不够通俗，下一步将请办事群众试读后再发布。",
        "六、其他需要报告的事项",
        "全年没有收取信息处理费。",
    ]


def review_table(values: Sequence[str]) -> Table:
    """Return table four."""
    five = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    cells = [
        ("行政复议", 0, 0, 1, 5),
        ("行政诉讼", 0, 5, 1, 10),
        *((name, 1, at, 2, 1) for at, name in enumerate(five)),
        ("未经复议直接起诉", 1, 5, 1, 5),
        ("复议后起诉", 1, 10, 1, 5),
        *((name, 2, 5 + at, 1, 1) for at, name in enumerate(five * 2)),
        *((text, 3, at, 1, 1) for at, text in enumerate(values)),
    ]
    return Table(cells=tuple(cells), widths=(1.0,) * 15)


def printed(
    blocks: Sequence[str | Table], style: Style = Style(), *, password: str = "", owner: str = ""
) -> bytes:
    """Return the PDF; a block of text is a paragraph, one that begins with an enumerator a heading."""
    pdf = FPDF(unit="pt", format=style.page)
    pdf.set_auto_page_break(False)
    pdf.add_font("body", "", str(serif_path() if style.serif else sans_path()))
    pdf.add_page()
    pdf.set_font("body", size=style.size)
    sheet = _laid_out(blocks, style, pdf)
    pages = _pages(sheet, style)
    for number, (start, end) in enumerate(pages, start=1):
        if number > 1:
            pdf.add_page()
        _draw(pdf, sheet, style, start, end, number, len(pages))
    if password or owner:
        pdf.set_encryption(
            owner_password=owner or password,
            user_password=password,
            encryption_method=EncryptionMethod.AES_128,
            permissions=AccessPermission.none(),
        )
    return bytes(pdf.output())


def _laid_out(blocks: Sequence[str | Table], style: Style, pdf: FPDF) -> _Sheet:
    sheet = _Sheet()
    y = 0.0
    height = style.size * style.leading
    for block in blocks:
        if isinstance(block, Table):
            y = _lay_table(sheet, block, style, pdf, y + height / 2) + height / 2
            continue
        indent = 2 * style.size if "。" in block else 0.0
        for at, line in enumerate(_wrapped(block, style, pdf, style.page[0] - 2 * MARGIN, indent)):
            sheet.texts.append((MARGIN + (indent if at == 0 else 0), y, style.size, line))
            y += height
            sheet.breaks.append(y)
    return sheet


def _wrapped(text: str, style: Style, pdf: FPDF, width: float, indent: float = 0.0) -> list[str]:
    lines = [""]
    for char in text:
        room = width - (indent if len(lines) == 1 else 0)
        if char == "\n" or (
            lines[-1] and pdf.get_string_width(lines[-1] + char) > room and char not in "，。；：、）"
        ):
            lines.append("")
        lines[-1] += char if char != "\n" else ""
    return lines


def _lay_table(sheet: _Sheet, block: Table, style: Style, pdf: FPDF, top: float) -> float:
    width = style.page[0] - 2 * MARGIN
    total = sum(block.widths)
    xs = [MARGIN]
    for share in block.widths:
        xs.append(xs[-1] + share / total * width)
    count = max(row + rows for _, row, _, rows, _ in block.cells)
    line = style.size * 1.2
    heights = [line + 2 * style.padding] * count
    wrapped: dict[tuple[int, int], list[str]] = {}
    for text, row, column, rows, columns in block.cells:
        room = xs[column + columns] - xs[column] - style.padding
        wrapped[row, column] = (_wrapped(text, style, pdf, room) if style.wraps else [text]) if text else []
        need = len(wrapped[row, column]) * line + 2 * style.padding
        if rows == 1:
            heights[row] = max(heights[row], need)
    for _, row, column, rows, _ in block.cells:
        need = len(wrapped[row, column]) * line + 2 * style.padding
        short = need - sum(heights[row : row + rows])
        if short > 0:
            heights[row + rows - 1] += short
    ys = [top]
    for each in heights:
        ys.append(ys[-1] + each)
    for text, row, column, rows, columns in block.cells:
        x0, x1, y0, y1 = xs[column], xs[column + columns], ys[row], ys[row + rows]
        own = wrapped[row, column]
        y = (y0 + y1 - len(own) * line) / 2
        for piece in own:
            used = pdf.get_string_width(piece)
            left = column < 3 and columns < 4 and len(text) > 2
            x = x0 + style.padding / 2 if left else (x0 + x1 - used) / 2
            sheet.texts.append((x, y, style.size, piece))
            if style.splits_rows:
                sheet.breaks.append(y + line)
            y += line
        sheet.across += [(y0, x0, x1), (y1, x0, x1)]
        sheet.along += [(x0, y0, y1), (x1, y0, y1)]
        if style.shaded and row == 0:
            sheet.fills.append((x0, y0, x1, y1))
    sheet.breaks += ys
    sheet.tables.append((xs[0], ys[0], xs[-1], ys[-1]))
    return ys[-1]


def _pages(sheet: _Sheet, style: Style) -> list[tuple[float, float]]:
    room = style.page[1] - 2 * MARGIN
    end = max(y for _, y, _, _ in sheet.texts) + 2 * style.size
    pages = [0.0]
    breaks = sorted({*sheet.breaks, end})
    while end - pages[-1] > room:
        pages.append(max(at for at in breaks if at <= pages[-1] + room))
    return [(start, stop) for start, stop in zip(pages, [*pages[1:], end + 1], strict=True)]


def _draw(pdf: FPDF, sheet: _Sheet, style: Style, start: float, end: float, number: int, count: int) -> None:
    down = MARGIN - start
    for x0, y0, x1, y1 in sheet.fills:
        if start <= y0 < end:
            pdf.set_fill_color(220)
            pdf.rect(x0, y0 + down, x1 - x0, min(y1, end) - y0, style="F")
    across = [rule for rule in sheet.across if start <= rule[0] <= end]
    along = [
        (x, max(y0, start), min(y1, end)) for x, y0, y1 in sheet.along if min(y1, end) - max(y0, start) > 0.5
    ]
    for x0, y0, x1, y1 in sheet.tables:
        if y0 < start < y1:
            across.append((start, x0, x1))
        if y0 < end < y1:
            across.append((end, x0, x1))
    for y, x0, x1 in sorted(set(across)):
        left, top, right, bottom = _around(sheet, x0, y)
        outer = abs(y - top) < 0.1 or abs(y - bottom) < 0.1
        if style.rules in {"grid", "lines"} or (style.rules == "open" and not outer):
            _rule(pdf, style, x0, y + down, x1, y + down, outer=outer)
    for x, y0, y1 in sorted(set(along)):
        left, _, right, _ = _around(sheet, x, y0)
        outer = abs(x - left) < 0.1 or abs(x - right) < 0.1
        if style.rules == "grid" or (style.rules == "open" and not outer):
            _rule(pdf, style, x, y0 + down, x, y1 + down, outer=outer)
    for x, y, size, text in sheet.texts:
        if start <= y + size * 0.6 < end:
            for shift in (0.0, 0.3) if style.twice else (0.0,):
                pdf.text(x + shift, y + down + size, text)
    if style.head:
        pdf.text(MARGIN, MARGIN - 25, style.head)
    if style.numbered:
        text = style.numbered.format(page=number, pages=count)
        pdf.text((style.page[0] - pdf.get_string_width(text)) / 2, style.page[1] - 30, text)


def _around(sheet: _Sheet, x: float, y: float) -> tuple[float, float, float, float]:
    return next(
        box for box in sheet.tables if box[0] - 0.1 <= x <= box[2] + 0.1 and box[1] - 0.1 <= y <= box[3] + 0.1
    )


def _rule(pdf: FPDF, style: Style, x0: float, y0: float, x1: float, y1: float, *, outer: bool) -> None:
    if style.bars:
        pdf.set_fill_color(0)
        pdf.rect(x0, y0, max(style.line, x1 - x0), max(style.line, y1 - y0), style="F")
        return
    pdf.set_line_width(style.line)
    if style.dashed:
        pdf.set_dash_pattern(dash=3, gap=2)
    pdf.line(x0, y0, x1, y1)
    if style.double and outer:
        shift = 2.0
        pdf.line(
            x0 + (shift if x0 == x1 else 0),
            y0 + (shift if y0 == y1 else 0),
            x1 + (shift if x0 == x1 else 0),
            y1 + (shift if y0 == y1 else 0),
        )


def images(pdf: bytes, *, dpi: int = 200) -> list[Image.Image]:
    """Return the pages of a PDF as pictures."""
    import pypdfium2

    document: Any = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def worn(
    image: Image.Image, *, seed: int = 0, noise: float = 8.0, skew: float = 0.0, blur: float = 0.4
) -> Image.Image:
    """Return a page as a scanner sees it: a little turned, a little blurred, with grain."""
    random = np.random.default_rng(seed)
    turned = image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=255)
    turned = turned.filter(ImageFilter.GaussianBlur(blur))
    grain = np.asarray(turned, dtype=np.float64) + random.normal(
        -noise / 2, noise, (image.height, image.width)
    )
    return Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))


def scanned(pages: Sequence[Image.Image], *, dpi: int = 200) -> bytes:
    """Return a PDF of nothing but pictures."""
    stream = io.BytesIO()
    pages[0].save(stream, "PDF", resolution=dpi, save_all=True, append_images=list(pages[1:]))
    return stream.getvalue()
