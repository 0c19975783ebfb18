"""Know a document as lines and tables, and which of its tables hold data and which only lay out the page.

A table that lays out the page flows: its cells become lines. In a table that wraps the whole report, prose and
headings become lines between the grids.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import TypeAlias, Union

from ingest.models import Value
from ingest.readers.layout import Layout, PlacedCell

Piece: TypeAlias = Union[str, "FlowTable"]
"""A line or a table, as a document holds them."""

Flat: TypeAlias = str | tuple[PlacedCell, ...]
"""A line or the cells of a grid, as the text holds them."""

_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’…—]"
_BREAK_BETWEEN_WIDE = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n]*(?={_WIDE})")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_BLANK_FORMS = str.maketrans({"\u00a0": " ", "\u2002": " ", "\u2003": "\u3000"})
_AMOUNT = re.compile(r"(?:[+\-－]|增加|减少)?\s*\d[\d,，.]*\s*(?:[万亿]?元|件|项|条)?|[-－—/／]|无")
_TABLE_ITEM = re.compile(r"第\s*二十\s*条")
_LONG_TEXT = 200
_PROSE = 60
_FEWEST_VALUES = 4


class FlowCell(Value):
    """Hold what stands in one cell, with the place that its row and the merged cells above it give it."""

    content: tuple[Piece, ...]
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    certain: bool = True

    @property
    def text(self) -> str:
        """Return the lines of the cell itself as one; tables in it have cells of their own."""
        return unwrapped([piece.strip() for piece in self.content if isinstance(piece, str)])


class FlowTable(Value):
    """Hold a table of any use."""

    cells: tuple[FlowCell, ...]


def tidied(text: str) -> str:
    """Return a line as a page shows it: breaks and runs of blanks in its source are no more than one blank.

    Breaks between Chinese characters are nothing at all; blanks that an author set on purpose stay.
    """
    joined = _BREAK_BETWEEN_WIDE.sub("", text)
    return shown(_BLANKS.sub(" ", joined).strip(" "))


def shown(text: str) -> str:
    """Return a line whose blanks its author set on purpose, all of them."""
    return text.translate(_INVISIBLE).translate(_BLANK_FORMS).rstrip()


def unwrapped(lines: Sequence[str]) -> str:
    """Join the lines of a label; no blank where Chinese meets Chinese.

    >>> unwrapped(["商业", "企业"]), unwrapped(["16280.5867", "万元"])
    ('商业企业', '16280.5867 万元')
    """
    filled = [line for line in lines if line]
    joined = "".join(filled[:1])
    for above, line in pairwise(filled):
        between_wide = re.match(_WIDE, above[-1]) and re.match(_WIDE, line[0])
        joined += line if between_wide else f" {line}"
    return joined


def flattened(content: Sequence[Piece]) -> Iterator[Flat]:
    """Yield the lines and the grids in reading order, blank lines left out."""
    for piece in content:
        if isinstance(piece, str):
            if piece.strip():
                yield piece
        elif _holds_data(piece):
            yield from _parted(piece)
        else:
            for cell in piece.cells:
                yield from flattened(cell.content)


def write(pieces: Iterable[Flat], layout: Layout) -> None:
    """Write lines and grids into the text."""
    for piece in pieces:
        if isinstance(piece, str):
            layout.add_line(piece)
        else:
            layout.add_table(piece)


def _rows(table: FlowTable) -> list[list[FlowCell]]:
    cells = sorted(table.cells, key=lambda cell: (cell.row, cell.column))
    return [list(row) for _, row in groupby(cells, key=lambda cell: cell.row)]


def _inner(cell: FlowCell) -> Iterator[FlowTable]:
    return (piece for piece in cell.content if isinstance(piece, FlowTable) and piece.cells)


def _holds_data(table: FlowTable) -> bool:
    """Tell data from layout: several columns, and amounts where it holds long texts or other tables too."""
    if all(len(row) < 2 for row in _rows(table)):
        return False
    beside = [cell for row in _rows(table) if len(row) > 1 for cell in row]
    lays_out = any(
        any(_inner(cell)) or (len(cell.text) >= _LONG_TEXT and "。" in cell.text) for cell in beside
    )
    return not lays_out or sum(bool(_AMOUNT.fullmatch(cell.text)) for cell in beside) >= _FEWEST_VALUES


def _parted(table: FlowTable) -> Iterator[Flat]:
    """Yield the grids of a table, and as lines its rows of one cell that hold prose; beside prose, all but items."""
    rows = _rows(table)
    flows = [len(row) == 1 and (_is_prose(row[0].text) or any(_inner(row[0]))) for row in rows]
    if any(flows[1:-1]):
        flows = [
            flow or (len(row) == 1 and not _TABLE_ITEM.match(row[0].text))
            for flow, row in zip(flows, rows, strict=True)
        ]
    for flow, part in groupby(zip(flows, rows, strict=True), key=lambda entry: entry[0]):
        cells = [cell for _, row in part for cell in row]
        if not flow:
            yield _placed(cells)
        for cell in cells:
            yield from flattened(cell.content if flow else tuple(_inner(cell)))


def _is_prose(text: str) -> bool:
    return text.endswith("。") or ("。" in text and len(text) >= _PROSE)


def _placed(cells: Sequence[FlowCell]) -> tuple[PlacedCell, ...]:
    """Return the cells, rows and columns counted where any cell begins: so no span is wider than what it spans."""
    rows = sorted({cell.row for cell in cells})
    columns = sorted({cell.column for cell in cells})
    placed: list[PlacedCell] = []
    for cell in cells:
        row, column = bisect_left(rows, cell.row), bisect_left(columns, cell.column)
        placed.append(
            PlacedCell(
                text=cell.text,
                row=row,
                column=column,
                row_span=bisect_left(rows, cell.row + cell.row_span) - row,
                column_span=bisect_left(columns, cell.column + cell.column_span) - column,
                certain=cell.certain,
            )
        )
    return tuple(placed)
