"""Set values of bodies, years or measures in order, follow one over the years, and keep those within a bound."""

from collections.abc import Sequence

from assistant.execution.arithmetic import combined, evaluate, evaluate_at, gathered, look_up, worked
from assistant.execution.bench import Bench
from assistant.execution.parts import parted
from assistant.execution.quantities import base_value, comparable, fits, holds, valued
from assistant.plans import Compare, Count, Filter, Growth, Measure, Operand, Over, Rank, Trend
from assistant.results import (
    Absent,
    Computed,
    Kept,
    Looked,
    Ordered,
    Outcome,
    Place,
    Result,
    Series,
    Worked,
)


def compared(operation: Compare, everywhere: Sequence[Place], bench: Bench) -> Result:
    """Return who has more, and by how much where two are compared."""
    entries, missing, held = _entries(operation.of, operation.over, everywhere, bench)
    if len(entries) < 2 or not comparable(valued(entries)):
        apart = len(entries) > 1 or any(one.reason == "tied" for one in missing)
        return Looked(outcomes=(*entries, *missing), set_apart=apart)
    ordered = sorted(valued(entries), key=base_value, reverse=True)
    return Ordered(
        purpose="compare",
        over=_over(operation.over, entries),
        entries=tuple(ordered),
        missing=missing,
        order="desc",
        difference=_apart(ordered),
        most=operation.most,
        held=held,
    )


def ranked(operation: Rank, everywhere: Sequence[Place], bench: Bench) -> Result:
    """Return values in the order asked for, the first few of them where that is said; ties stay together."""
    entries, missing, held = _entries(operation.of, operation.over, everywhere, bench)
    if not entries or not comparable(valued(entries)):
        return Looked(outcomes=(*entries, *missing))
    ordered = sorted(valued(entries), key=base_value, reverse=operation.order == "desc")
    return Ordered(
        purpose="rank",
        over=_over(operation.over, entries),
        entries=tuple(ordered),
        missing=missing,
        order=operation.order,
        wanted=operation.limit,
        held=held,
    )


def followed(operation: Trend, everywhere: Sequence[Place], bench: Bench) -> Result:
    """Return a measure over the years of a body; of a single year, the change that its report tells."""
    if len(everywhere) == 1:
        return Worked(outcomes=worked(Growth(of=operation.of, unit="amount"), everywhere, bench))
    years = sorted(everywhere, key=lambda place: place.target.year or 0)
    outcomes = evaluate_at(operation.of, years, bench)
    entries = valued(outcomes)
    change = worked(Growth(of=operation.of, unit="amount"), years, bench)[0] if len(entries) > 1 else None
    return Series(
        entries=entries,
        missing=_missing(outcomes),
        change=change if isinstance(change, Computed) else None,
    )


def kept(operation: Count | Filter, everywhere: Sequence[Place], bench: Bench) -> Result:
    """Return which bodies, years or measures fulfil a bound, and which do not."""
    entries, missing, _ = _entries(operation.of, operation.over, everywhere, bench)
    relation, bound = operation.bound.relation, operation.bound.value
    told = [entry for entry in valued(entries) if fits(entry, bound)]
    fulfilling = [entry for entry in told if holds(entry, relation, bound)]
    return Kept(
        over=operation.over,
        fulfilling=tuple(fulfilling),
        others=tuple(entry for entry in told if entry not in fulfilling),
        missing=missing,
        counted=isinstance(operation, Count),
        relation=relation,
        bound=bound,
    )


def _entries(
    operands: Sequence[Operand], over: Over, everywhere: Sequence[Place], bench: Bench
) -> tuple[tuple[Outcome, ...], tuple[Absent, ...], int]:
    """Return what is set in order, what is missing, and how many were asked."""
    if over == "measures" and len(operands) == len(everywhere) == 1 and isinstance(operands[0], Measure):
        parts = parted(operands[0], everywhere[0], bench).parts
        if len(parts) > 1:
            # 理由里哪个最多：比的是它下面的各项
            return valued(parts), _missing(parts), len(parts)
    if over == "measures" and len(everywhere) == 1:
        outcomes = tuple(evaluate(operand, everywhere[0], everywhere, bench) for operand in operands)
    elif all(isinstance(operand, Measure) for operand in operands):
        outcomes = gathered(operands, over, everywhere, bench)
    else:
        look_up(operands, everywhere, bench)
        outcomes = tuple(
            evaluate(operand, place, (place,), bench) for operand in operands for place in everywhere
        )
    return valued(outcomes), _missing(outcomes), len(outcomes)


def _missing(outcomes: Sequence[Outcome]) -> tuple[Absent, ...]:
    """Return what has no amount; a sentence that says that nothing happened is none either."""
    return tuple(
        outcome
        if isinstance(outcome, Absent)
        else Absent(measure=outcome.measure or Measure(phrase=""), place=outcome.place, reason="no_indicator")
        for outcome in outcomes
        if outcome not in valued((outcome,)) and outcome.place is not None
    )


def _over(over: Over, entries: Sequence[Outcome]) -> Over:
    """Return along what the entries differ: two years of one body are years, whatever was said."""
    bodies = {entry.place.target.organization for entry in entries if entry.place is not None}
    years = {entry.place.target.year for entry in entries if entry.place is not None}
    if len(bodies) > 1:
        return "bodies"
    return "years" if len(years) > 1 else "measures" if over == "measures" or len(entries) > 1 else over


def _apart(ordered: Sequence[Outcome]) -> Computed | None:
    """Return by how much the first exceeds the second of two."""
    if len(ordered) != 2:
        return None
    apart = combined("difference", ordered)
    return apart if isinstance(apart, Computed) else None
