"""Know what stands on one page, lines of prose and tables, whether it was drawn or photographed."""

from bisect import bisect_right
from collections.abc import Sequence

from ingest.models import Value
from ingest.readers.layout import PlacedCell
from ingest.readers.ruling import Box, Lattice
from ingest.readers.typesetting import Glyph, TextLine, cell_text, crosses, lines_of


class PageTable(Value):
    """Hold one table of a page: where its columns begin and end, and its cells."""

    xs: tuple[float, ...]
    top: float
    bottom: float
    cells: tuple[PlacedCell, ...]


class Page(Value):
    """Hold a page from top to bottom; the lines are those outside the tables."""

    number: int
    width: float
    height: float
    lines: tuple[TextLine, ...]
    tables: tuple[PageTable, ...]


def is_table(lattice: Lattice) -> bool:
    """Tell a grid from a frame around prose: side by side somewhere stand two boxes, or more."""
    return any(box.column > 0 for box in lattice.boxes)


def page_of_glyphs(
    number: int, width: float, height: float, glyphs: Sequence[Glyph], lattices: Sequence[Lattice]
) -> Page:
    """Return the page whose characters stand in the boxes of lattices, or outside of all."""
    grids = [lattice for lattice in lattices if is_table(lattice)]
    inside: list[list[Glyph]] = [[] for _ in grids]
    outside: list[Glyph] = []
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        # 表中有表时，归最里面的一张
        holding = [
            index
            for index, grid in enumerate(grids)
            if grid.xs[0] <= x <= grid.xs[-1] and grid.ys[0] <= y <= grid.ys[-1]
        ]
        if holding:
            inside[min(holding, key=lambda index: grids[index].ys[-1] - grids[index].ys[0])].append(glyph)
        else:
            outside.append(glyph)
    return Page(
        number=number,
        width=width,
        height=height,
        lines=tuple(lines_of(outside)),
        tables=tuple(_table(grid, own) for grid, own in zip(grids, inside, strict=True) if own),
    )


def _table(lattice: Lattice, glyphs: Sequence[Glyph]) -> PageTable:
    """Return the cells with their characters; a number that runs over a border belongs to no cell for certain."""
    owner = _Owner(lattice)
    contents: list[list[Glyph]] = [[] for _ in lattice.boxes]
    torn: set[int] = set()
    before: tuple[Glyph, int] | None = None
    for glyph in sorted(glyphs, key=lambda glyph: (round(glyph.top + glyph.bottom), glyph.x0)):
        place = owner((glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2)
        if before and before[1] != place and crosses(before[0], glyph):
            torn |= {before[1], place}
        contents[place].append(glyph)
        before = glyph, place
    cells: list[PlacedCell] = []
    for index, (box, own) in enumerate(zip(lattice.boxes, contents, strict=True)):
        x0, x1 = lattice.xs[box.column], lattice.xs[box.column + box.column_span]
        text, certain = cell_text(lines_of(own), x0=x0, x1=x1)
        cells.append(placed(box, text, certain=certain and box.whole and index not in torn))
    return PageTable(xs=lattice.xs, top=lattice.ys[0], bottom=lattice.ys[-1], cells=tuple(cells))


def placed(box: Box, text: str, *, certain: bool) -> PlacedCell:
    """Return the cell of a box."""
    return PlacedCell(
        text=text,
        row=box.row,
        column=box.column,
        row_span=box.row_span,
        column_span=box.column_span,
        certain=certain,
    )


class _Owner:
    """Find the box that a place belongs to."""

    def __init__(self, lattice: Lattice) -> None:
        self._xs, self._ys = lattice.xs, lattice.ys
        self._boxes = {
            (row, column): index
            for index, box in enumerate(lattice.boxes)
            for row in range(box.row, box.row + box.row_span)
            for column in range(box.column, box.column + box.column_span)
        }

    def __call__(self, x: float, y: float) -> int:
        column = min(max(bisect_right(self._xs, x) - 1, 0), len(self._xs) - 2)
        row = min(max(bisect_right(self._ys, y) - 1, 0), len(self._ys) - 2)
        return self._boxes[row, column]
