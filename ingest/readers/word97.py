"""Read the binary documents of Word 97 to 2003 and of WPS: characters, what is raised or struck out, and tables.

Automatic numbers are counted anew where paragraphs themselves have them; those of styles are lost. SEE: [MS-DOC].
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.readers.containers import CompoundFile, DamagedContainer
from ingest.readers.nesting import FlowCell, FlowTable, Piece, shown
from ingest.readers.numbering import FORMATS
from ingest.readers.raised import DOWN, END, UP, settled

_MAGIC = 0xA5EC
_LOCKED, _OTHER_TABLE = 0x0100, 0x0200
_CHARACTER_PAGES, _PARAGRAPH_PAGES, _PIECES, _LISTS, _LIST_USES = 12, 13, 33, 73, 74
_PAGE = 512
_IN_TABLE, _ROW_END, _TABLE, _ELSEWHERE = 0x2416, 0x2417, 0xD608, (0x6646, 0x6645)
_DELETED, _STRUCK, _STRUCK_TWICE, _HIDDEN, _HEIGHT, _POSITION = 0x0800, 0x0837, 0x2A53, 0x083C, 0x2A48, 0x4845
_LIST, _DEPTH = 0x460B, 0x260A
_LEAST_RISE = 5
_OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
_CELL_END, _FIELD, _RESULT, _FIELD_END = "\x07", "\x13", "\x14", "\x15"
_AS_SHOWN = str.maketrans(
    {"\x0b": "\n", "\x0c": "\n", "\x1e": "-", **dict.fromkeys("\x01\x02\x03\x04\x05\x08\x1f", "")}
)
_NUMBERS = {
    0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital",
    11: "japaneseCounting", 14: "decimalFullWidth", 18: "decimalEnclosedCircle", 22: "decimalZero",
    26: "decimalEnclosedFullstop", 27: "decimalEnclosedParen", 28: "decimalEnclosedCircleChinese",
    29: "ideographEnclosedCircle", 30: "ideographTraditional", 31: "ideographZodiac", 33: "taiwaneseCounting",
    34: "ideographLegalTraditional", 35: "taiwaneseCountingThousand", 36: "taiwaneseDigital", 37: "chineseCounting",
    38: "chineseLegalSimplified", 39: "chineseCountingThousand",
}  # fmt: skip
_MOST_COUNTED = 10_000
_NEAR = 40
"""Twips; borders nearer to each other are one."""


class LockedDocument(Exception):
    """Say that a document opens with a password only."""


class _Run(NamedTuple):
    start: int
    gone: bool = False
    height: str = ""


class _Paragraph(NamedTuple):
    start: int
    in_table: bool = False
    ends_row: bool = False
    row: bytes = b""
    list_use: int = 0
    depth: int = 0


class _Level(NamedTuple):
    first: int
    kind: int
    template: str


class _Place(NamedTuple):
    left: int
    right: int
    goes_on: bool = False
    goes_down: bool = False


class _Row(NamedTuple):
    places: Sequence[_Place]
    cells: Sequence[Sequence[str]]


def read_word97(data: bytes, *, most_characters: int) -> list[Piece]:
    """Return lines and tables, of a longer text the beginning; raise DamagedContainer or LockedDocument."""
    container = CompoundFile(data)
    main = container.stream("WordDocument")
    if main is None or len(main) < _PAGE or struct.unpack_from("<H", main)[0] != _MAGIC:
        raise DamagedContainer("no document")
    flags = struct.unpack_from("<H", main, 10)[0]
    if flags & _LOCKED:
        raise LockedDocument
    table = container.stream("1Table" if flags & _OTHER_TABLE else "0Table")
    if table is None:
        raise DamagedContainer("no table stream")
    try:
        return _Document(main, table, container.stream("Data") or b"", most_characters).pieces()
    except (struct.error, IndexError) as error:
        raise DamagedContainer(str(error)) from error


class _Document:
    """Follow the characters of the body, each with the properties of its run and paragraph."""

    def __init__(self, main: bytes, table: bytes, extra: bytes, most: int) -> None:
        self._main = main
        self._table = table
        self._extra = extra
        self._most = most
        self._runs = [_Run(0), *sorted(self._character_runs())]
        self._paragraphs = [_Paragraph(0), *sorted(self._paragraph_marks())]
        self._lists = self._read_lists()
        self._counted: dict[int, dict[int, int]] = {}

    def pieces(self) -> list[Piece]:
        """Return the body in order; rows that follow each other are one table."""
        content: list[Piece] = []
        rows: list[_Row] = []
        cells: list[list[str]] = []
        cell: list[str] = []
        for text, mark, paragraph in self._texts():
            number = self._number(paragraph) if text.strip() else ""
            lines = [line for line in map(settled, shown(number + text).split("\n")) if line.strip()]
            if not paragraph.in_table:
                content += [*_tables(rows), *lines]
                rows, cells, cell = [], [], []
            elif paragraph.ends_row:
                rows.append(_Row(_places(paragraph.row), cells))
                cells, cell = [], []
            else:
                cell += lines
                if mark == _CELL_END:
                    cells.append(cell)
                    cell = []
        return [*content, *_tables(rows)]

    def _texts(self) -> Iterator[tuple[str, str, _Paragraph]]:
        """Yield each paragraph as it shows, with the mark at its end."""
        run_starts = [run.start for run in self._runs]
        paragraph_starts = [paragraph.start for paragraph in self._paragraphs]
        written: list[str] = []
        fields: list[str] = []
        height = ""
        for char, place in self._characters():
            if char in {"\r", _CELL_END}:
                paragraph = self._paragraphs[bisect_right(paragraph_starts, place) - 1]
                yield "".join(written).translate(_AS_SHOWN) + (END if height else ""), char, paragraph
                written, height = [], ""
            elif char in {_FIELD, _RESULT, _FIELD_END}:
                if fields:
                    fields.pop()
                if char != _FIELD_END:
                    fields.append(char)
            elif _FIELD not in fields:
                run = self._runs[bisect_right(run_starts, place) - 1]
                if run.gone:
                    continue
                if run.height != height:
                    written.append((END if height else "") + run.height)
                    height = run.height
                written.append(char)
        if written:
            yield "".join(written).translate(_AS_SHOWN), "\r", _Paragraph(0)

    def _characters(self) -> Iterator[tuple[str, int]]:
        """Yield the characters of the body and where in the file each stands."""
        left = min(struct.unpack_from("<i", self._main, 0x4C)[0], self._most + 1)
        for length, start, width in self._text_pieces():
            length = min(length, left)
            if length <= 0:
                return
            left -= length
            raw = self._main[start : start + length * width]
            text = raw.decode("cp1252" if width == 1 else "utf-16-le", "replace")
            for index, char in enumerate(text):
                yield char, start + index * width

    def _text_pieces(self) -> Iterator[tuple[int, int, int]]:
        """Yield length, place and width of a character of each piece of the text."""
        plan = self._part(_PIECES)
        at = 0
        while at < len(plan) and plan[at] == 1:
            at += 3 + struct.unpack_from("<H", plan, at + 1)[0]
        size = struct.unpack_from("<I", plan, at + 1)[0]
        plan = plan[at + 5 : at + 5 + size]
        count = (len(plan) - 4) // 12
        positions = struct.unpack_from(f"<{count + 1}I", plan)
        for index in range(count):
            place = struct.unpack_from("<I", plan, 4 * (count + 1) + 8 * index + 2)[0]
            length = positions[index + 1] - positions[index]
            if place & 0x4000_0000:
                yield length, (place & 0x3FFF_FFFF) // 2, 1
            else:
                yield length, place, 2

    def _part(self, number: int) -> bytes:
        start, size = struct.unpack_from("<II", self._main, 0x9A + 8 * number)
        return self._table[start : start + size]

    def _pages(self, number: int) -> Iterator[bytes]:
        places = self._part(number)
        count = (len(places) - 4) // 8
        for page in struct.unpack_from(f"<{count}I", places, 4 * (count + 1)):
            yield self._main[(page & 0x3F_FFFF) * _PAGE : ((page & 0x3F_FFFF) + 1) * _PAGE]

    def _character_runs(self) -> Iterator[_Run]:
        for page in self._pages(_CHARACTER_PAGES):
            count = page[-1]
            for index in range(count):
                start = struct.unpack_from("<I", page, 4 * index)[0]
                at = 2 * page[4 * (count + 1) + index]
                said = dict(_properties(page[at + 1 : at + 1 + page[at]])) if at else {}
                yield _Run(start, _is_gone(said), _height(said))

    def _paragraph_marks(self) -> Iterator[_Paragraph]:
        for page in self._pages(_PARAGRAPH_PAGES):
            count = page[-1]
            for index in range(count):
                start = struct.unpack_from("<I", page, 4 * index)[0]
                at = 2 * page[4 * (count + 1) + 13 * index]
                size = 2 * page[at] - 1 if page[at] else 2 * page[at + 1]
                at += 1 if page[at] else 2
                said = dict(_properties(page[at + 2 : at + size])) if size > 2 else {}
                for code in _ELSEWHERE:
                    if code in said:
                        place = int.from_bytes(said[code], "little")
                        length = struct.unpack_from("<H", self._extra, place)[0]
                        said.update(_properties(self._extra[place + 2 : place + 2 + length]))
                yield _Paragraph(
                    start,
                    in_table=_is_on(said, _IN_TABLE),
                    ends_row=_is_on(said, _ROW_END),
                    row=said.get(_TABLE, b""),
                    list_use=int.from_bytes(said.get(_LIST, b""), "little"),
                    depth=int.from_bytes(said.get(_DEPTH, b""), "little"),
                )

    def _read_lists(self) -> list[tuple[_Level, ...]]:
        """Return the levels of each use of a list, in the order by which paragraphs name it."""
        start, size = struct.unpack_from("<II", self._main, 0x9A + 8 * _LISTS)
        if not size:
            return []
        count = struct.unpack_from("<H", self._table, start)[0]
        at = start + size
        levels: dict[int, tuple[_Level, ...]] = {}
        for index in range(count):
            entry = start + 2 + 28 * index
            name = struct.unpack_from("<I", self._table, entry)[0]
            read: list[_Level] = []
            for _ in range(1 if self._table[entry + 26] & 1 else 9):
                level, at = self._level(at)
                read.append(level)
            levels[name] = tuple(read)
        uses = self._part(_LIST_USES)
        count = struct.unpack_from("<I", uses)[0] if uses else 0
        return [levels.get(struct.unpack_from("<I", uses, 4 + 16 * index)[0], ()) for index in range(count)]

    def _level(self, at: int) -> tuple[_Level, int]:
        first, kind = struct.unpack_from("<IB", self._table, at)
        text = at + 28 + self._table[at + 24] + self._table[at + 25]
        length = struct.unpack_from("<H", self._table, text)[0]
        template = self._table[text + 2 : text + 2 + 2 * length].decode("utf-16-le", "replace")
        return _Level(first, kind, template), text + 2 + 2 * length

    def _number(self, paragraph: _Paragraph) -> str:
        """Return the number in front of the next paragraph; empty where it has none, or a bullet."""
        if not 0 < paragraph.list_use <= len(self._lists):
            return ""
        levels = self._lists[paragraph.list_use - 1]
        if paragraph.depth >= len(levels):
            return ""
        counted = self._counted.setdefault(paragraph.list_use, {})
        for deeper in [depth for depth in counted if depth > paragraph.depth]:
            del counted[deeper]
        own = levels[paragraph.depth]
        counted[paragraph.depth] = counted.get(paragraph.depth, own.first - 1) + 1
        if own.kind not in _NUMBERS:
            return ""
        written = "".join(
            _written(levels[ord(char)].kind, counted.get(ord(char), levels[ord(char)].first))
            if ord(char) < len(levels)
            else char
            for char in own.template
        )
        return written if not written or written[-1] in "、）)．，：:" else f"{written} "


def _written(kind: int, number: int) -> str:
    return FORMATS[_NUMBERS[kind]](number) if kind in _NUMBERS and 0 < number < _MOST_COUNTED else str(number)


def _properties(written: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the code of each property and what is said."""
    at = 0
    while at + 2 < len(written):
        code = struct.unpack_from("<H", written, at)[0]
        at += 2
        size = _OPERANDS[code >> 13]
        if code == _TABLE:
            size = struct.unpack_from("<H", written, at)[0] - 1
            at += 2
        elif not size:
            size = written[at]
            at += 1
        yield code, written[at : at + size]
        at += size


def _is_on(said: dict[int, bytes], code: int) -> bool:
    return said.get(code, b"\0") not in {b"\0", b"\x80"}


def _is_gone(said: dict[int, bytes]) -> bool:
    return any(_is_on(said, code) for code in (_DELETED, _STRUCK, _STRUCK_TWICE, _HIDDEN))


def _height(said: dict[int, bytes]) -> str:
    rise = int.from_bytes(said.get(_POSITION, b""), "little", signed=True)
    if said.get(_HEIGHT) == b"\1" or rise >= _LEAST_RISE:
        return UP
    return DOWN if said.get(_HEIGHT) == b"\2" else ""


def _places(row: bytes) -> list[_Place]:
    """Return where the cells of a row begin and end, and which of them go on from the left or from above."""
    if not row:
        return []
    count = row[0]
    borders = struct.unpack_from(f"<{count + 1}h", row, 1)
    told = row[1 + 2 * (count + 1) :]
    flags = [
        struct.unpack_from("<H", told, 20 * index)[0] if len(told) >= 20 * index + 2 else 0
        for index in range(count)
    ]
    return [
        _Place(left, right, bool(flag & 2), bool(flag & 0x20) and not flag & 0x40)
        for left, right, flag in zip(borders, borders[1:], flags, strict=False)
    ]


def _tables(rows: Sequence[_Row]) -> Iterator[FlowTable]:
    """Yield the table of some rows; its columns are where any cell begins."""
    if not rows:
        return
    borders: list[int] = []
    for border in sorted(
        {border for row in rows for place in row.places for border in (place.left, place.right)}
    ):
        if not borders or border - borders[-1] > _NEAR:
            borders.append(border)
    cells: list[FlowCell] = []
    above: dict[int, int] = {}
    for at, row in enumerate(rows):
        reached: dict[int, int] = {}
        for index, content in enumerate(row.cells):
            place = row.places[index] if index < len(row.places) else _Place(index, index + 1)
            column = bisect_left(borders, place.left - _NEAR) if row.places else index
            end = max(bisect_left(borders, place.right - _NEAR), column + 1) if row.places else index + 1
            if place.goes_on and cells and cells[-1].row == at:
                cells[-1] = cells[-1].model_copy(update={"column_span": end - cells[-1].column})
                continue
            if place.goes_down and column in above:
                over = above[column]
                cells[over] = cells[over].model_copy(update={"row_span": at + 1 - cells[over].row})
                reached[column] = over
                continue
            reached[column] = len(cells)
            cells.append(FlowCell(content=tuple(content), row=at, column=column, column_span=end - column))
        above = reached
    yield FlowTable(cells=tuple(cells))
