"""Plan a question by what a trained reader says of it; bodies, years, numbers and units are read by code.

A conversation is planned turn by turn, so that a follow-up takes over what the turn before it asked in full.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from assistant.language import Language
from assistant.models import Question
from assistant.planning.amounts import amount_of, amounts_in
from assistant.planning.bodies import bodies_in
from assistant.planning.bodies_said import bodies_of, groups_of
from assistant.planning.conversation import source_of, taken_over
from assistant.planning.measures import (
    PARTED,
    as_one,
    completed,
    counted_in,
    each_of,
    measures_of,
    qualified,
    spoken_of,
    unit_asked,
    whole,
    with_context,
    with_own_rates,
    with_whole_labels,
)
from assistant.planning.operations import COUNTED, Made, adjacent, measures_in, operations_of, over_of
from assistant.planning.planner import Reads
from assistant.planning.scope import within
from assistant.planning.stated import Body, Period, Placed, Said, Slots, Stated, Stating
from assistant.planning.targets import among_of, paired
from assistant.planning.text import HIDDEN, unquoted
from assistant.planning.unread import asked_in, rest_of, stands_beside
from assistant.planning.words import load_words
from assistant.planning.years import years_in
from assistant.planning.years_spoken import is_written, steps_back, years_of
from assistant.plans import Among, Everything, Operation, Plan, Ratio, Share, Target, Unclear
from ingest.indicators import Indicators
from ingest.wording import aligned
from vectorstore.models import Asked, Filter, Kept, Likely, Reading, ReportHead, Span

_MOST_TURNS = 6
_LEAST_LABEL = 4
"""The characters from which a word of the forms is known wherever it stands."""
_SURE = 0.7
"""The chance of the likeliest operation from which no other is considered."""
_CONSIDERED = 0.15
"""The chance from which the second likeliest operation is another reading."""
_KEPT = 0.5
"""The chance from which something is kept of the turn before."""
_SWAPPED = 0.6
"""The confidence that is left where nothing says which of two is the part and which the whole."""
_UNMENTIONED = frozenset({"list", "passage", "explain"})
"""The operations that take in words that no mark takes."""
_PARTICULAR = frozenset({"about"})
"""The operations that no words beside their marks change: 寄信的话邮编写多少."""
_COUNTING = frozenset(
    {
        "lookup",
        "several",
        "sum",
        "difference",
        "ratio",
        "share",
        "mean",
        "remainder",
        "growth",
        "compare",
        "rank",
    }
) | {"trend", "parts", "count", "filter", "verify", "median"}
"""The operations that nothing can be made of without something that is counted."""
_IN_ONE_UNIT = frozenset({"lookup", "sum", "difference", "remainder", "compare", "rank", "median"})
"""The operations whose measures are all in the unit of the answer."""
_OF_TWO = frozenset({"compare", "difference", "ratio"})
"""The operations that set one thing against another."""
_SET_AGAINST = frozenset({"growth", "verify", "difference", "compare", "ratio"})
"""The operations that set a year against another one."""
_TO = frozenset({"至", "到", "-", "—", "–", "~", "～"})
_SPANNING = frozenset(
    {"trend", "sum", "mean", "median", "rank", "count", "filter", "list", "holdings", "lookup", "several"}
)
"""The operations for which 2019年至2021年 are three years and not two to be set against each other."""
_OF_KIND = frozenset({"problems", "plans", "summary"})
"""What is asked of a passage that needs no word on what it is about."""
_WITHOUT_REPORT = frozenset({"chat", "outside"})
_STATED = frozenset("vfxtuyg")
"""The marks in which a number says something else than how much of a measure there is."""
_SLOTS = ("over", "order", "relation", "ask", "of", "unit", "inner")


class LearnedPlanner:
    """Make plans of what a reader says of questions."""

    def __init__(
        self,
        reader: Reads,
        language: Language,
        indicators: Indicators,
    ) -> None:
        self._reader = reader
        self._language = language
        self._indicators = indicators
        self._labels = tuple(
            {
                aligned(term)
                for row in (
                    *indicators.article20_rows,
                    *indicators.application_rows,
                    *indicators.review_groups,
                )
                for term in (row.path[-1], *row.terms)
                if len(term) >= _LEAST_LABEL
            }
        )

    def plan(self, question: Question, heads: Sequence[ReportHead]) -> Plan:
        """Return the plan of a question, read after at most six turns before it."""
        heads = within(heads, question.filter)
        turns = [turn.content for turn in question.history if turn.role == "user"][-_MOST_TURNS:]
        earlier: list[Stated] = []
        for index, text in enumerate(turns):
            reading = self._reader.read(text, turns[:index])
            earlier.append(self._stated(reading, reading.operation[0].value, earlier, heads))
        reading = self._reader.read(question.text, turns)
        first, *others = reading.operation
        plan = self._planned(reading, first, earlier, heads, question.filter)
        found = [
            self._planned(other, taken, earlier, heads, question.filter)
            for other, taken in _otherwise(reading, first)
        ]
        if first.probability < _SURE:
            found += [
                self._planned(reading, other, earlier, heads, question.filter)
                for other in others[:1]
                if other.probability >= _CONSIDERED
            ]
        return plan.model_copy(update={"readings": (*plan.readings, *found)})

    def _planned(
        self,
        reading: Reading,
        operation: Likely[Asked],
        earlier: Sequence[Stated],
        heads: Sequence[ReportHead],
        narrowed: Filter,
    ) -> Plan:
        stated = self._stated(reading, operation.value, earlier, heads)
        made = operations_of(stated)
        plan = _plan(made, narrowed, confidence(reading, operation))
        turned = _turned(made.operations[0]) if made.swappable else None
        if turned is None:
            return plan
        less_sure = plan.model_copy(update={"confidence": plan.confidence * _SWAPPED})
        other = less_sure.model_copy(update={"operations": (turned, *made.operations[1:])})
        return less_sure.model_copy(update={"readings": (other,)})

    # ------------------------------------------------------------ one turn

    def _stated(
        self,
        reading: Reading,
        operation: Asked,
        earlier: Sequence[Stated],
        heads: Sequence[ReportHead],
    ) -> Stated:
        """Return what a turn states, with what it takes over from those before it."""
        kept: frozenset[Kept] = frozenset(one.value for one in reading.keeps if one.probability >= _KEPT)
        kept |= _elliptical(reading, operation, bool(earlier))
        read = reading.source[0].value if reading.source else None
        source = source_of(read, earlier) if kept else None
        before = earlier[source] if source is not None else None
        stated = self._own(reading, operation, earlier, before, heads)
        if source is not None:
            held = frozenset((head.organization, head.year) for head in heads)
            stated = taken_over(stated, kept, source, earlier, held)
        told = "".join((text_of(stated.said), *(span.text for span in reading.spans)))
        unread = tuple(word for word in stated.unread if word not in told or word in _whole(reading))
        return stated.model_copy(update={"unread": unread})

    def _own(
        self,
        reading: Reading,
        operation: Asked,
        earlier: Sequence[Stated],
        before: Stated | None,
        heads: Sequence[ReportHead],
    ) -> Stated:
        """Return what a turn states by itself."""
        text = reading.question
        spans = with_whole_labels(reading.spans, text, self._labels)
        slots = _slots(reading, operation)
        names = [target.organization for turn in earlier for target in turn.targets if target.organization]
        keeps, keeps_years = (
            any(one.value == kept and one.probability >= _KEPT for one in reading.keeps) for kept in "oy"
        )
        bodies = bodies_of(
            text, spans, heads, self._language, names, keeps=keeps, offices=operation == "about"
        )
        periods, unread = self._periods(text, operation, spans, bodies, keeps_years, before, heads)
        values = self._values(text, spans, "v")
        repeated = self._repeated(text, spans, (*bodies, *periods))
        said = measures_of(text, spans, (*bodies, *periods, *repeated), self._indicators.language)
        excluded, less, left_out = self._excluded(spans, heads)
        less_years = {year for years in left_out.values() for year in years}
        targets = paired(bodies, periods, asked=slots.paired)
        asked = tuple(target for target in targets if target.year is None or target.year not in less_years)
        marked: list[Placed] = [*_places(spans), *bodies, *periods, *values, *repeated]
        limits = bool(excluded or less or less_years) or operation == "remainder"
        rest = rest_of(text, marked, self._language, self._indicators, limits=limits)
        if operation == "lookup" or slots.relation in ("happened", "not_happened"):
            said = as_one(said, text)
        elif slots.inner is None:
            said = as_one(said, text, marks=PARTED)
        said = completed(said, text, rest)
        if operation == "several":
            said = with_context(said, text)
        # 同一句里标记之外的词也说的是所问的数；别的句子、排除和数目不是
        beside = [
            (at, word)
            for at, word in rest
            if said and stands_beside(text, marked, at) and not _limits(word) and not _has_digit(word)
        ]
        said = qualified(with_own_rates(said) if operation == "several" else said, beside)
        loose = tuple(word for at, word in rest if (at, word) not in beside)
        applicants = [Placed(start=span.start, end=span.end) for span in spans if span.mark == "a"]
        unit = unit_asked(text, self._indicators.language)
        if operation in _IN_ONE_UNIT and (operation != "lookup" or len(said) == 1):
            said = counted_in(said, unit)
        bare = asked_in(text, marked, (*bodies, *periods, *applicants))
        if operation == "lookup" and len(said) == 1 and said[0].mark in COUNTED:
            said = (whole(said[0], bare),)
        takes = operation in _PARTICULAR or (operation in _UNMENTIONED and not (operation == "list" and said))
        unread += [text for text, years in left_out.items() if not {t.year for t in targets} & set(years)]
        if operation not in _WITHOUT_REPORT and not takes:
            unread += loose
        return Stated(
            text=text,
            asked=bare,
            operation=operation,
            slots=slots,
            bodies=bodies,
            groups=groups_of(spans, heads),
            periods=periods,
            targets=_reporting(asked, slots, heads),
            said=said,
            spoken=spoken_of(spans, (*bodies, *periods, *repeated)),
            excluded=excluded,
            less=less,
            values=values,
            repeated=repeated,
            supposed=self._values(text, spans, "f"),
            terms=tuple(span.text for span in spans if span.mark == "t"),
            particulars=tuple(span.text for span in spans if span.mark == "d"),
            rest=self._left(reading, marked, operation, loose),
            each=each_of(text, self._indicators.language) if operation == "mean" else None,
            unit=unit,
            unread=tuple(unread),
            aside=tuple(span.text for span in spans if span.mark == "u" and operation not in _WITHOUT_REPORT),
        )

    def _left(
        self, reading: Reading, marked: Sequence[Placed], operation: Asked, loose: Sequence[str]
    ) -> tuple[str, ...]:
        """Return the words that say what a passage is about where no mark does."""
        if operation not in _UNMENTIONED:
            return ()
        if loose or _slots(reading, operation).ask in _OF_KIND:
            return tuple(loose)
        plain = aligned(reading.question)
        bare = "".join(
            " " if any(mark.start <= at < mark.end for mark in marked) else char
            for at, char in enumerate(plain)
        )
        return self._language.content(bare)

    def _values(self, text: str, spans: Sequence[Span], mark: str) -> tuple[Stating, ...]:
        """Return what stretches with a mark state; a number is read with the unit behind it."""
        units = self._indicators.language
        amounts = list(amounts_in(text, units))
        found: list[Stating] = []
        for span in spans:
            if span.mark != mark:
                continue
            end = next((end for start, end, _ in amounts if span.start <= start < span.end < end), span.end)
            told = text[span.start : end]
            found.append(Stating(start=span.start, end=end, text=told, amount=amount_of(told, units)))
        return tuple(found)

    def _repeated(self, text: str, spans: Sequence[Span], named: Sequence[Placed]) -> tuple[Stating, ...]:
        """Return the amounts that a turn repeats of a report beside what they count: 那56件申请."""
        taken = [*named, *(Placed(start=span.start, end=span.end) for span in spans if span.mark in _STATED)]
        return tuple(
            Stating(start=start, end=end, text=text[start:end], amount=amount)
            for start, end, amount in amounts_in(unquoted(text), self._indicators.language)
            if not any(mark.start < end and start < mark.end for mark in taken)
        )

    def _excluded(
        self, spans: Sequence[Span], heads: Sequence[ReportHead]
    ) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, list[int]]]:
        """Return what is left out: of measures, of bodies, and by its words of years."""
        measures: list[str] = []
        bodies: list[str] = []
        years: dict[str, list[int]] = {}
        grouped = any(span.mark == "g" for span in spans)
        for span in spans:
            if span.mark != "x":
                continue
            named = bodies_in(span.text, heads, self._language)
            told = [year for found in years_in(span.text) for year in found.years]
            if told:
                years[span.text] = told
            elif named:
                bodies += [name for mention in named for name in (mention.organizations or (mention.name,))]
            elif grouped:
                bodies.append(span.text)
            else:
                measures.append(span.text)
        return tuple(measures), tuple(bodies), years

    def _periods(
        self,
        text: str,
        operation: Asked,
        spans: Sequence[Span],
        bodies: Sequence[Body],
        kept_years: bool,
        before: Stated | None,
        heads: Sequence[ReportHead],
    ) -> tuple[tuple[Period, ...], list[str]]:
        """Return the years that a turn names, and stretches that stand for years and cannot be understood."""
        found: list[Period] = []
        unread: list[str] = []
        quoted = unquoted(text)
        marked = [span for span in spans if span.mark == "y" and quoted[span.start] != HIDDEN]
        hidden = [span for span in spans if span.mark in "gtuxfv"]
        named = {body.name for body in bodies}
        every = [head.year for head in heads if head.year]
        own = [head.year for head in heads if head.year and head.organization in named] or every
        # “2023年比上年”：先读写明的年份，再读由它数起的
        for span in sorted(marked, key=lambda span: steps_back(span.text)):
            told = tuple(year for period in found if period.written for year in period.years)
            follows = kept_years and len(_talked_of(before)) == 1
            back = steps_back(span.text) and (bool(told) or (follows and operation in _SET_AGAINST))
            years = years_of(span.text, talked_of=told[:1] or _talked_of(before), held=own)
            if years is None and aligned(span.text).strip("的在") in load_words().then:
                continue
            if years is None:
                unread.append(span.text)
                continue
            found.append(
                Period(start=span.start, end=span.end, years=years, back=back, written=is_written(span.text))
            )
        for named_years in years_in(text, held=own):
            if not named_years.relative and not any(
                named_years.start < span.end and span.start < named_years.end for span in (*marked, *hidden)
            ):
                found.append(Period(start=named_years.start, end=named_years.end, years=named_years.years))
        ordered = sorted(found, key=lambda period: period.start)
        return tuple(_ranges(ordered, text) if operation in _SPANNING else ordered), unread


def _otherwise(reading: Reading, operation: Likely[Asked]) -> Iterator[tuple[Reading, Likely[Asked]]]:
    """Yield what a question may also say, for where its marks lead to nothing.

    上一年 may belong to what is counted (上一年没办完的) and not say of which report it is.
    """
    measures = [span for span in reading.spans if span.mark == "m"]
    relative = [span for span in reading.spans if span.mark == "y" and steps_back(span.text)]
    if operation.value == "lookup" and measures and relative:
        spans = tuple(
            span.model_copy(update={"mark": "m"}) if span in relative else span for span in reading.spans
        )
        yield reading.model_copy(update={"spans": spans}), operation


def _turned(operation: Operation) -> Operation | None:
    """Return an operation the other way round."""
    match operation:
        case Share(part=part, whole=whole, asked=asked) if whole is not None:
            return Share(part=whole, whole=part, asked=asked)
        case Ratio(of=(first, second)):
            return Ratio(of=(second, first))
        case _:
            return None


def text_of(said: Sequence[Said]) -> str:
    """Return the words of measures."""
    return "".join(_told(one) for one in said)


def _whole(reading: Reading) -> frozenset[str]:
    """Return the marked stretches that no part of a plan takes, or that could not be understood."""
    return frozenset(span.text for span in reading.spans if span.mark in "yx")


def _limits(words: str) -> bool:
    return any(limit in words for limit in load_words().limiting)


def _has_digit(words: str) -> bool:
    return any(char.isdigit() for char in words)


def _elliptical(reading: Reading, operation: Asked, follows: bool) -> frozenset[Kept]:
    """Return what a follow-up must take over: it names nothing that is counted, or one of the two it sets apart."""
    marks = [span.mark for span in reading.spans]
    measures = sum(mark in "mnbkacdtf" for mark in marks)
    if not follows:
        return frozenset()
    taken: set[Kept] = set()
    if operation in _COUNTING and not measures:
        taken |= {"m"} if any(mark in "og" for mark in marks) else {"m", "o"}
    alone = marks.count("o") == 1 and "g" not in marks and measures <= 1 and marks.count("y") <= 1
    over = reading.over[0].value if reading.over else None
    if alone and (operation in _OF_TWO or (operation == "rank" and over == "bodies")):
        taken.add("o")
    return frozenset(taken)


def _talked_of(before: Stated | None) -> tuple[int, ...]:
    if before is None:
        return ()
    return tuple(dict.fromkeys(target.year for target in before.targets if target.year is not None))


def _ranges(periods: Sequence[Period], text: str) -> list[Period]:
    """Join two years with 至 between them to all the years from the one to the other."""
    found: list[Period] = []
    for period in periods:
        last = found[-1] if found else None
        between = text[last.end : period.start].strip() if last is not None else ""
        if last is not None and between in _TO and len(last.years) == len(period.years) == 1:
            years = tuple(range(last.years[0], period.years[0] + 1))
            found[-1] = last.model_copy(update={"end": period.end, "years": years or last.years})
        else:
            found.append(period)
    return found


def _slots(reading: Reading, operation: Asked) -> Slots:
    """Return the likeliest value of each slot that the operation uses; of the others nothing is read."""
    inner = reading.inner[0].value if reading.inner else None
    likeliest: dict[str, Any] = {
        name: options[0].value
        for name in _SLOTS
        if (options := getattr(reading, name)) and _uses(operation, inner, name)
    }
    return Slots(**likeliest, paired=reading.paired >= 0.5)


def _places(spans: Sequence[Span]) -> list[Placed]:
    return [Placed(start=span.start, end=span.end) for span in spans]


def _reporting(targets: Sequence[Target], slots: Slots, heads: Sequence[ReportHead]) -> tuple[Target, ...]:
    """Return where to look for plans: those for a year stand in the report of the year before."""
    if slots.ask != "plans" or len(targets) != 1 or targets[0].year is None:
        return tuple(targets)
    (target,) = targets
    have = {head.year for head in heads if head.organization == target.organization}
    earlier = target.year - 1 if target.year is not None else None
    if target.year not in have and earlier in have:
        return (target.model_copy(update={"year": earlier}),)
    return (target,)


# ---------------------------------------------------------------- the plan


def confidence(reading: Reading, operation: Likely[Asked]) -> float:
    """Return how likely a reading is right, by its operation and the least sure slot that the operation uses.

    How sure the marks are says nothing more of it: on questions that the reader was not trained on, right and wrong
    readings are alike in that. The power is fitted on the same.
    """
    inner = reading.inner[0].value if reading.inner else None
    used = [
        options[0].probability
        for name in _SLOTS
        if (options := getattr(reading, name)) and _uses(operation.value, inner, name)
    ]
    return operation.probability * min(used, default=1.0) ** _OF_SLOTS


_OF_SLOTS = 0.3


_USES: dict[str, frozenset[str]] = {
    "order": frozenset({"rank", "compare"}),
    "relation": frozenset({"verify", "count", "filter"}),
    "ask": frozenset({"passage"}),
    "of": frozenset({"about"}),
    "unit": frozenset({"growth"}),
    "over": frozenset(
        {
            "sum",
            "difference",
            "ratio",
            "share",
            "remainder",
            "mean",
            "median",
            "compare",
            "rank",
            "count",
            "filter",
        }
    ),
}


_USES_INSIDE: dict[str, frozenset[str]] = {
    "order": frozenset({"rank"}),
    "relation": frozenset({"filter"}),
    "over": frozenset({"rank", "filter"}),
}


def _uses(operation: str, inner: str | None, slot: str) -> bool:
    if slot not in _USES:
        return operation not in ("chat", "outside", "explain")
    return operation in _USES[slot] or inner in _USES_INSIDE.get(slot, ())


def _plan(made: Made, narrowed: Filter, chance: float) -> Plan:
    operations = made.operations
    choices = tuple(dict.fromkeys(name for body in made.bodies for name in body.choices))
    if choices and not any(target.organization not in choices for target in made.targets):
        operations = (Unclear(obstacle="which_organization", choices=choices),)
    targets = _written(made)
    named = any(target.organization for target in targets) or bool(made.groups)
    if not named and narrowed.organizations and not isinstance(operations[0], Unclear):
        years = [target.year for target in targets] or [None]
        targets = tuple(
            Target(organization=name, year=year) for name in narrowed.organizations for year in years
        )
    everywhere = over_of(made) == "bodies" and made.operation in _EVERYWHERE
    made = made.model_copy(update={"targets": targets})
    among = among_of(made, made.where, everywhere=everywhere)
    return Plan(
        standalone=_standalone(made),
        among=among,
        operations=operations,
        claims=made.claims,
        unread=tuple(dict.fromkeys((*made.unread, *made.aside, *_left_aside(made, among)))),
        confidence=min(1.0, chance),
    )


def _left_aside(made: Made, among: Among) -> list[str]:
    """Return the bodies named beside a group of which they are neither the place nor what an operand is of."""
    if not isinstance(among, Everything) or among.region is None:
        return []
    used = {
        among.region,
        *(measure.at.organization for measure in measures_in(made.operations) if measure.at),
    }
    return [body.name for body in made.bodies if body.name not in used]


_EVERYWHERE = frozenset({"rank", "count", "filter", "mean", "median", "sum", "compare"})


def _written(made: Made) -> tuple[Target, ...]:
    """Return the targets without the year before one that is asked how it grew: its own report tells that."""
    directed = made.slots.relation in ("increased", "decreased")
    kept = made.operation in ("count", "filter") and over_of(made) != "years"
    grows = kept and (directed or made.slots.inner in ("difference", "growth"))
    if (grows or (made.operation == "verify" and directed)) and adjacent(made.targets):
        last = max(target.year for target in made.targets if target.year is not None)
        return tuple(target for target in made.targets if target.year == last)
    back = {year for period in made.periods if period.back for year in period.years}
    if not back or made.operation not in ("growth", "verify", "difference"):
        return made.targets
    return tuple(target for target in made.targets if target.year not in back) or made.targets


def _standalone(made: Made) -> str:
    """Return the question as understood: with the bodies, years and measures that it takes over written out."""
    if not made.inherits:
        return made.text
    parts: list[str] = []
    if not made.bodies and not made.groups:
        parts.append("、".join(dict.fromkeys(t.organization for t in made.targets if t.organization)))
    if not made.periods:
        parts.append("、".join(dict.fromkeys(f"{t.year}年" for t in made.targets if t.year)))
    lead = "".join(parts)
    taken = [said for said in made.said if said.start < 0]
    topic = "、".join(dict.fromkeys(_told(said) for said in taken))
    return f"{lead}{'：' if lead else ''}{made.text}{f'（承上文：{topic}）' if topic else ''}"


def _told(said: Said) -> str:
    measure = said.measure
    return "".join((*measure.qualifiers, measure.applicant or "", measure.phrase, measure.column or ""))
