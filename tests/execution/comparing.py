"""Tell in what a plan's results differ from what the truth of the reports says it must come to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from assistant.execution.quantities import base_unit, base_value, valued
from assistant.results import (
    Absent,
    Computed,
    Executed,
    Found,
    Held,
    Informed,
    Kept,
    Looked,
    Ordered,
    Outcome,
    Parted,
    Place,
    Series,
    Verified,
    Worked,
)
from benchmarks.fictitious.plans import (
    Case,
    Days,
    Dimension,
    Each,
    Nothing,
    Number,
    Order,
    Path,
    Reports,
    Verdict,
    Whole,
    Within,
)

_REASONS = {"no_indicator": "unprinted", "other_form": "unprinted"}
_NEAR = Fraction(1, 10**12)


def difference(case: Case, executed: Executed) -> str | None:
    """Return what is not as expected; None where all of it is."""
    (result,) = executed.results
    match case.expected, result:
        case Number() as number, Worked(outcomes=(outcome,)) | Looked(outcomes=(outcome,)):
            return _unlike(number, outcome)
        case Each(found=found), Looked(outcomes=outcomes):
            return _unlike_each(found, outcomes)
        case Order() as order, Ordered() as ordered:
            return _unlike_order(order, ordered)
        case Path() as path, Series() as series:
            return _unlike_path(path, series)
        case Within() as within, Kept() as kept:
            told = [frozenset(map(_source, group)) for group in (kept.fulfilling, kept.others, kept.missing)]
            wanted = [within.fulfilling, within.others, within.missing]
            return None if told == wanted else f"{told} instead of {wanted}"
        case Whole(total=total, parts=parts), Parted(whole=whole, parts=told) if whole is not None:
            amounts = tuple(Fraction(base_value(part)) for part in valued(told))
            return _unlike(total, whole) or (None if amounts == parts else f"{amounts} instead of {parts}")
        case Verdict(holds=holds), Verified(judged=(judged,)):
            return None if judged.verdict is holds else f"{judged.verdict} instead of {holds}"
        case Days(days=days), Informed(particulars=(particular,)):
            printed = [f"{day.year}年{day.month}月{day.day}日" for day in days]
            return None if all(day in particular.text for day in printed) else particular.text
        case Reports(sources=sources), Held(heads=heads):
            held = frozenset(head.source for head in heads)
            return None if held == sources else f"{sorted(held ^ sources)}"
        case expected, result:
            return f"{result.kind}: {str(result)[:600]} instead of {str(expected)[:200]}"


def _unlike(expected: Number | Nothing, outcome: Outcome) -> str | None:
    match expected, outcome:
        case Nothing(reason=reason), Absent(reason=told):
            return None if _REASONS.get(told, told) == reason else f"{told} instead of {reason}"
        case Number(value=value, dimension=dimension), Found() | Computed():
            same = abs(Fraction(base_value(outcome)) - value) < _NEAR
            fits = _dimension(base_unit(outcome)) == dimension
            missing = isinstance(outcome, Computed) and outcome.missing
            told = f"{base_value(outcome)} {base_unit(outcome)}"
            return (
                None if same and fits else f"{told} instead of {float(value)} {dimension}; missing: {missing}"
            )
        case _:
            return f"{str(outcome)[:600]} instead of {expected}"


def _unlike_each(
    expected: dict[tuple[str, str], Number | Nothing], outcomes: Iterable[Outcome]
) -> str | None:
    told: dict[tuple[str, str], Outcome] = {}
    for outcome in outcomes:
        told[_source(outcome), _words(outcome)] = outcome
    if told.keys() != expected.keys():
        return f"{sorted(told)} instead of {sorted(expected)}"
    unlike = [wrong for key in expected if (wrong := _unlike(expected[key], told[key])) is not None]
    return "; ".join(unlike) or None


def _unlike_order(expected: Order, ordered: Ordered) -> str | None:
    name = _words if ordered.over == "measures" else _source
    told = [(name(entry), Fraction(base_value(entry))) for entry in valued(ordered.entries)]
    if len(told) != len(expected.entries):
        return f"{len(told)} entries instead of {len(expected.entries)}"
    for (_, value), (_, wanted) in zip(told, expected.entries, strict=True):
        if abs(value - wanted) >= _NEAR:
            return f"{float(value)} instead of {float(wanted)}"
    if _alike(told) != _alike(expected.entries):
        return "the order is another one"
    missing = frozenset(map(_source, ordered.missing))
    if missing != expected.missing:
        return f"{sorted(missing)} are missing instead of {sorted(expected.missing)}"
    return None if ordered.wanted == expected.limit else f"{ordered.wanted} instead of {expected.limit}"


def _alike(entries: Sequence[tuple[str, Fraction]]) -> list[set[str]]:
    """Return the reports of each amount, since those that tie come in any order."""
    groups: dict[int, set[str]] = defaultdict(set)
    for source, value in entries:
        groups[round(value * 10**9)].add(source)
    return list(groups.values())


def _unlike_path(expected: Path, series: Series) -> str | None:
    told = [(_year(entry.place), Fraction(base_value(entry))) for entry in valued(series.entries)]
    if [year for year, _ in told] != [year for year, _ in expected.points]:
        return f"{[year for year, _ in told]} instead of {[year for year, _ in expected.points]}"
    for (_, value), (year, wanted) in zip(told, expected.points, strict=True):
        if abs(value - wanted) >= _NEAR:
            return f"{year}: {float(value)} instead of {float(wanted)}"
    missing = frozenset(_year(absent.place) for absent in series.missing)
    return None if missing == expected.missing else f"{missing} missing instead of {expected.missing}"


def _source(outcome: Outcome) -> str:
    return outcome.place.head.source if outcome.place and outcome.place.head else ""


def _words(outcome: Outcome) -> str:
    measure = outcome.measure
    words = (measure.applicant, measure.phrase, measure.column) if measure else ()
    return " ".join(part for part in words if part)


def _year(place: Place | None) -> int:
    return place.target.year or 0 if place else 0


def _dimension(unit: str) -> Dimension:
    if unit in {"元", "%", "倍", "个百分点"}:
        return unit
    return "count"
