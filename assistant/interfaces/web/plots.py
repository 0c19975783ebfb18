"""Draw the figures of an answer that can stand side by side: a table, and a plot whose axis begins at zero.

A year without a figure is a gap, never a zero and never bridged; where the form of the reports changed between
two years, a broken line says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10

from assistant.models import Answer, AnswerFigure
from ingest.models import Form, Value

_WIDTH, _HEIGHT = 560, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 30, 44
_TICKS = 4
_MOST_SERIES = 6


class Point(Value):
    """Place a figure on the plot; `value` is None where there is a gap."""

    where: str
    value: Decimal | None
    printed: str = ""
    citation: int | None = None
    x: float = 0.0
    y: float = 0.0


class Series(Value):
    """Hold the points of one organisation; `runs` are the stretches without a gap."""

    name: str
    points: tuple[Point, ...]
    runs: tuple[tuple[Point, ...], ...] = ()


class Plot(Value):
    """Hold all that is drawn; `breaks` are where the form changes, `ticks` the lines of the axis."""

    kind: str
    title: str
    unit: str
    series: tuple[Series, ...]
    positions: tuple[tuple[str, float], ...]
    ticks: tuple[tuple[str, float], ...]
    breaks: tuple[float, ...]
    zero: float
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    right: int = _WIDTH - _RIGHT
    bar: float = 0.0


def plot_of(answer: Answer, forms: Mapping[str, Form]) -> Plot | None:
    """Return the plot of an answer with several figures of one kind, None where there is nothing to compare."""
    figures = _comparable(answer.figures)
    years = sorted({figure.year for figure in figures if figure.year is not None})
    if len(figures) < 2 or any(figure.year is None for figure in figures):
        return None
    names = list(dict.fromkeys(figure.organization for figure in figures))
    if len(years) > 1 and len(names) <= _MOST_SERIES:
        return _trend(figures, names, years, _form_breaks(answer, forms, years))
    if len(names) > 1 and len(years) == 1:
        return _bars(figures)
    return None


def _comparable(figures: Sequence[AnswerFigure]) -> tuple[AnswerFigure, ...]:
    """Return the figures of the first label that has one for several places, each place once."""
    by_label: dict[tuple[str, str], dict[tuple[str, int | None], AnswerFigure]] = {}
    for figure in figures:
        key = (figure.label, figure.unit)
        by_label.setdefault(key, {}).setdefault((figure.organization, figure.year), figure)
    several = [tuple(places.values()) for places in by_label.values() if len(places) > 1]
    if several:
        return several[0]
    # Labels differ from form to form; one unit and one figure a place is still one thing asked for.
    places = {(figure.organization, figure.year): figure for figure in figures}
    alike = len({figure.unit for figure in figures}) == 1 and len(places) == len(figures)
    return tuple(figures) if alike else ()


def _form_breaks(answer: Answer, forms: Mapping[str, Form], years: Sequence[int]) -> tuple[int, ...]:
    """Return the years with which another form begins."""
    by_year = {cited.year: forms[cited.report_id] for cited in answer.citations if cited.report_id in forms}
    known = [(year, by_year[year]) for year in years if year in by_year]
    return tuple(later for (_, form), (later, next_form) in pairwise(known) if form != next_form)


def _trend(
    figures: Sequence[AnswerFigure], names: Sequence[str], years: Sequence[int], breaks: Sequence[int]
) -> Plot:
    span = list(range(years[0], years[-1] + 1))
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(span), 1)
    x = {year: _LEFT + step * (place + 0.5) for place, year in enumerate(span)}
    ticks, y = _axis([figure.value for figure in figures])
    held = {(figure.organization, figure.year): figure for figure in figures}
    series: list[Series] = []
    for name in names:
        points = tuple(_point(held.get((name, year)), f"{year}年", x[year], y) for year in span)
        series.append(Series(name=name, points=points, runs=tuple(_runs(points))))
    return Plot(
        kind="trend",
        title=figures[0].label,
        unit=figures[0].unit,
        series=tuple(series),
        positions=tuple((f"{year}", x[year]) for year in span),
        ticks=ticks,
        breaks=tuple(x[year] - step / 2 for year in breaks),
        zero=y(Decimal(0)),
    )


def _bars(figures: Sequence[AnswerFigure]) -> Plot:
    step = (_WIDTH - _LEFT - _RIGHT) / len(figures)
    ticks, y = _axis([figure.value for figure in figures])
    points = tuple(
        _point(figure, figure.organization, _LEFT + step * (place + 0.5), y)
        for place, figure in enumerate(figures)
    )
    return Plot(
        kind="bars",
        title=f"{figures[0].year}年 {figures[0].label}",
        unit=figures[0].unit,
        series=(Series(name=figures[0].label, points=points),),
        positions=tuple((point.where, point.x) for point in points),
        ticks=ticks,
        breaks=(),
        zero=y(Decimal(0)),
        bar=min(64.0, step * 0.6),
    )


def _point(figure: AnswerFigure | None, where: str, x: float, y: "_Scale") -> Point:
    if figure is None:
        return Point(where=where, value=None, x=x)
    return Point(
        where=where,
        value=figure.value,
        printed=figure.printed,
        citation=figure.citation,
        x=x,
        y=y(figure.value),
    )


def _runs(points: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
    run: list[Point] = []
    for point in points:
        if point.value is not None:
            run.append(point)
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


class _Scale:
    """Turn an amount into a height on the plot."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high = low, high

    def __call__(self, value: Decimal) -> float:
        share = (float(value) - self._low) / (self._high - self._low)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)


def _axis(values: Sequence[Decimal]) -> tuple[tuple[tuple[str, float], ...], _Scale]:
    """Return round ticks that hold zero and all values, and the scale that goes with them."""
    least, most = min(0.0, *map(float, values)), max(0.0, *map(float, values))
    step = _round_step((most - least) / _TICKS)
    low, high = floor(least / step) * step, max(ceil(most / step) * step, step)
    scale = _Scale(low, high)
    count = round((high - low) / step)
    ticks = [low + step * place for place in range(count + 1)]
    return tuple((f"{tick:,.10g}", scale(Decimal(str(tick)))) for tick in ticks), scale


def _round_step(raw: float) -> float:
    if raw <= 0:
        return 1.0
    power = 10.0 ** floor(log10(raw))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw)
