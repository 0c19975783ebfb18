"""Read what an outcome is worth: its amount in base units, its unit, and whether it keeps within a bound."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from assistant.plans import Amount, Relation
from assistant.results import Absent, Computed, Denied, Found, Outcome
from ingest.models import Quantity
from ingest.numerals import RATIO_UNITS, in_base_units

Valued = Found | Computed

_ALIKE = ("件宗起项例", "条篇则", "次场期回", "个家", "份册本")
"""Units that one thing is counted in by one report or another."""
_PEOPLE = frozenset(["人", "名", "位", "人次"])


def quantity_of(outcome: Valued) -> Quantity:
    """Return an outcome as an amount; of a computed one the exact value is `printed` too."""
    match outcome:
        case Found(figure=figure):
            if figure.quantity is None:
                raise ValueError(f"{figure.id} has no quantity")
            return figure.quantity
        case Computed(value=value, unit=unit):
            return Quantity(value=value, unit=unit, printed=f"{value}{unit}")


def base_value(outcome: Valued) -> Decimal:
    """Return an outcome's amount in base units: 万元 as 元."""
    return in_base_units(quantity_of(outcome))[0]


def base_unit(outcome: Valued) -> str:
    """Return an outcome's base unit."""
    return in_base_units(quantity_of(outcome))[1]


def is_vague(outcome: Valued) -> bool:
    """Tell whether an outcome is printed as about so much, or worked out from what is."""
    return outcome.vague if isinstance(outcome, Computed) else quantity_of(outcome).is_approximate


def is_valued(outcome: Outcome) -> bool:
    """Tell whether an outcome has an amount that can be worked with."""
    match outcome:
        case Found(figure=figure):
            return figure.quantity is not None
        case Computed():
            return True
        case Denied() | Absent():
            return False
        case _:
            assert_never(outcome)


def valued(outcomes: Sequence[Outcome]) -> tuple[Valued, ...]:
    """Return the outcomes that have an amount."""
    return tuple(
        outcome for outcome in outcomes if isinstance(outcome, Found | Computed) and is_valued(outcome)
    )


def kind_of(unit: str) -> str:
    """Return what a unit measures: two amounts can be set against each other only where it is the same."""
    if unit in RATIO_UNITS:
        return "ratio"
    if unit.endswith("元"):
        return unit.lstrip("万亿千百十")
    return "people" if unit in _PEOPLE else "count"


def is_mixed(outcomes: Sequence[Valued]) -> bool:
    """Tell whether amounts are counted in unlike units: 次 and 件 are seldom of one thing."""
    units = [base_unit(outcome) for outcome in outcomes]
    groups = {
        next((group for group in _ALIKE if unit in group), unit) for unit in units if kind_of(unit) == "count"
    }
    return len(groups) > 1


def comparable(outcomes: Sequence[Valued]) -> bool:
    """Tell whether amounts are of one kind: pieces, people, shares and money have no order between them."""
    return len({kind_of(base_unit(outcome)) for outcome in outcomes}) <= 1


def of_one_kind(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Return what several places have of one operand; an amount of another kind than most is named as none of it."""
    kinds = Counter(kind_of(base_unit(outcome)) for outcome in valued(outcomes))
    (usual, most), *others = kinds.most_common() or [("", 0)]
    if not others or others[0][1] == most:
        return tuple(outcomes)
    return tuple(
        Absent(measure=outcome.measure, place=outcome.place, reason="units_differ", figures=(outcome.figure,))
        if isinstance(outcome, Found) and kind_of(base_unit(outcome)) != usual
        else outcome
        for outcome in outcomes
    )


def holds(outcome: Valued, relation: Relation | str, bound: Amount | None) -> bool:
    """Tell whether an amount keeps within a bound; without one, whether there is anything of it."""
    value = base_value(outcome)
    if bound is None or relation in {"happened", "not_happened"}:
        return (value != 0) == (relation != "not_happened")
    limit = in_base_units(
        Quantity(value=bound.value, unit=bound.unit or quantity_of(outcome).unit, printed="")
    )[0]
    match relation:
        case "equal" | "consistent":
            return value == limit
        case "more":
            return value > limit
        case "less":
            return value < limit
        case "at_least":
            return value >= limit
        case "at_most":
            return value <= limit
        case "increased":
            return value == limit
        case "decreased":
            return abs(value) == abs(limit)
        case _:
            raise ValueError(relation)


def fits(outcome: Valued, bound: Amount | None) -> bool:
    """Tell whether an amount can be set against a bound: a count against a count, a share against a share."""
    return (
        bound is None
        or bound.unit is None
        or kind_of(bound.unit.lstrip("万亿")) == kind_of(base_unit(outcome))
    )
