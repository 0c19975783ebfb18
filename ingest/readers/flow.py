"""Put the pages of a document together, so that its text reads on as if it had been printed on one long page.

Page numbers and running heads go; rows and labels that a page break cut are whole again; the lines of a paragraph
are one line. A table keeps a grid for each page, all with the same columns, so that every cell knows its page.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from ingest.indicators import load_indicators
from ingest.models import RawDocument, Source, Value
from ingest.readers.alignment import with_aligned_tables
from ingest.readers.layout import Layout, PlacedCell
from ingest.readers.pages import Page, PageTable
from ingest.readers.typesetting import TextLine, Word, joined
from ingest.settings import ReadingLimits
from ingest.wording import is_enumerated, skeleton

_PAGE_NUMBER = re.compile(
    r"[-—–－~·\s]*(?:第\s*)?(?P<number>\d{1,3})\s*(?:页)?\s*(?:[/／,，、]?\s*共?\s*\d{1,3}\s*页?)?[-—–－~·\s]*"
)
_BARE_NUMBER = re.compile(r"\d{1,3}")
_LINES_AT_AN_EDGE = 3
_SAME_HEIGHT = 6.0
_SAME_BORDER = 5.0
_LONGEST_RUNNING_HEAD = 60
_STARTS_PARAGRAPH = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}\s*、|[（(]\s*[一二三四五六七八九十\d]{1,3}\s*[)）]|\d{1,2}\s*[.．、](?!\d)|附\s*[件表]|第[一二三四五六七八九十]{1,3}[章节部])"
)
_SENTENCE_END = re.compile(r"[。！？；：!?;:]\s*[”\"』」）)]*$")
_AMOUNT = re.compile(r"[\d０-９〓][\d０-９,，.．〓]*\s*\S{0,2}|[-－—–/／]+|[+\-−－＋]\s*\d+|无")
_FULL_WIDTH_PROSE = 60
_RIGHT_MARGIN = 0.78
_LONG_IN_THIRD = 6
_WIDEST_THIRD = 0.4
_FEWEST_LINES = 4


class _Prose(Value):
    """Hold a line of prose with its page; `full` tells that it reaches the right margin, `flush` that it is not indented."""

    line: TextLine
    page: int
    column: int
    full: bool
    flush: bool
    apart: bool


class _Part(Value):
    """Hold the rows of a table that stand on one page."""

    table: PageTable
    page: int


def compose(pages: Sequence[Page], *, name: str, source: Source, limits: ReadingLimits) -> RawDocument:
    """Return the document; raise LimitExceeded for a text too long."""
    layout = Layout(name, limits=limits)
    pages = [with_aligned_tables(page) for page in _without_running_lines(pages)]
    items = [item for page in pages for item in _in_reading_order(page)]
    pending: list[_Prose] = []
    for item in _with_joined_tables(items):
        if isinstance(item, _Prose):
            if pending and not _goes_on(pending[-1], item):
                _add_paragraph(layout, pending)
                pending = []
            pending.append(item)
            continue
        if pending:
            _add_paragraph(layout, pending)
            pending = []
        _add_table(layout, item)
    if pending:
        _add_paragraph(layout, pending)
    return layout.document(source)


# ------------------------------------------------------------ page numbers, running heads


def _without_running_lines(pages: Sequence[Page]) -> list[Page]:
    """Return the pages without numbers and without lines that stand at the same place on page after page."""
    edges = [_edge_lines(page) for page in pages]
    seen = Counter(
        key
        for page, lines in zip(pages, edges, strict=True)
        for key in {_running_key(page, line) for line in lines}
    )
    offsets = Counter(
        int(line.text) - page.number
        for page, lines in zip(pages, edges, strict=True)
        for line in lines
        if _BARE_NUMBER.fullmatch(line.text)
    )
    kept: list[Page] = []
    for page, lines in zip(pages, edges, strict=True):
        dropped = {
            id(line)
            for line in lines
            if _is_page_number(page, line, offsets)
            or (seen[_running_key(page, line)] > max(1, len(pages) // 3) and _is_running_head(page, line))
        }
        kept.append(
            page.model_copy(update={"lines": tuple(line for line in page.lines if id(line) not in dropped)})
        )
    return kept


def _edge_lines(page: Page) -> list[TextLine]:
    """Return the outermost lines above and below everything else."""
    tops = [table.top for table in page.tables]
    bottoms = [table.bottom for table in page.tables]
    upper = [line for line in page.lines[:_LINES_AT_AN_EDGE] if line.bottom <= min(tops, default=page.height)]
    lower = [line for line in page.lines[-_LINES_AT_AN_EDGE:] if line.top >= max(bottoms, default=0.0)]
    return [*upper, *(line for line in lower if line not in upper)]


def _running_key(page: Page, line: TextLine) -> tuple[str, int, bool]:
    upper = line.top < page.height / 2
    return re.sub(r"\d+", "#", line.text), round(line.top / _SAME_HEIGHT), upper


def _is_running_head(page: Page, line: TextLine) -> bool:
    at_edge = line.bottom < page.height * 0.12 or line.top > page.height * 0.88
    return at_edge and len(line.text) <= _LONGEST_RUNNING_HEAD


def _is_page_number(page: Page, line: TextLine, offsets: Counter[int]) -> bool:
    if not (line.bottom < page.height * 0.15 or line.top > page.height * 0.85):
        return False
    if _BARE_NUMBER.fullmatch(line.text):
        offset = int(line.text) - page.number
        return offset == 0 or offsets[offset] > 1
    return bool(_PAGE_NUMBER.fullmatch(line.text))


# ------------------------------------------------------------ reading order


def _in_reading_order(page: Page) -> Iterator[_Prose | _Part]:
    """Yield lines and tables from top to bottom; where the page runs in two columns, the left one first."""
    tables = sorted(page.tables, key=lambda table: table.top)
    lines = list(page.lines)
    for table in tables:
        above = [line for line in lines if (line.top + line.bottom) / 2 < table.top]
        lines = lines[len(above) :]
        yield from _prose(page, above)
        yield _Part(table=table, page=page.number)
    yield from _prose(page, lines)


def _prose(page: Page, lines: Sequence[TextLine]) -> Iterator[_Prose]:
    columns = list(_columns(page, lines))
    for number, column in enumerate(columns):
        left = min(line.x0 for line in column)
        right = max(line.x1 for line in column)
        if len(columns) == 1:
            right = max(right, _RIGHT_MARGIN * page.width)
        steps = sorted(after.top - before.top for before, after in pairwise(column))
        usual = steps[len(steps) // 2] if steps else 0.0
        above: TextLine | None = None
        for line in column:
            room = 2.2 * line.size
            yield _Prose(
                line=line,
                page=page.number,
                column=number,
                full=line.x1 > right - room and line.x1 - line.x0 > 0.5 * (right - left),
                flush=line.x0 < left + 0.9 * line.size,
                apart=above is not None and line.top - above.top > 1.45 * usual,
            )
            above = line


def _columns(page: Page, lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Yield runs of lines that share their margins: what crosses the page, or one column of several."""
    gutters = _gutters(page, lines)
    if not gutters:
        if lines:
            yield list(lines)
        return
    whole: list[TextLine] = []
    columns: list[list[TextLine]] = [[] for _ in (*gutters, None)]
    for line in lines:
        if any(word.x0 < gutter < word.x1 for word in line.words for gutter in gutters):
            yield from filter(None, columns)
            columns = [[] for _ in columns]
            whole.append(line)
            continue
        if whole:
            yield whole
            whole = []
        for column, (start, end) in zip(columns, pairwise((0.0, *gutters, page.width)), strict=True):
            words = [word for word in line.words if start <= (word.x0 + word.x1) / 2 < end]
            if words:
                column.append(TextLine(words=tuple(words)))
    yield from filter(None, (whole, *columns))


def _gutters(page: Page, lines: Sequence[TextLine]) -> tuple[float, ...]:
    """Return where three or two columns of prose part, none if the lines run across the page."""
    long = [word for line in lines for word in line.words if len(word.text) >= _LONG_IN_THIRD]
    if long:
        left, right = min(word.x0 for word in long), max(word.x1 for word in long)
        thirds: list[list[Word]] = [[], [], []]
        wide = 0
        for word in long:
            if word.x1 - word.x0 > _WIDEST_THIRD * (right - left):
                wide += 1
            else:
                middle = (word.x0 + word.x1) / 2 - left
                thirds[min(int(3 * middle / max(right - left, 1.0)), 2)].append(word)
        # 栏的左边以多数行为准，居中的标题不算
        spans = [
            (sorted(word.x0 for word in third)[len(third) // 2], sorted(word.x1 for word in third)[-2])
            for third in thirds
            if len(third) >= _FEWEST_LINES
        ]
        apart = all(before[1] < after[0] for before, after in pairwise(spans))
        if len(spans) == 3 and apart and wide < min(map(len, thirds)):
            return tuple((before[1] + after[0]) / 2 for before, after in pairwise(spans))
    gutter = _gutter(page, lines)
    return () if gutter is None else (gutter,)


def _gutter(page: Page, lines: Sequence[TextLine]) -> float | None:
    """Return where two columns of prose part, if the lines run in columns."""
    middle = page.width / 2
    long = [word for line in lines for word in line.words if len(word.text) >= 8]
    left = [word for word in long if word.x1 <= middle * 1.15 and word.x0 < middle * 0.7]
    right = [word for word in long if word.x0 >= middle * 0.85]
    if len(left) < 4 or len(right) < 4:
        return None
    start, end = max(word.x1 for word in left), min(word.x0 for word in right)
    crossing = sum(word.x0 < start and word.x1 > end for word in long)
    return (start + end) / 2 if start < end and crossing < min(len(left), len(right)) else None


# ------------------------------------------------------------ paragraphs


def _goes_on(above: _Prose, below: _Prose) -> bool:
    """Tell whether a line of prose goes on in the next one on its page."""
    if (
        (above.page, above.column) != (below.page, below.column)
        or not above.full
        or not below.flush
        or below.apart
    ):
        return False
    text = above.line.text
    return not (_STARTS_PARAGRAPH.match(below.line.text) and _SENTENCE_END.search(text))


def _add_paragraph(layout: Layout, lines: Sequence[_Prose]) -> None:
    text = ""
    for item in lines:
        text = joined(text, item.line.text, wrapped=item is not lines[0])
    layout.add_line(text, page=lines[0].page, certain=all(item.line.certain for item in lines))


# ------------------------------------------------------------ tables


def _with_joined_tables(items: Sequence[_Prose | _Part]) -> Iterator[_Prose | _Part]:
    """Yield the items; the parts of a table that goes on over pages get the same columns and whole rows."""
    run: list[_Part] = []
    for item in items:
        if isinstance(item, _Part):
            if run and not (item.page == run[-1].page + 1 and _continues(run, item)):
                yield from _joined_parts(run)
                run = []
            run.append(item)
        else:
            yield from _joined_parts(run)
            run = []
            yield item
    yield from _joined_parts(run)


def _continues(run: Sequence[_Part], part: _Part) -> bool:
    """Tell whether a table's borders are among those of the table before it, or the other way round."""
    return _merged(max((each.table.xs for each in run), key=len), part.table.xs) is not None


def _merged(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...] | None:
    """Return the borders of both tables if those of one are among the other's, once laid upon each other."""
    more, fewer = (one, other) if len(one) >= len(other) else (other, one)
    width = more[-1] - more[0]
    if abs((fewer[-1] - fewer[0]) - width) > 0.04 * width or abs(fewer[0] - more[0]) > 0.04 * width:
        return None
    scale = width / (fewer[-1] - fewer[0])
    laid = [more[0] + (x - fewer[0]) * scale for x in fewer]
    near = [min(more, key=lambda border, x=x: abs(border - x)) for x in laid]
    fits = all(abs(border - x) <= _SAME_BORDER for border, x in zip(near, laid, strict=True))
    return more if fits and len(set(near)) == len(near) else None


def _joined_parts(run: Sequence[_Part]) -> Iterator[_Part]:
    if len(run) < 2:
        yield from run
        return
    xs = max((part.table.xs for part in run), key=len)
    tables = [_on_borders(part.table, xs) for part in run]
    for index in range(1, len(tables)):
        tables[index] = _without_repeated_head(tables[0], tables[index])
        tables[index - 1], tables[index] = _with_whole_rows(tables[index - 1], tables[index])
    for part, table in zip(run, tables, strict=True):
        if table.cells:
            yield part.model_copy(update={"table": table})


def _on_borders(table: PageTable, xs: tuple[float, ...]) -> PageTable:
    """Return the table with its cells counted in the columns of all parts."""
    scale = (xs[-1] - xs[0]) / (table.xs[-1] - table.xs[0])
    places = [
        min(range(len(xs)), key=lambda index, x=x: abs(xs[index] - x))
        for x in (xs[0] + (x - table.xs[0]) * scale for x in table.xs)
    ]
    cells = tuple(
        cell.model_copy(
            update={
                "column": places[cell.column],
                "column_span": places[cell.column + cell.column_span] - places[cell.column],
            }
        )
        for cell in table.cells
    )
    return table.model_copy(update={"xs": xs, "cells": cells})


def _rows(table: PageTable) -> dict[int, list[PlacedCell]]:
    rows: dict[int, list[PlacedCell]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, []).append(cell)
    return rows


def _without_repeated_head(first: PageTable, table: PageTable) -> PageTable:
    """Return the table without the rows at its top that repeat those of the first page."""
    heads = [[(cell.column, cell.text) for cell in row] for row in _rows(first).values()]
    repeated: list[int] = []
    for row, head in zip(_rows(table).items(), heads, strict=False):
        own = [(cell.column, cell.text) for cell in row[1]]
        if own != head or any(_AMOUNT.fullmatch(text) for _, text in own) or not any(text for _, text in own):
            break
        repeated.append(row[0])
    return table.model_copy(
        update={"cells": tuple(cell for cell in table.cells if cell.row not in set(repeated))}
    )


def _with_whole_rows(upper: PageTable, lower: PageTable) -> tuple[PageTable, PageTable]:
    """Return both with the row, or the merged labels, that the page break cut put together on the upper page."""
    last = max(cell.row + cell.row_span for cell in upper.cells) - 1 if upper.cells else 0
    bottom = {cell.column: cell for cell in upper.cells if cell.row + cell.row_span - 1 == last}
    first = min((cell.row for cell in lower.cells), default=0)
    top = {cell.column: cell for cell in lower.cells if cell.row == first}
    pairs = [(bottom[column], top[column]) for column in bottom.keys() & top.keys()]
    pairs = [(above, below) for above, below in pairs if above.column_span == below.column_span]
    whole_row = _is_one_row(pairs) and len(pairs) == len(bottom) == len(top)
    moved: dict[tuple[int, int], str] = {}
    emptied: set[tuple[int, int]] = set()
    for above, below in pairs:
        merged = above.row_span > 1 or below.row_span > 1
        if below.text and (whole_row or (merged and _is_one_label(above.text, below.text))):
            moved[above.row, above.column] = joined(above.text, below.text)
            emptied.add((below.row, below.column))
    above_cells = tuple(
        cell.model_copy(update={"text": moved[cell.row, cell.column], "certain": cell.certain})
        if (cell.row, cell.column) in moved
        else cell
        for cell in upper.cells
    )
    below_cells = tuple(
        cell.model_copy(update={"text": ""}) if (cell.row, cell.column) in emptied else cell
        for cell in lower.cells
        if not (whole_row and cell.row == first and cell.row_span == 1)
    )
    return upper.model_copy(update={"cells": above_cells}), lower.model_copy(update={"cells": below_cells})


def _is_one_row(pairs: Sequence[tuple[PlacedCell, PlacedCell]]) -> bool:
    """Tell whether two halves are one row: no value stands in both, and their labels belong together."""
    labels: list[tuple[str, str]] = []
    values = 0
    for above, below in pairs:
        one, other = above.text, below.text
        if one and other and (_AMOUNT.fullmatch(one) or _AMOUNT.fullmatch(other)):
            return False
        if _AMOUNT.fullmatch(one) or _AMOUNT.fullmatch(other):
            values += 1
        elif one or other:
            labels.append((one, other))
    if not labels or not any(one for one, _ in labels):
        return False
    upper, lower = labels[-1]
    if not lower:
        # 标签在上一页，数值落到了下一页
        return values > 0 and bool(upper) and not any(_AMOUNT.fullmatch(above.text) for above, _ in pairs)
    return bool(upper) and _is_one_label(upper, lower)


def _is_one_label(upper: str, lower: str) -> bool:
    """Tell whether two pieces are one label of the form, or at least not two of them."""
    if not upper or not lower or is_enumerated(lower) or _AMOUNT.fullmatch(lower):
        return False
    known = _labels()
    if skeleton(upper + lower) in known:
        return True
    return skeleton(upper) not in known and skeleton(lower) not in known


@cache
def _labels() -> frozenset[str]:
    """Return the wording of every label of the forms."""
    forms = load_indicators()
    rows = (*forms.article20_rows, *forms.application_rows, *forms.review_columns)
    columns = (*forms.article20_columns, *forms.applicants)
    labels = [label for row in rows for label in (*row.path, *row.variants, row.label_2021 or "")]
    labels += [
        label for column in columns for label in (column.label, *column.variants, column.label_2021 or "")
    ]
    labels += [
        label for row in forms.stat_rows for label in (*row.path, *(child.label for child in row.children))
    ]
    return frozenset(skeleton(label) for label in labels if label)


def _add_table(layout: Layout, part: _Part) -> None:
    """Add the rows; one that is a single cell full of sentences is prose and parts the table."""
    width = len(part.table.xs) - 1
    rows = _rows(part.table)
    cells: list[PlacedCell] = []
    for row in sorted(rows):
        own = rows[row]
        text = own[0].text
        if (
            len(own) == 1
            and own[0].column_span == width
            and len(text) > _FULL_WIDTH_PROSE
            and _SENTENCE_END.search(text)
        ):
            layout.add_table(cells, page=part.page)
            cells = []
            layout.add_line(text, page=part.page, certain=own[0].certain)
            continue
        cells += own
    layout.add_table(cells, page=part.page)
