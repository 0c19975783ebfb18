"""Find what a figure is made up of: the parts that its sentence lists, or the rows and columns below it in a form."""

from collections.abc import Sequence

from assistant.execution.bench import Bench
from assistant.execution.figures import find
from assistant.execution.naming import is_results
from assistant.plans import Measure
from assistant.results import Computed, Found, Outcome, Parted, Place
from assistant.tools import ReportView
from ingest.checks import Assessment, compare
from ingest.models import Figure
from ingest.numerals import in_base_units

_NEAR = 160


def parted(of: Measure, place: Place, bench: Bench) -> Parted:
    """Return a whole with its parts; parts of a form that are zero are left out."""
    rows = _rows_below(of, place, bench)
    if rows:
        whole = find(Measure(phrase="办理结果总计", applicant=of.applicant), place, bench)
        return Parted(whole=whole, parts=tuple(_found(of, place, figure) for figure in rows))
    whole = find(of, place, bench)
    if isinstance(whole, Computed):
        figures = [each.figure for each in whole.inputs if isinstance(each, Found)]
        return Parted(whole=whole, parts=tuple(_found(of, place, figure) for figure in _told(figures)))
    if not isinstance(whole, Found) or place.head is None:
        return Parted(whole=whole, parts=())
    view = bench.view(place.head)
    figure = whole.figure
    if figure.origin == "sentence":
        parts = _counted_to(view, figure) or _listed_behind(view, figure)
    elif figure.dimensions.applicant == "total":
        parts = [
            other
            for other in view.figures
            if other.indicator == figure.indicator and other.dimensions.applicant not in {None, "total"}
        ]
    else:
        stem = (figure.indicator or "").removesuffix("total")
        parts = [
            other
            for other in view.figures
            if stem and other.id != figure.id and (other.indicator or "").startswith(stem)
        ]
    told = _told(parts)
    return Parted(
        whole=whole,
        parts=tuple(_found(of, place, part) for part in told),
        assessment=added_up(figure, told),
    )


def added_up(whole: Figure, parts: Sequence[Figure]) -> Assessment | None:
    """Return whether the parts that a sentence itself lists add up to its whole; None where it lists none."""
    listed = [part for part in parts if part.context_start == whole.context_start]
    if whole.quantity is None or len(listed) < 2 or len(listed) < len(parts):
        return None
    unit = in_base_units(whole.quantity)[1]
    title = f"“{whole.phrase}”与其中各项之和"
    return compare("parts", title, left=listed, right=(whole,), severity="soft", unit=unit)


def _found(of: Measure, place: Place, figure: Figure) -> Outcome:
    """Return a part; what a sentence counts goes by the words of the sentence."""
    told = Measure(phrase=figure.label) if figure.origin == "sentence" else of
    return Found(measure=told, place=place, figure=figure)


def _told(parts: Sequence[Figure]) -> list[Figure]:
    """Return the parts that are not zero; where all are, all of them."""
    filled = [part for part in parts if part.quantity is not None]
    return [part for part in filled if part.quantity is not None and part.quantity.value] or filled


def _rows_below(of: Measure, place: Place, bench: Bench) -> list[Figure]:
    """Return the outcomes of table three where they are asked for as a whole (办理结果)."""
    if place.head is None or not is_results(of):
        return []
    keys = [
        row.key
        for row in bench.indicators.application_rows
        if row.key.startswith("results.") and row.key != "results.total_processed"
    ]
    cells = bench.cells(keys, "total", (place.head,)).get(place.head.report_id, ())
    return _told(cells)


def _counted_to(view: ReportView, whole: Figure) -> list[Figure]:
    return [figure for figure in view.figures if figure.part_of == whole.id]


def _listed_behind(view: ReportView, whole: Figure) -> list[Figure]:
    """Return the figures of the same unit that follow in the same paragraph without a further heading between."""
    if whole.quantity is None:
        return []
    value, unit = in_base_units(whole.quantity)
    return [
        figure
        for figure in view.figures
        if figure.origin == "sentence"
        and figure.quantity is not None
        and figure.anchor.section_path == whole.anchor.section_path
        and 0 < figure.anchor.char_start - whole.anchor.char_start <= _NEAR
        and in_base_units(figure.quantity)[1] == unit
        and in_base_units(figure.quantity)[0] <= value
    ]
