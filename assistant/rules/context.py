"""Hold what every way of answering needs: the question, its scope, the reports and the tools."""

from collections.abc import Callable, Sequence
from functools import cached_property

from assistant.language import Kind, Language
from assistant.models import Question, Scope
from assistant.tools import LookupFigures, Match, ReportView, SearchSections, SectionLookup, Toolbox
from ingest.indicators import Indicators
from vectorstore.models import Filter


class Context:
    """Give a way of answering its question, its reports and its tools; each call is told to `observe`."""

    def __init__(
        self,
        question: Question,
        scope: Scope,
        *,
        asked: str,
        kind: Kind,
        toolbox: Toolbox,
        language: Language,
        indicators: Indicators,
        observe: Callable[[str, str], None],
    ) -> None:
        self.question = question
        self.scope = scope
        self.asked = asked
        self.kind = kind
        self.toolbox = toolbox
        self.language = language
        self.indicators = indicators
        self._observe = observe
        self._figures: dict[tuple[str, str], tuple[Match, ...]] = {}
        self.filter = Filter(report_ids=tuple(candidate.report_id for candidate in scope.candidates))

    @cached_property
    def views(self) -> tuple[ReportView, ...]:
        """Return the reports that the question is about."""
        return self.toolbox.views(self.filter)

    def only(self, view: ReportView) -> Filter:
        """Return the filter of a single report."""
        return Filter(report_ids=(view.report.id,))

    def figures(self, view: ReportView, phrase: str) -> tuple[Match, ...]:
        """Return the figures of a report that fit a phrase, best first."""
        asked = (view.report.id, phrase)
        if asked not in self._figures:
            self._observe("lookup_figures", phrase.strip())
            found = self.toolbox.lookup_figures(LookupFigures(filter=self.only(view), phrase=phrase))
            self._figures[asked] = found.matches
        return self._figures[asked]

    def sentences(self, views: Sequence[ReportView], query: str, *, dense: bool) -> SectionLookup:
        """Return the sentences and passages of reports that fit a query, best first."""
        self._observe("search_sections", query.strip())
        narrowed = Filter(report_ids=tuple(view.report.id for view in views))
        return self.toolbox.search_sections(SearchSections(filter=narrowed, query=query), dense=dense)

    def note(self, tool: str, detail: str) -> None:
        """Tell that a tool is used."""
        self._observe(tool, detail)
