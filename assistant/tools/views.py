"""Hold what is known of one report in a form that can be searched fast, and keep the last few in memory."""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from threading import Lock

from assistant.tools.cards import Card, figure_cards, settled, squeezed
from assistant.tools.orders import gives_orders
from assistant.tools.years import Years
from ingest.checks import Assessment, assess, find_across
from ingest.indicators import Indicators
from ingest.models import Chunk, Figure, Finding, Report
from ingest.outline import Sentence, split_sentences
from vectorstore.library import Library
from vectorstore.models import Filter
from vectorstore.places import Located, PlaceReader, PlaceVectors, stretches_of

_MOST_VIEWS = 64


class ReportView:
    """Offer the figures, sentences, findings and word statistics of one report, less what gives orders."""

    def __init__(
        self,
        report: Report,
        figures: Sequence[Figure],
        findings: Sequence[Finding],
        chunks: Sequence[Chunk],
        indicators: Indicators,
        *,
        years: Callable[[], tuple[Assessment, ...]],
        other: Callable[[str], "ReportView | None"],
        vectors: Callable[[], PlaceVectors | None] = lambda: None,
    ) -> None:
        self.report = report
        self.figures = tuple(figure for figure in figures if not gives_orders(figure.context))
        self._own_findings = tuple(findings)
        self._years = years
        self._other = other
        self._stored = vectors
        self._vectors: PlaceVectors | None = None
        self.chunks = tuple(chunks)
        self._indicators = indicators
        self._rarities: dict[str, float] = {}

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Return the sentences of the prose without its headings, with offsets into the file's text."""
        return tuple(
            sentence.model_copy(
                update={
                    "char_start": sentence.char_start + chunk.anchor.char_start,
                    "char_end": sentence.char_end + chunk.anchor.char_start,
                    "page": chunk.anchor.page,
                }
            )
            for chunk in self.chunks
            if chunk.anchor.table is None
            for sentence in split_sentences(chunk.text, 0, len(chunk.text), chunk.section_path)
            if squeezed(sentence.text) not in {squeezed(title) for title in chunk.section_path}
            and not gives_orders(sentence.text)
        )

    @cached_property
    def issuer(self) -> str:
        """Return the name of the body that reports, squeezed: a clause that says it says nothing more."""
        return settled(self.report.organization.name)

    @cached_property
    def assessments(self) -> tuple[Assessment, ...]:
        """Return every rule of consistency that applies, also those that agree."""
        return assess(self.figures, self.report.sections, self.sentences, self._indicators)

    @cached_property
    def year_assessments(self) -> tuple[Assessment, ...]:
        """Return every rule that ties this report to those of the year before and the year after."""
        return self._years()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Return what does not agree, in this report and with those of the years beside it."""
        return (*self._own_findings, *find_across(self.year_assessments))

    def holder(self, figure: Figure) -> "ReportView":
        """Return the view of the report that a figure of one of these rules stands in, this one or another."""
        held = None if figure.report_id == self.report.id else self._other(figure.report_id)
        return held or self

    def proof(self, finding: Finding) -> tuple[Figure, ...]:
        """Return the figures that a finding is about, also those of another report."""
        figures = [
            *(figure for figure in self.figures if figure.id in finding.figures),
            *(
                figure
                for entry in self.year_assessments
                for figure in entry.figures
                if figure.id in finding.figures
            ),
        ]
        return tuple({figure.id: figure for figure in figures}.values())

    @cached_property
    def stretches(self) -> tuple[Located, ...]:
        """Return the stretches of the prose that the reader sees as one, with the places in them."""
        return tuple(stretches_of(self.chunks, self.figures))

    def places(self, reader: PlaceReader) -> PlaceVectors:
        """Return the vectors of the figures and sentences; those that the library does not hold are made now."""
        if self._vectors is None:
            self._vectors = self._stored() or PlaceVectors.made(reader, self.stretches)
        return self._vectors

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """Return each figure with the words around it."""
        return figure_cards(self.figures, self.sentences)

    def mentions(self, words: Sequence[str]) -> bool:
        """Tell whether any of these words stands anywhere in the report."""
        return any(word in passage for passage in self._passages for word in words)

    @cached_property
    def _passages(self) -> tuple[str, ...]:
        rows = {figure.phrase for figure in self.figures if figure.origin == "table"}
        return (*(settled(sentence.text) for sentence in self.sentences), *(settled(row) for row in rows))

    def rarity(self, word: str) -> float:
        """Return how telling a word is in this report: high where few sentences and rows hold it."""
        known = self._rarities.get(word)
        if known is None:
            holding = sum(word in passage for passage in self._passages)
            known = self._rarities[word] = math.log((len(self._passages) + 1) / (holding + 0.5))
        return known


class Views:
    """Load reports from the library and keep the most recently used; a changed library empties the shelf."""

    def __init__(self, library: Library, indicators: Indicators, *, reader: str | None = None) -> None:
        """Take the digest of the reader whose vectors are used, None to use none."""
        self._library = library
        self._reader = reader
        self._indicators = indicators
        self._years = Years(library, indicators)
        self._shelf: OrderedDict[str, ReportView] = OrderedDict()
        self._revision: object = None
        self._lock = Lock()

    def get(self, report_id: str) -> ReportView | None:
        """Return the view of a report, or None when the library has none of that id."""
        with self._lock:
            if self._revision != self._library.revision:
                self._shelf.clear()
                self._revision = self._library.revision
            view = self._shelf.get(report_id)
            if view is None:
                view = self._load(report_id)
                if view is None:
                    return None
                self._shelf[report_id] = view
                if len(self._shelf) > _MOST_VIEWS:
                    self._shelf.popitem(last=False)
            self._shelf.move_to_end(report_id)
            return view

    def _load(self, report_id: str) -> ReportView | None:
        report = self._library.report(report_id)
        if report is None:
            return None
        only = Filter(report_ids=(report_id,))
        return ReportView(
            report,
            self._library.figures(only),
            self._library.findings(only),
            self._library.chunks(only),
            self._indicators,
            years=lambda: self._years.of_report(report_id),
            other=self.get,
            vectors=lambda: (
                None if self._reader is None else self._library.vectors(report_id, reader=self._reader)
            ),
        )
