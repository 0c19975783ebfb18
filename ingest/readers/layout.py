"""Lay the lines and tables of a document out as one text, and remember where each of them stands.

Every reader of a format without a text of its own (HTML, DOCX, PDF, images) writes through this: a line becomes a
`Block`, a table one line a row with tabs between its cells, so that anchors mean the same in all formats.
"""

import re
from collections.abc import Sequence

from ingest.errors import LimitExceeded
from ingest.models import Block, Grid, GridCell, RawDocument, Source, Value
from ingest.settings import ReadingLimits

_WHITE = re.compile(r"\s+")


class PlacedCell(Value):
    """Hold one cell of a table before it has a place in the text; `row` and `column` count from 0.

    A merged cell is given once, at its upper left, with its spans. `certain` is False where it was misread perhaps.
    """

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    certain: bool = True


class Layout:
    """Collect lines and tables in reading order."""

    def __init__(self, name: str, *, limits: ReadingLimits) -> None:
        self._name = name
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._grids: list[Grid] = []

    def add_line(self, text: str, *, page: int | None = None, certain: bool = True) -> None:
        """Add one line of prose, white space kept; an empty one parts paragraphs."""
        start = self._length
        self._append(text + "\n")
        self._blocks.append(
            Block(text=text, char_start=start, char_end=start + len(text), page=page, certain=certain)
        )

    def add_table(self, cells: Sequence[PlacedCell], *, page: int | None = None) -> None:
        """Add one table; the white space inside a cell becomes single blanks, its cells keep rows and columns."""
        placed: list[GridCell] = []
        rows: dict[int, list[PlacedCell]] = {}
        for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
            rows.setdefault(cell.row, []).append(cell)
        for row in rows.values():
            start = position = self._length
            texts = [_WHITE.sub(" ", cell.text).strip() for cell in row]
            for cell, text in zip(row, texts, strict=True):
                placed.append(
                    GridCell(
                        text=text,
                        row=cell.row,
                        column=cell.column,
                        row_span=cell.row_span,
                        column_span=cell.column_span,
                        char_start=position,
                        char_end=position + len(text),
                        certain=cell.certain,
                    )
                )
                position += len(text) + 1
            line = "\t".join(texts)
            self._append(line + "\n")
            self._blocks.append(Block(text=line, char_start=start, char_end=start + len(line), page=page))
        if placed:
            self._grids.append(Grid(cells=tuple(placed), page=page))

    def document(self, source: Source) -> RawDocument:
        """Return the whole."""
        return RawDocument(
            source=source,
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            grids=tuple(self._grids),
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > self._limits.max_characters:
            raise LimitExceeded(
                self._name,
                f"正文超过上限 {self._limits.max_characters} 字",
                "请拆分后再导入。",
            )
