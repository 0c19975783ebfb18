"""Turn the elements of a page into the lines and tables that they show."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.readers.nesting import FlowCell, FlowTable, Piece, shown, tidied
from ingest.readers.nodes import Node, attribute, walk, wrap
from ingest.readers.raised import DOWN, END, UP, settled

BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
])  # fmt: skip
"""Elements that begin a line of their own."""

AMOUNT = re.compile(r"(?:[+\-－]|增加|减少)?\s*\d[\d,，.]*\s*(?:[万亿]?元)?|[-－—/／]|无")

_LONGEST_CELL_IN_SPAN = 80
_KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)
_WIDEST_SPAN = 100
_LONGEST_SPAN = 65_534
_NUMBERED = re.compile(r"\s*(?:[（(]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）、.．])")


# ---------------------------------------------------------------- tables without table marks


def make_tables(root: Node) -> None:
    """Mark rows of cells that are no table by their marks as one: rows cut from their table, rows of spans."""
    for run in _runs([node for node in root.iter("tr") if not _in_table(node)]):
        wrap(run, "table")
    rows = [node for node in root.iter("div", "p", "li", "span", "section", "dd") if _is_row_of_values(node)]
    for container in dict.fromkeys(above for row in rows if (above := row.getparent()) is not None):
        cells = {child: _cells(child) for child in container}
        for run in _runs(
            [child for child in container if len(cells[child]) > 1 and _are_short(cells[child])]
        ):
            for row in run:
                for cell in cells[row]:
                    cell.tag = "td"
                row.tag = "tr"
            wrap(run, "table")
    for node in [*root.iter("div", "p", "td", "section")]:
        if len(node) >= 6 and _is_row_of_spans(node):
            for child in node:
                child.tag = "div"


def _in_table(node: Node) -> bool:
    above = node.getparent()
    while above is not None and above.tag != "table":
        above = above.getparent()
    return above is not None


def _runs(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """Yield nodes that follow each other, with nothing but white space between them, together."""
    run: list[Node] = []
    for node in nodes:
        if run and (run[-1].getnext() is not node or (run[-1].tail or "").strip()):
            yield run
            run = []
        run.append(node)
    if run:
        yield run


def _cells(node: Node) -> list[Node]:
    """Return the children of an element that is nothing but its spans or blocks."""
    children = list(node)
    alike = len({child.tag for child in children}) == 1 and children[0].tag in {"span", "div", "p", "i"}
    bare = not (node.text or "").strip() and not any((child.tail or "").strip() for child in children)
    return children if alike and bare else []


def _texts(nodes: Sequence[Node]) -> list[str]:
    return [tidied("".join(node.itertext())) for node in nodes]


def _are_short(nodes: Sequence[Node]) -> bool:
    return all(len(text) <= _LONGEST_CELL_IN_SPAN and "。" not in text for text in _texts(nodes))


def _is_row_of_values(node: Node) -> bool:
    """Tell a row: words first, then amounts and blanks in cells of their own."""
    cells = _cells(node)
    if len(cells) < 3 or any(len(cell) > 1 for cell in cells):
        return False
    texts = _texts(cells)
    words = next((index for index, text in enumerate(texts) if AMOUNT.fullmatch(text)), len(texts))
    behind = texts[words:]
    labels = [text for text in texts[:words] if text]
    return (
        1 <= len(labels) <= 3
        and len(behind) >= 2
        and not re.search(r"\d$|[，。；：]", labels[-1])
        and all(not text or AMOUNT.fullmatch(text) for text in behind)
    )


def _is_row_of_spans(node: Node) -> bool:
    """Tell cells that follow each other in one element: words and amounts, and no punctuation of sentences."""
    cells = _cells(node)
    texts = _texts(cells) if cells and cells[0].tag == "span" else []
    amounts = [bool(AMOUNT.fullmatch(text)) for text in texts]
    return sum(amounts) >= 3 and not all(amounts) and not any(re.search(r"[，。；]", text) for text in texts)


# ---------------------------------------------------------------- lines and tables


class _OpenCell:
    def __init__(self, row: int, column: int, row_span: int, column_span: int, group: Node | None) -> None:
        self.row = row
        self.column = column
        self.row_span = row_span
        self.column_span = column_span
        self.group = group
        self.content: list[Piece] = []
        self.certain = True


class _OpenTable:
    """Give each cell its place, under the merged cells that reach down from rows above."""

    def __init__(self, around: list[Piece]) -> None:
        self.around = around
        self.cells: list[_OpenCell] = []
        self._row = -1
        self._column = 0
        self._group: Node | None = None
        self._group_ends: dict[Node | None, int] = {}
        self._taken_until: dict[int, int] = {}
        self.in_row = False

    def begin_row(self, group: Node | None) -> None:
        """Go to the next row; merged cells end with the group of rows that they stand in."""
        if group is not self._group:
            self._taken_until.clear()
        self._group = group
        self._row += 1
        self._column = 0
        self._group_ends[group] = self._row + 1
        self.in_row = True

    def add(self, node: Node) -> _OpenCell:
        """Place a cell; a row that lacks its mark begins here."""
        if not self.in_row:
            self.begin_row(node.getparent())
        while self._taken_until.get(self._column, 0) > self._row:
            self._column += 1
        rows = _span(attribute(node, "rowspan"), most=_LONGEST_SPAN, zero=_LONGEST_SPAN)
        columns = _span(attribute(node, "colspan"), most=_WIDEST_SPAN, zero=1)
        cell = _OpenCell(self._row, self._column, rows, columns, self._group)
        for column in range(self._column, self._column + columns):
            self._taken_until[column] = self._row + rows
        self._column += columns
        self.cells.append(cell)
        return cell

    def closed(self) -> FlowTable:
        """Return the table as far as it goes; what follows is another."""
        cells, self.cells = self.cells, []
        return FlowTable(
            cells=tuple(
                FlowCell(
                    content=tuple(cell.content),
                    row=cell.row,
                    column=cell.column,
                    row_span=min(cell.row_span, self._group_ends[cell.group] - cell.row),
                    column_span=cell.column_span,
                    certain=cell.certain,
                )
                for cell in cells
            )
        )


def _span(printed: str, *, most: int, zero: int) -> int:
    digits = re.match(r"\s*(\d{1,9})", printed)
    return min(int(digits[1]) or zero, most) if digits else 1


class Builder:
    """Follow the elements of a page and collect lines and tables."""

    def __init__(self, root: Node, *, cut_in_cell: bool) -> None:
        self._root = root
        self._broken = [*root.iter("td", "th")][-1:] if cut_in_cell else []
        self._contents: list[list[Piece]] = [[]]
        self._line: list[str] = []
        self._tables: list[_OpenTable] = []
        self._keeping = 0
        self._numbers: list[int | None] = []

    def content(self) -> list[Piece]:
        """Return what stands below the element."""
        root = self._root
        for event, node in walk(root):
            if event == "start":
                self._start(node)
                self._add(node.text)
            else:
                self._end(node)
                if node is not root:
                    self._add(node.tail)
        self._flush()
        return self._contents[0]

    def _start(self, node: Node) -> None:
        if node.tag in BLOCKS:
            self._flush()
        self._keeping += _keeps_lines(node)
        match node.tag:
            case "table":
                self._tables.append(_OpenTable(self._contents[-1]))
            case "tr" if self._tables:
                self._tables[-1].begin_row(node.getparent())
            case "td" | "th" if self._tables:
                cell = self._tables[-1].add(node)
                cell.certain = node not in self._broken
                self._contents.append(cell.content)
            case "sup" | "sub":
                self._line.append(UP if node.tag == "sup" else DOWN)
            case "ol" | "ul":
                self._numbers.append(_first_number(node))
            case "li" if self._numbers and (number := self._numbers[-1]) is not None:
                self._line.append("" if _NUMBERED.match("".join(node.itertext())) else f"{number}. ")
                self._numbers[-1] = number + 1
            case _:
                pass

    def _end(self, node: Node) -> None:
        if node.tag in BLOCKS:
            self._flush()
        match node.tag:
            case "table":
                self._put(self._tables.pop().closed())
            case "tr" if self._tables:
                self._tables[-1].in_row = False
            case "td" | "th" if self._tables:
                self._contents.pop()
            case "sup" | "sub":
                self._line.append(END)
            case "ol" | "ul":
                self._numbers.pop()
            case _:
                pass
        self._keeping -= _keeps_lines(node)

    def _add(self, text: str | None) -> None:
        lines = re.split(r"\r\n?|\n", text or "") if self._keeping else [text or ""]
        for number, line in enumerate(lines):
            if number:
                self._flush()
            self._line.append(line)

    def _flush(self) -> None:
        joined = "".join(self._line)
        self._line.clear()
        line = settled(shown(joined) if self._keeping else tidied(joined))
        if line.strip():
            self._put(line)

    def _put(self, piece: Piece) -> None:
        """Add a line or table; what stands in a table but in none of its cells parts it in two."""
        content = self._contents[-1]
        if self._tables and self._tables[-1].around is content and self._tables[-1].cells:
            content.append(self._tables[-1].closed())
        content.append(piece)


def _keeps_lines(node: Node) -> bool:
    return node.tag == "pre" or bool(_KEEPS_LINES.search(attribute(node, "style")))


def _first_number(node: Node) -> int | None:
    """Return where an ordered list begins to count, None where it shows no Arabic numbers."""
    plain = attribute(node, "type", "1") == "1" and "list-style" not in attribute(node, "style")
    start = attribute(node, "start", "1")
    return int(start) if node.tag == "ol" and plain and re.fullmatch(r"\d{1,4}", start) else None
