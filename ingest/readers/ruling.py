"""Find the cells that ruling lines enclose, in a PDF's drawing and in a picture alike.

Lines need not meet exactly, an outer border may be missing, and borders drawn piece by piece, doubled or dashed are
one line.
"""

from collections.abc import Iterable, Sequence

from ingest.models import Value

_SAME_LINE = 3.0
_DOUBLE_LINE = 5.0
_SMALLEST_COVER = 0.6
_SHORTEST = 4.0
_MOST_RULES = 1500


class Rule(Value):
    """Hold one straight ruling line: `at` is its place across, `start` and `end` its extent along."""

    at: float
    start: float
    end: float


class Box(Value):
    """Hold one enclosed cell; `row` and `column` count the lines of its lattice. A box is `whole` if it is a rectangle."""

    row: int
    column: int
    row_span: int
    column_span: int
    whole: bool = True


class Lattice(Value):
    """Hold the rules of one table: where its columns (`xs`) and rows (`ys`) begin and end, and its boxes."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    boxes: tuple[Box, ...]


def find_lattices(
    horizontal: Iterable[Rule], vertical: Iterable[Rule], *, gap: float = 4.0
) -> tuple[Lattice, ...]:
    """Return the tables that rules draw, from top to bottom; rules that cross none are no table.

    Pieces of a line that are at most `gap` apart are one line.
    """
    across = _joined(horizontal, gap)
    along = _joined(vertical, gap)
    if len(across) + len(along) > _MOST_RULES:
        return ()
    lattices = [_lattice(rows, columns) for rows, columns in _connected(across, along)]
    return tuple(sorted(lattices, key=lambda lattice: lattice.ys[0]))


def _joined(rules: Iterable[Rule], gap: float) -> list[Rule]:
    """Return the rules with pieces of one line put together."""
    joined: list[Rule] = []
    for group in _clusters(sorted(rules, key=lambda rule: rule.at)):
        at = sum(rule.at for rule in group) / len(group)
        start = end = None
        for rule in sorted(group, key=lambda rule: rule.start):
            if end is None or start is None:
                start, end = rule.start, rule.end
            elif rule.start <= end + gap:
                end = max(end, rule.end)
            else:
                joined.append(Rule(at=at, start=start, end=end))
                start, end = rule.start, rule.end
        if start is not None and end is not None:
            joined.append(Rule(at=at, start=start, end=end))
    return [rule for rule in joined if rule.end - rule.start >= _SHORTEST]


def _clusters(rules: Sequence[Rule]) -> Iterable[list[Rule]]:
    """Yield rules at one place, which are given in order; no cluster grows wider than one line."""
    group: list[Rule] = []
    for rule in rules:
        if group and rule.at - group[0].at > _SAME_LINE:
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _connected(across: list[Rule], along: list[Rule]) -> Iterable[tuple[list[Rule], list[Rule]]]:
    """Yield the sets of rules that touch one another; each has rules of both directions."""
    parent = list(range(len(across) + len(along)))
    for index, row in enumerate(across):
        for other, column in enumerate(along, start=len(across)):
            if (
                row.start - _SAME_LINE <= column.at <= row.end + _SAME_LINE
                and column.start - _SAME_LINE <= row.at <= column.end + _SAME_LINE
            ):
                parent[_root(parent, index)] = _root(parent, other)
    members: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index, rule in enumerate((*across, *along)):
        rows, columns = members.setdefault(_root(parent, index), ([], []))
        (rows if index < len(across) else columns).append(rule)
    return [(rows, columns) for rows, columns in members.values() if rows and columns]


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _lattice(across: list[Rule], along: list[Rule]) -> Lattice:
    """Return the boxes: neighbouring places of the lattice that no rule parts are one."""
    xs = _places(along, across)
    ys = _places(across, along)
    rows, columns = len(ys) - 1, len(xs) - 1
    parent = list(range(rows * columns))
    for row in range(rows):
        for column in range(columns):
            index = row * columns + column
            if row and not _parted(across, ys[row], xs[column], xs[column + 1]):
                parent[_root(parent, index)] = _root(parent, index - columns)
            if column and not _parted(along, xs[column], ys[row], ys[row + 1]):
                parent[_root(parent, index)] = _root(parent, index - 1)
    regions: dict[int, list[tuple[int, int]]] = {}
    for index in range(rows * columns):
        regions.setdefault(_root(parent, index), []).append(divmod(index, columns))
    boxes = [box for places in regions.values() for box in _boxes(places)]
    return Lattice(
        xs=tuple(xs), ys=tuple(ys), boxes=tuple(sorted(boxes, key=lambda box: (box.row, box.column)))
    )


def _places(rules: list[Rule], crossing: list[Rule]) -> list[float]:
    """Return where rules stand, and the outer border where the crossing rules reach beyond them."""
    places: list[float] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if not places or rule.at - places[-1] > _DOUBLE_LINE:
            places.append(rule.at)
    start = min(rule.start for rule in crossing)
    end = max(rule.end for rule in crossing)
    if start < places[0] - _DOUBLE_LINE:
        places.insert(0, start)
    if end > places[-1] + _DOUBLE_LINE:
        places.append(end)
    return places


def _parted(rules: list[Rule], at: float, start: float, end: float) -> bool:
    """Tell whether rules at a place cover most of the way between two others."""
    covered = sum(
        max(0.0, min(rule.end + _SAME_LINE / 2, end) - max(rule.start - _SAME_LINE / 2, start))
        for rule in rules
        if abs(rule.at - at) <= _DOUBLE_LINE
    )
    return covered >= _SMALLEST_COVER * (end - start)


def _boxes(places: list[tuple[int, int]]) -> list[Box]:
    """Return the box over the places; one for each run of a row where they are no rectangle."""
    top, left = min(row for row, _ in places), min(column for _, column in places)
    height = max(row for row, _ in places) - top + 1
    width = max(column for _, column in places) - left + 1
    if height * width == len(places):
        return [Box(row=top, column=left, row_span=height, column_span=width)]
    boxes: list[Box] = []
    for row, column in sorted(places):
        last = boxes[-1] if boxes else None
        if last and last.row == row and last.column + last.column_span == column:
            boxes[-1] = last.model_copy(update={"column_span": last.column_span + 1})
        else:
            boxes.append(Box(row=row, column=column, row_span=1, column_span=1, whole=False))
    return boxes
