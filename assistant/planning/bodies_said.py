"""Settle which bodies a turn means: names found by code, stretches that the reader takes for names, groups."""

from collections.abc import Sequence

from assistant.language import Language
from assistant.planning.bodies import Mention, bodies_in
from assistant.planning.stated import Body, Group
from assistant.planning.words import load_words
from ingest.gazetteer import places_called
from ingest.wording import aligned, folded
from vectorstore.lexical import words as segment
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
_LEAST_SHORT = 4
_LONG = 4
_PLACE_ENDS = "省市县区旗州"
_COMMON = frozenset(
    {
        *_PLACE_ENDS,
        "和",
        "与",
        "及",
        "管理",
        "监督",
        "监督管理",
        "自然",
        "人民",
        "政府",
        "办公室",
        "发展",
        "社会",
        "住房",
    }
)
"""Words of names that may be left out between those that are said."""
_FIRMS = ("公司", "集团", "银行", "厂", "企业")
_AND = ("和", "与", "跟", "同", "比", "及", "对", "在", "问")
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
) -> tuple[Body, ...]:
    """Return the bodies that a turn names, in order; `earlier` are names from the conversation, for short forms.

    A name that no report answers to stays as typed. Names that the reader did not mark are taken too, unknown ones
    only where the turn does not `keep` the bodies before it.
    """
    mentions = bodies_in(text, heads, language)
    marked = [span for span in spans if span.mark == "o"]
    named = [body for span in marked for body in _of_span(span, mentions, heads, earlier)]
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
    return tuple(sorted(_without_things(named, heads), key=lambda body: body.start))


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
    span: Span, mentions: Sequence[Mention], heads: Sequence[ReportHead], earlier: Sequence[str]
) -> list[Body]:
    """Return the bodies that a marked stretch names; as it was typed where the library has none of that name."""
    known = [
        mention
        for mention in mentions
        if mention.start < span.end and span.start < mention.end and mention.organizations
    ]
    if len(known) > 1 or (known and _is_whole(span, known[0], heads)):
        return [_body(mention, earlier) for mention in known]
    typed = aligned(span.text)
    said = next((name for name in reversed(earlier) if _shortens(typed, folded(name))), None)
    alike = list(_of_kind(typed, heads) or _abbreviated(typed, heads)) if said is None else []
    if alike:
        choices = tuple(alike) if len(alike) > 1 else ()
        return [Body(start=span.start, end=span.end, name=alike[0], choices=choices)]
    return [Body(start=span.start, end=span.end, name=said or span.text.strip())]


def _abbreviated(typed: str, heads: Sequence[ReportHead]) -> tuple[str, ...]:
    """Return the bodies whose name a stretch says shorter: 广外街道 of 广安门外街道办事处, 海南食药监 of 海南省食品药品监督管理局."""
    if len(typed) < _LEAST_SHORT:
        return ()
    names = dict.fromkeys(head.organization for head in heads)
    return tuple(name for name in names if abbreviates(typed, folded(name)))


def abbreviates(short: str, name: str) -> bool:
    """Tell whether a word says a name shorter: of each of its words all, the first character, or nothing.

    What is left out stands before or behind what is said, or is a word that many names have: 宁夏工业园区 does not
    stand for 宁夏贺兰工业园区. A part of the name may be said before the rest (鹿城资规分局).
    """
    words = _words_of(name)
    for turn in range(len(words)):
        said = _said_of(short, [*words[turn:], *words[:turn]] if turn else words)
        if said is None:
            continue
        told = [(index + turn) % len(words) for index in said]
        inside = range(min(told), max(told))
        if all(index in told or words[index] in _COMMON for index in inside):
            return True
    return False


def _said_of(short: str, words: Sequence[str]) -> list[int] | None:
    """Return which words a shorter name is made of, in order; None where it is made of others."""
    found: list[int] = []
    at = 0
    for index, word in enumerate(words):
        taken = _taken_of(word, short[at:])
        if taken:
            at += taken
            found.append(index)
    return found if at == len(short) and len(found) > 1 else None


def _taken_of(word: str, rest: str) -> int:
    """Return how many characters of the rest say a word: all of it, its first, or of a long one several in order."""
    if rest.startswith(word):
        return len(word)
    if not rest.startswith(word[0]) or len(word) == 1:
        return 0
    if len(word) < _LONG:
        return 1
    taken, at = 0, -1
    while taken < len(rest) and (at := word.find(rest[taken], at + 1)) >= 0:
        taken += 1
    return taken


def _words_of(name: str) -> list[str]:
    """Cut a name into words; the ending of a place counts by itself (海南省, 鹿城区)."""
    return [
        piece
        for word in segment(name)
        for piece in ((word[:-1], word[-1]) if len(word) > 2 and word[-1] in _PLACE_ENDS else (word,))
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


def _is_whole(span: Span, mention: Mention, heads: Sequence[ReportHead]) -> bool:
    """Tell whether a stretch says no more than the body found in it, its place and that it is a government."""
    typed = aligned(span.text)
    after = typed[max(0, mention.end - span.start) :]
    before = typed[: max(0, mention.start - span.start)]
    while (shorter := _less(after, _GOVERNMENT)) != after:
        after = shorter
    if _ends_as_body(after.strip()):
        return False
    before = before.removeprefix(next((word for word in _AND if before.startswith(word)), ""))
    own = [head for head in heads if head.organization in mention.organizations]
    around = "".join(folded(part) for head in own for part in (*head.region, head.organization))
    return all(char in around or char.isascii() for char in before) or not any(head.region for head in own)


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
