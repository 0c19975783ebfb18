"""Read the titles of reports: who reports, for which year; a notice that issues a report names the title inside it."""

import re
from collections.abc import Iterator, Sequence

from ingest.models import Block, RawDocument, Value
from ingest.outline import is_first_heading, table_spans
from ingest.wording import is_of_oneself, simplified, with_half_width_digits, without_oneself

_YEAR = r"(?:19|20)\d{2}"
_TITLE = re.compile(
    rf"^[#\s*《]*(?P<name>[^\d，。；：《》]{{0,60}}?)\s*(?:[（(〔\[]?(?P<year>{_YEAR})\s*年?度?[)）〕\]]?\s*)?"
    r"(?P<name_after>[^\d，。；：《》]{0,40}?)\s*(?:政府)?(?:信息|资讯|政务)(?:公开)?\s*公开\s*(?:工作)?\s*(?:情况)?的?\s*(?:年度)?"
    rf"\s*(?:工作)?\s*(?:年度)?\s*(?:报告|年报)(?:\s*[（(〔]\s*(?P<year_after>{_YEAR})\s*年?度?\s*[)）〕])?"
)
_CHINESE_YEAR = re.compile(r"[二一][〇零○O0一二三四五六七八九]{3}(?=年)")
_ISSUES = r"(?:关于)?(?:印发|公布|发布|转发|报送|呈报)"
_ISSUED = re.compile(rf"{_ISSUES}(?=[^，。]*(?:报告|年报))")
_FOLLOWS = re.compile(rf"(?:{_ISSUES}|关于)?(?:的)?$")
_QUOTED = re.compile(r"(?P<before>[^《》]{0,60})《(?P<inside>[^《》]{8,80})》(?P<behind>[^《》]{0,14})")
_ASKS_FOR_REPORTS = re.compile(
    r"关于(?:做好|开展|认真|切实|规范|组织|抓好|加强)|(?:编制|编写|编报|填报)[^，。]{0,8}(?:通知|方案|要求|说明|工作)"
)
_AND = r"(?:暨|及|和|与|、)$"
_OTHER_TITLE = re.compile(
    r"(?:[院校党政村厂警检审司税医服商居企所]务|依法[治行]|法治|电子政务|政府网站|政府职能|权力|办事|年度工作|工作总结|(?:政府|政务)?信息公开)"
    rf"[^，。]{{0,8}}{_AND}"
)
_BEFORE_OTHER_TITLE = re.compile(
    rf"(?P<name>.*(?:局|委员会|委|办公室|办|厅|医院|院|学校|大学|中心|公司|镇|乡|街道|办事处|政府|县|区|市|旗|州)).{{2,14}}{_AND}"
)
_SHORTEST_NAME = 2
_LONGEST_TITLE = 90
_MOST_BEHIND = 12
_LINES_OF_OPENING = 12


class Title(Value):
    """Hold what a title says; `oneself` is 我局 or its like where that stands in place of a name."""

    text: str
    name: str | None
    oneself: str | None
    year: int | None


def find_title(document: RawDocument) -> Title | None:
    """Return the title in the opening; one that names its issuer and year goes before one that does not."""
    lines = [block for block in document.blocks if block.text.strip()][:_LINES_OF_OPENING]
    nameless: Title | None = None
    for size in (1, 2, 3):
        for first in range(len(lines) - size + 1):
            title = read_title("".join(block.text for block in lines[first : first + size]))
            if title is not None and title.name is not None and title.year is not None:
                return title
            nameless = nameless or title
    return nameless


def read_title(printed: str) -> Title | None:
    """Return what a line says as a title, None where it is none.

    >>> read_title("关于印发《青禾县教育局２０２２年政府信息公开年报》的通知")
    Title(text='青禾县教育局2022年政府信息公开年报', name='青禾县教育局', oneself=None, year=2022)
    """
    line = with_half_width_digits(simplified(re.sub(r"[\s*#_]+|^\s*附件?\s*\d{0,2}\s*[:：]", "", printed)))
    line = _CHINESE_YEAR.sub(_in_digits, line)
    if len(line) >= _LONGEST_TITLE:
        return None
    quoted = _QUOTED.fullmatch(line)
    inside = _read(quoted["inside"]) if quoted else None
    if quoted is None or inside is None:
        return _read(line)
    if _ASKS_FOR_REPORTS.search(quoted["before"] + quoted["behind"]):
        return None
    outside = _FOLLOWS.sub("", quoted["before"])
    if inside.name is not None or len(outside) < _SHORTEST_NAME or is_of_oneself(outside):
        return inside
    return inside.model_copy(update={"text": outside + inside.text, "name": outside})


def _read(line: str) -> Title | None:
    match = _TITLE.match(line)
    if match is None or match.end() < len(line) - _MOST_BEHIND:
        return None
    if _ASKS_FOR_REPORTS.search(match["name"] + match["name_after"] + line[match.end() :]):
        return None
    name = _name(match)
    oneself = name if name is not None and is_of_oneself(name) else None
    year = match["year"] or match["year_after"]
    if name is None and year is None:
        return None
    text = _ISSUED.sub("", match[0]).strip("#《》* ")
    return Title(text=text, name=None if oneself else name, oneself=oneself, year=int(year) if year else None)


def _name(match: re.Match[str]) -> str | None:
    first, after = (_FOLLOWS.sub("", _OTHER_TITLE.sub("", match[group])) for group in ("name", "name_after"))
    if first and re.search(_AND, after):
        after = ""
    name = (first + after).strip("#《》“”·-—")
    name = re.sub(r"^(?:关于|公布|发布)", "", name)
    if cut := _BEFORE_OTHER_TITLE.fullmatch(name):
        name = cut["name"]
    if name.count("（") != name.count("）") or name.count("(") != name.count(")"):
        name = name.strip("（）()")
    name = name if is_of_oneself(name) else without_oneself(name)
    return name if len(name) >= _SHORTEST_NAME else None


def _in_digits(match: re.Match[str]) -> str:
    return "".join(
        "0123456789"["〇一二三四五六七八九".find(char)] if char in "〇一二三四五六七八九" else "0"
        for char in match[0]
    )


def second_title(document: RawDocument, first: Title) -> tuple[Block, Title] | None:
    """Return where a second report begins in the file, and its title: another body or year, and 一、 anew below it."""
    rows = table_spans(document)
    lines = [block for block in document.blocks if block.text.strip() and block.char_start not in rows]
    begins = [index for index, block in enumerate(lines) if is_first_heading(block.text)]
    if len(begins) < 2:
        return None
    for index in range(begins[0] + 1, begins[-1]):
        if "公开" not in lines[index].text and "报告" not in lines[index].text:
            continue
        for start, title in _titles_around(lines, index):
            if start > begins[0] and _is_another(title, first):
                return lines[start], title
    return None


def _titles_around(lines: Sequence[Block], index: int) -> Iterator[tuple[int, Title]]:
    """Yield the titles of one to three lines that end at a line, the one that says most first."""
    for size in (3, 2, 1):
        start = index - size + 1
        above = [block.text for block in lines[max(start, 0) : index]]
        if start < 0 or any("。" in text or is_first_heading(text) for text in above):
            continue
        title = read_title("".join((*above, lines[index].text)))
        if title is not None and title.year is not None:
            yield start, title


def _is_another(title: Title, first: Title) -> bool:
    other_body = title.name is not None and first.name is not None and not _agree(title.name, first.name)
    return other_body or title.year != first.year


def _agree(one: str, other: str) -> bool:
    return one in other or other in one
