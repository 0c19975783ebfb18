"""Read Word documents (.docx): paragraphs and tables in their order, as they show when all changes are accepted.

Headers and footers are left out; a footnote stands behind the paragraph or table that refers to it.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from ingest.errors import LimitExceeded, UnreadableFile
from ingest.models import RawDocument
from ingest.readers.layout import Layout
from ingest.readers.loading import source_of
from ingest.readers.nesting import FlowCell, FlowTable, Piece, flattened, shown, write
from ingest.readers.nodes import Node, attribute, parse_xml
from ingest.readers.numbering import Numbering, W, value
from ingest.readers.raised import lowered, raised, settled
from ingest.readers.text import with_printed_rows
from ingest.settings import ReadingLimits

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ZIP = b"PK\x03\x04"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MAIN = re.compile(r"word/document\d*\.xml", re.I)
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_GONE = frozenset(f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "delInstrText", "rt"))
_WRAPPERS = frozenset(
    f"{W}{name}"
    for name in ("ins", "moveTo", "sdt", "sdtContent", "customXml", "smartTag", "hyperlink", "fldSimple")
)
_OFF = frozenset(["0", "false", "off"])
_CONTENTS = re.compile(r"toc\s?\d", re.I)
_WIDEST_SPAN = 100
_LEAST_RISE = 5
"""In half points."""
_EXPONENTS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_DEEPEST_CHAIN = 20


def is_zip(data: bytes) -> bool:
    """Tell an archive, as .docx files are."""
    return data.startswith(_ZIP)


def read_docx(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a document; raise UnreadableFile or LimitExceeded with the remedy."""
    parts = _Parts(path.name, data, limits)
    styles = parts.xml("word/styles.xml")
    notes = parts.xml("word/footnotes.xml"), parts.xml("word/endnotes.xml")
    body = _Body(Numbering(parts.xml("word/numbering.xml"), styles), styles, notes)
    content = body.blocks(parts.document())
    layout = Layout(path.name, limits=limits)
    write(flattened(content), layout)
    return with_printed_rows(layout.document(source_of(path, data, media_type=_MEDIA_TYPE)))


class _Parts:
    """Unpack the parts of a document, after looking at what they would cost."""

    def __init__(self, name: str, data: bytes, limits: ReadingLimits) -> None:
        self._name = name
        self._limits = limits
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise UnreadableFile(
                name, "压缩结构已损坏，可能没有下载完整", "请重新下载，或用文字处理软件打开后另存再导入。"
            ) from error
        self._members = {info.filename.replace("\\", "/"): info for info in self._archive.infolist()}
        size = sum(info.file_size for info in self._members.values())
        most = min(limits.max_unpacked_bytes, max(len(data), 1) * limits.max_unpacked_ratio)
        if size > most:
            raise LimitExceeded(
                name,
                f"解压后有 {size} 字节，超过上限 {most} 字节"
                f"（最多 {limits.max_unpacked_bytes} 字节，且不超过文件的 {limits.max_unpacked_ratio} 倍）",
                "请确认文件来源；正常的报告不会这样。",
            )

    def document(self) -> Node:
        """Return the main part."""
        found = next((name for name in self._members if _MAIN.fullmatch(name)), None)
        root = self.xml(found) if found else None
        if root is None:
            raise UnreadableFile(
                self._name, "是压缩文件而不是 Word 文档", "请解压后逐个导入，或另存为 .docx。"
            )
        return root

    def xml(self, part: str) -> Node | None:
        """Return a part, None where the document has none."""
        info = self._members.get(part)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise UnreadableFile(self._name, "文件已加密", "请去除密码后再导入。")
        if info.file_size > self._limits.max_bytes:
            raise LimitExceeded(
                self._name,
                f"正文有 {info.file_size} 字节，超过上限 {self._limits.max_bytes} 字节",
                "请拆分后再导入。",
            )
        try:
            unpacked = self._archive.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise UnreadableFile(
                self._name, "文件内部已损坏", "请重新下载，或用文字处理软件打开后另存再导入。"
            ) from error
        data = unpacked.replace(_STRICT, W.strip("{}").encode())
        return parse_xml(self._name, data, limits=self._limits)


class _OpenCell(NamedTuple):
    content: list[Piece]
    row: int
    column: int
    columns: int
    rows: list[int]


class _Body:
    """Follow the blocks of a document and collect lines and tables."""

    def __init__(self, numbering: Numbering, styles: Node | None, notes: Sequence[Node | None]) -> None:
        self._numbering = numbering
        self._notes = {
            (f"{note.tag}Reference", attribute(note, f"{W}id")): note
            for part in notes
            for note in (part if part is not None else ())
        }
        self._waiting: list[Node] = []
        self._carried = ""
        self._contents_styles = {
            attribute(style, f"{W}styleId")
            for style in (styles if styles is not None else ())
            if _CONTENTS.fullmatch(value(style, "name"))
        }
        self._character_styles = {
            attribute(style, f"{W}styleId"): style
            for style in (styles if styles is not None else ())
            if attribute(style, f"{W}type") == "character"
        }

    def blocks(self, parent: Node, *, in_cell: bool = False) -> list[Piece]:
        """Return what stands in a body, a cell or a text box."""
        content: list[Piece] = []
        for node in _children(parent):
            if node.tag == f"{W}p":
                content += self._paragraph(node)
            elif node.tag == f"{W}tbl":
                content.append(self._table(node))
            elif node.tag in {f"{W}body", f"{W}txbxContent"}:
                content += self.blocks(node, in_cell=in_cell)
            if not in_cell:
                content += self._footnotes()
        return content

    def _footnotes(self) -> list[Piece]:
        notes, self._waiting = self._waiting, []
        return [piece for note in notes for piece in self.blocks(note, in_cell=True)]

    def _paragraph(self, node: Node) -> list[Piece]:
        properties = node.find(f"{W}pPr")
        if value(properties, "pStyle") in self._contents_styles:
            return []
        boxes: list[Node] = []
        text = "".join(self._runs(node, boxes))
        number = self._numbering.number_of(properties) if text.strip() else ""
        text = self._carried + number + text
        self._carried = ""
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            # 段落标记已删除，下一段接着写
            self._carried = text
            text = ""
        lines = [_indented(settled(line)) for line in shown(text).split("\n")]
        inside = [piece for box in boxes for piece in self.blocks(box, in_cell=True)]
        return [*(line for line in lines if line.strip()), *inside]

    def _runs(self, parent: Node, boxes: list[Node]) -> Iterator[str]:
        """Yield the text of a paragraph; text boxes in it are set aside."""
        for node in parent:
            tag = node.tag
            if tag == f"{W}t" or tag == f"{_M}t":
                yield node.text or ""
            elif tag == f"{W}txbxContent":
                boxes.append(node)
            elif tag in {f"{W}footnoteReference", f"{W}endnoteReference"}:
                note = self._notes.get((tag, attribute(node, f"{W}id")))
                self._waiting += [note] if note is not None else []
            elif tag in {f"{W}tab", f"{W}ptab"}:
                yield "\t"
            elif tag in {f"{W}br", f"{W}cr"}:
                yield "\n"
            elif tag == f"{W}noBreakHyphen":
                yield "-"
            elif tag == f"{_MC}AlternateContent":
                yield from self._runs(_alternative(node), boxes)
            elif tag == f"{_M}sup":
                yield "".join(self._runs(node, boxes)).translate(_EXPONENTS)
            elif tag == f"{_M}den":
                yield "/"
                yield from self._runs(node, boxes)
            elif tag == f"{W}r":
                yield from self._run(node, boxes)
            elif tag not in _GONE and tag != f"{W}pPr":
                yield from self._runs(node, boxes)

    def _run(self, node: Node, boxes: list[Node]) -> Iterator[str]:
        """Yield the text of a run as it shows: hidden and struck out is none, raised and lowered is marked."""
        if node.find(f"{W}rPr") is None:
            yield from self._runs(node, boxes)
        elif not any(self._is_on(node, name) for name in ("vanish", "strike", "dstrike")):
            text = "".join(self._runs(node, boxes))
            align = self._property(node, "vertAlign") or ""
            rise = self._property(node, "position") or ""
            if align == "superscript" or (rise.isdigit() and int(rise) >= _LEAST_RISE):
                yield raised(text)
            else:
                yield lowered(text) if align == "subscript" else text

    def _is_on(self, run: Node, name: str) -> bool:
        said = self._property(run, name)
        return said is not None and said not in _OFF

    def _property(self, run: Node, name: str) -> str | None:
        """Return what a run, or else its style, says of its characters; "1" where it says no more than the name."""
        properties = run.find(f"{W}rPr")
        style = value(properties, "rStyle")
        for _ in range(_DEEPEST_CHAIN):
            said = properties.find(f"{W}{name}") if properties is not None else None
            if said is not None:
                return attribute(said, f"{W}val", "1")
            if style not in self._character_styles:
                return None
            properties = self._character_styles[style].find(f"{W}rPr")
            style = value(self._character_styles[style], "basedOn")
        return None

    def _table(self, table: Node) -> FlowTable:
        cells: list[_OpenCell] = []
        above: dict[int, _OpenCell] = {}
        rows = (row for row in _children(table) if row.tag == f"{W}tr")
        for at, row in enumerate(rows):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                continue
            column = _count(properties, "gridBefore", least=0)
            reached: dict[int, _OpenCell] = {}
            for node in _children(row):
                if node.tag != f"{W}tc":
                    continue
                style = node.find(f"{W}tcPr")
                columns = _count(style, "gridSpan", least=1)
                merge = style.find(f"{W}vMerge") if style is not None else None
                goes_on = merge is not None and attribute(merge, f"{W}val", "continue") == "continue"
                beside = style.find(f"{W}hMerge") if style is not None else None
                cell = above.get(column) if goes_on else None
                if beside is not None and attribute(beside, f"{W}val", "continue") == "continue" and cells:
                    cells[-1] = cells[-1]._replace(columns=cells[-1].columns + columns)
                elif cell is not None:
                    cell.rows[0] = at - cell.row + 1
                else:
                    cell = _OpenCell(self.blocks(node, in_cell=True), at, column, columns, [1])
                    cells.append(cell)
                if cell is not None and merge is not None:
                    reached[column] = cell
                column += columns
            above = reached
        return FlowTable(
            cells=tuple(
                FlowCell(
                    content=tuple(cell.content),
                    row=cell.row,
                    column=cell.column,
                    row_span=cell.rows[0],
                    column_span=cell.columns,
                )
                for cell in cells
            )
        )


def _children(parent: Node) -> Iterator[Node]:
    """Yield the blocks, rows or cells of an element; wrappers around them do not count, deleted ones are gone."""
    for node in parent:
        if node.tag in _WRAPPERS and not _is_table_of_contents(node):
            yield from _children(node)
        elif node.tag == f"{_MC}AlternateContent":
            yield from _children(_alternative(node))
        elif node.tag not in _GONE and not _is_table_of_contents(node):
            yield node


def _alternative(node: Node) -> Node:
    """Return the one form of a drawing that counts: the first that has text."""
    forms = list(node)
    return next(
        (form for form in forms if any(True for _ in form.iter(f"{W}t"))), forms[0] if forms else node
    )


def _is_table_of_contents(node: Node) -> bool:
    gallery = node.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and attribute(gallery, f"{W}val") == "Table of Contents"


def _count(properties: Node | None, name: str, *, least: int) -> int:
    printed = value(properties, name)
    return min(max(int(printed), least), _WIDEST_SPAN) if re.fullmatch(r"\d{1,6}", printed) else least


def _indented(line: str) -> str:
    """Return a line with its leading tabs as the indentation of a paragraph, so that it is no row of a table."""
    rest = line.strip("\t")
    return "　　" + rest if line.startswith("\t") else rest
