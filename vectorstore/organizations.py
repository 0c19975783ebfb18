"""Tell which printed names are names of one body: over years, spellings and offices, and no near-twin among them.

A name is split into the places in front and what is the body's own. Two names are one body where the own part is
the same and the places do not differ; a name that leaves its place open is joined to another one only if it can be
no other's: 鼓楼区, 教育局 and 高新区 are in many cities.
"""

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from ingest.gazetteer import (
    completed,
    is_place,
    places_called,
    places_named,
    split_regions,
    stem_of,
    usual_name,
)
from ingest.models import UNKNOWN_ORGANIZATION, Organization, Value
from ingest.wording import simplified, without_parentheses
from vectorstore.models import BodyKind, Latest, ReportHead

_OFFICE = re.compile(
    r"(?<=[\u4e00-\u9fff]{2})(?:党政办公室|人民政府办公[室厅]|人民政府|政府|管理委员会|管委会|(?<=街道)办事处|(?<=镇)办事处)$"
)
_ABOVE = re.compile(r"^国家税务总局(?=[\u4e00-\u9fff]{3})")
_GOVERNMENT = frozenset(["省", "市", "县", "区", "旗", "州", "盟"])
_OFFICES = frozenset(["厅", "局", "委", "办", "中心", "院", "医院", "队", "所"])
_TOWNS = frozenset(["街道", "镇", "乡"])
_NO_CORE = re.compile(
    r"(?:国家级?|省级|市级|县级|综合|现代|经济|技术|高新|高新技术|新技术|产业|工业|农业|物流|科技|开发|循环|化工|生态|创业|保税|示范|试验"
    r"|旅游|度假|自由贸易|合作|集聚|集中|功能|管理|城市|新)*(?:园区|园|区)"
)
_KINDS: tuple[tuple[BodyKind, re.Pattern[str]], ...] = (
    (
        "园区",
        re.compile(
            r"(?:园区?|开发区|示范区|高新区|经开区|保税区|度假区|风景区|管理区|试验区|集聚区|合作区)$"
        ),
    ),
    ("街道", re.compile(r"街道?$")),
    ("镇", re.compile(r"镇$")),
    ("乡", re.compile(r"(?:乡|苏木)$")),
    ("医院", re.compile(r"(?:医院|卫生院|保健院)$")),
    ("学校", re.compile(r"(?:大学|学院|学校|中学|小学|幼儿园)$")),
    ("委", re.compile(r"(?:委员会|委)$")),
    ("办", re.compile(r"(?:办公室|办公厅|办)$")),
    ("厅", re.compile(r"厅$")),
    ("局", re.compile(r"局$")),
    ("中心", re.compile(r"中心$")),
    ("院", re.compile(r"院$")),
    ("队", re.compile(r"(?:队|大队|支队|总队)$")),
    ("所", re.compile(r"[所站]$")),
    ("公司", re.compile(r"(?:公司|集团)$")),
    ("省", re.compile(r"(?:省|自治区|特别行政区)$")),
    ("州", re.compile(r"(?:州|地区)$")),
    ("盟", re.compile(r"盟$")),
    ("旗", re.compile(r"旗$")),
    ("市", re.compile(r"市$")),
    ("县", re.compile(r"县$")),
    ("区", re.compile(r"区$")),
)


class Identity(Value):
    """Name a body by what is its own and by the places that it lies in, as far as they are known."""

    own: str
    region: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the identity as one text."""
        return "/".join((*self.region, self.own))

    @property
    def path(self) -> tuple[str, ...]:
        """Return the places from the province down to the body; one that governs a place is at its end itself."""
        return (*self.region, self.own) if body_kind(self.own) in _GOVERNMENT else self.region

    @property
    def kin(self) -> str:
        """Return what all names share that could be of one body with this one."""
        return "/".join((*self.region[-1:], self.own)) if _is_common(self.own) else self.own


def identity_of(printed: Organization, text: str = "") -> Identity:
    """Return the identity behind a printed name; where the name leaves the place open, the report's text may tell."""
    region, own = _split(printed.name)
    if not region:
        region = tuple(_full(place) for place in printed.region if place != own and not own.startswith(place))
    if is_place(own):
        return Identity(
            own=_full(own), region=completed(region, own) or _told_place(own, region, text) or region
        )
    if not region and _is_common(own):
        region = _told_before(own, text)
    return Identity(own=own, region=region)


def named(name: str) -> Identity:
    """Return the identity of a name that stands alone."""
    return identity_of(Organization(name=name, aliases=(), kind="other", region=()))


def body_kind(name: str) -> BodyKind:
    """Return what kind of body a name names, as fine as people ask for.

    >>> body_kind("银川德胜工业园区"), body_kind("青禾县教育局"), body_kind("延边朝鲜族自治州")
    ('园区', '局', '州')
    """
    plain = _OFFICE.sub("", without_parentheses(name))
    places = places_named(plain)
    if places and plain.endswith("新区"):
        return "区"
    for kind, pattern in _KINDS:
        if pattern.search(plain):
            return kind
    return "其他"


def joined(identities: Sequence[Identity]) -> tuple[tuple[Identity, ...], ...]:
    """Return identities with the same own part in groups, one a body; the best placed one of each first."""
    ordered = sorted(set(identities), key=lambda one: (-len(one.region), one.region))
    groups: list[list[Identity]] = []
    for identity in ordered:
        hosts = [group for group in groups if _may_join(identity, group[0])]
        if len(hosts) == 1:
            hosts[0].append(identity)
        else:
            groups.append([identity])
    return tuple(map(tuple, groups))


def names_of(identity: Identity) -> tuple[str, ...]:
    """Return the names that a body goes by even if no report prints them: with its places, and in short."""
    if identity.own.startswith(UNKNOWN_ORGANIZATION):
        return ()
    owns = dict.fromkeys((identity.own, usual_name(identity.own)))
    owns |= dict.fromkeys(short for short, full in _vocabulary() if full == identity.own)
    names: list[str] = []
    for own in owns:
        names += [] if _is_common(own) and identity.region else [own]
        for start in range(len(identity.region)):
            names.append("".join((*identity.region[start:], own)))
        for place in identity.region[-1:]:
            names += [usual_name(place) + own, *([] if is_place(own) else [stem_of(place) + own])]
    if body_kind(identity.own) in _GOVERNMENT | {"镇", "乡"}:
        names += [f"{name}人民政府" for name in names]
    return tuple(dict.fromkeys(names))


def display_names(bodies: Sequence[tuple[Identity, Sequence[str]]]) -> tuple[str, ...]:
    """Return for each body, given by its identity and its printed names, a name that no other one of them goes by.

    It is the shortest printed name that is written out, with its place where many bodies are called so.
    """
    wanted = [_display(identity, printed) for identity, printed in bodies]
    shown: list[str] = []
    for (identity, _), name in zip(bodies, wanted, strict=True):
        longer = iter("".join((*identity.region[start:], identity.own)) for start in _nearest_first(identity))
        while (wanted.count(name) > 1 or name in shown) and (next_name := next(longer, None)) is not None:
            name = next_name
        number = 2
        while name in shown:
            name, number = f"{wanted[len(shown)]}（{number}）", number + 1
        shown.append(name)
    return tuple(shown)


def latest(heads: Sequence[ReportHead]) -> Latest:
    """Keep one report of each body and year: the one published last or, if that is not known of all, read last."""
    groups: dict[object, list[ReportHead]] = {}
    for head in heads:
        nameless = head.organization == UNKNOWN_ORGANIZATION or head.year is None
        groups.setdefault(
            head.report_id if nameless else (head.body or head.organization, head.year), []
        ).append(head)
    kept = {_newest(group).report_id for group in groups.values()}
    return Latest(
        kept=tuple(head for head in heads if head.report_id in kept),
        left_out=tuple(head for head in heads if head.report_id not in kept),
    )


def departments() -> tuple[str, ...]:
    """Return what departments of any place are called, in full and in short, the longest first."""
    names = {name for pair in _vocabulary() for name in pair}
    return tuple(sorted(names, key=len, reverse=True))


def written_out(own: str) -> str:
    """Return a department's name in full: 科学技术委员会 for 科委."""
    return dict(_vocabulary()).get(own, own)


def _newest(group: Sequence[ReportHead]) -> ReportHead:
    dated = all(head.published is not None for head in group)

    def newness(head: ReportHead) -> tuple[date, int, str]:
        return (head.published if dated and head.published else date.min), head.read, head.report_id

    return max(group, key=newness)


def _split(name: str) -> tuple[tuple[str, ...], str]:
    plain = re.sub(r"\s+", "", simplified(name))
    plain = _ABOVE.sub("", _OFFICE.sub("", plain))
    region, own = split_regions(plain)
    return region, written_out(own)


def _told_place(own: str, region: tuple[str, ...], text: str) -> tuple[str, ...] | None:
    """Return the path of the only place of a name whose city or province the text names too."""
    fitting = [place for place in places_named(own) if all(part in place.within for part in region)]
    told = [place.within for place in fitting if place.within and place.within[-1] in text]
    return told[0] if len(set(told)) == 1 else None


def _told_before(own: str, text: str) -> tuple[str, ...]:
    """Return the places that the text puts before a name, if they are always the same."""
    before = {
        split_regions(found[0])[0]
        for found in re.finditer(rf"[\u4e00-\u9fff]{{2,4}}[市县区旗州]{re.escape(own)}", text)
    } - {()}
    return before.pop() if len(before) == 1 else ()


def _full(place: str) -> str:
    """Return the full name of a place that goes by a usual one or, a province, by its stem."""
    found = places_named(place) or tuple(p for p in places_called(place) if p.level == "province")
    return found[0].name if len({one.name for one in found}) == 1 else place


def _is_common(own: str) -> bool:
    """Tell whether bodies of many places are called so: offices, towns, and parks without a name of their own."""
    kind = body_kind(own)
    return kind in _OFFICES | _TOWNS or (kind == "园区" and _NO_CORE.fullmatch(own) is not None)


def _may_join(vague: Identity, sure: Identity) -> bool:
    """Tell whether a name that says less of its place may be the body of one that says more."""
    if vague == sure:
        return True
    if is_place(vague.own) and len({place.path for place in places_named(vague.own)}) > 1:
        return completed(vague.region, vague.own) is not None and _follows(vague.region, sure.region)
    if _is_common(vague.own):
        return (
            bool(vague.region)
            and vague.region[-1:] == sure.region[-1:]
            and _follows(vague.region, sure.region)
        )
    return _follows(vague.region, sure.region)


def _follows(part: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(place in rest for place in part)


def _display(identity: Identity, printed: Sequence[str]) -> str:
    if not printed:
        return "".join((*identity.region[-1:], identity.own))
    many = _is_common(identity.own) or len({place.path for place in places_named(identity.own)}) > 1
    full = [name for name in printed if _split(name)[1] == identity.own and identity.own in name] or list(
        printed
    )
    placed = [name for name in full if _split(name)[0]] if many and identity.region else full
    return min(placed, key=len) if placed else "".join((*identity.region[-1:], identity.own))


def _nearest_first(identity: Identity) -> range:
    return range(len(identity.region) - 1, -1, -1)


@cache
def _vocabulary() -> tuple[tuple[str, str], ...]:
    """Return what departments are called in short, and in full."""
    raw = tomllib.loads((files("vectorstore") / "organizations.toml").read_text("utf-8"))
    return tuple((short, full) for full, shorts in raw["departments"].items() for short in (full, *shorts))
