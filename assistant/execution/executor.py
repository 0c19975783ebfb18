"""Carry a plan out over the reports: each operation to its module, each claim judged before."""

from collections.abc import Iterator, Sequence
from typing import Literal

from assistant.execution.arithmetic import apart, gathered, worked
from assistant.execution.bench import Bench, Observe
from assistant.execution.consistency import checked
from assistant.execution.ordering import compared, followed, kept, ranked
from assistant.execution.particulars import informed
from assistant.execution.parts import parted
from assistant.execution.passages import told
from assistant.execution.reports import by_body, by_year, places
from assistant.execution.terms import explained
from assistant.execution.verifying import judged
from assistant.language import Language
from assistant.plans import (
    About,
    Check,
    Compare,
    Count,
    Difference,
    Everything,
    Explain,
    Filter,
    Holdings,
    Listing,
    Lookup,
    Named,
    Operation,
    Parts,
    Passage,
    Plan,
    Rank,
    Ratio,
    Remainder,
    Share,
    Trend,
    Unclear,
    Verify,
)
from assistant.results import (
    Absent,
    Computed,
    Executed,
    Found,
    Held,
    Judged,
    Looked,
    Outcome,
    Place,
    Result,
    Stopped,
    Verified,
    Worked,
)
from assistant.tools import Toolbox
from ingest.indicators import Indicators
from vectorstore.models import Filter as Narrowed

_ASKED_BACK: tuple[Literal["which_organization"], Literal["which_year"]] = (
    "which_organization",
    "which_year",
)
_SURE_ENOUGH = 0.7
"""The chance from which a figure shows that what a question takes for granted is wrong."""
_REPORT_BY_REPORT = (Parts, Passage, Listing, Check, About)
_ASKS_FOR_ONE = (
    Lookup,
    Difference,
    Ratio,
    Share,
    Remainder,
    Parts,
    Passage,
    Listing,
    Verify,
    Check,
    Explain,
    About,
)
"""The operations that ask which body or year is meant where that is open; the others go over all of them."""


class Executor:
    """Run plans over one library; it knows nothing of the question's text."""

    def __init__(self, toolbox: Toolbox, language: Language, indicators: Indicators) -> None:
        self._toolbox = toolbox
        self._language = language
        self._indicators = indicators

    def execute(self, plan: Plan, *, narrowed: Narrowed, observe: Observe) -> Executed:
        """Return the results of a plan; of its readings the first whose measures are all found."""
        bench = Bench(self._toolbox, self._language, self._indicators, narrowed, observe)
        executed = _executed(plan, bench)
        for reading in plan.readings:
            if not _lacks(executed):
                break
            other = _executed(reading, bench)
            executed = executed if _lacks(other) else other
        return executed


def _executed(plan: Plan, bench: Bench) -> Executed:
    if not bench.heads:
        return Executed(results=(Stopped(obstacle="empty_library"),))
    if plan.unread:
        return Executed(results=(Stopped(obstacle="unread", stretches=plan.unread),))
    everywhere, identified = places(plan.among, bench)
    if not everywhere and not all(isinstance(each, Holdings | Unclear) for each in plan.operations):
        return Executed(results=(Stopped(obstacle="no_body", held=bench.heads),))
    bench.suppose(plan.claims)
    claims = tuple(_told(one) for claim in plan.claims for one in judged(claim, everywhere, bench))
    results = tuple(
        result for operation in plan.operations for result in _results(operation, plan, everywhere, bench)
    )
    return Executed(results=results, claims=claims, identified=identified)


def _told(one: Judged) -> Judged:
    """Return what became of a claim that nobody asked about: wrong only where the figure surely is the one meant."""
    unsure = isinstance(one.outcome, Found) and one.outcome.sure < _SURE_ENOUGH
    return one.model_copy(update={"verdict": None, "outcome": None}) if unsure and not one.verdict else one


def _results(operation: Operation, plan: Plan, everywhere: Sequence[Place], bench: Bench) -> Iterator[Result]:
    """Yield what one operation gives; what a report tells of itself is given for each report."""
    if isinstance(operation, _REPORT_BY_REPORT) and any(place.head is not None for place in everywhere):
        for place in everywhere:
            yield _result(operation, plan, (place,), bench)
    else:
        yield _result(operation, plan, everywhere, bench)


def _result(operation: Operation, plan: Plan, everywhere: Sequence[Place], bench: Bench) -> Result:
    """Return what one operation gives."""
    if not isinstance(operation, (*_ASKS_FOR_ONE, Holdings, Unclear)):
        everywhere = [one for place in everywhere for one in by_year(place)]
        everywhere = [one for place in everywhere for one in by_body(place)]
    if not isinstance(operation, Holdings | Unclear) and all(place.head is None for place in everywhere):
        return _nowhere(everywhere)
    match operation:
        case Lookup(measures=measures):
            outcomes = gathered(measures, "measures", everywhere, bench)
            return Looked(outcomes=apart(outcomes, bench) if len(everywhere) == 1 else outcomes)
        case Compare():
            return compared(operation, everywhere, bench)
        case Rank():
            return ranked(operation, everywhere, bench)
        case Trend():
            return followed(operation, everywhere, bench)
        case Count() | Filter():
            return kept(operation, everywhere, bench)
        case Parts(of=of):
            return parted(of, everywhere[0], bench)
        case Passage() | Listing():
            return told(operation, everywhere[0], bench)
        case Verify(claims=claims):
            return Verified(judged=tuple(one for claim in claims for one in judged(claim, everywhere, bench)))
        case Check():
            return checked(operation, everywhere[0], bench)
        case Explain():
            return explained(operation, everywhere, bench)
        case About():
            return informed(operation, everywhere[0], bench)
        case Holdings():
            return _held(plan, everywhere, bench)
        case Unclear(obstacle=obstacle, choices=choices):
            return Stopped(obstacle=obstacle, choices=choices, held=bench.heads)
        case _:
            return Worked(outcomes=worked(operation, everywhere, bench))


def _nowhere(everywhere: Sequence[Place]) -> Stopped:
    """Return why no report can be looked into."""
    first = everywhere[0]
    return Stopped(
        obstacle=first.reason if first.reason in _ASKED_BACK else "no_body",
        places=tuple(everywhere),
        choices=first.choices,
        held=first.held,
    )


def _held(plan: Plan, everywhere: Sequence[Place], bench: Bench) -> Held:
    if isinstance(plan.among, Named) and not plan.among.targets:
        return Held(heads=bench.heads, asked=())
    if isinstance(plan.among, Everything):
        return Held(heads=tuple(place.head for place in everywhere if place.head is not None), asked=())
    heads = [
        head
        for place in everywhere
        for head in (
            place.held
            if place.reason in {"which_year", "which_organization"}
            else ()
            if place.head is None
            else (place.head, *place.others)
        )
    ]
    return Held(heads=tuple(dict.fromkeys(heads)), asked=tuple(everywhere))


def _lacks(executed: Executed) -> bool:
    """Tell whether a plan asked for something that was not found."""

    def missing(outcome: Outcome) -> bool:
        return isinstance(outcome, Absent) or (isinstance(outcome, Computed) and bool(outcome.missing))

    for result in executed.results:
        if isinstance(result, Looked | Worked) and any(map(missing, result.outcomes)):
            return True
        if isinstance(result, Stopped):
            return True
    return False
