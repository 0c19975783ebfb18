"""Order, add up, average, follow and count what any number of reports give of one indicator of the forms.

Amounts are compared without their scale (12000 元, never 1.2 万元) and stay exact. A cell that is blank or unclear,
or that another form lacks, is named and never a zero; a body counts once a year.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from operator import eq, ge, gt, le, lt
from typing import Literal

from assistant.plans import Amount
from assistant.tools.orders import gives_orders
from ingest.indicators import Indicators
from ingest.models import Applicant, Figure, Quantity, Value
from ingest.numerals import RATIO_UNITS, in_base_units
from vectorstore.models import ReportHead
from vectorstore.organizations import latest

Absence = Literal["blank", "unclear", "no_indicator", "other_form", "other_period", "tied", "units_differ"]
"""Why a report has no amount: `other_form` when its form has no such cell, `tied` when sentences give several."""
Comparator = Literal["equal", "more", "less", "at_least", "at_most"]
Direction = Literal["rising", "falling", "level", "mixed"]

_COMPARE = {"equal": eq, "more": gt, "less": lt, "at_least": ge, "at_most": le}


class Collect(Value):
    """Ask for one indicator over reports; of table three's rows the total, unless another applicant is named."""

    reports: tuple[ReportHead, ...]
    indicator: str
    applicant: Applicant | None = None


class Reading(Value):
    """Hold what a report gives: its amount without a scale, or why there is none.

    `figures` are the figure that says it, the blank or unclear cell, or the sentences that tie.
    """

    report: ReportHead
    amount: Decimal | None
    absent: Absence | None
    figures: tuple[Figure, ...] = ()

    @property
    def is_approximate(self) -> bool:
        """Tell whether the print leaves open what the amount is exactly."""
        quantity = self.figures[0].quantity if self.figures else None
        return self.amount is not None and quantity is not None and quantity.is_approximate


class Collected(Value):
    """Hold one reading a body and year, in the order of the reports, all amounts in `unit`.

    `left_out` are readings of reports that give way to a later one of the same body and year.
    """

    indicator: str
    applicant: Applicant | None
    unit: str
    readings: tuple[Reading, ...]
    left_out: tuple[Reading, ...] = ()

    @property
    def known(self) -> tuple[Reading, ...]:
        """Return the readings that have an amount."""
        return tuple(reading for reading in self.readings if reading.amount is not None)

    @property
    def missing(self) -> tuple[Reading, ...]:
        """Return the readings that have none, each with its reason."""
        return tuple(reading for reading in self.readings if reading.amount is None)


class Standing(Value):
    """Hold a reading with its rank; those of the same amount share it, and the ranks behind them are skipped."""

    rank: int
    reading: Reading
    tied: bool


class Ranking(Value):
    """Hold the first readings of an order, with all who share the last place; `of` is how many were ordered."""

    standings: tuple[Standing, ...]
    of: int
    missing: tuple[Reading, ...]


class Total(Value):
    """Hold a sum or mean of readings; None when there is none to take in."""

    value: Decimal | None
    unit: str
    readings: tuple[Reading, ...]
    missing: tuple[Reading, ...]


class Trend(Value):
    """Hold the readings of a body by year; `gaps` are years between them of which no report is at hand."""

    organization: str
    readings: tuple[Reading, ...]
    changes: tuple[Decimal, ...]
    direction: Direction | None
    missing: tuple[Reading, ...]
    gaps: tuple[int, ...]


class Counted(Value):
    """Hold which readings fulfil a bound and which do not."""

    fulfilling: tuple[Reading, ...]
    others: tuple[Reading, ...]
    missing: tuple[Reading, ...]


def collected(call: Collect, figures: Sequence[Figure], indicators: Indicators) -> Collected:
    """Return what the reports give, given all their figures of the indicator."""
    held: dict[str, list[Figure]] = {head.report_id: [] for head in call.reports}
    for figure in figures:
        if figure.report_id in held and not gives_orders(figure.context):
            held[figure.report_id].append(figure)
    unit = _unit(call.indicator, figures, indicators)
    chosen = latest(call.reports)
    readings, left_out = (
        tuple(_reading(head, held[head.report_id], call.indicator, unit, indicators) for head in heads)
        for heads in (chosen.kept, chosen.left_out)
    )
    return Collected(
        indicator=call.indicator, applicant=call.applicant, unit=unit, readings=readings, left_out=left_out
    )


def ranked(column: Collected, *, descending: bool = True, limit: int | None = None) -> Ranking:
    """Return the readings in order, the first `limit` of them and whoever ties with the last."""
    amounts = Counter(_amount(reading) for reading in column.known)
    ranks: dict[Decimal, int] = {}
    rank = 1
    for amount in sorted(amounts, reverse=descending):
        ranks[amount] = rank
        rank += amounts[amount]
    standings = [
        Standing(rank=ranks[_amount(reading)], reading=reading, tied=amounts[_amount(reading)] > 1)
        for reading in column.known
    ]
    return Ranking(
        standings=tuple(
            standing
            for standing in sorted(standings, key=lambda standing: standing.rank)
            if limit is None or standing.rank <= limit
        ),
        of=len(standings),
        missing=column.missing,
    )


def summed(column: Collected) -> Total:
    """Return the sum of all readings."""
    value = sum(map(_amount, column.known), Decimal(0)) if column.known else None
    return Total(value=value, unit=column.unit, readings=column.known, missing=column.missing)


def averaged(column: Collected) -> Total:
    """Return the mean of all readings, those that have no amount left out of the number too."""
    total = summed(column)
    mean = None if total.value is None else total.value / len(column.known)
    return total.model_copy(update={"value": mean})


def trended(column: Collected) -> tuple[Trend, ...]:
    """Return how each body's amounts went over its years; reports that tell no year are no part of it."""
    bodies: dict[str, list[Reading]] = {}
    for reading in column.readings:
        if reading.report.year is not None:
            bodies.setdefault(reading.report.body or reading.report.organization, []).append(reading)
    return tuple(_trend(sorted(readings, key=_year)) for readings in bodies.values())


def counted(column: Collected, comparator: Comparator, bound: Amount) -> Counted:
    """Return which readings fulfil a bound; one without a unit is in the unit of the column."""
    quantity = Quantity(value=bound.value, unit=bound.unit or "", printed="")
    value, unit = in_base_units(quantity)
    if bound.unit is not None and not _comparable(unit, column.unit):
        other = tuple(
            reading.model_copy(update={"amount": None, "absent": reading.absent or "units_differ"})
            for reading in column.readings
        )
        return Counted(fulfilling=(), others=(), missing=other)
    compare = _COMPARE[comparator]
    return Counted(
        fulfilling=tuple(reading for reading in column.known if compare(_amount(reading), value)),
        others=tuple(reading for reading in column.known if not compare(_amount(reading), value)),
        missing=column.missing,
    )


def _reading(
    head: ReportHead, figures: Sequence[Figure], indicator: str, unit: str, indicators: Indicators
) -> Reading:
    own = [figure for figure in figures if figure.subject is None and not figure.change]
    timely = [figure for figure in own if figure.period in {"year", "as_of"}]
    if not timely:
        absent: Absence = "other_period" if own else _unprinted(head, indicator, indicators)
        return Reading(report=head, amount=None, absent=absent, figures=tuple(own))
    amounts = {in_base_units(figure.quantity) for figure in timely if figure.quantity}
    if len(amounts) > 1:
        return Reading(report=head, amount=None, absent="tied", figures=tuple(timely))
    # Of several sentences that say the same, the one that could be read.
    figure = min(timely, key=lambda figure: figure.quantity is None)
    if figure.quantity is None:
        absent = "blank" if figure.status == "blank" else "unclear"
        return Reading(report=head, amount=None, absent=absent, figures=(figure,))
    [(amount, own_unit)] = amounts
    if not _comparable(own_unit, unit):
        return Reading(report=head, amount=None, absent="units_differ", figures=(figure,))
    return Reading(report=head, amount=amount, absent=None, figures=(figure,))


def _unprinted(head: ReportHead, indicator: str, indicators: Indicators) -> Absence:
    """Return whether a report lacks a cell because its form has none, or though it has one."""
    forms = {entry.form for entry in indicators.indicators if entry.key == indicator}
    of_later = head.form in {"form2019", "form2021"} and "both" in forms
    known = bool(forms) and head.form != "unknown"
    return "other_form" if known and head.form not in forms and not of_later else "no_indicator"


def _unit(indicator: str, figures: Sequence[Figure], indicators: Indicators) -> str:
    """Return the unit of an indicator without a scale: the form's, or the one that most figures have."""
    of_form = next((entry.unit for entry in indicators.indicators if entry.key == indicator), None)
    if of_form is not None:
        return in_base_units(Quantity(value=Decimal(0), unit=of_form, printed=""))[1]
    printed = Counter(in_base_units(figure.quantity)[1] for figure in figures if figure.quantity)
    return min(printed, key=lambda unit: (-printed[unit], unit), default="")


def _comparable(unit: str, other: str) -> bool:
    """Tell whether amounts compare: of the same money or share, or counts, whatever measure word they have."""
    return unit == other or (_is_count(unit) and _is_count(other))


def _is_count(unit: str) -> bool:
    return unit not in RATIO_UNITS and not unit.endswith("元")


def _trend(readings: Sequence[Reading]) -> Trend:
    known = tuple(reading for reading in readings if reading.amount is not None)
    held = {_year(reading) for reading in readings}
    changes = tuple(_amount(after) - _amount(before) for before, after in pairwise(known))
    return Trend(
        organization=readings[0].report.organization,
        readings=known,
        changes=changes,
        direction=_direction(changes),
        missing=tuple(reading for reading in readings if reading.amount is None),
        gaps=tuple(year for year in range(min(held), max(held)) if year not in held),
    )


def _direction(changes: Sequence[Decimal]) -> Direction | None:
    if not changes:
        return None
    rises, falls = any(change > 0 for change in changes), any(change < 0 for change in changes)
    if rises and falls:
        return "mixed"
    return "rising" if rises else "falling" if falls else "level"


def _amount(reading: Reading) -> Decimal:
    if reading.amount is None:
        raise ValueError(f"{reading.report.report_id} has no amount")
    return reading.amount


def _year(reading: Reading) -> int:
    return reading.report.year or 0
