"""Read from the text itself who reports, for which year, and when; file names tell nothing."""

import re
from datetime import date

from ingest.indicators import Language
from ingest.models import Form, Organization, OrganizationKind, RawDocument, Value
from ingest.wording import folded, simplified

_TITLE = re.compile(
    r"^[#\s*《]*(?P<name>[^\d，。；：《》]{0,60}?)\s*[（(〔]?(?P<year>(?:19|20)\d{2})\s*年?度?[)）〕]?\s*"
    r"(?P<name_after>[^\d，。；：《》]{0,40}?)\s*(?:政府)?(?:信息|政务)(?:公开)?\s*公开\s*(?:工作)?\s*(?:年度)?\s*(?:工作)?\s*(?:年度)?\s*报告"
)
_MARKS = ("信息公开", "政务公开", "依申请公开", "主动公开")
_PERIOD = re.compile(
    r"(?:期限|数据|统计|时间)[^。\n]{0,12}?(?:自|从|为|是)?\s*((?:19|20)\d{2})\s*年\s*1\s*月\s*1\s*日"
)
_DATE = re.compile(r"((?:19|20)\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*日?")
_SIGNATURE = re.compile(r"^\s*(?:日期\s*[:：]\s*)?(?:(?:19|20)\d{2})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*$")
_ISSUER = re.compile(
    r"本报告(?:是)?由\s*([^，。；：（(]{3,40}?)\s*(?:依据|根据|按照|编制|汇总|发布)|^([^，。；：\s]{3,40})\s*$"
)
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


class Identity(Value):
    """Hold what the text says of itself; None where it does not say."""

    title: str | None
    organization: Organization | None
    year: int | None
    published: date | None
    published_span: tuple[int, int] | None


def read_identity(document: RawDocument, language: Language) -> Identity:
    """Return who reports for which year; the title decides, the period and the signature fill gaps."""
    head = document.text[:1500]
    title = _title(document)
    name = _name(title[0]) if title else None
    year = int(title[0]["year"]) if title else None
    period = _PERIOD.search(head)
    if year is None and period:
        year = int(period[1])
    if name is None:
        name = _issuer(document)
    published = _published(document)
    return Identity(
        title=title[1] if title else None,
        organization=_organization(name, language) if name else None,
        year=year,
        published=published[0] if published else None,
        published_span=published[1] if published else None,
    )


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
            match = _TITLE.match(joined)
            if match and len(joined) < 90 and match.end() >= len(joined) - 12:
                found = match, joined[: match.end()]
                if _name(match) is not None:
                    return found
                nameless = nameless or found
    return nameless


def _name(match: re.Match[str]) -> str | None:
    name = (match["name"] + match["name_after"]).strip('#《》“”"（）()·-—')
    name = re.sub(r"^(?:关于|公布|发布)", "", name)
    return name if len(name) >= _SHORTEST_NAME else None


def _issuer(document: RawDocument) -> str | None:
    """Return the issuer as the opening names it, or as it signs above the date."""
    for block in document.blocks[:30]:
        found = _ISSUER.search(block.text)
        if found and found[1]:
            return found[1]
    lines = [block.text.strip() for block in document.blocks if block.text.strip()]
    for above, line in zip(reversed(lines[:-1]), reversed(lines[1:]), strict=True):
        if _SIGNATURE.match(line) and 3 <= len(above) <= 30 and not re.search(r"[，。；：\t]", above):
            return above
    return None


def _organization(printed: str, language: Language) -> Organization:
    full = re.sub(r"\s+", "", printed)
    name = full
    for suffix in _SUFFIXES:
        shorter = name.removesuffix(suffix)
        if shorter != name and len(shorter) > _SHORTEST_NAME:
            name = shorter
            break
    aliases = dict.fromkeys((full, *_short_names(name, language)))
    aliases.pop(name, None)
    return Organization(name=name, aliases=tuple(aliases), kind=_kind(full), region=_region(name, language))


def _kind(name: str) -> OrganizationKind:
    for kind, pattern in _KINDS:
        if pattern.search(name):
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
