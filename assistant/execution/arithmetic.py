"""Work out one number from others, exactly, and say how: sums, differences, shares, means and growth.

A value is computed only from amounts of one kind; what could not be taken in is named. Expressions are over the
printed numbers, brought to the unit of the result where the prints differ in scale.
"""

import re
from calendar import isleap
from collections.abc import Sequence
from decimal import Decimal
from itertools import takewhile
from typing import assert_never

from assistant.execution.bench import Bench
from assistant.execution.figures import find, find_another, find_at, fitting, is_sure, tells_change
from assistant.execution.quantities import (
    Valued,
    base_unit,
    base_value,
    comparable,
    fits,
    holds,
    is_mixed,
    is_vague,
    of_one_kind,
    quantity_of,
    valued,
)
from assistant.execution.reports import heads_of, places
from assistant.plans import (
    Arithmetic,
    Bound,
    Compare,
    Computation,
    Count,
    Difference,
    Growth,
    Mean,
    Measure,
    Median,
    Named,
    Operand,
    Over,
    Rank,
    Ratio,
    Remainder,
    Share,
    Spell,
    Sum,
    Target,
    measures_of,
)
from assistant.results import Absent, Computed, Found, Outcome, Place, Reason
from assistant.tools import squeezed
from ingest.checks import plain
from ingest.models import Figure, Quantity
from ingest.numerals import RATIO_UNITS, in_base_units
from vectorstore.models import ReportHead

_MEASURE = Measure(phrase="")
_OF_TWO = frozenset({"difference", "ratio", "share"})
"""The operations between two values; over three bodies nobody can say which two were meant."""
_OF_TWO_AT_MOST = 2
_OF_ONE_UNIT = frozenset({"sum", "difference", "remainder"})
_SURELY_PRINTED = 0.6
"""The chance from which a printed rate is what is asked for, and nothing is worked out."""
_LISTED = 2
_WHOLE_SHARE = 100
_SPELLS: dict[Spell, int] = {"month": 12, "quarter": 4, "week": 52, "day": 365}
_FALLS = re.compile(r"减|降|下滑|回落|少了?\s*$|少于")


def evaluate(operand: Operand, place: Place, everywhere: Sequence[Place], bench: Bench) -> Outcome:
    """Return what an operand is worth at a place; one that goes over bodies or years takes in every place."""
    if isinstance(operand, Measure):
        return _measured(operand, _place_of(operand, place, bench), bench)
    return _computed(operand, place, everywhere, bench)


def evaluate_at(operand: Operand, everywhere: Sequence[Place], bench: Bench) -> tuple[Outcome, ...]:
    """Return what an operand is worth at each place, in order."""
    if isinstance(operand, Measure) and operand.at is None and not (operand.exclude or operand.change):
        return find_at(operand, everywhere, bench)
    look_up((operand,), everywhere, bench)
    return tuple(evaluate(operand, place, everywhere, bench) for place in everywhere)


def look_up(operands: Sequence[Operand], everywhere: Sequence[Place], bench: Bench) -> None:
    """Find every measure of operands at all places at once, by one statement each."""
    for measure in measures_of(operands):
        if measure.at is None and not (measure.exclude or measure.change) and len(everywhere) > 1:
            find_at(measure, everywhere, bench)


def gathered(
    operands: Sequence[Operand], over: Over, everywhere: Sequence[Place], bench: Bench
) -> tuple[Outcome, ...]:
    """Return the outcomes that an operation goes over: each operand where it is bound, else at every place."""
    if over == "measures" and len(everywhere) > 1:
        over = "bodies"
    found: list[Outcome] = []
    for operand in operands:
        if isinstance(operand, Measure) and operand.at is not None:
            found.append(evaluate(operand, everywhere[0], everywhere, bench))
        else:
            found += of_one_kind(evaluate_at(operand, everywhere, bench))
    return tuple(found)


def worked(operation: Computation, everywhere: Sequence[Place], bench: Bench) -> tuple[Outcome, ...]:
    """Return what an operation gives: over measures one value a place, over bodies and years one in all."""
    if _goes_over(operation, everywhere) or _is_bound(operation):
        return (_computed(operation, everywhere[0], everywhere, bench),)
    look_up((operation,), everywhere, bench)
    return tuple(_computed(operation, place, everywhere, bench) for place in everywhere)


def _goes_over(operation: Computation, everywhere: Sequence[Place]) -> bool:
    match operation:
        case Compare(over=over) | Rank(over=over) | Count(over=over):
            return over != "measures"
        case Sum(of=of, over=over) | Mean(of=of, over=over) | Median(of=of, over=over):
            return over != "measures" or _are_fixed(of, everywhere)
        case Difference(of=of) | Ratio(of=of):
            return len(of) == 1 or _are_fixed(of, everywhere)
        case Growth():
            return len({place.target.organization for place in everywhere}) == 1 and len(everywhere) > 1
        case Share(part=part, whole=whole):
            return whole is not None and _are_fixed((part, whole), everywhere)
        case Remainder(whole=whole, less=less):
            return _are_fixed((whole, *less), everywhere)


def _are_fixed(operands: Sequence[Operand], everywhere: Sequence[Place]) -> bool:
    """Tell whether operands are worth the same at every place: each names its own, or goes over all of them."""
    return all(
        operand.at is not None if isinstance(operand, Measure) else _goes_over(operand, everywhere)
        for operand in operands
    )


def _is_bound(operation: Computation) -> bool:
    measures = measures_of([operation])
    return bool(measures) and all(measure.at is not None for measure in measures)


def _place_of(measure: Measure, place: Place, bench: Bench) -> Place:
    if measure.at is None:
        return place
    target = Target(
        organization=measure.at.organization or place.target.organization,
        year=measure.at.year if measure.at.year is not None else place.target.year,
    )
    if measure.at.year is None and measure.at.organization not in {None, place.target.organization}:
        own = [head.year for head in heads_of(target, bench.heads)]
        target = target if target.year in own else Target(organization=target.organization)
    return places(Named(targets=(target,)), bench)[0][0]


def _measured(measure: Measure, place: Place, bench: Bench) -> Outcome:
    """Return a measure's figure, less what it leaves out; or its change since the year before."""
    if measure.change:
        percent = measure.unit == "%"
        return _growth(measure.model_copy(update={"change": False}), percent, place, (place,), bench)
    if not measure.exclude:
        return find(measure, place, bench)
    whole = find(measure.model_copy(update={"exclude": ()}), place, bench)
    less = [find(Measure(phrase=phrase, column=measure.column), place, bench) for phrase in measure.exclude]
    return combined("remainder", (whole, *less), measure=measure, place=place)


def _computed(operation: Computation, place: Place, everywhere: Sequence[Place], bench: Bench) -> Outcome:
    def here(operand: Operand) -> Outcome:
        return evaluate(operand, place, everywhere, bench)

    def all_over(operands: Sequence[Operand], over: Over) -> tuple[Outcome, ...]:
        if over == "measures":
            return apart([here(operand) for operand in operands], bench)
        return gathered(operands, over, everywhere, bench)

    match operation:
        case Sum(of=of, over=over, asked=asked):
            outcomes = all_over(of, over)
            together = None
            if over == "measures" and (len(valued(outcomes)) < len(outcomes) or _is_twice(outcomes)):
                together = _told_as_one(of, asked, place, bench)
            return together or combined("sum", outcomes, place=place)
        case Difference(of=of, over=over):
            pair = all_over(of, over if len(of) == 1 else "measures")
            return combined("difference", pair, place=place)
        case Ratio(of=of, over=over):
            return combined("ratio", all_over(of, over if len(of) == 1 else "measures"), place=place)
        case Share(part=part, whole=whole, asked=asked):
            printed = _printed_rate(part, whole, asked, place, bench)
            if printed is not None:
                return printed
            first = here(part)
            second = here(whole) if whole is not None else _whole_of(first, bench)
            return combined("share", apart((_in_row_of(second, first), second), bench), place=place)
        case Mean(of=of, each=each) if each is not None:
            return _by_spell(here(of[0]), each, place)
        case Mean(of=of, per=per, over=over):
            if per is not None:
                return combined("mean", apart((here(of[0]), here(per)), bench), place=place, per=True)
            return combined("mean", all_over(of, over), place=place)
        case Median(of=of, over=over):
            return combined("median", all_over(of, over), place=place)
        case Remainder(whole=whole, less=less):
            return combined("remainder", apart((here(whole), *map(here, less)), bench), place=place)
        case Growth(of=of, unit=unit):
            return _growth(of, unit == "percent", place, everywhere, bench)
        case Compare(of=of, over=over, most=most):
            return _extreme(all_over(of, over), largest=most == "most")
        case Rank(of=of, over=over, order=order):
            return _extreme(all_over(of, over), largest=order == "desc")
        case Count(of=of, over=over, bound=bound):
            return _counted(all_over(of, over), bound, place)
        case _:
            assert_never(operation)


def _counted(outcomes: Sequence[Outcome], bound: Bound, place: Place) -> Outcome:
    """Return how many outcomes keep within a bound."""
    known = [outcome for outcome in valued(outcomes) if fits(outcome, bound.value)]
    if not known:
        return _without(outcomes, "too_few")
    within = [outcome for outcome in known if holds(outcome, bound.relation, bound.value)]
    return Computed(
        op="count",
        value=Decimal(len(within)),
        unit="个",
        expression=str(len(within)),
        inputs=tuple(within or known),
        missing=tuple(outcome for outcome in outcomes if isinstance(outcome, Absent)),
        place=place,
    )


def apart(outcomes: Sequence[Outcome], bench: Bench) -> tuple[Outcome, ...]:
    """Settle what is meant by what the other measures mean: a figure answers one of them, a tie leaves the other."""
    taken = {outcome.figure.id for outcome in outcomes if isinstance(outcome, Found)}
    best: dict[str, float] = {}
    for outcome in outcomes:
        if isinstance(outcome, Found):
            best[outcome.figure.id] = max(outcome.sure, best.get(outcome.figure.id, 0.0))
    settled: list[Outcome] = []
    given: set[str] = set()
    for outcome in outcomes:
        if isinstance(outcome, Found):
            own = outcome.figure.id
            if own in given or outcome.sure < best[own]:
                outcome = find_another(outcome, taken | given, bench) or outcome
            given.add(outcome.figure.id)
        if isinstance(outcome, Absent) and outcome.reason == "tied":
            left = [figure for figure in outcome.figures if figure.id not in taken]
            if len(left) == 1 < len(outcome.figures):
                outcome = Found(measure=outcome.measure, place=outcome.place, figure=left[0])
        settled.append(outcome)
    return tuple(settled)


def _by_spell(outcome: Outcome, spell: Spell, place: Place) -> Outcome:
    """Return what comes in the mean to each month, or another part, of the report's year."""
    known = valued((outcome,))
    if not known:
        return _without((outcome,), "too_few")
    year = place.head.year if place.head is not None else None
    parts = 366 if spell == "day" and year is not None and isleap(year) else _SPELLS[spell]
    quantity = quantity_of(known[0])
    return Computed(
        op="mean",
        value=quantity.value / parts,
        unit=quantity.unit,
        expression=f"{_term(known[0], quantity.unit, known)} ÷ {parts}",
        inputs=(outcome,),
        spell=spell,
        place=place,
        vague=is_vague(known[0]),
    )


def _extreme(outcomes: Sequence[Outcome], *, largest: bool) -> Outcome:
    known = valued(outcomes)
    if not known or not comparable(known):
        return _without(outcomes, "too_few" if not known else "units_differ")
    return max(known, key=base_value) if largest else min(known, key=base_value)


def _is_twice(known: Sequence[Outcome]) -> bool:
    """Tell whether one figure was found for two measures: it is then not what was asked for one of them."""
    figures = [outcome.figure.id for outcome in known if isinstance(outcome, Found)]
    return len(set(figures)) < len(figures)


def _without(outcomes: Sequence[Outcome], reason: Reason) -> Absent:
    """Return why nothing can be worked out: what is missing first, else the reason given."""
    for outcome in outcomes:
        if isinstance(outcome, Absent):
            return outcome
    for outcome in outcomes:
        if outcome.place is not None:
            return Absent(measure=outcome.measure or _MEASURE, place=outcome.place, reason=reason)
    return Absent(measure=_MEASURE, place=Place(target=Target(), head=None), reason=reason)


def combined(
    op: Arithmetic,
    outcomes: Sequence[Outcome],
    *,
    measure: Measure | None = None,
    place: Place | None = None,
    per: bool = False,
) -> Outcome:
    """Work one operation out over outcomes; a sum or mean names what it leaves out, the others need every one."""
    known = valued(outcomes)
    missing = tuple(outcome for outcome in outcomes if isinstance(outcome, Absent))
    takes_any = op in {"sum", "median"} or (op == "mean" and not per)
    if not takes_any and len(known) < len(outcomes):
        return _without(outcomes, "no_indicator")
    if op in _OF_TWO and len(known) > _OF_TWO_AT_MOST:
        return _without(known, "too_many")
    targets = [outcome.place.target for outcome in outcomes if outcome.place is not None]
    apart = any(target != targets[0] for target in targets)
    if len(known) < (1 if takes_any and missing and apart else 2):
        return _without(outcomes, "too_few")
    if _is_twice(known):
        return _without(known, "too_few")
    if not (per or comparable(known)):
        return _without(known, "units_differ")
    unit = quantity_of(known[0]).unit
    terms = [_term(outcome, unit, known) for outcome in known]
    values = [base_value(outcome) for outcome in known]
    scale = in_base_units(Quantity(value=Decimal(1), unit=unit, printed=""))[0]
    joined = " + ".join(terms)
    match op:
        case "sum":
            value, expression = sum(values, start=Decimal(0)) / scale, joined
        case "difference" | "remainder":
            value = (values[0] - sum(values[1:], start=Decimal(0))) / scale
            expression = " - ".join(terms)
            unit = "个百分点" if unit in {"%", "％"} else unit
        case "mean" if not per:
            value = sum(values, start=Decimal(0)) / scale / len(values)
            expression = f"({joined}) ÷ {len(values)}"
        case "median":
            in_order = sorted(zip(values, terms, strict=True))
            middle = in_order[(len(values) - 1) // 2 : len(values) // 2 + 1]
            value = sum((each for each, _ in middle), start=Decimal(0)) / scale / len(middle)
            told = " + ".join(term for _, term in middle)
            expression = told if len(middle) == 1 else f"({told}) ÷ 2"
        case "mean" | "ratio" | "share" | "growth" | "count":
            if values[1] == 0:
                return _without(known[1:], "division_by_zero")
            value = values[0] / values[1]
            expression = f"{terms[0]} ÷ {terms[1]}"
            if op == "mean":
                value, expression = (
                    value / scale,
                    f"{terms[0]} ÷ {_term(known[1], quantity_of(known[1]).unit, known)}",
                )
            if op == "share":
                value, unit = value * 100, "%"
            if op == "ratio":
                unit = "倍"
        case _:
            assert_never(op)
    return Computed(
        op=op,
        value=value,
        unit=unit,
        expression=expression,
        inputs=tuple(known),
        missing=missing,
        measure=measure,
        place=place,
        vague=any(is_vague(outcome) for outcome in known),
        unlikely=(op in _OF_ONE_UNIT and is_mixed(known)) or _is_unlikely(op, value),
    )


def _is_unlikely(op: Arithmetic, value: Decimal) -> bool:
    """Tell whether a part comes out larger than its whole."""
    return (op == "share" and value > _WHOLE_SHARE) or (op == "remainder" and value < 0)


def _term(outcome: Valued, unit: str, known: Sequence[Valued]) -> str:
    """Return an outcome as part of an expression in a unit; what was worked out itself stands in brackets."""
    own = quantity_of(outcome)
    scale, own_scale = (
        in_base_units(Quantity(value=Decimal(1), unit=each, printed=""))[0] for each in (unit, own.unit)
    )
    same = (
        scale == own_scale
        or base_unit(outcome) != in_base_units(Quantity(value=Decimal(1), unit=unit, printed=""))[1]
    )
    if isinstance(outcome, Computed) and same:
        shown = outcome.expression
        if outcome.unit == "%" and "× 100" not in shown:
            shown = f"{shown} × 100"
        return f"({shown})" if len(known) > 1 and (" " in shown) else shown
    value = own.value if same else own.value * own_scale / scale
    return plain(value) if value >= 0 else f"({plain(value)})"


# ---------------------------------------------------------------- wholes and growth


def _in_row_of(whole: Outcome, part: Outcome) -> Outcome:
    """Settle which row a part is of by that of its whole: 自然人申请占新收的比例."""
    if isinstance(part, Absent) and part.reason == "tied" and isinstance(whole, Found):
        alike = [figure for figure in part.figures if figure.indicator == whole.figure.indicator is not None]
        if len(alike) == 1:
            return Found(measure=part.measure, place=part.place, figure=alike[0])
    return part


def _printed_rate(
    part: Operand, whole: Operand | None, asked: str | None, place: Place, bench: Bench
) -> Found | None:
    """Return the rate that a report prints for a share that is asked for: 提案办结率92.6%."""
    if asked is None or place.head is None or not isinstance(part, Measure) or part.at is not None:
        return None
    phrase = f"{whole.phrase}{part.phrase}" if isinstance(whole, Measure) else part.phrase
    measure = Measure(phrase=phrase, qualifiers=part.qualifiers, asked=asked)
    best = next(iter(fitting(measure, place.head, bench)), None)
    if best is None or best.score < _SURELY_PRINTED or best.elsewhen or best.figure.quantity is None:
        return None
    clause = _clause_of(best.figure, place.head, bench)
    words = bench.language.content(whole.phrase if isinstance(whole, Measure) else part.phrase)
    told = any(word in clause for word in words if len(word) > 1)
    is_rate = in_base_units(best.figure.quantity)[1] in RATIO_UNITS
    return (
        Found(measure=measure, place=place, figure=best.figure, sure=best.score) if is_rate and told else None
    )


def _clause_of(figure: Figure, head: ReportHead, bench: Bench) -> str:
    """Return what a sentence says between the number before and a figure's own."""
    start = max(
        (
            other.anchor.char_end
            for other in bench.view(head).figures
            if other.anchor.char_end <= figure.anchor.char_start and other.origin == "sentence"
        ),
        default=0,
    )
    text = bench.toolbox.text(head.report_id)
    return squeezed(text[max(start, figure.context_start) : figure.anchor.char_start])


def _told_as_one(of: Sequence[Operand], asked: str | None, place: Place, bench: Bench) -> Found | None:
    """Return the figure of things that a report lists and counts together: 补助、补贴、“雨露计划”等项目资金."""
    measures = [operand for operand in of if isinstance(operand, Measure)]
    if len(measures) < len(of) or len(measures) < _LISTED or place.head is None:
        return None
    phrase = "、".join(measure.phrase for measure in measures)
    qualifiers = tuple(dict.fromkeys(word for measure in measures for word in measure.qualifiers))
    unit = next((measure.unit for measure in measures if measure.unit), None)
    found = find(Measure(phrase=phrase, qualifiers=qualifiers, unit=unit, asked=asked), place, bench)
    if not isinstance(found, Found) or found.figure.origin != "sentence":
        return None
    own = _clause_of(found.figure, place.head, bench)
    told = [
        squeezed(measure.phrase) in own
        or any(len(word) > 1 and word in own for word in bench.language.content(measure.phrase))
        for measure in measures
    ]
    return found if all(told) else None


def _whole_of(part: Outcome, bench: Bench) -> Outcome:
    """Return the whole that a report counts a part to: what its sentence sums up, or the row's total."""
    if not isinstance(part, Found) or part.place.head is None:
        return _without((part,), "too_few")
    figure = part.figure
    if figure.part_of is not None:
        whole = next((f for f in bench.view(part.place.head).figures if f.id == figure.part_of), None)
        if whole is not None and whole.quantity is not None:
            return part.model_copy(update={"figure": whole})
    if figure.dimensions.applicant not in {None, "total"} and figure.indicator is not None:
        cells = bench.cells((figure.indicator,), "total", (part.place.head,))
        for cell in cells.get(figure.report_id, ()):
            return part.model_copy(update={"figure": cell})
    if (figure.indicator or "").startswith("results."):
        cells = bench.cells(("results.total_processed",), figure.dimensions.applicant, (part.place.head,))
        for cell in cells.get(figure.report_id, ()):
            return part.model_copy(update={"figure": cell})
    return Absent(measure=part.measure, place=part.place, reason="too_few")


def _growth(of: Operand, percent: bool, place: Place, everywhere: Sequence[Place], bench: Bench) -> Outcome:
    """Return how a measure grew: over two years, as the report prints it, or against the report of the year before."""
    years = sorted(
        (each for each in everywhere if each.target.organization == place.target.organization),
        key=lambda each: each.target.year or 0,
    )
    if len(years) > 1:
        return _grown(
            evaluate(of, years[-1], everywhere, bench), evaluate(of, years[0], everywhere, bench), percent
        )
    if isinstance(of, Measure):
        printed = printed_change(of, place, percent, bench)
        if printed is not None:
            return printed
    before = _year_before(place, bench)
    now = evaluate(of, place, everywhere, bench)
    if before is None:
        return now if isinstance(now, Absent) else _without((now,), "too_few")
    return _grown(now, evaluate(of, before, everywhere, bench), percent)


def _grown(now: Outcome, before: Outcome, percent: bool) -> Outcome:
    change = combined("difference", (now, before), place=now.place)
    if not percent or not isinstance(change, Computed):
        return change
    first = valued((before,))
    if not first or base_value(first[0]) == 0:
        return _without((before,), "division_by_zero")
    scale = in_base_units(Quantity(value=Decimal(1), unit=quantity_of(first[0]).unit, printed=""))[0]
    base = _term(first[0], change.unit, valued(change.inputs))
    return change.model_copy(
        update={
            "op": "growth",
            "value": change.value / (base_value(first[0]) / scale) * 100,
            "unit": "%",
            "expression": f"({change.expression}) ÷ {base}",
        }
    )


def _year_before(place: Place, bench: Bench) -> Place | None:
    if place.target.year is None:
        return None
    target = Target(organization=place.target.organization, year=place.target.year - 1)
    (before,), _ = places(Named(targets=(target,)), bench)
    return before if before.head is not None else None


def printed_change(measure: Measure, place: Place, percent: bool, bench: Bench) -> Outcome | None:
    """Return the change since the year before that a report itself prints; in percent it may need the level too."""
    if place.head is None:
        return None
    changed = find(measure.model_copy(update={"change": True}), place, bench)
    if not isinstance(changed, Found) or not tells_change(changed.figure):
        changed = _change_behind(measure, place, percent, bench)
    if changed is None or changed.figure.quantity is None:
        return None
    is_rate = changed.figure.quantity.unit in {"%", "％"}
    if not percent or is_rate:
        return changed
    before = _before_change(changed, measure, place, bench)
    if before is None:
        return None
    base, shown, found = before
    value = signed_change(changed.figure)
    return Computed(
        op="growth",
        value=value / base * 100,
        unit="%",
        expression=f"{plain(value)} ÷ {shown}",
        inputs=(changed, *found),
        measure=measure,
        place=place,
    )


def _change_behind(measure: Measure, place: Place, percent: bool, bench: Bench) -> Found | None:
    """Return the change that a sentence tells right behind the level it is of: 事项1195项，比上一年增加37项."""
    level = _level(measure, place, bench)
    if level is None or place.head is None:
        return None
    behind = sorted(
        (
            figure
            for figure in bench.view(place.head).figures
            if figure.origin == "sentence"
            and figure.context_start == level.context_start
            and figure.anchor.char_start > level.anchor.char_start
        ),
        key=lambda figure: figure.anchor.char_start,
    )
    changes = list(takewhile(lambda figure: figure.change, behind))
    fitting_unit = [
        figure
        for figure in changes
        if figure.quantity is not None and (figure.quantity.unit in {"%", "％"}) == percent
    ]
    chosen = next(iter([*fitting_unit, *changes]), None)
    return (
        Found(measure=measure.model_copy(update={"change": True}), place=place, figure=chosen)
        if chosen
        else None
    )


def _level(measure: Measure, place: Place, bench: Bench) -> Figure | None:
    """Return the figure of a sentence that says how much of a measure there is this year."""
    if place.head is None:
        return None
    level = measure.model_copy(update={"change": False})
    return next(
        (
            match.figure
            for match in fitting(level, place.head, bench)
            if is_sure(match) and not match.figure.change and match.figure.origin == "sentence"
        ),
        None,
    )


def _before_change(
    changed: Found, measure: Measure, place: Place, bench: Bench
) -> tuple[Decimal, str, tuple[Found, ...]] | None:
    """Return the level before a printed change: the form's column of last year, or this year's level less the change."""
    if place.head is None or changed.figure.quantity is None:
        return None
    key = changed.figure.indicator or ""
    if key.endswith(".change"):
        cells = bench.cells((f"{key.removesuffix('.change')}.prev_items",), None, (place.head,))
        for cell in cells.get(place.head.report_id, ()):
            if cell.quantity is not None and cell.quantity.value:
                found = changed.model_copy(update={"figure": cell})
                return cell.quantity.value, plain(cell.quantity.value), (found,)
        return None
    level = _level(measure, place, bench)
    if level is None or level.quantity is None or not _same_unit(level, changed.figure):
        return None
    now, change = level.quantity.value, signed_change(changed.figure)
    if now == change:
        return None
    found = changed.model_copy(update={"figure": level})
    shown = f"{plain(now)} - {plain(change)}" if change >= 0 else f"{plain(now)} + {plain(-change)}"
    return now - change, f"({shown})", (found,)


def signed_change(figure: Figure) -> Decimal:
    """Return a printed change with its sign: 减少4项 is -4."""
    value = figure.quantity.value if figure.quantity is not None else Decimal(0)
    falls = figure.origin == "sentence" and _FALLS.search(figure.phrase) is not None
    return -value if falls and value > 0 else value


def _same_unit(one: Figure, other: Figure) -> bool:
    return (
        one.quantity is not None
        and other.quantity is not None
        and in_base_units(one.quantity)[1] == in_base_units(other.quantity)[1]
    )
