"""Make measures of the stretches that a reader marks: what is counted, with what narrows it and stands beside it."""

from collections.abc import Iterator, Sequence

from assistant.planning.stated import Placed, Said
from assistant.planning.words import load_words
from assistant.plans import Measure
from ingest.indicators import Language as Units
from ingest.wording import aligned
from vectorstore.models import Span

REQUESTS = "政府信息公开申请"
"""What an applicant is of, where nothing else is said to be counted."""

_HEADS = frozenset("mnbk")
_HOW_MANY = ("多少", "几", "好多")
_MONEY = ("钱", "块钱", "块")
_NO_UNIT = ("分之", "个点", "个百分点")
_ENDS = frozenset("，。；！？,;!?、")
_AND = ("、", "和", "与", "及", "跟", "以及", "还有", "+", "＋")
_ONE_BY_ONE = ("每一", "每")
_EACH = (*_ONE_BY_ONE, "平均", "平摊", "摊到", "摊下来")
_NEAR_MEAN = 4
_REACH = 14
_LEAST_WITHIN = 2
_RATE = "率"
_BARE_RATE = 4
"""The characters up to which a rate says nothing of what it is the rate of: 办结率, 满意度."""
_CUT = frozenset("mnbkcx")
_JOINED = frozenset("mnb")
PARTED = frozenset("nb")
"""The marks under which each side of an operation on two is one measure."""
_TOUCHING = 1


def measures_of(text: str, spans: Sequence[Span], names: Sequence[Placed], units: Units) -> tuple[Said, ...]:
    """Return the measures of a turn in the order said; one that is narrowed in several ways comes once for each."""
    heads = [span for span in spans if span.mark in _HEADS]
    narrowing = {mark: [span for span in spans if span.mark == mark] for mark in "ac"}
    if not heads:
        return tuple(_alone(span) for span in spans if span.mark in narrowing)
    beside = {mark: _beside(narrowing[mark], heads) for mark in narrowing}
    found: list[Said] = []
    for index, head in enumerate(heads):
        phrase = _phrase(head, names)
        counted = _unit(text, head.end, spans, units)
        for applicant in beside["a"].get(index, [None]):
            for column in beside["c"].get(index, [None]):
                measure = Measure(
                    phrase=phrase,
                    applicant=applicant.text if applicant else None,
                    column=column.text if column else None,
                    unit=counted,
                )
                found.append(Said(start=head.start, end=head.end, mark=head.mark, measure=measure))
    return tuple(found)


def whole(said: Said, asked: str) -> Said:
    """Return the one measure of a question with the question around it."""
    return said.model_copy(update={"measure": said.measure.model_copy(update={"asked": asked or None})})


def with_own_rates(said: Sequence[Said]) -> tuple[Said, ...]:
    """Return measures of which a bare rate is that of each measure before it: 议案和提案各几件，办结率分别多少."""
    found: list[Said] = []
    for one in said:
        before = [other for other in found if other.mark == "m" and not other.measure.phrase.endswith(_RATE)]
        bare = one.measure.phrase.endswith(_RATE) and len(one.measure.phrase) <= _BARE_RATE
        if one.mark != "m" or not bare or not before:
            found.append(one)
            continue
        for other in before:
            phrase = f"{other.measure.phrase}{one.measure.phrase}"
            found.append(
                one.model_copy(update={"measure": one.measure.model_copy(update={"phrase": phrase})})
            )
    return tuple(found)


def with_context(said: Sequence[Said], text: str) -> tuple[Said, ...]:
    """Return measures that are taken within the first one as narrowed by it: 谋划的项目里，新建几个、续建几个."""
    if len(said) < _LEAST_WITHIN or said[0].mark != "m":
        return tuple(said)
    first, *others = said
    narrowed = (
        first.measure.applicant or first.measure.column or any(one.start == first.start for one in others)
    )
    if narrowed or not aligned(text)[first.end :].startswith(load_words().within):
        return tuple(said)
    return tuple(
        one.model_copy(
            update={
                "measure": one.measure.model_copy(
                    update={"qualifiers": (*one.measure.qualifiers, first.measure.phrase)}
                )
            }
        )
        for one in others
    )


def with_whole_labels(spans: Sequence[Span], text: str, labels: Sequence[str]) -> tuple[Span, ...]:
    """Return the stretches of measures, each taken to the end of a form's label that it cuts: 行政 of 行政强制."""
    plain = aligned(text)
    named = [
        (at, at + len(label))
        for label in labels
        for at in range(len(plain) - len(label) + 1)
        if plain.startswith(label, at)
    ]
    found = list(spans)
    for index, span in enumerate(spans):
        if span.mark not in _CUT:
            continue
        start, end = span.start, span.end
        for first, last in named:
            if first < span.end and span.start < last and not (span.start <= first and last <= span.end):
                start, end = min(start, first), max(end, last)
        others = [other for other in spans if other is not span]
        if (start, end) != (span.start, span.end) and not any(
            other.start < end and start < other.end for other in others
        ):
            found[index] = span.model_copy(update={"start": start, "end": end, "text": text[start:end]})
    return tuple(found)


def spoken_of(spans: Sequence[Span], names: Sequence[Placed]) -> tuple[Said, ...]:
    """Return what is counted as each stretch says it, not narrowed by what stands beside."""
    return tuple(
        Said(start=head.start, end=head.end, mark=head.mark, measure=Measure(phrase=_phrase(head, names)))
        for head in spans
        if head.mark in _HEADS
    )


def _alone(span: Span) -> Said:
    of_applicant = span.mark == "a"
    measure = Measure(phrase=REQUESTS, applicant=span.text) if of_applicant else Measure(phrase=span.text)
    return Said(start=span.start, end=span.end, mark=span.mark, measure=measure)


def _phrase(span: Span, names: Sequence[Placed]) -> str:
    """Return a stretch without the names and years that stand in it; all of it where nothing else is left."""
    kept = "".join(
        char
        for at, char in enumerate(span.text, start=span.start)
        if not any(name.start <= at < name.end for name in names)
    ).strip(" 的，,、")
    return kept or span.text


def _beside(narrowing: Sequence[Span], heads: Sequence[Span]) -> dict[int, list[Span]]:
    """Give each narrowing stretch to the measure it stands beside.

    One that touches a measure belongs to it; otherwise they come in the order that the first of all shows:
    a measure with what narrows it behind (复议维持几件、纠正几件), or in front.
    """
    leading = bool(narrowing) and narrowing[0].start < heads[0].start
    found: dict[int, list[Span]] = {}
    for span in narrowing:
        gaps = [
            (max(head.start - span.end, span.start - head.end), head.start > span.start) for head in heads
        ]
        touching = [index for index, (gap, _) in enumerate(gaps) if gap <= _TOUCHING]
        behind = [index for index, (_, after) in enumerate(gaps) if after]
        before = [index for index, (_, after) in enumerate(gaps) if not after]
        if touching:
            index = touching[-1] if leading else touching[0]
        elif leading:
            index = behind[0] if behind else before[-1]
        else:
            index = before[-1] if before else behind[0]
        found.setdefault(index, []).append(span)
    return found


def _unit(text: str, end: int, spans: Sequence[Span], units: Units) -> str | None:
    """Return the unit in which a measure is asked for, where the words behind it say one: 花了多少万元."""
    until = min([span.start for span in spans if span.start >= end], default=len(text))
    plain = aligned(text)[end : min(until, end + _REACH)]
    plain = plain[: next((at for at, char in enumerate(plain) if char in _ENDS), len(plain))]
    return next(_units_in(plain, units), None)


def unit_asked(text: str, units: Units) -> str | None:
    """Return the one unit in which a question asks, wherever it says so; None where it says none or several."""
    plain = aligned(text)
    asked = set(_units_in(plain, units))
    if any(word in plain for word in load_words().money):
        asked.add("元")
    kinds = {"元" if unit.endswith("元") else unit for unit in asked}
    return next(iter(asked)) if len(asked) == 1 else next(iter(kinds)) if len(kinds) == 1 else None


def _units_in(plain: str, units: Units) -> Iterator[str]:
    """Yield the units that stand behind 多少 and 几."""
    known = sorted((*units.measures, *units.money), key=len, reverse=True)
    for word in _HOW_MANY:
        at = plain.find(word)
        while at >= 0:
            rest = plain[at + len(word) :]
            rest = rest.removeprefix("个") if rest.startswith("个亿") else rest
            unit = "元" if rest.startswith(_MONEY) else _unit_before(rest, known)
            if unit is not None:
                yield unit
            at = plain.find(word, at + len(word))


def _unit_before(rest: str, known: Sequence[str]) -> str | None:
    if rest.startswith(_NO_UNIT):
        return None
    for scale in ("", "万", "亿", "千", "百"):
        for unit in known:
            if rest.startswith(scale + unit):
                return (scale if scale in {"万", "亿"} else "") + unit
    return "元" if rest.startswith("亿") else None


def counted_in(said: Sequence[Said], unit: str | None) -> tuple[Said, ...]:
    """Return measures, each in the unit that the question asks for where it says none of its own."""
    return tuple(
        one.model_copy(update={"measure": one.measure.model_copy(update={"unit": unit})})
        if one.measure.unit is None
        else one
        for one in said
    )


def as_one(said: Sequence[Said], text: str, *, marks: frozenset[str] = _JOINED) -> tuple[Said, ...]:
    """Join what belongs to one measure and stands apart: 补种了多少棵核桃树; not what is listed (许可几件，处罚几件).

    With `marks` fewer, only what stands under one of them and under the same is joined.
    """
    found: list[Said] = []
    for one in said:
        last = found[-1] if found else None
        same = marks == _JOINED or (last is not None and last.mark == one.mark)
        apart = last is None or last.start == one.start or not same or not {last.mark, one.mark} <= marks
        if last is None or apart or _listed(aligned(text)[last.end : one.start]):
            found.append(one)
            continue
        measure = last.measure.model_copy(
            update={
                "phrase": f"{last.measure.phrase}{one.measure.phrase}",
                "applicant": last.measure.applicant or one.measure.applicant,
                "column": last.measure.column or one.measure.column,
                "unit": last.measure.unit or one.measure.unit,
            }
        )
        found[-1] = last.model_copy(update={"end": one.end, "measure": measure})
    return tuple(found)


def _listed(between: str) -> bool:
    """Tell whether what stands between two measures lists them."""
    asks = any(word in between for word in _HOW_MANY) and any(char in _ENDS for char in between)
    return asks or between.strip().startswith(_AND)


def completed(said: Sequence[Said], text: str, words: Sequence[tuple[int, str]]) -> tuple[Said, ...]:
    """Add to measures the thing counted that stands right behind: 未经复议直接起诉的官司, 接了多少个电话."""
    plain = aligned(text)
    found = list(said)
    for at, word in words:
        if any(limit in word for limit in load_words().limiting):
            continue
        for index, one in enumerate(found):
            between = plain[one.end : at] if 0 <= one.end <= at else None
            if between is None or word in one.measure.phrase:
                continue
            counted = len(between) <= _REACH and any(between.rstrip("个").endswith(how) for how in _HOW_MANY)
            if between in {"", "的"} or counted:
                phrase = f"{one.measure.phrase}{'' if counted else between}{word}"
                measure = one.measure.model_copy(update={"phrase": phrase})
                found[index] = one.model_copy(update={"measure": measure, "end": at + len(word)})
                break
    return tuple(found)


def each_of(text: str, units: Units) -> str | None:
    """Return the unit for one of which something is asked: 份 for one 期 in 平均每期发多少份."""
    plain = aligned(text)
    for word in _EACH:
        at = plain.find(word)
        rest = plain[at + len(word) :] if at >= 0 else ""
        if word not in _ONE_BY_ONE and at >= 0:
            # 平均下来一个项目、平摊到一期
            one = rest.find("一", 0, _NEAR_MEAN)
            rest = rest[one + 1 :] if one >= 0 else ""
        for unit in sorted(units.measures, key=len, reverse=True):
            if rest.startswith(unit):
                return unit
    return None


def qualified(said: Sequence[Said], words: Sequence[tuple[int, str]]) -> tuple[Said, ...]:
    """Add words of content that no mark takes to the measure they stand nearest to: they narrow it (逾期, 对外)."""
    found = list(said)
    for at, word in words:
        index = min(range(len(found)), key=lambda i: min(abs(found[i].start - at), abs(found[i].end - at)))
        measure = found[index].measure
        told = "".join((*measure.qualifiers, measure.applicant or "", measure.phrase, measure.column or ""))
        if word not in told:
            changed = measure.model_copy(update={"qualifiers": (*measure.qualifiers, word)})
            found[index] = found[index].model_copy(update={"measure": changed})
    return tuple(found)
