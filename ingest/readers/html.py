"""Read web pages as government sites publish them: the report without the page around it.

What belongs to the page is known by structure and by the share of its links, never by the class names of a site.
"""

import email
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.errors import UnreadableFile
from ingest.models import RawDocument
from ingest.readers.layout import Layout
from ingest.readers.loading import source_of
from ingest.readers.nesting import Flat, FlowCell, FlowTable, Piece, flattened, shown, tidied, write
from ingest.readers.nodes import Node, attribute, detach, parse_html, walk, wrap
from ingest.readers.text import decoded, with_printed_rows
from ingest.settings import ReadingLimits

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w-]{3,20})""", re.I
)
_CODECS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "big5": "big5",
}
_MOST_BROKEN = 0.001
_MARK = (
    r"<(?:!doctype\s+html|/?(?:html|head|meta|title|body|div|p|span|table|tbody|tr|td|th|br|h[1-6]|font|center|ul|ol|li|"
    r"a|img|script|style|link|section|article|strong|b|o:p)\b)"
)
_OPENING = re.compile(rf"\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*{_MARK}".encode(), re.I | re.S)
_MARKS = re.compile(_MARK.encode(), re.I)
_MIME = re.compile(
    rb"\s*(?:from|mime-version|subject|date|snapshot-content-location|content-type|x-[\w-]+)\s*:", re.I
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.I | re.S)

_NO_CONTENT = (
    "head", "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "audio", "video",
    "select", "button", "textarea", "input", "xml", "del", "rt", "rp", "map",
)  # fmt: skip
_PAGE_PARTS = frozenset(["nav", "footer", "aside", "header"])
_PAGE_ROLES = frozenset(["navigation", "banner", "contentinfo", "search", "complementary"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.I)
_BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
])  # fmt: skip
_HOLDERS = frozenset(["html", "body", "div", "section", "article", "main", "form", "center"])
_OPENING_LINES = 12
_LINK_SHARE = 0.5
_LONGEST_TITLE = 60
_LONGEST_CELL_IN_SPAN = 80
_WIDEST_SPAN = 100
_LONGEST_SPAN = 65_534
_AMOUNT = re.compile(r"(?:[+\-－]|增加|减少)?\s*\d[\d,，.]*\s*(?:[万亿]?元)?|[-－—/／]|无")
_FEWEST_VALUES = 4
_NUMBERED = re.compile(r"\s*(?:[（(]?\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[)）、.．])")
_HEADING = re.compile(r"(?:^|[\s。])(?:[一二三四五六七八九十]{1,3}、|第二十条)")
_DATE_LINE = re.compile(r"(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")
_DATE_IN_LIST = re.compile(r"[\[（(【]?\s*(?:\d{4}\s*[-./])?\s*\d{1,2}\s*[-./]\s*\d{1,2}\s*[\])）】]?")
_COUNT = re.compile(r"\d\s*(?:余|多)?\s*[万亿]?\s*(?:[条件次份个项元人篇场期家户名]|%)")
_FURNITURE = re.compile(
    r"(?!.*。)(?:"
    r"(?:您?(?:现在|当前|目前)的?所?在?的?位置|当前位置|首页\s*[>»＞]|返回顶部|扫一扫|上一[篇条页]|下一[篇条页]|无障碍|长者模式|责任编辑)"
    r".{0,60}|"
    r"【?(?:字[体号]|打印|关闭|收藏|分享)(?:[:：】\s|]|本[文页稿]|窗口|到|$).{0,60}|"
    r"相关(?:链接|阅读|文章|稿件|信息|新闻)\s*[:：]?|"
    r"(?=.*(?:发布|来源|时间|日期|作者|编辑|字[体号])).{0,80}(?:浏览|阅读|点击|访问)(?:次数|量|数)?\s*[:：].{0,40}|"
    r"(?:浏览|阅读|点击)次?数\s*[:：]\s*\d*\s*次?|"
    r".{0,80}【?字[体号]\s*[:：]?\s*[【\[]?\s*大.{0,40}|"
    r".{0,120}(?:版权所有|ICP备|公网安备|网站标识码|技术支持\s*[:：]|copyright\s*(?:©|\(c\))).{0,160}|"
    r"(?:主办|承办|协办|运维)(?:单位)?\s*[:：].{0,80})",
    re.I,
)
_TITLE = re.compile(r".{0,60}(?:19|20)\d{2}.{0,45}公开.{0,15}报告.{0,12}")
_NAMED_TITLE = re.compile(r"[^\d，。；]{3,60}(?:19|20)\d{2}.{0,45}公开.{0,15}报告.{0,12}")
_ISSUER = re.compile(
    r"[^\d，。；：]{1,28}(?:[县市区省旗州局委办厅院社处队站所镇乡园]|政府|街道|中心|公司|大学)"
)
_TITLE_END = re.compile(r"\s*[_|｜]\s*|\s+[-—–]+\s*|\s*[-—–]+\s+|(?<=报告)\s*[-—–]+\s*")


def is_html(data: bytes) -> bool:
    """Tell a page or a piece of one from text, by its beginning."""
    sample = data[:65_536].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    return bool(_OPENING.match(sample))


def has_marks(data: bytes) -> bool:
    """Tell whether there is any mark-up of a page in a file."""
    return bool(_MARKS.search(data.replace(b"\x00", b"")))


def has_tables(data: bytes) -> bool:
    """Tell whether a text writes its tables in HTML."""
    plain = data.replace(b"\x00", b"").lower()
    return b"<table" in plain and b"</td" in plain


def is_web_archive(data: bytes) -> bool:
    """Tell a page that a browser or Word saved with its images as one file (MHTML)."""
    return bool(_MIME.match(data[:200])) and b"multipart/related" in data[:4096].lower()


def read_web_archive(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of the page inside a web archive."""
    message = email.message_from_bytes(data)
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(payload, bytes):
            return _read(path, data, _markup(path.name, payload), limits)
    raise UnreadableFile(path.name, "网页档案里没有网页", "请用浏览器打开后另存为 .html 再导入。")


def read_html(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a page; raise UnreadableFile or LimitExceeded with the remedy."""
    return _read(path, data, _markup(path.name, data), limits)


def read_text_with_tables(path: Path, data: bytes, *, limits: ReadingLimits) -> RawDocument:
    """Return lines and grids of a Markdown or text file whose tables are written in HTML."""
    text = decoded(path.name, data)
    parts: list[str] = []
    end = 0
    for table in _TABLE.finditer(text):
        parts += [_as_markup(text[end : table.start()]), table.group()]
        end = table.end()
    return _read(path, data, "".join([*parts, _as_markup(text[end:])]), limits)


def _as_markup(text: str) -> str:
    return f"<pre>{text.replace('&', '&amp;').replace('<', '&lt;')}</pre>"


def _markup(name: str, data: bytes) -> str:
    """Return the text of a page: UTF-8 where it is, else as the page declares, else as its characters show."""
    declared = _CHARSET.search(data[:4096])
    codec = _CODECS.get(declared[1].decode("ascii").lower()) if declared else None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode(codec, "replace") if codec else ""
    return text if text and text.count("\ufffd") <= len(text) * _MOST_BROKEN else decoded(name, data)


def _read(path: Path, data: bytes, markup: str, limits: ReadingLimits) -> RawDocument:
    markup = _XML_DECLARATION.sub("", markup.replace("\x00", ""))
    root = parse_html(path.name, markup)
    titles = _page_titles(root)
    _drop_page_parts(root)
    _drop_links(root)
    _make_tables(root)
    content = _Builder(root, cut_in_cell=_ends_in_cell(markup)).content_of(_report_root(root))
    layout = Layout(path.name, limits=limits)
    write(_with_title(list(flattened(content)), titles), layout)
    return with_printed_rows(layout.document(source_of(path, data, media_type="text/html")))


def _ends_in_cell(markup: str) -> bool:
    """Tell whether a file breaks off inside a cell, whose number may then lack its end."""
    cell = max(markup.rfind("<td"), markup.rfind("<th"), markup.rfind("<TD"), markup.rfind("<TH"))
    return cell >= 0 and not re.search(r"</t[dhr]\s*>|</table", markup[cell:], re.I)


# ---------------------------------------------------------------- what belongs to the page


def _page_titles(root: Node) -> list[str]:
    """Return the headings and titles that the page itself states, in the order of their trust."""
    stated = [
        *("".join(node.itertext()) for node in root.iter("h1", "h2", "h3")),
        *(
            attribute(node, "content")
            for node in root.iter("meta")
            if attribute(node, "name").lower() == "articletitle"
        ),
        *("".join(node.itertext()) for node in root.iter("title")),
    ]
    parts = [tidied(part) for title in stated for part in _TITLE_END.split(title)]
    return [part for part in parts if _TITLE.fullmatch(part)]


def _drop_page_parts(root: Node) -> None:
    for node in [*root.iter(*_NO_CONTENT)]:
        detach(node)
    for node in [*root.iter()]:
        style = attribute(node, "style")
        hidden = (style and _HIDDEN.search(style)) or attribute(node, "hidden", "-") != "-"
        note = node.tag == "a" and attribute(node, "href").startswith(("#_ftn", "#_edn"))
        if (hidden or note) and node.tag != "body":
            detach(node)
    sizes = _sizes(root)
    for node in [*root.iter()]:
        part = node.tag in _PAGE_PARTS or attribute(node, "role").lower() in _PAGE_ROLES
        if part and not _in_article(node) and not sizes[node].holds_report:
            detach(node)


def _in_article(node: Node) -> bool:
    above = node.getparent()
    while above is not None and above.tag not in {"article", "main"}:
        above = above.getparent()
    return node.tag == "header" and above is not None


class _Size(NamedTuple):
    """Count the characters below an element, those in links, and the marks of a report outside links."""

    characters: int = 0
    linked: int = 0
    sentences: int = 0
    values: int = 0
    headings: int = 0
    dates: int = 0
    titles: int = 0
    counts: int = 0

    @property
    def holds_report(self) -> bool:
        """Tell more than a stray sentence of the page."""
        return self.sentences > 2 or self.values >= _FEWEST_VALUES

    @property
    def says_something(self) -> bool:
        """Tell anything that a report may say."""
        return any((self.sentences, self.values >= _FEWEST_VALUES, self.headings, self.dates))


_NOTHING = _Size()


def _size_of(text: str | None, *, linked: bool) -> _Size:
    stripped = (text or "").strip()
    if not stripped or _DATE_IN_LIST.fullmatch(stripped):
        return _NOTHING
    characters = len(stripped)
    if linked:
        return _Size(characters, linked=characters)
    return _Size(
        characters,
        sentences=stripped.count("。"),
        values=int(bool(_AMOUNT.fullmatch(stripped))),
        headings=int(bool(_HEADING.search(stripped))),
        dates=int(bool(_DATE_LINE.fullmatch(stripped))),
        titles=int(len(stripped) <= _LONGEST_TITLE and "公开" in stripped and "报告" in stripped),
        counts=int(bool(_COUNT.search(stripped))),
    )


def _sum(*sizes: _Size) -> _Size:
    return _Size(*map(sum, zip(*sizes, strict=True)))


def _sizes(root: Node) -> dict[Node, _Size]:
    sizes: dict[Node, _Size] = {}
    links = 0
    for event, node in walk(root):
        is_link = (
            node.tag == "a" and bool(attribute(node, "href")) and not attribute(node, "href").startswith("#")
        )
        if event == "start":
            links += is_link
            sizes[node] = _size_of(node.text, linked=links > 0)
            continue
        links -= is_link
        above = node.getparent()
        if above is not None and above in sizes:
            sizes[above] = _sum(sizes[above], sizes[node], _size_of(node.tail, linked=links > 0))
    return sizes


def _drop_links(root: Node) -> None:
    """Drop the largest blocks that are mostly links: menus, breadcrumbs, lists of other pages, neighbours."""
    sizes = _sizes(root)
    waiting = [root]
    while waiting:
        node = waiting.pop()
        size = sizes[node]
        mostly_links = size.linked > size.characters * _LINK_SHARE
        if mostly_links and not size.says_something and node.tag in _BLOCKS - {"html", "body"}:
            detach(node)
        elif node.tag != "table" or size.values < _FEWEST_VALUES or _holds_tables(node):
            waiting += node


def _holds_tables(node: Node) -> bool:
    return any(table is not node for table in node.iter("table"))


def _report_root(root: Node) -> Node:
    """Return the smallest block that holds all of the report: what is left outside says nothing of its own."""
    sizes = _sizes(root)
    node = root
    while True:
        inner = max(node, key=lambda child: sizes[child].characters, default=None)
        if inner is None or inner.tag not in _HOLDERS:
            return node
        part, whole = sizes[inner], sizes[node]
        if part.characters * 2 < whole.characters or part[2:] != whole[2:]:
            return node
        node = inner


# ---------------------------------------------------------------- tables without table marks


def _make_tables(root: Node) -> None:
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
    words = next((index for index, text in enumerate(texts) if _AMOUNT.fullmatch(text)), len(texts))
    behind = texts[words:]
    labels = [text for text in texts[:words] if text]
    return (
        1 <= len(labels) <= 3
        and len(behind) >= 2
        and not re.search(r"\d$|[，。；：]", labels[-1])
        and all(not text or _AMOUNT.fullmatch(text) for text in behind)
    )


def _is_row_of_spans(node: Node) -> bool:
    """Tell cells that follow each other in one element: words and amounts, and no punctuation of sentences."""
    cells = _cells(node)
    texts = _texts(cells) if cells and cells[0].tag == "span" else []
    amounts = [bool(_AMOUNT.fullmatch(text)) for text in texts]
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


class _Builder:
    """Follow the elements of a page and collect lines and tables."""

    def __init__(self, root: Node, *, cut_in_cell: bool) -> None:
        self._broken = [*root.iter("td", "th")][-1:] if cut_in_cell else []
        self._contents: list[list[Piece]] = [[]]
        self._line: list[str] = []
        self._tables: list[_OpenTable] = []
        self._keeping = 0
        self._numbers: list[int | None] = []

    def content_of(self, root: Node) -> list[Piece]:
        """Return what stands below an element."""
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
        if node.tag in _BLOCKS:
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
            case "ol" | "ul":
                self._numbers.append(_first_number(node))
            case "li" if self._numbers and (number := self._numbers[-1]) is not None:
                self._line.append("" if _NUMBERED.match("".join(node.itertext())) else f"{number}. ")
                self._numbers[-1] = number + 1
            case _:
                pass

    def _end(self, node: Node) -> None:
        if node.tag in _BLOCKS:
            self._flush()
        match node.tag:
            case "table":
                self._put(self._tables.pop().closed())
            case "tr" if self._tables:
                self._tables[-1].in_row = False
            case "td" | "th" if self._tables:
                self._contents.pop()
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
        line = shown(joined) if self._keeping else tidied(joined)
        if line.strip() and not _FURNITURE.fullmatch(line.strip()):
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


# ---------------------------------------------------------------- the title


def _with_title(pieces: list[Flat], titles: Sequence[str]) -> list[Flat]:
    """Return the report from its title on; the title that only the page states goes in front."""
    at = next(
        (index for index, piece in enumerate(pieces) if isinstance(piece, str) and _is_title(piece)), None
    )
    named = False
    if at is not None:
        named = bool(_NAMED_TITLE.fullmatch(_squeezed(str(pieces[at]))))
        above = pieces[at - 1] if at else ""
        if not named and isinstance(above, str) and _ISSUER.fullmatch(above.strip()):
            at, named = at - 1, True
        if named or titles:
            before = [piece for piece in pieces[:at] if not isinstance(piece, str) or "。" in piece]
            pieces = before + pieces[at:]
    opening = _squeezed("".join(piece for piece in pieces[:_OPENING_LINES] if isinstance(piece, str)))
    if named or not titles or _squeezed(titles[0]) in opening:
        return pieces
    return [titles[0], *pieces]


def _is_title(line: str) -> bool:
    return "。" not in line and bool(_TITLE.fullmatch(line.strip()))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
