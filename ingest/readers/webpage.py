"""Know which parts of a web page are not the report.

They are known by structure, by the share of their links and by the words that every government site has to print,
never by the class names of a site.
"""

import re
from collections.abc import Iterator, Sequence
from operator import add, sub
from typing import NamedTuple

from ingest.readers.elements import AMOUNT, BLOCKS
from ingest.readers.nesting import Flat, tidied
from ingest.readers.nodes import Node, attribute, detach, walk
from ingest.readers.styling import apply_styles
from ingest.wording import is_of_oneself, with_half_width_digits

_NO_CONTENT = (
    "head", "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "audio", "video",
    "select", "button", "textarea", "input", "xml", "del", "s", "strike", "rt", "rp", "map",
)  # fmt: skip
_PAGE_PARTS = frozenset(["nav", "footer", "aside", "header"])
_PAGE_ROLES = frozenset(["navigation", "banner", "contentinfo", "search", "complementary"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_HOLDERS = frozenset(["html", "body", "div", "section", "article", "main", "form", "center"])
_OPENING_LINES = 12
_LINK_SHARE = 0.5
_LONGEST_TITLE = 60
_LONGEST_STATEMENT = 200
_FEWEST_VALUES = 4
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
_STATED_ISSUER = re.compile(
    r"(?:^|[\s|【\[（(])(?P<label>(?:编制|填报|发布|公开|发文|公布|制作)(?:单位|机构|机关|部门)|(?:信息|文章|稿件|内容)?来源)\s*[:：】\]]?\s*"
    r"(?P<name>[\u4e00-\u9fff（）()·]{3,30})?"
)
_FIRMLY_STATED = re.compile(r"单位|机构|机关|部门")
_SITE_WORDS = re.compile(
    r"^中国[·•]|(?:门户|政府|政务|官方|公众|信息|公开)*(?:网站?|官网|平台|专栏|频道)(?:群|首页)?$|政府信息公开$"
)
_TITLE_END = re.compile(r"\s*[_|｜]\s*|\s+[-—–]+\s*|\s*[-—–]+\s+|(?<=报告)\s*[-—–]+\s*")


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


def page_titles(root: Node) -> list[str]:
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
    return [part for part in parts if _TITLE.fullmatch(with_half_width_digits(part))]


def page_sources(root: Node) -> list[str]:
    """Return the source and the site that the head of a page states."""
    metas = {attribute(node, "name").lower(): attribute(node, "content") for node in root.iter("meta")}
    tails = [part for node in root.iter("title") for part in _TITLE_END.split("".join(node.itertext()))[1:]]
    sites = [_SITE_WORDS.sub("", tidied(name)) for name in (metas.get("sitename", ""), *reversed(tails))]
    return [metas.get("contentsource", ""), *sites]


def page_issuers(pieces: Sequence[Flat], sources: Sequence[str]) -> tuple[str, ...]:
    """Return whom a page names as its issuer: first where it says so, then as its source, then in its head."""
    firm: list[str] = []
    loose: list[str] = []
    for label, name in _statements(pieces):
        (firm if _FIRMLY_STATED.search(label) else loose).append(name)
    return tuple(dict.fromkeys(filter(None, map(tidied, [*firm, *loose, *sources]))))


def _statements(pieces: Sequence[Flat]) -> Iterator[tuple[str, str]]:
    """Yield what the lines and cells of a page say of its issuer, each with its label."""
    for piece in pieces:
        texts = [piece] if isinstance(piece, str) else [cell.text for cell in piece]
        for text, following in zip(texts, [*texts[1:], ""], strict=True):
            for found in _STATED_ISSUER.finditer(text) if len(text) <= _LONGEST_STATEMENT else ():
                name = found["name"] or (following if found.end() == len(text) else "")
                if name:
                    yield found["label"], name


def report_part(root: Node) -> Node:
    """Take out of a page what does not show, its own parts and its lists of links; return the element of the rest."""
    apply_styles(root)
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
            _drop(node, sizes)
    _drop_links(root, sizes)
    return _smallest_whole(root, sizes)


def _drop(node: Node, sizes: dict[Node, _Size]) -> None:
    above = node.getparent()
    while above is not None and above in sizes:
        sizes[above] = _Size._make(map(sub, sizes[above], sizes[node]))
        above = above.getparent()
    detach(node)


def _in_article(node: Node) -> bool:
    above = node.getparent()
    while above is not None and above.tag not in {"article", "main"}:
        above = above.getparent()
    return node.tag == "header" and above is not None


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
        values=int(bool(AMOUNT.fullmatch(stripped))),
        headings=int(bool(_HEADING.search(stripped))),
        dates=int(bool(_DATE_LINE.fullmatch(stripped))),
        titles=int(len(stripped) <= _LONGEST_TITLE and "公开" in stripped and "报告" in stripped),
        counts=int(bool(_COUNT.search(stripped))),
    )


def _sum(one: _Size, other: _Size) -> _Size:
    return one if other is _NOTHING else other if one is _NOTHING else _Size._make(map(add, one, other))


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
            behind = _size_of(node.tail, linked=links > 0)
            sizes[above] = _sum(_sum(sizes[above], sizes[node]), behind)
    return sizes


def _drop_links(root: Node, sizes: dict[Node, _Size]) -> None:
    """Drop the largest blocks that are mostly links: menus, breadcrumbs, lists of other pages, neighbours."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        size = sizes[node]
        mostly_links = size.linked > size.characters * _LINK_SHARE
        if mostly_links and not size.says_something and node.tag in BLOCKS - {"html", "body"}:
            _drop(node, sizes)
        elif node.tag != "table" or size.values < _FEWEST_VALUES or _holds_tables(node):
            waiting += node


def _holds_tables(node: Node) -> bool:
    return any(table is not node for table in node.iter("table"))


def _smallest_whole(root: Node, sizes: dict[Node, _Size]) -> Node:
    """Return the smallest block that holds all of the report: what is left outside says nothing of its own."""
    node = root
    while True:
        inner = max(node, key=lambda child: sizes[child].characters, default=None)
        if inner is None or inner.tag not in _HOLDERS:
            return node
        part, whole = sizes[inner], sizes[node]
        if part.characters * 2 < whole.characters or part[2:] != whole[2:]:
            return node
        node = inner


def is_furniture(line: str) -> bool:
    """Tell a line that every page has: where one is, buttons, counters, who runs the site."""
    return bool(_FURNITURE.fullmatch(line.strip()))


def with_title(pieces: list[Flat], titles: Sequence[str]) -> list[Flat]:
    """Return the report from its title on; the title that only the page states goes in front."""
    at = next(
        (index for index, piece in enumerate(pieces) if isinstance(piece, str) and _is_title(piece)), None
    )
    named = False
    if at is not None:
        named = _is_named(str(pieces[at]))
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
    return "。" not in line and bool(_TITLE.fullmatch(with_half_width_digits(line.strip())))


def _is_named(title: str) -> bool:
    """Tell a title that names its issuer; 我局 is no name."""
    squeezed = with_half_width_digits(_squeezed(title))
    return bool(_NAMED_TITLE.fullmatch(squeezed)) and not is_of_oneself(re.split(r"\d", squeezed)[0])


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
