"""Put an answer together: sentences with numbered citations, figures, derivations and remarks."""

import re
from collections.abc import Sequence

from assistant.models import (
    AnswerFigure,
    AnswerWarning,
    Citation,
    Derivation,
    Drafted,
    ReasonCode,
    Status,
)
from assistant.tools import ReportView, label_of
from ingest.models import UNREAD, Anchor, Figure, Finding
from ingest.outline import Sentence
from vectorstore.models import ReportHead

NOT_COMPUTED = frozenset({"heading_numbering", "text_denies", "years_carried"})
"""The rules that set one printed value against another, with nothing to work out."""


def refuse(reason: ReasonCode, text: str, *, suggestions: Sequence[str] = ()) -> Drafted:
    """Return a refusal with its reason and what can be asked instead."""
    status: Status = "clarify" if reason == "ambiguous" else "refused"
    return Drafted(status=status, reason_code=reason, text=text, suggestions=tuple(suggestions))


class Draft:
    """Collect what is said and what proves it; citations of the same place share a number."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._citations: list[Citation] = []
        self._figures: list[AnswerFigure] = []
        self._derivations: list[Derivation] = []
        self._warnings: list[AnswerWarning] = []
        self._used: dict[str, tuple[ReportView, int]] = {}

    def say(self, line: str) -> None:
        """Add a line of the answer."""
        self._lines.append(line)

    def cite_figure(self, of: ReportView | ReportHead, figure: Figure) -> str:
        """Cite the row or sentence of a figure, remember the figure, return its mark such as `[1]`.

        What does not agree about it is told of a view; a head alone, of many reports, knows nothing of that.
        """
        number = self._cite_row(of, figure)
        if isinstance(of, ReportView):
            self._used[figure.id] = of, number
        if figure.quantity is not None:
            self._figures.append(
                AnswerFigure(
                    label=label_of(figure),
                    value=figure.quantity.value,
                    unit=figure.quantity.unit,
                    printed=figure.quantity.printed,
                    organization=figure.subject or figure.organization,
                    year=figure.year,
                    citation=number,
                )
            )
        return f"[{number}]"

    def cite_sentence(self, view: ReportView, sentence: Sentence) -> str:
        """Cite a sentence and return its mark."""
        anchor = Anchor(
            report_id=view.report.id,
            char_start=sentence.char_start,
            char_end=sentence.char_end,
            section_path=sentence.section_path,
            page=sentence.page,
        )
        return self.cite_anchored(view, anchor, sentence.text)

    def cite_anchored(self, view: ReportView, anchor: Anchor, quote: str) -> str:
        """Cite a quote at the place that its anchor spans."""
        return f"[{self._cite(view, anchor, quote, anchor.char_start, anchor.char_end)}]"

    def cite_span(self, view: ReportView, anchor: Anchor, text: str) -> str:
        """Cite the exact span of an anchor; `text` is the text of the file."""
        return self.cite_anchored(view, anchor, text[anchor.char_start : anchor.char_end])

    def derive(self, derivation: Derivation) -> None:
        """Add a derivation."""
        self._derivations.append(derivation)

    def warn(self, code: str, message: str, citations: Sequence[int] = ()) -> None:
        """Add a warning once."""
        warning = AnswerWarning(code=code, message=message, citations=tuple(citations))
        if warning not in self._warnings:
            self._warnings.append(warning)

    def warn_of_findings(self) -> None:
        """Add what does not agree about the figures that the answer uses; the printed values stay in front."""
        for figure_id, (view, number) in tuple(self._used.items()):
            for finding in view.findings:
                if figure_id in finding.figures:
                    self._warn_of(view, finding, number)

    def _warn_of(self, view: ReportView, finding: Finding, number: int) -> None:
        if any(warning.message == finding.message for warning in self._warnings):
            return
        used = view.proof(finding)
        elsewhere = [figure for figure in used if figure.report_id != view.report.id]
        marks = tuple(
            dict.fromkeys((number, *(self._cite_row(view.holder(each), each) for each in elsewhere)))
        )
        self.warn(f"finding_{finding.code}", finding.message, marks)
        if finding.expected is not None and finding.code not in NOT_COMPUTED:
            unit = "%" if finding.code == "rate" else ""
            inputs = printed_amounts(used)
            self.derive(
                Derivation(expression=finding.expression, inputs=inputs, value=finding.expected, unit=unit)
            )
            if finding.printed_expression and finding.printed is not None:
                self.derive(
                    Derivation(
                        expression=finding.printed_expression, inputs=inputs, value=finding.printed, unit=unit
                    )
                )
        self.say(f"注意：{finding.message}{''.join(f'[{mark}]' for mark in marks)}。")

    def finish(
        self,
        *,
        status: Status = "answered",
        reason: ReasonCode | None = None,
        suggestions: Sequence[str] = (),
    ) -> Drafted:
        """Return the parts as they stand."""
        return Drafted(
            status=status,
            reason_code=reason,
            text="\n".join(self._lines),
            figures=tuple(dict.fromkeys(self._figures)),
            citations=tuple(self._citations),
            derivations=tuple(dict.fromkeys(self._derivations)),
            warnings=tuple(self._warnings),
            suggestions=tuple(suggestions),
        )

    def _cite_row(self, of: ReportView | ReportHead, figure: Figure) -> int:
        """Cite the printed row or the sentence that a figure stands in."""
        start = figure.context_start
        return self._cite(of, figure.anchor, figure.context, start, start + len(figure.context))

    def _cite(self, of: ReportView | ReportHead, anchor: Anchor, quote: str, start: int, end: int) -> int:
        for citation in self._citations:
            same_cell = citation.row == anchor.row and citation.column == anchor.column
            if (citation.report_id, citation.char_start, citation.char_end) == (
                anchor.report_id,
                start,
                end,
            ) and same_cell:
                return citation.n
        source, title, organization, year = _issued(of)
        self._citations.append(
            Citation(
                n=len(self._citations) + 1,
                source=source,
                report_id=anchor.report_id,
                title=title,
                organization=organization,
                year=year,
                section=anchor.section_path,
                quote=quote,
                table=anchor.table,
                row=anchor.row,
                column=anchor.column,
                char_start=start,
                char_end=end,
                page=anchor.page,
            )
        )
        return len(self._citations)


def _issued(of: ReportView | ReportHead) -> tuple[str, str, str, int | None]:
    """Return file, title, body and year of a report."""
    if isinstance(of, ReportHead):
        return of.source, of.title, of.organization, of.year
    report = of.report
    return report.source.path, report.title, report.organization.name, report.year


def amount(figure: Figure) -> str:
    """Return a figure's amount as printed, without marks of emphasis and with its unit where the print has none."""
    if figure.quantity is None:
        if words := words_of(figure):
            return f"（印作“{words}”）"
        return "（空白）" if figure.status == "blank" else "（无法辨认）"
    compact = re.sub(r"[\s*]+", "", figure.quantity.printed).replace("％", "%")
    return compact if figure.quantity.unit in compact else f"{compact}{figure.quantity.unit}"


def words_of(figure: Figure) -> str:
    """Return what a cell says that is no number, such as 约20 and 未发生; nothing where it is empty or misprinted."""
    if figure.quantity is not None or figure.origin == "sentence" or UNREAD in figure.context:
        return ""
    start, end = (at - figure.context_start for at in (figure.anchor.char_start, figure.anchor.char_end))
    said = figure.context[start:end].strip() if 0 <= start < end else ""
    return said if any(map(str.isalnum, said)) and said != figure.context.strip() else ""


def printed_amounts(figures: Sequence[Figure]) -> tuple[str, ...]:
    """Return the printed amounts that a recomputation uses; of many, those that are not 0."""
    amounts = [figure.quantity for figure in figures if figure.quantity is not None]
    told = amounts if len(amounts) <= 6 else [quantity for quantity in amounts if quantity.value]
    return tuple(quantity.printed for quantity in told)
