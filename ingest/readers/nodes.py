"""Parse markup into nodes: the only door to lxml.

Entities of a document type are never expanded, nothing is fetched, and what the parser would drop is refused.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol, cast

from lxml import etree

from ingest.errors import LimitExceeded, UnreadableFile
from ingest.settings import ReadingLimits


class Node(Protocol):
    """Describe what the readers use of an element."""

    tag: str
    text: str | None
    tail: str | None

    def __iter__(self) -> Iterator["Node"]: ...
    def __len__(self) -> int: ...

    def get(self, key: str) -> str | None:
        """Return an attribute, None where there is none."""
        ...

    def getnext(self) -> "Node | None":
        """Return the next sibling."""
        ...

    def getparent(self) -> "Node | None":
        """Return the element around this one."""
        ...

    def find(self, path: str) -> "Node | None":
        """Return the first child with a name."""
        ...

    def iter(self, *tags: str) -> Iterator["Node"]:
        """Yield this element and all below it, in order, that have one of the names."""
        ...

    def itertext(self) -> Iterator[str]:
        """Yield the text of this element and all below it."""
        ...


class _Editable(Node, Protocol):
    def append(self, element: Node) -> None: ...
    def getprevious(self) -> Node | None: ...
    def index(self, child: Node) -> int: ...
    def insert(self, index: int, element: Node) -> None: ...
    def getroottree(self) -> "_Tree": ...
    def __getitem__(self, index: int) -> "_Editable": ...


class _Tree(Protocol):
    def getroot(self) -> _Editable: ...


def parse_html(name: str, text: str, *, limits: ReadingLimits) -> Node:
    """Return the root of a page or fragment, repaired as browsers do.

    Raise UnreadableFile when nothing is in it, LimitExceeded when it would cost too much memory.
    """
    _check(name, text.count("<"), limits)
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = cast(Node | None, etree.fromstring(text.encode("utf-8", "replace"), parser))
    if any("Excessive depth" in str(entry) for entry in parser.error_log):
        raise UnreadableFile(name, "网页的标签嵌套过深，读下去会丢失内容", "请用浏览器打开后另存再导入。")
    if root is None:
        raise UnreadableFile(name, "网页里没有内容", "请重新保存网页后再导入。")
    around = cast(_Editable, etree.Element("around"))
    around.append(root)
    around.append(cast(Node, etree.Element("detached")))
    return root


def parse_xml(name: str, data: bytes, *, limits: ReadingLimits) -> Node:
    """Return the root of an XML part.

    Raise UnreadableFile when it is damaged or declares entities, LimitExceeded when it would cost too much memory.
    """
    _check(name, data.count(b"<"), limits)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(name, "文件内部已损坏", "请用文字处理软件打开后另存再导入。") from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(name, "文件里有实体声明，正常的文档没有", "请确认文件来源后另存再导入。")
    return cast(Node, root)


def _check(name: str, tags: int, limits: ReadingLimits) -> None:
    if tags > limits.max_tags:
        raise LimitExceeded(
            name, f"有 {tags} 个标签，超过上限 {limits.max_tags} 个", "请拆分，或另存为 PDF 后再导入。"
        )


def attribute(node: Node, name: str, default: str = "") -> str:
    """Return an attribute as text."""
    printed = node.get(name)
    return default if printed is None else printed


def walk(root: Node) -> Iterator[tuple[Literal["start", "end"], Node]]:
    """Yield each element when it begins and when it ends, however deeply it is nested."""
    yield from cast(
        Iterator[tuple[Literal["start", "end"], Node]],
        etree.iterwalk(cast(Any, root), events=("start", "end")),
    )


def detach(node: Node) -> None:
    """Take an element out of its page; the text behind it stays.

    It moves beside the page: lxml would walk a subtree of its own anew for each of its elements that is let go.
    """
    parent = cast(_Editable | None, node.getparent())
    if parent is None:
        return
    if node.tail:
        before = cast(_Editable, node).getprevious()
        if before is None:
            parent.text = (parent.text or "") + node.tail
        else:
            before.tail = (before.tail or "") + node.tail
        node.tail = None
    cast(_Editable, node).getroottree().getroot()[1].append(node)


def wrap(nodes: Sequence[Node], tag: str) -> None:
    """Put a new element around siblings that follow each other; the text behind the last stays behind."""
    parent = cast(_Editable | None, nodes[0].getparent())
    if parent is None:
        return
    around = cast(_Editable, etree.Element(tag))
    parent.insert(parent.index(nodes[0]), around)
    around.tail, nodes[-1].tail = nodes[-1].tail, None
    for node in nodes:
        around.append(node)
