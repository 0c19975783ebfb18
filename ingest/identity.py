"""Read from the text itself who reports, for which year, and when; file names tell nothing."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ingest.indicators import Language
from ingest.models import Form, Organization, OrganizationKind, RawDocument, Value
from ingest.titles import Title, find_title, second_title
from ingest.wording import (
    folded,
    is_of_oneself,
    simplified,
    sound,
    with_half_width_digits,
    without_parentheses,
)

_YEAR = r"(?:19|20)\d{2}"
_MARKS = ("信息公开", "政务公开", "依申请公开", "主动公开")
_PERIOD = re.compile(
    r"(?:期限|数据|统计|时间)[^。\n]{0,12}?(?:自|从|为|是)?\s*((?:19|20)\d{2})\s*年\s*1\s*月\s*1\s*日"
)
_DATE = re.compile(r"((?:19|20)\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*日?")
_SIGNATURE = re.compile(r"^\s*(?:日期\s*[:：]\s*)?(?:(?:19|20)\d{2})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*$")
_ISSUER = re.compile(
    r"本报告(?:是)?由\s*([^，。；：（(]{3,40}?)\s*(?:依据|根据|按照|编制|汇总|发布)"
    r"|(?:根据|依据|按照)[^。]{0,60}?(?:要求|规定|条例》?)[^。，]{0,12}，\s*([^，。；：（(]{3,30}?)\s*(?:现公布|编制|特向社会|向社会公布)"
    r"|(?:编制单位|填报单位|填表单位|公开机构|发布机构|发布单位|信息来源|文章来源|来源)\s*[:：]\s*([^\s，。；：（(|]{3,30})"
)
_OFFICE_OF_NOBODY = re.compile(
    r"(?:[省市县区州旗镇乡]?(?:人民)?政府)?(?:办公[室厅]|办|信息中心|(?:门户)?网站?|政务公开(?:办公室|办|科)?|本[站网]|综合[科股]|原创)"
)
_LOOSE_SOURCE = re.compile(r".{0,2}来源\s*[:：]")
_KINDS_OF_SITES: frozenset[OrganizationKind] = frozenset(["department", "park", "township"])
_LINES_OF_OPENING = 30
_ANY_BODY = re.compile(r"单位|机关|部门|机构|系统")
_FILLED_IN_BY = re.compile(r"(?:编制单位|填报单位|填表单位)\s*[:：]\s*([^\s，。；：（(|]{3,30})")
_SAID_YEAR = re.compile(rf"({_YEAR})\s*年度?[^。\d]{{0,20}}(?:信息|政务)公开[^。\d]{{0,12}}(?:报告|年报)")
_LEAST_NAME_FOR_MISPRINTS = 6
_SUFFIXES = ("党政办公室", "管理委员会", "管委会", "人民政府办公室", "人民政府", "政府")
_REGION = re.compile(r"([\u4e00-\u9fff]{2,8}?(?:自治区|自治州|自治县|省|市|县|区|旗|盟|州))")
_KINDS: tuple[tuple[OrganizationKind, re.Pattern[str]], ...] = (
    ("park", re.compile(r"(?:园区|工业园|开发区|产业园|示范区|高新区|保税区|新区)(?:管委会|管理委员会)?$")),
    ("township", re.compile(r"(?:镇|乡|街道|街道办事处|苏木|街)(?:人民政府)?$")),
    (
        "department",
        re.compile(r"(?:局|委|委员会|办公室|办|厅|中心|院|部|队|处|所|站|社|公司|大学|学院|学校|医院)$"),
    ),
    ("government", re.compile(r"(?:省|市|县|区|旗|州|盟)(?:人民政府)?$")),
)
_REGIONS = "省市县区旗州"
_SHORTEST_NAME = 2


class Doubt(Value):
    """Hold what a text leaves open about itself, in words for its reader, and where."""

    code: str
    message: str
    char_start: int
    char_end: int


class Identity(Value):
    """Hold what the text says of itself; None where it does not say."""

    title: str | None
    organization: Organization | None
    year: int | None
    published: date | None
    published_span: tuple[int, int] | None
    doubts: tuple[Doubt, ...] = ()


def read_identity(document: RawDocument, language: Language) -> Identity:
    """Return who reports for which year; the title decides, the period and the signature fill gaps."""
    title = find_title(document)
    name = (title.name if title else None) or _issuer(document, title.oneself if title else None)
    published = _published(document)
    year, doubts = _year(document, title, published[0] if published else None)
    misprints: tuple[str, ...] = ()
    if name is not None:
        name, misprints, misprint_doubts = _without_misprint(name, document)
        doubts += misprint_doubts
    organization = _organization(name, language) if name else None
    if organization is not None and misprints:
        aliases = tuple(dict.fromkeys((*organization.aliases, *misprints)))
        organization = organization.model_copy(update={"aliases": aliases})
    return Identity(
        title=_told_title(title, name) if title else None,
        organization=organization,
        year=year,
        published=published[0] if published else None,
        published_span=published[1] if published else None,
        doubts=doubts,
    )


def _told_title(title: Title, name: str | None) -> str:
    """Return the title with the name in place of 我局, where one was found."""
    return title.text.replace(title.oneself, name, 1) if title.oneself and name else title.text


def _year(
    document: RawDocument, title: Title | None, published: date | None
) -> tuple[int | None, tuple[Doubt, ...]]:
    """Return the year reported on: the title's, unless it is the year of publication and the period says otherwise."""
    head = with_half_width_digits(document.text[:1500])
    year = title.year if title else None
    period = _PERIOD.search(head)
    if year is None:
        said = period or _SAID_YEAR.search(head)
        return (int(said[1]) if said else None), ()
    if period is None or int(period[1]) == year:
        return year, ()
    counted = int(period[1])
    chosen = counted if published is not None and published.year == year and counted == year - 1 else year
    message = f"标题写的是{year}年，统计期限写的是{counted}年，按{chosen}年收入"
    return chosen, (
        Doubt(code="year_differs", message=message, char_start=period.start(), char_end=period.end()),
    )


def _without_misprint(name: str, document: RawDocument) -> tuple[str, tuple[str, ...], tuple[Doubt, ...]]:
    """Return the name as most of the text prints it, and spellings that sound alike as misprints of it.

    银川的神工业园区 sounds like 银川德胜工业园区; 青禾县民政局 does not sound like 青禾县财政局.
    """
    stem = _without_suffix(re.sub(r"\s+", "", name))
    if len(stem) < _LEAST_NAME_FOR_MISPRINTS:
        return name, (), ()
    text = simplified(document.text)
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    for found in re.finditer(re.escape(stem[-3:]), text):
        start = found.end() - len(stem)
        window = text[start : found.end()] if start >= 0 else ""
        differing = sum(one != other for one, other in zip(window, stem, strict=False))
        if len(window) == len(stem) and differing <= 2 and (not differing or sound(window) == sound(stem)):
            places.setdefault(window, start)
            counts[window] = counts.get(window, 0) + 1
    if len(counts) < 2:
        return name, (), ()
    right = max(counts, key=lambda spelling: (counts[spelling], spelling == stem))
    others = tuple(spelling for spelling in counts if spelling != right)
    doubts = tuple(
        Doubt(
            code="misprint",
            message=f"“{spelling}”似为“{right}”之误",
            char_start=places[spelling],
            char_end=places[spelling] + len(spelling),
        )
        for spelling in others
    )
    return name.replace(stem, right), others, doubts


def _without_suffix(name: str) -> str:
    for suffix in _SUFFIXES:
        shorter = name.removesuffix(suffix)
        if shorter != name and len(shorter) > _SHORTEST_NAME:
            return shorter
    return name


def looks_like_report(document: RawDocument) -> bool:
    """Tell whether a text shows the marks of such a report: its words, or the rows of its tables."""
    plain = folded(document.text[:20_000])
    return find_title(document) is not None or (
        sum(plain.count(mark) for mark in _MARKS) >= 3 and "报告" in plain
    )


def first_report(document: RawDocument) -> tuple[RawDocument, tuple[Doubt, ...]]:
    """Return the document up to the title of a second report in it, and the doubt that says so."""
    title = find_title(document)
    second = second_title(document, title) if title else None
    if second is None:
        return document, ()
    block, other = second
    end = block.char_start
    grids = (
        grid.model_copy(update={"cells": tuple(cell for cell in grid.cells if cell.char_start < end)})
        for grid in document.grids
    )
    message = f"文件里从“{other.text}”起是另一份报告，没有读入；请拆成单独的文件再导入"
    cut = document.model_copy(
        update={
            "text": document.text[:end],
            "blocks": tuple(each for each in document.blocks if each.char_start < end),
            "grids": tuple(grid for grid in grids if grid.cells),
        }
    )
    return cut, (Doubt(code="second_report", message=message, char_start=end, char_end=end),)


def _issuer(document: RawDocument, oneself: str | None) -> str | None:
    """Return the issuer as the text states it, signs it, shows it alone, or as the page around the text states it.

    `oneself` is the word by which the title speaks of the issuer: 我局 is none but a 局.
    """
    blocks = [block for block in document.blocks if block.text.strip()]
    lines = [block.text.strip() for block in blocks]
    statements = list(_statements(lines[:_LINES_OF_OPENING]))
    firm = [name for name, loose in statements if not loose]
    loose = [name for name, loose in statements if loose]
    filled_in = (found[1] for line in reversed(lines) if (found := _FILLED_IN_BY.search(line)))
    alone = (line for line in lines[:8] if 3 <= len(line) <= 30 and not re.search(r"[，。；：:、\s\d]", line))
    candidates = (
        *(name for name in firm if _kind(name) != "other"),
        *_signatures(lines),
        *(name for name in loose if _kind(name) != "other"),
        *(line for line in alone if _kind(line) in {"department", "park", "township"}),
        *filled_in,
        *(name for name in document.issuers if _kind(name) in _KINDS_OF_SITES or _is_alike(name, oneself)),
    )
    return next((name for name in candidates if _may_issue(name, oneself)), None)


def _statements(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the names that lines state as the issuer, and whether only as the source."""
    for line in lines:
        for found in _ISSUER.finditer(line):
            name = next((group for group in found.groups() if group), None)
            if name is not None:
                yield name, bool(_LOOSE_SOURCE.match(found[0]))


def _signatures(lines: Sequence[str]) -> Iterator[str]:
    for above, line in zip(reversed(lines[:-1]), reversed(lines[1:]), strict=True):
        if (
            _SIGNATURE.match(with_half_width_digits(line))
            and 3 <= len(above) <= 30
            and not re.search(r"[，。；\t]", above)
        ):
            signed = _FILLED_IN_BY.search(above)
            if signed or not re.search(r"[：:]", above):
                yield signed[1] if signed else above


def _may_issue(name: str, oneself: str | None) -> bool:
    """Tell a name from 我局 and from offices of no body in particular; it has to fit the word of the title."""
    return (
        not is_of_oneself(name)
        and not _OFFICE_OF_NOBODY.fullmatch(name)
        and (oneself is None or bool(_ANY_BODY.search(oneself)) or _is_alike(name, oneself))
    )


def _is_alike(name: str, oneself: str | None) -> bool:
    """Tell whether 我局 may be said by a body of this name."""
    if oneself is None or _ANY_BODY.search(oneself):
        return False
    kind = oneself.lstrip("我本该全们")[0]
    return _without_suffix(name).endswith(kind) if kind in _REGIONS else kind in name


def _organization(printed: str, language: Language) -> Organization:
    full = re.sub(r"\s+", "", printed)
    name = _without_suffix(full)
    aliases = dict.fromkeys((full, *_short_names(name, language)))
    aliases.pop(name, None)
    return Organization(name=name, aliases=tuple(aliases), kind=_kind(full), region=_region(name, language))


def _kind(name: str) -> OrganizationKind:
    plain = without_parentheses(name)
    for kind, pattern in _KINDS:
        if pattern.search(plain):
            return kind
    return "other"


def _short_names(name: str, language: Language) -> tuple[str, ...]:
    """Return the name without the regions in front, one after the other; a bare region keeps its name."""
    names: list[str] = []
    rest = name
    department = _kind(name) == "department"
    for part in _region(name, language)[: -1 if department else None]:
        shorter = rest.removeprefix(part)
        if shorter == rest or len(shorter) <= _SHORTEST_NAME or shorter[0] in "市县区省":
            break
        names.append(shorter)
        rest = shorter
    return tuple(names)


def _region(name: str, language: Language) -> tuple[str, ...]:
    """Return the region path as far as the name itself spells it out."""
    path: list[str] = []
    rest = name
    for province in language.provinces:
        if rest.startswith(province):
            tail = rest.removeprefix(province)
            suffix = re.match(r"(?:(?:维吾尔|壮族|回族)?自治区|省|市)?", tail)
            part = province + (suffix.group() if suffix else "")
            path.append(part)
            rest = rest.removeprefix(part)
            break
    while match := _REGION.match(rest):
        if re.match(r"(?:工业|产业|经济|高新|开发)", rest[match.end() - 1 :]) or match[1].endswith(
            ("园区", "开发区", "新区")
        ):
            break
        path.append(match[1])
        rest = rest[match.end() :]
    return tuple(path)


def _published(document: RawDocument) -> tuple[date, tuple[int, int]] | None:
    """Return the date under the signature and its place: a line that is nothing but a date, outside the tables."""
    for block in document.blocks:
        text = with_half_width_digits(block.text)
        found = _DATE.search(text) if _SIGNATURE.match(text) else None
        if found is None:
            continue
        try:
            published = date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
        return published, (block.char_start + found.start(), block.char_start + found.end())
    return None


def form_of(forms: tuple[Form, ...], year: int | None) -> Form:
    """Return the form of the whole report: that of its tables, unknown where they disagree or are missing."""
    known: set[Form] = {form for form in forms if form != "unknown"}
    if len(known) == 1:
        return known.pop()
    return "pre2019" if not known and year is not None and year < 2019 else "unknown"
