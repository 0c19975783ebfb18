"""Find the bodies in a text that no report answers to: listed places with their offices, towns and parks, and others.

A name that the gazetteer has is found wherever it stands (听说平罗县, 那永宁县呢); one that it has not, where a question
names its subject: at the start, behind a word that leads up to it, before a year, or in a list.
"""

import re
from collections.abc import Iterator
from functools import cache

from assistant.language import Language
from ingest.gazetteer import Found, find_places, is_place, places_called, places_named
from vectorstore.lexical import words as segment
from vectorstore.organizations import departments

_STRONG = (
    r"(?:自治区|自治州|自治县|工业园区|产业园区|产业园|工业园|物流园|园区|开发区|高新区|经开区|新区|县(?!级)|市(?![场政容民面])"
    r"|旗(?![下舰渠帜])|镇(?!级)|乡(?![镇村土])|街道)"
)
_LEADS = re.compile(
    r"^(?:听说|听讲|据说|据称|有人说|麻烦您?|劳驾|请问|请教|想给|请|想问问?|想知道|想了解|想查|我想|我要|我查|我问的是|帮我|帮忙|帮|给我|给|替我|查查|查询|查一?下"
    r"|查|看看|看一?下|看|算算|算一?下|问一?下|问的是|问问|问|说说|说一?下|告诉我|介绍一?下|了解一?下|了解|列出|列一?下|比较一?下|比较|对比一?下|对比|一下|下"
    r"|那么|那|还有|以及|另外|至于|关于|对于|有关|如果|假如|不算|不看|不包括|除了|只看|单看|光看|换成|改成|换|是|把|拿|在|和|与|跟|比|及|同|其中)+"
)
_BEFORE = r"(?:^|[\s,，、。;；:：?？!！\x00]|(?:19|20)\d{2}(?:\s*年度?)?|\d{2}年|和|与|跟|比|及|那|请问|听说|查一下|告诉我|对比|比较|看下|看看|关于|至于)"
_AFTER = (
    r"(?=\s*(?:的|(?:19|20)\d{2}|\d{2}年|\x00|在|年报|年度报告|呢|去年|前年|今年|和|与|跟|、|比|,|，|$|[?？。!！]|有没有|是否|有多少|有几|共"
    r"|一共|政府信息|收到|受理|新收|行政|发生|办理|公开|主动|依申请|制发|制定|举办|召开|开展|组织|作出|处理|予以|没有|未|开了|发了|办了|报告))"
)
_FOLLOWS = (
    r"(?=\s*(?:的\s*)?(?:(?:19|20)\d{2}|\d{2}年|\x00|年报|年度报告|报告|去年|前年|今年|收到|受理|新收|有多少|有几|有没有|共|一共|政府信息公开"
    r"|依申请|主动公开|$|[?？,，。、!！]|呢|和|与|跟|比))"
)
_NO_NAME = re.compile(
    r"[的是每各哪多少几请问全本该这那有些何在比被所把到对从还都里个某两三四五六七八九十最约超我们你他她咱说隔就又再了等着过和与及跟同或]|^[年度]|平均|政府|行政|信息|公开|网站"
    r"|部门|申请|群众|企业|人民$|工作|便民|服务|功能|查阅|办事|政务|主要|重点|基层|专题|下属|直属|先进|示范"
)
_NO_TAILS = (
    "小区", "股市", "下乡", "回乡", "家乡", "城乡", "城市", "上市", "超市", "县市", "区县", "县区", "城镇", "村镇", "景区", "社区", "辖区",
    "城区", "片区",
)  # fmt: skip
_NO_TOWN = re.compile(
    r"[各下辖所有的个多少几级城村乡是在和与及等每哪]|打造|撤并|统计|涉及|覆盖|包括|深入|走进|选派|抽查|检查|督查|走访|特色|建设|推进|加强|全部|重点|振兴"
)
_NO_OFFICE = re.compile(r"^(?:把|被|让|给|对|向|由|将|从|比|到)|收走|交给|划给|划到|移交")
_ON_THE_WAY = re.compile(r"(?:赴|前往|来自|援助?|驻|飞往|发往|调往)$")
_BARE = frozenset(["城区", "郊区", "矿区", "市中区", "新城区", "东区", "西区"])
_WORD_ENDS = re.compile(r"市[场政容民面值]|区[划块域分间]|县[级域长]|旗渠")
_YEAR_NEXT = re.compile(r"\s*(?:(?:19|20)\d{2}|\d{2}年|去年|前年)")
_ENDS = re.compile(r"[省市县区旗州]")
_OTHERS = re.compile(
    r"(?:第[一二三四五六七八九十])?(?:(?![的是有在和与及或年各哪几多少跟同比])[\u4e00-\u9fff]){0,6}?(?:大学|学院|海关|供电局|集团|妇保院|保健院|水务(?!局)|电网)"
    r"|第[一二三四五六七八九十](?:人民)?(?:小学|中学|医院)"
)
_GOVERNMENT = re.compile(
    r"人民政府(?:办公[室厅])?|政府办公[室厅]|政府(?![信网门工采公集购投补服审])|管委会|管理委员会|行政公署"
)
_TOWN = re.compile(
    r"([\u4e00-\u9fff]{2,4}?)(?:街道(?:办事处)?|镇(?!级)(?:人民政府)?|乡(?![镇村土])(?:人民政府)?)"
)
_PARK = re.compile(
    r"(?:(?![和与及跟同的])[\u4e00-\u9fff]){0,10}?(?:园区|开发区|高新区|经开区|新区|工业园(?!区)|产业园(?!区)|物流园(?!区)|示范区|保税区|旅游区|景区)(?:管委会|管理委员会)?"
)
_INSIDE = re.compile(
    r"(?:(?![的是有在和与及或年各哪几多少跟同比])[\u4e00-\u9fff]){1,14}?(?:局|委员会|委|厅|办公[厅室]|政务公开办|编办|招生办|监管办|集团|公司|大学|学院"
    r"|中学|小学|学校|医院|保健院|血站|中心|总工会|残联|联合会|红十字会|支队|大队|总队|图书馆|博物馆)(?:[\u4e00-\u9fff]{1,4}分局)?"
)
_REGION = re.compile(r"[\u4e00-\u9fff]{2,4}?(?:市(?![场政容民面])|县(?!级)|区(?![划块域])|旗)")


def strangers(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Yield where a text names bodies; what is known already is hidden from it."""
    taken: list[tuple[int, int]] = []
    for start, end in (*_listed(text, language), *_stems(text, language), *_unlisted(text, language)):
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            taken.append((start, end))
            yield start, end


def called_in(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Yield places that a text calls by nothing but their stem (渭南的办结率), where it is a word by itself."""
    at = 0
    for word in segment(text):
        start = text.find(word, at)
        if start < 0:
            continue
        at = start + len(word)
        if len(word) > 1 and word not in language.place_words and places_called(word):
            yield start, at


def goes_on(text: str, at: int, language: Language) -> str | None:
    """Return what follows a place's name when both together name another body (甲县 in 甲县教育局2020年), else None."""
    for pattern in (_departments(), _OTHERS):
        if found := pattern.match(text, at):
            return found[0]
    inside = next((one for one in find_places(text[at : at + 12]) if one.start == 0), None)
    if inside is not None and not _WORD_ENDS.match(text, at + inside.end - 1):
        return text[at : at + inside.end]
    town = _TOWN.match(text, at)
    if town is not None and len(town[1]) == 2 and not (_NO_TOWN.search(town[1]) or _NO_NAME.search(town[1])):
        return town[0]
    parts = "|".join(re.escape(part) for part in language.body_parts)
    found = re.match(
        rf"((?:(?![的是有在和与及或年各哪几]|多少)[\u4e00-\u9fff]){{1,10}}?(?:{parts})){_FOLLOWS}", text[at:]
    )
    return found[1] if found and not _NO_OFFICE.search(found[1]) else None


def places_in(text: str) -> tuple[Found, ...]:
    """Return the listed places that a text spells, less those that only look so: 昌平区域."""
    return tuple(one for one in find_places(text) if not _WORD_ENDS.match(text, one.end - 1))


def place_before(text: str, at: int, *, counties: bool = False) -> Found | None:
    """Return the place that stands right before a name, as if it lay there: 徐州市 before 鼓楼区."""
    for length in range(min(12, at), 1, -1):
        name = text[at - length : at]
        places = tuple(place for place in places_named(name) if counties or place.level != "county")
        if not places and length <= 4:
            places = tuple(place for place in places_called(name) if place.level != "county")
        if places:
            return Found(start=at - length, end=at, places=places)
    return None


def _listed(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Yield listed places, each with the places that it lies in and what of it is named behind it."""
    found = places_in(text)
    at = 0
    while at < len(found):
        last = found[at]
        start, end = last.start, last.end
        while at + 1 < len(found) and found[at + 1].start == end and _holds(last, found[at + 1]):
            at += 1
            last, end = found[at], found[at].end
        at += 1
        above = place_before(text, start)
        if last.start == start and above is not None and _holds(above, last):
            start = above.start
        end += len(_part_of(text, end, language))
        if text[start:end] not in _BARE and not _ON_THE_WAY.search(text[:start]):
            yield start, end


def _holds(outer: Found, inner: Found) -> bool:
    names = {place.name for place in outer.places}
    return any(names & set(place.within) for place in inner.places)


def _part_of(text: str, at: int, language: Language) -> str:
    """Return the office, town, park or other body of a place that its name goes on with."""
    for pattern in (_GOVERNMENT, _departments()):
        if found := pattern.match(text, at):
            return found[0]
    town = _TOWN.match(text, at)
    if town is not None and not _NO_TOWN.search(town[1]):
        return town[0]
    for pattern in (_PARK, _INSIDE):
        found = pattern.match(text, at)
        if found is not None and not _NO_NAME.search(found[0][:-1]) and not _NO_OFFICE.search(found[0]):
            return found[0]
    region = _REGION.match(text, at)
    if region is not None and not _NO_NAME.search(region[0]) and not _names_place(region[0]):
        return region[0] + _part_of(text, region.end(), language)
    return goes_on(text, at, language) or ""


def _names_place(text: str) -> bool:
    """Tell whether a text spells a listed place."""
    return next(find_places(text), None) is not None


def _stems(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Yield places without their ending before a year (永宁2020年) or before what is theirs (湘潭大学)."""
    for match in re.finditer(r"[\u4e00-\u9fff]{2,}", text):
        run, at = match[0], 0
        while at < len(run) - 1:
            stem = next((run[at : at + n] for n in (5, 4, 3, 2) if places_called(run[at : at + n])), None)
            if stem is None or stem in language.place_words or is_place(stem):
                at += 1
                continue
            start, end = match.start() + at, match.start() + at + len(stem)
            part = "" if _ENDS.match(text, end) else _part_of(text, end, language)
            lead = _LEADS.match(run)
            led = at == 0 or (lead is not None and lead.end() >= at) or run[at - 1] in "和与跟同比及"
            if part or (led and _YEAR_NEXT.match(text, end)):
                yield start, end + len(part)
            at += len(stem) + len(part)


def _unlisted(text: str, language: Language) -> Iterator[tuple[int, int]]:
    """Yield words that end like a body, where a question names its subject."""
    suffixes = "|".join(re.escape(suffix) for suffix in language.body_suffixes)
    pattern = re.compile(rf"{_BEFORE}([\u4e00-\u9fff]{{2,18}}?(?:{_STRONG}|(?:{suffixes}){_AFTER}))")
    at = 0
    while match := pattern.search(text, at):
        at = max(match.start() + 1, match.end() - 1)
        word = match[1]
        lead = _LEADS.match(word)
        if lead is not None and len(word) - lead.end() >= 3:
            word = word[lead.end() :]
        core = re.sub(rf"(?:{suffixes})$", "", word)
        if len(core) < 2 or word in language.common_bodies or word.endswith(_NO_TAILS):
            continue
        known = _departments().fullmatch(word)
        if known is None and (_NO_NAME.search(core) or (word[-1] in "县旗镇乡" and len(core) > 8)):
            continue
        yield match.end(1) - len(word), match.end(1)
        at = match.end(1)


@cache
def _departments() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, departments())))
