"""Hold what carrying out a plan needs: the toolbox, the reports in reach, and what was already looked up."""

from collections.abc import Callable, Sequence

from assistant.language import Language
from assistant.plans import Amount, Claim, Measure
from assistant.results import Outcome, Place
from assistant.tools import (
    CheckConsistency,
    ListReports,
    LookupFigures,
    Match,
    ReportView,
    SearchSections,
    SectionLookup,
    Toolbox,
)
from ingest.checks import Assessment
from ingest.indicators import Indicators
from ingest.models import Applicant, Figure
from vectorstore.models import Filter, ReportHead

Observe = Callable[[str, str], None]


class Bench:
    """Give every operation the reports and the tools; each call is told to `observe`, and made once."""

    def __init__(
        self, toolbox: Toolbox, language: Language, indicators: Indicators, narrowed: Filter, observe: Observe
    ) -> None:
        self.toolbox = toolbox
        self.language = language
        self.indicators = indicators
        self.narrowed = narrowed
        self.heads = toolbox.list_reports(ListReports(filter=narrowed))
        self._observe = observe
        self._matches: dict[tuple[str, str, str | None], tuple[Match, ...]] = {}
        self._sentences: dict[tuple[tuple[str, ...], str, bool, bool, str | None], SectionLookup] = {}
        self._views: dict[str, ReportView] = {}
        self._found: dict[tuple[Measure, str], Outcome] = {}
        self._supposed: tuple[Claim, ...] = ()

    def view(self, head: ReportHead) -> ReportView:
        """Return a report ready for searching."""
        if head.report_id not in self._views:
            (self._views[head.report_id],) = self.toolbox.views(Filter(report_ids=(head.report_id,)))
        return self._views[head.report_id]

    def cells(
        self, keys: Sequence[str], applicant: Applicant | None, heads: Sequence[ReportHead]
    ) -> dict[str, tuple[Figure, ...]]:
        """Return by report the cells of some indicators, in the order of the keys; one statement for all reports."""
        self.note("lookup_figures", "、".join(keys))
        found: dict[str, list[Figure]] = {}
        for figure in self.toolbox.cells(
            Filter(report_ids=tuple(head.report_id for head in heads)), keys, applicant
        ):
            found.setdefault(figure.report_id, []).append(figure)
        order = {key: at for at, key in enumerate(keys)}
        return {
            report_id: tuple(sorted(figures, key=lambda figure: order[figure.indicator or ""]))
            for report_id, figures in found.items()
        }

    def suppose(self, claims: Sequence[Claim]) -> None:
        """Remember which amounts the question says measures to have; what is found from now on heeds them."""
        if claims != self._supposed:
            self._found.clear()
        self._supposed = tuple(claims)

    def supposed(self, measure: Measure) -> Amount | None:
        """Return the amount that the question says a measure to have: 那56件申请."""
        for claim in self._supposed:
            same = isinstance(claim.measure, Measure) and claim.measure.phrase == measure.phrase
            if same and claim.relation == "equal":
                return claim.value
        return None

    def keep(self, measure: Measure, outcomes: Sequence[Outcome]) -> None:
        """Remember what a measure has at many places, so that an operation at each of them asks no more."""
        for outcome in outcomes:
            if outcome.place is not None and outcome.place.head is not None:
                self._found[measure, outcome.place.head.report_id] = outcome

    def found(self, measure: Measure, place: Place) -> Outcome | None:
        """Return what a measure is known to have at a place."""
        known = self._found.get((measure, place.head.report_id)) if place.head is not None else None
        return known if known is not None and known.place == place else None

    def matches(self, head: ReportHead, phrase: str, asked: str | None = None) -> tuple[Match, ...]:
        """Return the figures of a report that fit a phrase, best first; `asked` is the question around it."""
        wanted = (head.report_id, phrase, asked)
        if wanted not in self._matches:
            self.note("lookup_figures", phrase)
            only = Filter(report_ids=(head.report_id,))
            found = self.toolbox.lookup_figures(LookupFigures(filter=only, phrase=phrase, asked=asked))
            self._matches[wanted] = found.matches
        return self._matches[wanted]

    def sentences(
        self,
        heads: Sequence[ReportHead],
        query: str,
        *,
        dense: bool = False,
        near: bool = False,
        asked: str | None = None,
    ) -> SectionLookup:
        """Return the sentences and passages of reports that fit a query, best first; `near` weighs their meaning."""
        wanted = (tuple(head.report_id for head in heads), query, dense, near, asked)
        if wanted not in self._sentences:
            self.note("search_sections", query)
            call = SearchSections(filter=Filter(report_ids=wanted[0]), query=query, asked=asked)
            self._sentences[wanted] = self.toolbox.search_sections(call, dense=dense, near=near)
        return self._sentences[wanted]

    def nearest(self, heads: Sequence[ReportHead], query: str) -> tuple[ReportHead, ...]:
        """Return, of very many reports, those whose words are nearest to a query, in the order given."""
        call = SearchSections(filter=Filter(report_ids=tuple(head.report_id for head in heads)), query=query)
        ids = set(self.toolbox.nearest_reports(call))
        return tuple(head for head in heads if head.report_id in ids)

    def assessments(self, head: ReportHead) -> tuple[Assessment, ...]:
        """Return every rule of consistency that applies to a report, with its outcome."""
        self.note("check_consistency", f"{head.organization}{head.year or ''}")
        call = CheckConsistency(filter=Filter(report_ids=(head.report_id,)))
        return tuple(entry for _, entries in self.toolbox.check_consistency(call) for entry in entries)

    def note(self, tool: str, detail: str) -> None:
        """Tell that a tool is used."""
        self._observe(tool, detail.strip())
