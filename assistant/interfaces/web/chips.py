"""Lay out what a plan was understood to ask for as chips that can be changed, and read what was made of them.

What no chip can show (described bodies, nested operations, what is taken for granted) is told as plain text.
"""

from collections.abc import Iterator, Sequence

from assistant.errors import PlanInvalid
from assistant.interfaces.web.acts import Change as Sent
from assistant.plans import Everything, Operation, Plan, Target, Unclear
from assistant.rendering import (
    Change,
    LeftOut,
    OtherBody,
    OtherWay,
    OtherWords,
    OtherYear,
    Wording,
    changed,
    supposed,
    ways,
    what,
    whose,
    wordings,
)
from ingest.models import Value
from vectorstore.models import Filter, ReportHead

MOST_LISTED = 200
"""How many bodies a chip lists; of more, the reader types the name."""


class Choice(Value):
    """Hold what can be chosen, and the years held of it where it is a body; empty where it is left open."""

    value: str
    years: tuple[int, ...] = ()


class TargetChips(Value):
    """Hold the body and the year of one target; without `bodies` the name is typed."""

    body: str
    bodies: tuple[Choice, ...]
    year: str
    years: tuple[str, ...]
    is_held: bool


class OperationChips(Value):
    """Hold the wordings of one operation and what can be done with them; `plain` is told where nothing else can."""

    wordings: tuple[Wording, ...]
    ways: tuple[str, ...]
    plain: str


class Chips(Value):
    """Hold a plan as chips; `described` are bodies that it describes, `supposed` what it takes for granted."""

    targets: tuple[TargetChips, ...]
    described: str
    operations: tuple[OperationChips, ...]
    supposed: str
    unread: tuple[str, ...]


def chips_of(plan: Plan, heads: Sequence[ReportHead]) -> Chips | None:
    """Return the chips of a plan over the reports there are; None where a change could not help."""
    if all(isinstance(operation, Unclear) for operation in plan.operations):
        return None
    return Chips(
        targets=_targets(plan, heads),
        described=whose(plan) if isinstance(plan.among, Everything) else "",
        operations=tuple(_operation(operation, plan) for operation in plan.operations),
        supposed=supposed(plan),
        unread=plan.unread,
    )


def changed_as_sent(plan: Plan, sent: Sent) -> Plan:
    """Return the plan that a reader made of the chips of another; raise PlanInvalid where it cannot be."""
    return changed(plan, *_changes(plan, sent))


def within(heads: Sequence[ReportHead], narrowed: Filter) -> Sequence[ReportHead]:
    """Return the heads among which a question was asked."""
    return [
        head
        for head in heads
        if (narrowed.organizations is None or head.organization in narrowed.organizations)
        and (narrowed.years is None or head.year in narrowed.years)
    ]


def bodies_of(heads: Sequence[ReportHead]) -> tuple[Choice, ...]:
    """Return every body with the years held of it, the newest first."""
    years: dict[str, set[int]] = {}
    for head in heads:
        years.setdefault(head.organization, set()).update(() if head.year is None else (head.year,))
    return tuple(
        Choice(value=name, years=tuple(sorted(held, reverse=True))) for name, held in sorted(years.items())
    )


# ---------------------------------------------------------------- from a plan to chips


def _targets(plan: Plan, heads: Sequence[ReportHead]) -> tuple[TargetChips, ...]:
    if isinstance(plan.among, Everything) or not plan.among.targets:
        return ()
    bodies = bodies_of(heads)
    every = tuple(sorted({year for body in bodies for year in body.years}, reverse=True))
    known = {body.value: body.years for body in bodies}
    for head in heads:
        for name in head.aliases:
            known.setdefault(name, known[head.organization])
    return tuple(
        _target(target, bodies, known.get(target.organization, ()) if target.organization else every)
        for target in plan.among.targets
    )


def _target(target: Target, bodies: tuple[Choice, ...], held: tuple[int, ...]) -> TargetChips:
    body, year = target.organization or "", str(target.year or "")
    named = any(choice.value == body for choice in bodies)
    years = tuple(map(str, held))
    listed = bodies if named else (Choice(value=body, years=held), *bodies)
    return TargetChips(
        body=body,
        bodies=listed if len(bodies) <= MOST_LISTED else (),
        year=year,
        years=years if year in years else (year, *years),
        is_held=not year or year in years,
    )


def _operation(operation: Operation, plan: Plan) -> OperationChips:
    said, possible = wordings(operation), ways(operation, plan.among)
    can_change = len(possible) > 1
    return OperationChips(
        wordings=said,
        ways=tuple(way.manner for way in possible) if can_change else (),
        plain="" if can_change else what(operation),
    )


# ---------------------------------------------------------------- from chips to changes


def _changes(plan: Plan, sent: Sent) -> Iterator[Change]:
    targets = () if isinstance(plan.among, Everything) else plan.among.targets
    said = [one.text for operation in plan.operations for one in wordings(operation)]
    can_change = [
        (at, possible[0].manner)
        for at, operation in enumerate(plan.operations)
        if len(possible := ways(operation, plan.among)) > 1
    ]
    given = (
        (sent.bodies, targets),
        (sent.years, targets),
        (sent.wordings, said),
        (sent.ways, can_change),
    )
    if any(len(one) != len(other) for one, other in given):
        raise PlanInvalid("这一问的理解与页面上的不一致，请刷新页面再改。")
    for at, (target, body, year) in enumerate(zip(targets, sent.bodies, sent.years, strict=True)):
        if body.strip() != (target.organization or ""):
            yield OtherBody(at=at, organization=body)
        if year != str(target.year or ""):
            yield OtherYear(at=at, year=_year(year))
    for at, (old, new) in enumerate(zip(said, sent.wordings, strict=True)):
        if new.strip() != old:
            yield OtherWords(at=at, text=new)
    for (at, old), new in zip(can_change, sent.ways, strict=True):
        if new != old:
            yield OtherWay(at=at, manner=new)
    yield from (LeftOut(stretch=stretch) for stretch in sent.left_out)


def _year(text: str) -> int:
    if not text.isdecimal():
        raise PlanInvalid("年度没有选定，请选一年。")
    return int(text)
