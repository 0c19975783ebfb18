"""Pair the reports of an organisation with those of the year before and after, and check them together.

Nothing of this is stored: what ties two reports changes when either is replaced or removed.
"""

from collections.abc import Iterator, Sequence

from ingest.checks import Assessment, assess_years, undecided_years
from ingest.indicators import Indicators
from ingest.models import UNKNOWN_ORGANIZATION, Figure
from vectorstore.library import Library
from vectorstore.models import Filter, ReportHead


class Years:
    """Answer what the figures of neighbouring years say of each other."""

    def __init__(self, library: Library, indicators: Indicators) -> None:
        self._library = library
        self._indicators = indicators
        self._keys = (
            "carried_over",
            "carried_forward",
            *(
                f"{row.key}.{column.key}"
                for row in indicators.article20_rows
                for column in indicators.article20_columns
            ),
        )

    def of_report(self, report_id: str) -> tuple[Assessment, ...]:
        """Return the rules that tie a report to those of the year before and the year after."""
        head = next(iter(self._library.headings(Filter(report_ids=(report_id,)))), None)
        if head is None or not _is_named(head) or head.year is None:
            return ()
        around = Filter(organizations=(head.organization,), years=(head.year - 1, head.year, head.year + 1))
        heads = self._library.headings(around)
        return (
            *self._tied(heads, head.organization, head.year - 1),
            *self._tied(heads, head.organization, head.year),
        )

    def of_library(self, report_ids: Sequence[str] | None = None) -> tuple[Assessment, ...]:
        """Return the rules that tie any two reports, or those that tie the given ones to others."""
        bodies: dict[str, list[ReportHead]] = {}
        for head in self._library.headings():
            bodies.setdefault(head.organization, []).append(head)
        return tuple(
            entry
            for organization, heads in bodies.items()
            for year in sorted({head.year for head in heads if head.year is not None and _is_named(head)})
            if report_ids is None
            or any(head.report_id in report_ids and head.year in {year, year + 1} for head in heads)
            for entry in self._tied(heads, organization, year)
        )

    def _tied(self, heads: Sequence[ReportHead], organization: str, year: int) -> Iterator[Assessment]:
        """Yield the rules that tie one year to the next; none where either has no report, or more than one."""
        earlier, later = ([head for head in heads if head.year == each] for each in (year, year + 1))
        if not earlier or not later:
            return
        for several, other in ((earlier, year + 1), (later, year)):
            if len(several) > 1:
                several_year = year if several is earlier else year + 1
                yield undecided_years(organization, several_year, len(several), other=other)
                return
        yield from assess_years(self._figures(earlier[0]), self._figures(later[0]), self._indicators)

    def _figures(self, head: ReportHead) -> tuple[Figure, ...]:
        only = Filter(report_ids=(head.report_id,))
        return self._library.figures(only, indicators=self._keys, origin="table")


def _is_named(head: ReportHead) -> bool:
    return head.organization != UNKNOWN_ORGANIZATION
