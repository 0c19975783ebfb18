"""Place numbers that a converter parted from their labels, where order, counts and sums leave exactly one way.

Each way of placing is tried; those that break what the form prescribes (勾稽关系) fall away, and a cell is certain
only where all that are left put the same amount there.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ingest.cells import content_of
from ingest.indicators import Indicators
from ingest.models import GridCell

_ROWS_THAT_MUST_ADD_UP = 2 / 3
_SUMS_DOWN_THAT_MUST_ADD_UP = 4

Placing = Mapping[str, Sequence[GridCell]]
"""The printed cells of each row, by the row's key."""


def ways(rows: Sequence[str], cells: Sequence[GridCell], width: int) -> Iterator[Placing]:
    """Yield how a run of cells may fill rows of a width: row after row, or column after column."""
    if not rows or len(cells) != len(rows) * width:
        return
    yield {row: cells[at * width : (at + 1) * width] for at, row in enumerate(rows)}
    if len(rows) > 1 and width > 1:
        yield {row: cells[at :: len(rows)] for at, row in enumerate(rows)}


def agreed(placings: Sequence[Placing], row: str, column: int) -> GridCell | None:
    """Return the cell that all ways put in a place; None where there is no way, or two that differ."""
    cells = [placing[row][column] for placing in placings]
    return cells[0] if cells and len({cell.text.strip() for cell in cells}) == 1 else None


def fits_applications(placing: Placing, indicators: Indicators) -> bool:
    """Tell whether table three has all its rows, and adds up wherever its cells are numbers, as most must be."""
    amounts = {key: [_amount(cell) for cell in cells] for key, cells in placing.items()}
    outcomes = next((keys for keys in _outcomes(indicators) if keys == _results(amounts)), None)
    ends = ("new_requests", "carried_over", "results.total_processed", "carried_forward")
    is_even = len({len(values) for values in amounts.values()}) == 1
    if outcomes is None or not is_even or any(key not in amounts for key in ends):
        return False
    across = [_adds_up(values[:-1], values[-1:]) for values in amounts.values()]
    down = [
        _adds_up([column[key] for key in ends[:2]], [column[key] for key in ends[2:]])
        for column in _columns(amounts)
    ]
    down += [_adds_up([column[key] for key in outcomes], [column[ends[2]]]) for column in _columns(amounts)]
    told = [sum(one is not None for one in sums) for sums in (across, down)]
    return (
        False not in (*across, *down)
        and told[0] >= _ROWS_THAT_MUST_ADD_UP * len(across)
        and told[1] >= _SUMS_DOWN_THAT_MUST_ADD_UP
    )


def fits_row(cells: Sequence[GridCell]) -> bool:
    """Tell whether the last number of a row is the sum of those before it."""
    amounts = [_amount(cell) for cell in cells]
    return _adds_up(amounts[:-1], amounts[-1:]) is True


def fits_review(cells: Sequence[GridCell], groups: int) -> bool:
    """Tell whether in each group of table four the outcomes add up to the total behind them."""
    width, rest = divmod(len(cells), groups)
    amounts = [_amount(cell) for cell in cells]
    if rest or width < 2 or None in amounts:
        return False
    parts = [amounts[at * width : (at + 1) * width] for at in range(groups)]
    return all(sum(value or 0 for value in part[:-1]) == part[-1] for part in parts)


def lost_rows(
    before: str | None, after: str | None, order: Sequence[str], found: set[str]
) -> tuple[str, ...]:
    """Return the rows of a form between two printed ones that are not found anywhere."""
    start = order.index(before) + 1 if before in order else 0
    end = order.index(after) if after in order else len(order)
    return tuple(key for key in order[start:end] if key not in found)


def _results(rows: Mapping[str, object]) -> set[str]:
    return {key for key in rows if key.startswith("results.") and key != "results.total_processed"}


def _outcomes(indicators: Indicators) -> list[set[str]]:
    return [
        _results({row.key: None for row in indicators.application_rows if row.form in {form, "both"}})
        for form in ("form2019", "form2021")
    ]


def _columns(amounts: Mapping[str, Sequence[Decimal | None]]) -> Iterator[dict[str, Decimal | None]]:
    for at in range(len(next(iter(amounts.values())))):
        yield {key: values[at] for key, values in amounts.items()}


def _adds_up(left: Sequence[Decimal | None], right: Sequence[Decimal | None]) -> bool | None:
    """Tell whether two sums are equal; None where a cell is no number."""
    sums = [[value for value in side if value is not None] for side in (left, right)]
    if [len(side) for side in sums] != [len(left), len(right)]:
        return None
    return sum(sums[0]) == sum(sums[1])


def _amount(cell: GridCell) -> Decimal | None:
    quantity = content_of(cell.text, "件").quantity if cell.certain else None
    return quantity.value if quantity else None
