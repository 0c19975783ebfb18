"""Settle which bodies a turn means: names found by code, stretches that the reader takes for names, groups."""

from collections.abc import Collection, Iterator, Sequence

from assistant.language import Language
from assistant.planning.abbreviations import abbreviates
from assistant.planning.bodies import Mention, bodies_in
from assistant.planning.stated import Body, Group
from assistant.planning.words import load_words
from ingest.gazetteer import find_places, is_place, places_called
from ingest.wording import aligned, folded
from vectorstore.models import ReportHead, Span

_GOVERNMENT = (
    "人民政府", "政府", "管委会", "管理委员会", "办事处", "街道办", "本级", "机关", "那边", "那块", "那里", "这边", "的",
    "全省", "全市", "全县", "全区", "全旗", "全镇", "全乡",
)  # fmt: skip
_BODY_ENDS = (
    "局", "委", "厅", "处", "办", "院", "署", "庭", "所", "馆", "台", "校", "中学", "小学", "大学", "学院", "公司", "集团", "银行",
    "园", "园区", "开发区", "高新区", "区", "县", "市", "省", "州", "盟", "旗", "街道", "镇", "乡", "村", "社区", "大队", "支队",
    "总队", "中心", "站", "会", "联", "办公室", "幼儿园", "医院",
)  # fmt: skip
"""How the names of bodies end: what ends otherwise behind a known name is no other body's name."""
_NOT_ENDS = ("网站", "机会", "大会", "晚会", "会议")
_FIRMS = ("公司", "集团", "银行", "厂", "企业")
_AND = frozenset("和与跟比及对在问向给找")
_SHORT_LEAD = 2
_LEAST_BEHIND_PLACES = 3
_PLACE_ENDS = ("省", "市", "县", "区", "旗", "州")
_OFFICE = ("办公室", "办公厅", "办")
_DENYING = ("不是", "不要", "并非", "不问", "别管")
"""What says of a body behind it that it is not meant: 我问的是园区，不是贺兰县."""
_SHARED = frozenset("gtu")
_NUMERALS = frozenset("一二三四五六七八九十两0123456789")


def bodies_of(
    text: str,
    spans: Sequence[Span],
    heads: Sequence[ReportHead],
    language: Language,
    earlier: Sequence[str] = (),
    *,
    keeps: bool = False,
    offices: bool = False,
) -> tuple[Body, ...]:
    """Return the bodies that a turn names, in order; `earlier` are names from the conversation, for short forms.

    A name that no report answers to stays as typed. With `offices` the office of a body stands for the body. Names that
    the reader did not mark are taken too, unknown ones only where the turn does not `keep` the bodies before it.
    """
    mentions = bodies_in(text, heads, language)
    marked = [span for span in spans if span.mark == "o"]
    named = [body for span in marked for body in _of_span(span, mentions, heads, earlier, offices=offices)]
    for mention in mentions:
        taken = any(mention.start < span.end and span.start < mention.end for span in marked)
        inside = any(
            mention.start < span.end and span.start < mention.end
            for span in spans
            if span.mark in _SHARED or (span.mark != "o" and not mention.organizations) or span.mark == "x"
        )
        clear = len(mention.organizations) == 1 or not (marked or keeps)
        if not taken and not inside and (clear or (marked and not mention.organizations)):
            named.append(_body(mention, earlier))
    meant = [body for body in named if not text[: body.start].endswith(_DENYING)] or named
    return tuple(sorted(_without_things(meant, heads), key=lambda body: body.start))


def _without_things(named: Sequence[Body], heads: Sequence[ReportHead]) -> list[Body]:
    """Leave out, beside a body of the library, stretches that name no body: a firm, a project, a person."""
    held = {head.organization for head in heads}
    if not any(body.name in held or body.choices for body in named):
        return list(named)
    return [body for body in named if body.name in held or body.choices or _may_be_body(aligned(body.name))]


def _may_be_body(name: str) -> bool:
    return not name.endswith(_FIRMS) and (_ends_as_body(name) or bool(places_called(name)))


def _ends_as_body(words: str) -> bool:
    return words.endswith(_BODY_ENDS) and not words.endswith(_NOT_ENDS)


def _of_span(
    span: Span,
    mentions: Sequence[Mention],
    heads: Sequence[ReportHead],
    earlier: Sequence[str],
    *,
    offices: bool,
) -> list[Body]:
    """Return the bodies that a marked stretch names; as it was typed where the library has none of that name."""
    known = [
        mention
        for mention in mentions
        if mention.start < span.end and span.start < mention.end and mention.organizations
    ]
    if len(known) > 1 or (known and _is_whole(span, known[0], heads, offices=offices)):
        return [_body(mention, earlier) for mention in known]
    typed = _less_leading(aligned(span.text))
    said = next((name for name in reversed(earlier) if _shortens(typed, folded(name))), None)
    alike = list(_of_kind(typed, heads) or _abbreviated(typed, heads)) if said is None else []
    if not alike and said is None:
        alike = _governed(typed, heads, offices=offices)
    if alike:
        choices = tuple(alike) if len(alike) > 1 else ()
        return [Body(start=span.start, end=span.end, name=alike[0], choices=choices)]
    return [Body(start=span.start, end=span.end, name=said or span.text.strip())]


def _abbreviated(typed: str, heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the bodies whose name a stretch says shorter: 广外街道 of 广安门外街道办事处, 海南食药监 of 海南省食品药品监督管理局."""
    said = typed.replace("的", "")
    said = next((said.removesuffix(word) for word in _GOVERNMENT if said.endswith(word)), said) or said
    regions = {head.organization: head.region for head in heads}
    return tuple(
        name
        for name, region in regions.items()
        if any(
            short == folded(name) or abbreviates(short, folded(name))
            for short in _less_places(said, name, region)
        )
    )


def _less_places(typed: str, name: str, region: Sequence[str]) -> Iterator[str]:
    """Yield a stretch, then what stands behind the places in front that a body lies in: 常州|武进湖塘镇.

    A street or bureau of the same name elsewhere is another body: 桥西中山街道 is none of 济南.
    """
    above = {
        *region,
        *(part for found in find_places(name) for place in found.places for part in place.within),
    }
    yield typed
    while (size := next((n for n in (4, 3, 2) if _is_above(typed[:n], above)), 0)) and len(
        typed
    ) - size >= _LEAST_BEHIND_PLACES:
        typed = typed[size:]
        yield typed


def _is_above(said: str, above: Collection[str]) -> bool:
    """Tell whether a word is one of the places that a body lies in, in full or by its stem."""
    return any(said in (folded(place), folded(place)[:-1]) for place in above)


def _governed(typed: str, heads: Sequence[ReportHead], *, offices: bool) -> list[str]:
    """Return the bodies whose government, or with `offices` its office, a stretch names: 洪泽区政府办公室."""
    body = typed
    if offices:
        body = typed.removesuffix(next((word for word in _OFFICE if typed.endswith(word)), ""))
    names = {body, *(body.removesuffix(word) for word in _GOVERNMENT if body.endswith(word))} - {"", typed}
    called = {head.organization: set(map(folded, (head.organization, *head.aliases))) for head in heads}
    return [
        organization
        for organization, aliases in called.items()
        if names & aliases or names & {alias[:-1] for alias in aliases if alias.endswith(_PLACE_ENDS)}
    ]


def _of_kind(typed: str, heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the bodies of a kind that is named without a name: 园区; none where the word is no kind."""
    kind = next((kind for said, kind in load_words().kinds if typed == said and kind), None)
    names = dict.fromkeys(head.organization for head in heads)
    return tuple(name for name in names if kind is not None and name.endswith(kind))


def _body(mention: Mention, earlier: Sequence[str]) -> Body:
    """Return the body of a mention; of namesakes the one that the conversation is about."""
    fitting = mention.organizations
    talked_of = tuple(name for name in fitting if name in earlier)
    fitting = talked_of if len(talked_of) == 1 else fitting
    name = fitting[0] if fitting else mention.name
    choices = fitting if len(fitting) > 1 else ()
    return Body(start=mention.start, end=mention.end, name=name, choices=choices)


def _is_whole(span: Span, mention: Mention, heads: Sequence[ReportHead], *, offices: bool) -> bool:
    """Tell whether a stretch says no more than the body found in it, its place and that it is a government."""
    typed = aligned(span.text)
    after = typed[max(0, mention.end - span.start) :]
    before = typed[: max(0, mention.start - span.start)]
    while (shorter := _less(after, _GOVERNMENT)) != after:
        after = shorter
    if _ends_as_body(after.strip()) and not (offices and after.strip() in _OFFICE):
        return False
    before = _less_leading(before)
    if len(before) <= _SHORT_LEAD and is_place(mention.name) and not is_place(before + mention.name):
        # 照贺兰县、听贺兰县：前面的字不是名称
        return not places_called(before)
    own = [head for head in heads if head.organization in mention.organizations]
    around = "".join(folded(part) for head in own for part in (*head.region, head.organization))
    return all(char in around or char.isascii() for char in before) or not any(head.region for head in own)


def _less_leading(typed: str) -> str:
    """Take off what leads up to a name: 向贺兰县, 新向贺兰县."""
    at = next((at for at in (1, 0) if typed[at : at + 1] in _AND), None)
    return typed if at is None else typed[at + 1 :]


def _less(text: str, words: Sequence[str]) -> str:
    return next((text.removeprefix(word) for word in words if text.startswith(word)), text)


def _shortens(short: str, name: str) -> bool:
    """Tell whether a word is a name of the conversation said shorter: its characters in this order."""
    rest = iter(name)
    return len(short) >= 2 and short[:2] in name and all(char in rest for char in short)


def groups_of(spans: Sequence[Span], heads: Sequence[ReportHead]) -> tuple[Group, ...]:
    """Return the groups of bodies that a turn names."""
    return tuple(_group(span, heads) for span in spans if span.mark == "g")


def _group(span: Span, heads: Sequence[ReportHead]) -> Group:
    """Take a group apart into a kind of body and a place: 宁夏各园区; what is neither stays as said."""
    words = load_words()
    typed = aligned(span.text).strip('“”"「」 ')
    inside = next((word for word in words.inside if typed.endswith(word)), None)
    if inside is not None:
        return Group(start=span.start, end=span.end, region=_region(_bare(typed[:-1]), heads))
    typed = _bare(typed)
    said, kind = next(((said, kind) for said, kind in words.kinds if typed.endswith(said)), (typed, typed))
    place = _bare(typed.removesuffix(said))
    if len(place) == 1 and place not in words.here:
        # 贵州不是“贵”地方的州
        return Group(start=span.start, end=span.end, region=_region(typed, heads))
    level = next((level for level in words.levels if place.endswith(level)), "")
    if level:
        kind, place = f"{level}{said}", _bare(place.removesuffix(level))
    region = None if not place or place in words.here else _region(place, heads)
    return Group(start=span.start, end=span.end, of_kind=kind or None, region=region)


def _bare(typed: str) -> str:
    """Take words of quantity off both ends: 所有, 各, 十六."""
    words = load_words().quantity
    while True:
        shorter = typed
        for word in words:
            shorter = shorter.removesuffix(word) if len(shorter) > len(word) else shorter
            shorter = shorter.removeprefix(word) if len(shorter) > len(word) else shorter
        shorter = shorter[:-1] if len(shorter) > 1 and shorter[-1] in _NUMERALS else shorter
        if shorter == typed:
            return typed
        typed = shorter


def _region(place: str, heads: Sequence[ReportHead]) -> str:
    """Return a place by the name that the heads have for it."""
    for head in heads:
        for part in head.region:
            if folded(part).startswith(place):
                return part
    return place
