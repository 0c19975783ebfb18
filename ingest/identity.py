"""Read from the text itself who reports, for which year, and when; file names tell nothing."""

import re
from datetime import date

from ingest.indicators import Language
from ingest.models import Form, Organization, OrganizationKind, RawDocument, Value
from ingest.wording import folded, simplified, sound, without_parentheses

_YEAR = r"(?:19|20)\d{2}"
_TITLE = re.compile(
    rf"^[#\s*《]*(?P<name>[^\d，。；：《》]{{0,60}}?)\s*(?:[（(〔]?(?P<year>{_YEAR})\s*年?度?[)）〕]?\s*)?"
    r"(?P<name_after>[^\d，。；：《》]{0,40}?)\s*(?:政府)?(?:信息|资讯|政务)(?:公开)?\s*公开\s*(?:工作)?\s*(?:情况)?的?\s*(?:年度)?"
    rf"\s*(?:工作)?\s*(?:年度)?\s*(?:报告|年报)(?:\s*[（(〔]\s*(?P<year_after>{_YEAR})\s*年?度?\s*[)）〕])?"
)
_CHINESE_YEAR = re.compile(r"[二一][〇零○O0一二三四五六七八九]{3}(?=年)")
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
_FILLED_IN_BY = re.compile(r"(?:编制单位|填报单位|填表单位)\s*[:：]\s*([^\s，。；：（(|]{3,30})")
_SAID_YEAR = re.compile(rf"({_YEAR})\s*年度?[^。\d]{{0,20}}(?:信息|政务)公开[^。\d]{{0,12}}(?:报告|年报)")
_FOLLOWS = re.compile(r"(?:关于印发|关于公布|关于发布|关于报送|关于)?(?:的)?$")
_OTHER_TITLE = re.compile(r"(?:法治政府|依法行政|政务服务)[^，。]{0,8}(?:暨|及|和|与)$")
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
    title = _title(document)
    name = (_name(title[0]) if title else None) or _issuer(document)
    published = _published(document)
    year, doubts = _year(document, title[0] if title else None, published[0] if published else None)
    misprints: tuple[str, ...] = ()
    if name is not None:
        name, misprints, misprint_doubts = _without_misprint(name, document)
        doubts += misprint_doubts
    organization = _organization(name, language) if name else None
    if organization is not None and misprints:
        aliases = tuple(dict.fromkeys((*organization.aliases, *misprints)))
        organization = organization.model_copy(update={"aliases": aliases})
    return Identity(
        title=title[1] if title else None,
        organization=organization,
        year=year,
        published=published[0] if published else None,
        published_span=published[1] if published else None,
        doubts=doubts,
    )


def _year(
    document: RawDocument, title: re.Match[str] | None, published: date | None
) -> tuple[int | None, tuple[Doubt, ...]]:
    """Return the year reported on: the title's, unless it is the year of publication and the period says otherwise."""
    head = document.text[:1500]
    printed = (title["year"] or title["year_after"]) if title else None
    period = _PERIOD.search(head)
    if printed is None:
        said = period or _SAID_YEAR.search(head)
        return (int(said[1]) if said else None), ()
    year = int(printed)
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
    named = bool(_title(document))
    return named or (sum(plain.count(mark) for mark in _MARKS) >= 3 and "报告" in plain)


def _title(document: RawDocument) -> tuple[re.Match[str], str] | None:
    """Return the title with its printed text; one that names its issuer goes before one that does not."""
    lines = [block for block in document.blocks if block.text.strip()][:12]
    nameless: tuple[re.Match[str], str] | None = None
    for size in (1, 2, 3):
        for first in range(len(lines) - size + 1):
            span = lines[first : first + size]
            joined = simplified(re.sub(r"[\s*#]+", "", "".join(block.text for block in span)))
            joined = _CHINESE_YEAR.sub(_in_digits, joined)
            match = _TITLE.match(joined)
            named = match is not None and (_has_year(match) or _name(match) is not None)
            if match and named and len(joined) < 90 and match.end() >= len(joined) - 12:
                found = match, joined[: match.end()]
                if _name(match) is not None and _has_year(match):
                    return found
                nameless = nameless or found
    return nameless


def _has_year(match: re.Match[str]) -> bool:
    return bool(match["year"] or match["year_after"])


def _in_digits(match: re.Match[str]) -> str:
    return "".join(
        "0123456789"["〇一二三四五六七八九".find(char)] if char in "〇一二三四五六七八九" else "0"
        for char in match[0]
    )


def _name(match: re.Match[str]) -> str | None:
    parts = [_FOLLOWS.sub("", _OTHER_TITLE.sub("", match[group])) for group in ("name", "name_after")]
    name = "".join(parts).strip("#《》“”·-—")
    name = re.sub(r"^(?:关于|公布|发布)", "", name)
    if name.count("（") != name.count("）") or name.count("(") != name.count(")"):
        name = name.strip("（）()")
    return name if len(name) >= _SHORTEST_NAME else None


def _issuer(document: RawDocument) -> str | None:
    """Return the issuer as the opening names it, or as it stands alone under the title or above the date."""
    for block in document.blocks[:30]:
        found = _ISSUER.search(block.text)
        name = next((group for group in found.groups() if group), None) if found else None
        if name is not None and _kind(name) != "other":
            return name
    lines = [block.text.strip() for block in document.blocks if block.text.strip()]
    for above, line in zip(reversed(lines[:-1]), reversed(lines[1:]), strict=True):
        if _SIGNATURE.match(line) and 3 <= len(above) <= 30 and not re.search(r"[，。；\t]", above):
            signed = _FILLED_IN_BY.search(above)
            if signed or not re.search(r"[：:]", above):
                return signed[1] if signed else above
    alone = (line for line in lines[:8] if 3 <= len(line) <= 30 and not re.search(r"[，。；：:、\s\d]", line))
    return next((line for line in alone if _kind(line) in {"department", "park", "township"}), None) or next(
        (found[1] for line in reversed(lines) if (found := _FILLED_IN_BY.search(line))), None
    )


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
        found = _DATE.search(block.text) if _SIGNATURE.match(block.text) else None
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
