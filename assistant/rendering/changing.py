"""Change a plan as its reader does: another body, year or wording, or something else done with what is counted.

What a person chose is sure. What was not read stays unread, unless the person writes it or says to leave it out.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import assert_never, cast

from assistant.errors import PlanInvalid
from assistant.plans import (
    Among,
    Compare,
    Computation,
    Count,
    Difference,
    Everything,
    Filter,
    Growth,
    Listing,
    Lookup,
    Mean,
    Measure,
    Median,
    Operation,
    Over,
    Parts,
    Passage,
    Plan,
    Rank,
    Ratio,
    Remainder,
    Share,
    Sum,
    Target,
    Trend,
    Verify,
)
from assistant.rendering.understood import asking, manner
from assistant.rendering.words import joined, phrase, who
from ingest.models import Value

LONGEST_WORDING = 200
_BRACKETS = re.compile(r"（([^（）]*)）\s*$")
_LESS = "不含"
_FULL_WIDTH = str.maketrans("()", "（）")
_TURNED = str.maketrans("前后", "后前")


class OtherBody(Value):
    """Name another body for the target at a place."""

    at: int
    organization: str


class OtherYear(Value):
    """Name another year for the target at a place."""

    at: int
    year: int


class OtherWords(Value):
    """Word what is counted anew, at a place among all `wordings` of the plan."""

    at: int
    text: str


class OtherWay(Value):
    """Do something else with what the operation at a place counts; `manner` is one of its `ways`."""

    at: int
    manner: str


class LeftOut(Value):
    """Say that a stretch that was not read does not matter."""

    stretch: str


Change = OtherBody | OtherYear | OtherWords | OtherWay | LeftOut


class Wording(Value):
    """Hold a text that can be worded anew, and whose figure it is where that is no target of the plan."""

    text: str
    whose: str = ""


class Way(Value):
    """Hold an operation that could be asked for, and how it is said."""

    manner: str
    operation: Operation


def changed(plan: Plan, *changes: Change) -> Plan:
    """Return the plan with the changes made, all at places of the plan as it was; raise PlanInvalid where one cannot be."""
    among, operations = plan.among, list(plan.operations)
    written: list[str] = []
    for change in changes:
        match change:
            case OtherBody(at=at, organization=name):
                among = _with_target(among, at, organization=name.strip() or None)
                written.append(name)
            case OtherYear(at=at, year=year):
                among = _with_target(among, at, year=year)
                written.append(f"{year}年")
            case OtherWords(at=at, text=text):
                which, within = _place(plan, at)
                operations[which] = _worded(operations[which], within, text)
                written.append(text)
            case LeftOut(stretch=stretch):
                if stretch not in plan.unread:
                    raise PlanInvalid(f"“{stretch}”并不在没有读懂的部分里，无从略去。")
            case OtherWay():
                pass
            case _:
                assert_never(change)
    for change in changes:
        if isinstance(change, OtherWay):
            _at(operations, change.at)
            operations[change.at] = _way(operations[change.at], plan.among, change.manner)
    left_out = {change.stretch for change in changes if isinstance(change, LeftOut)}
    made = plan.model_copy(
        update={
            "among": among,
            "operations": tuple(operations),
            "unread": tuple(
                stretch
                for stretch in plan.unread
                if stretch not in left_out and not any(stretch in text for text in written)
            ),
        }
    )
    if made == plan:
        raise PlanInvalid("没有改动，回答照旧。")
    return made.model_copy(update={"standalone": asking(made), "readings": (), "confidence": 1.0})


def wordings(operation: Operation) -> tuple[Wording, ...]:
    """Return what of an operation can be worded anew: its measures, in order, or what a passage is about."""
    if isinstance(operation, Listing | Passage):
        return (Wording(text=operation.about),) if operation.about else ()
    return tuple(
        Wording(text=phrase(measure), whose=who(measure.at) if measure.at is not None else "")
        for measure in _measures(operation)
    )


def ways(operation: Operation, among: Among) -> tuple[Way, ...]:
    """Return the operation and what else makes sense with what it counts; of nested operations, itself alone."""
    own = Way(manner=manner(operation), operation=operation)
    found = {own.manner: own}
    if _is_flat(operation):
        for way in _others(operation, among):
            found.setdefault(way.manner, way)
    return tuple(found.values())


# ---------------------------------------------------------------- bodies and years


def _with_target(among: Among, at: int, **changes: object) -> Among:
    if isinstance(among, Everything):
        raise PlanInvalid("这一问是对全库问的，没有可以换的单位或年度。")
    if "organization" in changes and changes["organization"] is None:
        raise PlanInvalid("单位不能是空的。")
    targets = list(among.targets)
    _at(targets, at)
    targets[at] = targets[at].model_copy(update=changes)
    if targets.count(targets[at]) > 1:
        twice = f"{targets[at].organization or ''}{targets[at].year or ''}"
        raise PlanInvalid(f"{twice}已经在所问之中，请另选。")
    return among.model_copy(update={"targets": tuple(targets)})


def _at(values: Sequence[object], at: int) -> None:
    if not 0 <= at < len(values):
        raise PlanInvalid("要改的地方在这个计划里没有，请刷新页面再改。")


# ---------------------------------------------------------------- wordings


def _place(plan: Plan, at: int) -> tuple[int, int]:
    """Return the operation in which a wording stands, and its place there."""
    places = [
        (which, within)
        for which, operation in enumerate(plan.operations)
        for within in range(len(wordings(operation)))
    ]
    _at(places, at)
    return places[at]


def _worded(operation: Operation, at: int, text: str) -> Operation:
    if len(text) > LONGEST_WORDING:
        raise PlanInvalid(f"所问的说法有 {len(text)} 字，上限是 {LONGEST_WORDING} 字。")
    if not text.strip():
        raise PlanInvalid("所问的说法不能是空的。")
    if isinstance(operation, Listing | Passage):
        return operation.model_copy(update={"about": text.strip(), "asked": None})
    old = _measures(operation)
    new = iter([*old[:at], reworded(old[at], text), *old[at + 1 :]])
    return cast(Operation, _mapped(operation, lambda _: next(new)))


def reworded(measure: Measure, text: str) -> Measure:
    """Return a measure as it is worded now; what narrowed it stays where the words still say so.

    Its unit and the question around it, which no words show, were those of the old wording and go.
    """
    rest = joined(text).translate(_FULL_WIDTH)
    narrowed: dict[str, str] = {}
    exclude: tuple[str, ...] = ()
    while (found := _BRACKETS.search(rest)) is not None and found.start() > 0:
        parts = [part for part in re.split("[、，,]", found[1]) if part]
        if found[1].startswith(_LESS) and not exclude:
            exclude = tuple(re.split("[、，,]", found[1].removeprefix(_LESS)))
        elif (taken := _narrowing(measure, parts)) and not narrowed:
            narrowed = taken
        else:
            break
        rest = rest[: found.start()].rstrip()
    qualifiers: list[str] = []
    for qualifier in measure.qualifiers:
        if rest.startswith(qualifier) and rest != qualifier:
            qualifiers.append(qualifier)
            rest = rest.removeprefix(qualifier)
    return measure.model_copy(
        update={
            "phrase": rest,
            "applicant": narrowed.get("applicant"),
            "column": narrowed.get("column"),
            "qualifiers": tuple(qualifiers),
            "exclude": tuple(filter(None, exclude)),
            "unit": None,
            "asked": None,
        }
    )


def _narrowing(measure: Measure, parts: Sequence[str]) -> dict[str, str] | None:
    """Tell which words in brackets are the column and which the applicant; others take the place of what is gone."""
    old = {"column": measure.column, "applicant": measure.applicant}
    found = {name: value for name, value in old.items() if value is not None and value in parts}
    new = [part for part in parts if part not in found.values()]
    free = [name for name, value in old.items() if value is not None and name not in found]
    if len(new) > len(free):
        return None
    return found | dict(zip(free, new, strict=False))


def _measures(value: object) -> list[Measure]:
    """Return every measure in an operation, in the order named."""
    found: list[Measure] = []

    def kept(measure: Measure) -> Measure:
        found.append(measure)
        return measure

    _mapped(value, kept)
    return found


def _mapped(value: object, turn: Callable[[Measure], Measure]) -> object:
    """Return an operation with each of its measures turned, those of nested operations too."""
    match value:
        case Measure():
            return turn(value)
        case Value():
            return value.model_copy(update={name: _mapped(field, turn) for name, field in value})
        case tuple():
            return tuple(_mapped(one, turn) for one in cast(tuple[object, ...], value))
        case _:
            return value


# ---------------------------------------------------------------- operations


def _way(operation: Operation, among: Among, said: str) -> Operation:
    for way in ways(operation, among):
        if way.manner == said:
            return way.operation
    raise PlanInvalid(f"对所问的数不能做“{said}”。")


def _is_flat(operation: Operation) -> bool:
    """Tell whether an operation works on measures alone, or on what a passage is about."""
    match operation:
        case Lookup(measures=operands):
            pass
        case Listing() | Passage():
            return bool(operation.about)
        case Verify(claims=claims):
            operands = tuple(claim.measure for claim in claims)
        case Share(part=part, whole=whole):
            operands = (part, whole) if whole is not None else (part,)
        case Remainder(whole=whole, less=less):
            operands = (whole, *less)
        case Mean(of=of, per=per):
            operands = (*of, *((per,) if per is not None else ()))
        case Growth(of=of) | Trend(of=of) | Parts(of=of):
            operands = (of,)
        case Sum() | Difference() | Ratio() | Median() | Compare() | Rank() | Count() | Filter():
            operands = operation.of
        case _:
            return False
    return all(isinstance(operand, Measure) for operand in operands)


def _others(operation: Operation, among: Among) -> Iterator[Way]:
    """Yield what can be done with the measures of a flat operation, over the bodies and years of its plan."""
    if isinstance(operation, Listing | Passage):
        of: tuple[Measure, ...] = (Measure(phrase=operation.about),)
    else:
        of = tuple(_measures(operation))
    overs = _overs(among)
    made: list[Operation] = [Lookup(measures=of)]
    if len(of) == 1 and overs:
        own = operation.over if isinstance(operation, Sum | Mean | Median | Compare | Rank) else overs[0]
        made += _along(of, own if own in overs else overs[0], operation, are_two=_are_two(among))
    elif len(of) > 1:
        made += _among_measures(of, operation)
    if len(of) == 1:
        made += _of_one(of[0], overs)
    match operation:
        case Count(over=over, bound=bound) | Filter(over=over, bound=bound):
            made += [Count(of=of, over=over, bound=bound), Filter(of=of, over=over, bound=bound)]
        case _:
            pass
    yield from (Way(manner=manner(each), operation=each) for each in made)
    if len(of) == 2:
        first, second = of
        turned: tuple[Computation, ...] = (Share(part=second, whole=first), Ratio(of=(second, first)))
        yield from (Way(manner=manner(each).translate(_TURNED), operation=each) for each in turned)


def _overs(among: Among) -> tuple[Over, ...]:
    """Return along what a plan has several: bodies, years, or both; one that is left open counts as several."""
    if isinstance(among, Everything):
        return ("bodies",)
    targets = among.targets or (Target(),)
    bodies, years = {each.organization for each in targets}, {each.year for each in targets}
    found: list[Over] = []
    if len(bodies) > 1 or None in bodies:
        found.append("bodies")
    if len(years) > 1 or None in years:
        found.append("years")
    return tuple(found)


def _are_two(among: Among) -> bool:
    """Tell whether a plan names exactly two reports."""
    if isinstance(among, Everything) or len(among.targets) != 2:
        return False
    return all(target.organization is not None and target.year is not None for target in among.targets)


def _along(
    of: tuple[Measure, ...], over: Over, operation: Operation, *, are_two: bool
) -> Iterator[Operation]:
    """Yield what can be done with one measure of several bodies or years."""
    yield from (Sum(of=of, over=over), Mean(of=of, over=over))
    if are_two:
        yield from (Difference(of=of, over=over), Ratio(of=of, over=over))
    else:
        yield Median(of=of, over=over)
    yield from _ordered(of, over, operation)


def _among_measures(of: tuple[Measure, ...], operation: Operation) -> Iterator[Operation]:
    """Yield what can be done with several measures of one report."""
    yield Sum(of=of)
    if len(of) == 2:
        yield from (Difference(of=of), Ratio(of=of), Share(part=of[0], whole=of[1]))
    else:
        yield Remainder(whole=of[0], less=of[1:])
    yield from _ordered(of, "measures", operation)


def _ordered(of: tuple[Measure, ...], over: Over, operation: Operation) -> Iterator[Operation]:
    limit = operation.limit if isinstance(operation, Rank) else None
    yield from (Compare(of=of, over=over), Compare(of=of, over=over, most="least"))
    yield from (Rank(of=of, over=over, limit=limit), Rank(of=of, over=over, order="asc", limit=limit))


def _of_one(of: Measure, overs: Sequence[Over]) -> Iterator[Operation]:
    """Yield what can be asked of a single measure; how it grew only of one body."""
    if "bodies" not in overs:
        if "years" in overs:
            yield Trend(of=of)
        yield from (Growth(of=of, unit="percent"), Growth(of=of, unit="amount"))
    if not overs:
        yield from (Share(part=of), Parts(of=of))
    about = "".join((*of.qualifiers, of.applicant or "", of.phrase, of.column or ""))
    yield from (Passage(about=about), Listing(about=about))
