"""Find the reports that a plan's bodies and years mean, and say which of them the library does not hold.

A body that no report answers to is told as unknown and never replaced. Of several reports of one body and year
the newest answers, and the others are named.
"""

from collections.abc import Iterator, Sequence

from assistant.execution.bench import Bench
from assistant.execution.figures import find_at
from assistant.execution.quantities import base_value, fits, holds, of_one_kind
from assistant.plans import Among, Condition, Everything, Extreme, Measure, Named, Target
from assistant.results import Absent, Computed, Found, Identified, Place, Quote
from assistant.tools import squeezed
from ingest.outline import Sentence
from ingest.wording import folded
from vectorstore.models import BodyKind, ReportHead
from vectorstore.organizations import latest

_KINDS: dict[str, tuple[BodyKind, ...]] = {
    "区县": ("区", "县", "旗"),
    "县区": ("区", "县", "旗"),
    "开发区": ("园区",),
    "工业园区": ("园区",),
    "部门": ("局", "委", "办", "厅", "中心"),
    "厅局": ("厅", "局"),
    "委办局": ("委", "办", "局"),
    "县市区": ("县", "市", "区", "旗"),
    "乡镇": ("乡", "镇"),
    "镇街": ("镇", "街道"),
}
"""The kinds that people call by one word."""


def places(among: Among, bench: Bench) -> tuple[tuple[Place, ...], tuple[Identified, ...]]:
    """Return where a plan looks, and by what each body was found that is described and not named."""
    if isinstance(among, Named):
        targets = among.targets or (Target(),)
        return tuple(place for target in targets for place in _settled(target, bench)), ()
    match among.where:
        case None:
            return tuple(_newest(_of(among, bench))), ()
        case Condition() as condition:
            return _described(condition, _of(among, bench), bench)
        case Extreme() as extreme:
            return _extreme(extreme, _of(among, bench), bench)


def heads_of(target: Target, heads: Sequence[ReportHead]) -> tuple[ReportHead, ...]:
    """Return the reports of a body, of every year; an open body means all of them."""
    if target.organization is None:
        return tuple(heads)
    asked = folded(target.organization)
    exact = tuple(head for head in heads if folded(head.organization) == asked)
    return exact or tuple(head for head in heads if asked in map(folded, head.aliases))


def _settled(target: Target, bench: Bench) -> Iterator[Place]:
    """Yield the place of a target; without a year, that of the one report that its body has."""
    own = heads_of(target, bench.heads)
    if target.organization is not None and not own:
        yield Place(target=target, head=None, reason="unknown_organization", held=bench.heads)
        return
    bodies = tuple(dict.fromkeys(head.organization for head in own))
    if len(bodies) > 1:
        yield Place(target=target, head=None, reason="which_organization", choices=bodies, held=own)
        return
    fitting = tuple(head for head in own if target.year is None or head.year == target.year)
    if not fitting:
        yield Place(target=target, head=None, reason="no_report", held=own or bench.heads)
        return
    found = tuple(_newest(fitting))
    if len(found) > 1:
        years = tuple(f"{place.target.year}" for place in found)
        yield Place(target=target, head=None, reason="which_year", choices=years, held=fitting)
        return
    yield from found


def by_year(place: Place) -> tuple[Place, ...]:
    """Return the places of every year of a body, where a place leaves the year open."""
    return tuple(_newest(place.held)) if place.reason == "which_year" else (place,)


def by_body(place: Place) -> tuple[Place, ...]:
    """Return the places of every body, where a place leaves the body open."""
    if place.reason != "which_organization" or place.target.organization is not None:
        return (place,)
    wanted = [head for head in place.held if place.target.year in {None, head.year}]
    return tuple(_newest(wanted))


def _newest(heads: Sequence[ReportHead]) -> Iterator[Place]:
    """Yield a place for each body and year; of several reports the newest answers."""
    chosen = latest(heads)
    for head in chosen.kept:
        others = tuple(
            other
            for other in chosen.left_out
            if (other.organization, other.year) == (head.organization, head.year)
        )
        target = Target(organization=head.organization, year=head.year)
        yield Place(target=target, head=head, others=others)


def _of(among: Everything, bench: Bench) -> tuple[ReportHead, ...]:
    return tuple(
        head
        for head in bench.heads
        if (among.years is None or head.year in among.years)
        and (among.of_kind is None or _is_of_kind(head, among.of_kind))
        and (among.region is None or among.region in head.organization or among.region in head.region)
        and not any(head in heads_of(Target(organization=name), (head,)) for name in among.less)
    )


def _is_of_kind(head: ReportHead, kind: str) -> bool:
    """Tell whether a body is of a kind as people call it: 区县, 园区, 部门."""
    return head.body_kind in _KINDS.get(kind, (kind,))


def _described(
    condition: Condition, heads: Sequence[ReportHead], bench: Bench
) -> tuple[tuple[Place, ...], tuple[Identified, ...]]:
    """Find the bodies of which something is said: that a measure has a value, or that some words stand there."""
    near = list(_newest(heads))
    found: list[Identified] = []
    if condition.comparator == "mentioned":
        near = _holding(condition.measure, near, bench)
        found = [
            Identified(place=place, by=condition, quote=_quote(place, condition.measure, bench))
            for place in near
        ]
    else:
        bound = condition.value
        for place, outcome in zip(near, find_at(condition.measure, near, bench), strict=True):
            if not isinstance(outcome, Found | Computed) or not fits(outcome, bound):
                continue
            if holds(outcome, condition.comparator, bound):
                found.append(Identified(place=place, by=condition, outcome=outcome))
    return tuple(entry.place for entry in found), tuple(found)


def _extreme(
    extreme: Extreme, heads: Sequence[ReportHead], bench: Bench
) -> tuple[tuple[Place, ...], tuple[Identified, ...]]:
    outcomes = of_one_kind(find_at(extreme.measure, tuple(_newest(heads)), bench))
    known = [
        outcome for outcome in outcomes if isinstance(outcome, Found | Computed) and outcome.place is not None
    ]
    if not known:
        return (), ()
    choose = max if extreme.most == "most" else min
    value = base_value(choose(known, key=base_value))
    winners = [outcome for outcome in known if base_value(outcome) == value]
    found = [
        Identified(place=outcome.place, by=extreme, outcome=outcome)
        for outcome in winners
        if outcome.place is not None
    ]
    return tuple(entry.place for entry in found), tuple(found)


_ENOUGH = 0.7
"""The share of a description's words, by rarity, that a sentence must hold to be about it."""
_CLEARLY = 0.15
"""By how much the best sentence must lead those of other bodies."""


def _holding(measure: Measure, near: Sequence[Place], bench: Bench) -> list[Place]:
    """Return the places whose report holds the words; those that spell them before those that come near."""
    wanted = squeezed(measure.phrase)
    spelled = [
        place
        for place in near
        if place.head is not None
        and any(wanted in squeezed(sentence.text) for sentence in bench.view(place.head).sentences)
    ]
    if spelled:
        return spelled
    best: dict[str, tuple[float, float]] = {}
    heads = [place.head for place in near if place.head is not None]
    for report_id, match in bench.sentences(heads, measure.phrase).sentences:
        best.setdefault(report_id, (match.score, match.missed))
    ranked = sorted(
        ((best[p.head.report_id], p) for p in near if p.head and p.head.report_id in best),
        key=lambda entry: -entry[0][0],
    )
    if not ranked or ranked[0][0][0] < _ENOUGH:
        return []
    top = ranked[0][0][0]
    return [place for (score, _), place in ranked if top - score < _CLEARLY]


def _quote(place: Place, measure: Measure, bench: Bench) -> Quote | None:
    if place.head is None:
        return None
    wanted = squeezed(measure.phrase)
    view = bench.view(place.head)
    sentence: Sentence | None = next((s for s in view.sentences if wanted in squeezed(s.text)), None)
    if sentence is None:
        found = bench.sentences((place.head,), measure.phrase).sentences
        sentence = found[0][1].sentence if found else None
    return Quote(report_id=place.head.report_id, sentence=sentence) if sentence is not None else None


def absent(place: Place, measure: Measure) -> Absent:
    """Return that a measure has no value where there is no report."""
    return Absent(measure=measure, place=place, reason=place.reason or "no_report")
