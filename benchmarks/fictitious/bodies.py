"""Invent counties and their offices, parks and towns, with the names that people call them by."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["city", "county", "department", "park", "township", "subdistrict"]

# Each first character stands with another one that sounds the same: typing errors are made of them.
_FIRST = dict(
    zip("芷澜砚棠榆枫麓汀皓筱苇蘅霁澄翎珞琅沅淞", "止兰燕唐渝封鹿听浩晓伟衡季程玲洛郎元松", strict=True)
)
_SECOND = "川溪岭禾桥原坪浦湾渡屏岩"
_CITY_ENDS = ("安", "州", "宁")
_TOWNS = ("双井", "石鼓", "马坡", "杨店", "三汊", "黄田", "北塘", "古柏", "沙坝", "清水")
_PROVINCES = (
    "安徽省",
    "湖南省",
    "江西省",
    "福建省",
    "四川省",
    "山东省",
    "云南省",
    "河北省",
    "广西壮族自治区",
)
_DEPARTMENTS = (
    "教育局", "财政局", "民政局", "卫生健康局", "交通运输局", "市场监督管理局", "农业农村局", "司法局",
)  # fmt: skip
_PARKS = ("工业园区", "经济开发区", "高新技术产业园区", "现代物流产业园区")
_SHORT_PARKS = {
    "工业园区": "工业园", "经济开发区": "经开区", "高新技术产业园区": "高新区", "现代物流产业园区": "物流园",
}  # fmt: skip
_PARK_OFFICES = ("管理委员会", "管委会")
_WE = {
    "city": "全市", "county": "全县", "department": "我局", "park": "园区", "township": "我镇", "subdistrict": "街道",
}  # fmt: skip
_LEADER = {
    "city": "市长", "county": "县长", "department": "局长", "park": "主任", "township": "镇长", "subdistrict": "主任",
}  # fmt: skip


@dataclass(frozen=True)
class Body:
    """Hold a body's names: `name` is the usual one, `printed` the one in its title, `misspelt` sounds alike."""

    kind: Kind
    province: str
    city: str
    county: str
    name: str
    printed: str
    short: str
    misspelt: str
    we: str
    leader: str


def invent(kind: Kind, random: Random, *, county: str | None = None, part: str | None = None) -> Body:
    """Return a body; `county` and `part` (the office, park or town) fix what else would be drawn."""
    place = county or county_name(random, ending="区" if kind == "subdistrict" else "县")
    city = city_of(place)
    if kind == "city":
        place = city
    tail, office = _tail(kind, random, part)
    name = place + tail
    prefix = city if kind not in {"city", "county"} and random.random() < 0.4 else ""
    stem = place.rstrip("县区市")
    return Body(
        kind=kind,
        province=random.choice(_PROVINCES),
        city=city,
        county=place,
        name=name,
        printed=prefix + name + office,
        short=tail if kind in {"township", "subdistrict"} else stem + _SHORT_PARKS.get(tail, tail),
        misspelt=_FIRST[name[0]] + name[1:],
        we="全区" if kind == "county" and place.endswith("区") else _WE[kind],
        leader="区长" if kind == "county" and place.endswith("区") else _LEADER[kind],
    )


def city_of(county: str) -> str:
    """Return the city of a county, always the same one."""
    random = Random(f"city:{county[:2]}")
    return random.choice([first for first in _FIRST if first != county[0]]) + random.choice(_CITY_ENDS) + "市"


def county_name(random: Random, *, ending: str = "县") -> str:
    """Return the name of a county that does not exist."""
    return random.choice(list(_FIRST)) + random.choice(_SECOND) + ending


def twin_of(county: str, random: Random) -> str:
    """Return a name that differs in its first character alone, and does not sound the same."""
    return random.choice([first for first in _FIRST if first != county[0]]) + county[1:]


def all_counties() -> tuple[str, ...]:
    """Return every county there could be, in one order."""
    return tuple(first + second + "县" for first in _FIRST for second in _SECOND)


def _tail(kind: Kind, random: Random, part: str | None) -> tuple[str, str]:
    match kind:
        case "city" | "county":
            return "", random.choice(("", "人民政府"))
        case "department":
            return part or random.choice(_DEPARTMENTS), ""
        case "park":
            return part or random.choice(_PARKS), random.choice(_PARK_OFFICES)
        case "township":
            return (part or random.choice(_TOWNS)) + "镇", random.choice(("", "人民政府"))
        case "subdistrict":
            return (part or random.choice(_TOWNS)) + "街道", "办事处"
