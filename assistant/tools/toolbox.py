"""Offer the seven tools through which every answerer reaches the library: typed arguments in, values out.

A filter that matches nothing returns nothing, never everything. Results are capped and say what was left out.
"""

import ast
from collections.abc import Callable, Sequence
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import partial

from assistant.language import Language
from assistant.models import Derivation
from assistant.tools.cards import squeezed
from assistant.tools.matching import CERTAIN, Match, SentenceMatch, analyse, match_figures, match_sentences
from assistant.tools.meaning import Meaning, MeaningReader
from assistant.tools.views import ReportView, Views
from ingest.checks import Assessment, plain
from ingest.indicators import Indicators
from ingest.models import Applicant, Figure, Quantity, Table, TableKind, Value
from ingest.numerals import in_base_units
from ingest.wording import folded
from vectorstore.library import Library
from vectorstore.models import Filter, Hit, ReportHead
from vectorstore.retriever import Retriever

TOOL_LABELS = {
    "list_reports": "列出报告",
    "lookup_figures": "查表与查数",
    "compare_figures": "比较",
    "search_sections": "检索正文",
    "get_table": "取表",
    "check_consistency": "校验",
    "calculate": "计算",
    "query": "执行计划",
}
"""What each tool is called in the list of steps; `query` runs a whole plan over the others."""

_MOST_RESULTS = 20
MOST_REPORTS = 40
"""Reports that one question looks into; of more, those whose words are nearest."""
_MOST_IDS = 5000
"""Reports that one statement names by id; of more, the figures of all are read and the others left out."""


class ListReports(Value):
    """Ask which reports there are."""

    filter: Filter = Filter()


class LookupFigures(Value):
    """Ask for the figures that fit a phrase, or an indicator of the forms.

    `asked` is the phrase among the words around it in the question, where these say more.
    """

    filter: Filter
    phrase: str = ""
    asked: str | None = None
    indicator: str | None = None
    applicant: Applicant | None = None

    @property
    def meant(self) -> str:
        """Return what is read for its meaning."""
        return self.asked or self.phrase


class CompareFigures(Value):
    """Ask for one indicator over several reports, ordered."""

    filter: Filter
    phrase: str
    descending: bool = True


class SearchSections(Value):
    """Ask for the sentences and passages that fit a phrase; `asked` is the phrase among the words around it."""

    filter: Filter
    query: str
    asked: str | None = None


class GetTable(Value):
    """Ask for one statutory table of one report."""

    report_id: str
    table: TableKind


class CheckConsistency(Value):
    """Ask for every rule of consistency of the reports, with its outcome."""

    filter: Filter


class Calculate(Value):
    """Ask for the value of an expression; names in it are keys of `inputs`."""

    expression: str
    inputs: tuple[tuple[str, Quantity], ...]
    unit: str
    percent: bool = False


class FigureLookup(Value):
    """Hold fitting figures, best first, and how many were left out."""

    matches: tuple[Match, ...]
    omitted: int


class SectionLookup(Value):
    """Hold fitting sentences with the report they stand in, best first, and the passages found by the index."""

    sentences: tuple[tuple[str, SentenceMatch], ...]
    passages: tuple[Hit, ...]


class Toolbox:
    """Answer tool calls from the library; holds no state of a conversation."""

    def __init__(
        self,
        library: Library,
        retriever: Retriever,
        views: Views,
        language: Language,
        indicators: Indicators,
        *,
        reader: MeaningReader | None = None,
    ) -> None:
        """Take what answers the calls; without a reader figures and sentences are found by their words alone."""
        self._library = library
        self._retriever = retriever
        self._views = views
        self._language = language
        self._indicators = indicators
        self._meaning = None if reader is None else Meaning(reader, indicators)

    def list_reports(self, call: ListReports) -> tuple[ReportHead, ...]:
        """Return the reports within a filter, by organisation and year."""
        heads = self._library.headings(call.filter)
        return tuple(sorted(heads, key=lambda head: (head.organization, head.year or 0)))

    def lookup_figures(self, call: LookupFigures) -> FigureLookup:
        """Return the figures that fit, over all reports of the filter, best first."""
        asked = analyse(folded(call.phrase), self._language, self._indicators)
        asked = asked.model_copy(update={"around": squeezed(call.meant)})
        if call.applicant is not None:
            asked = asked.model_copy(update={"applicant": call.applicant})
        found: list[Match] = []
        for view in self.views(call.filter):
            if call.indicator is None:
                weigh = None if self._meaning is None else partial(self._meaning.of_figures, call.meant, view)
                found += match_figures(asked, view, self._language, self._indicators, weigh=weigh)
            else:
                wanted = call.applicant or "total"
                found += [
                    Match(figure=figure, score=1.0, log_odds=CERTAIN, missed=0.0, missed_words=(), named=True)
                    for figure in view.figures
                    if figure.indicator == call.indicator and figure.dimensions.applicant in {None, wanted}
                ]
        ranked = sorted(found, key=lambda match: -match.log_odds)
        return FigureLookup(
            matches=tuple(ranked[:_MOST_RESULTS]), omitted=max(0, len(ranked) - _MOST_RESULTS)
        )

    def cells(
        self, narrowed: Filter, indicators: Sequence[str], applicant: Applicant | None
    ) -> tuple[Figure, ...]:
        """Return the cells of some indicators over any number of reports, in one statement."""
        ids = narrowed.report_ids
        if ids is not None and len(ids) > _MOST_IDS:
            # 语句里放不下这么多编号：全部读出，再留下所问的
            narrowed = narrowed.model_copy(update={"report_ids": None})
        found = self._library.figures(narrowed, indicators=indicators, origin="table")
        if ids is not None and narrowed.report_ids is None:
            wanted = set(ids)
            found = tuple(figure for figure in found if figure.report_id in wanted)
        return tuple(
            figure for figure in found if figure.dimensions.applicant in {None, applicant or "total"}
        )

    def compare_figures(self, call: CompareFigures) -> tuple[Match, ...]:
        """Return the best fitting figure of each report, the largest first unless asked otherwise."""
        best: list[Match] = []
        for head in self.list_reports(ListReports(filter=call.filter)):
            only = Filter(report_ids=(head.report_id,))
            best += self.lookup_figures(LookupFigures(filter=only, phrase=call.phrase)).matches[:1]
        known = [match for match in best if match.figure.quantity is not None]
        return tuple(sorted(known, key=_amount, reverse=call.descending))

    def search_sections(
        self, call: SearchSections, *, dense: bool = True, near: bool = False
    ) -> SectionLookup:
        """Return sentences by their words, with `near` also by meaning, and passages by words and meaning together."""
        asked = analyse(folded(call.query), self._language, self._indicators)
        sentences = [
            (view.report.id, match)
            for view in self.views(call.filter)
            for match in match_sentences(
                asked,
                view,
                self._language,
                weigh=partial(self._meaning.of_sentences, call.asked or call.query, view)
                if self._meaning and near
                else None,
            )[:_MOST_RESULTS]
        ]
        sentences.sort(key=lambda entry: -entry[1].score)
        passages = self._retriever.search(call.query, top_k=8, filter=call.filter, dense=dense)
        return SectionLookup(sentences=tuple(sentences[:_MOST_RESULTS]), passages=passages)

    def get_table(self, call: GetTable) -> Table | None:
        """Return a statutory table, or None when the report has none of that kind."""
        view = self._views.get(call.report_id)
        return next((t for t in view.report.tables if t.kind == call.table), None) if view else None

    def check_consistency(
        self, call: CheckConsistency
    ) -> tuple[tuple[ReportView, tuple[Assessment, ...]], ...]:
        """Return each report of the filter with all rules that apply to it; what ties two of them is told once."""
        told: set[tuple[str, ...]] = set()
        checked: list[tuple[ReportView, tuple[Assessment, ...]]] = []
        for view in self.views(call.filter):
            across = [entry for entry in view.year_assessments if _identity(entry) not in told]
            told.update(map(_identity, across))
            checked.append((view, (*view.assessments, *across)))
        return tuple(checked)

    def calculate(self, call: Calculate) -> Derivation:
        """Return the value of an expression of + - * / and brackets; raise ValueError when it has none."""
        values = {name: in_base_units(quantity)[0] for name, quantity in call.inputs}
        value = _evaluate(ast.parse(call.expression, mode="eval").body, values)
        shown = call.expression
        for name, quantity in call.inputs:
            shown = shown.replace(name, plain(quantity.value))
        shown = shown.replace("*", " × ").replace("/", " ÷ ").replace("+", " + ").replace("-", " - ")
        return Derivation(
            expression=shown,
            inputs=tuple(quantity.printed for _, quantity in call.inputs),
            value=value * 100 if call.percent else value,
            unit=call.unit,
        )

    def views(self, narrowed: Filter) -> tuple[ReportView, ...]:
        """Return the reports of a filter ready for searching, by organisation and year, at most MOST_REPORTS."""
        heads = self.list_reports(ListReports(filter=narrowed))
        return tuple(view for head in heads[:MOST_REPORTS] if (view := self._views.get(head.report_id)))

    def nearest_reports(self, call: SearchSections) -> tuple[str, ...]:
        """Return the ids of the reports whose passages share most words with a query, best first."""
        hits = self._retriever.search(call.query, top_k=2 * MOST_REPORTS, filter=call.filter, dense=False)
        return tuple(dict.fromkeys(hit.chunk.report_id for hit in hits))[:MOST_REPORTS]

    def text(self, report_id: str) -> str:
        """Return the decoded text of a report's file."""
        return self._library.text(report_id)


def _identity(entry: Assessment) -> tuple[str, ...]:
    return (entry.title, *(figure.id for figure in entry.figures))


def _amount(match: Match) -> Decimal:
    return in_base_units(match.figure.quantity)[0] if match.figure.quantity else Decimal(0)


_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
}


def _evaluate(node: ast.expr, values: dict[str, Decimal]) -> Decimal:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            try:
                return _OPERATIONS[type(op)](_evaluate(left, values), _evaluate(right, values))
            except (DivisionByZero, InvalidOperation) as error:
                raise ValueError("除数为 0，无法计算") from error
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.Constant(value=int() as number):
            return Decimal(number)
        case _:
            raise ValueError(f"算式中有不能计算的部分：{ast.unparse(node)}")
