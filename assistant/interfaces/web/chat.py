"""Lay out the conversation: questions, the steps to their answers, and answers with their marks and badges."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from markupsafe import Markup, escape

from assistant.conversations import REASONS, KeptTurn, Verdict
from assistant.exchange import Exchange, Step
from assistant.interfaces.ports import Reports
from assistant.interfaces.web.chips import Chips, chips_of, within
from assistant.interfaces.web.examples import examples, follow_ups
from assistant.interfaces.web.markup import Words, fill
from assistant.interfaces.web.plots import plot_of
from assistant.models import Answer, Citation
from ingest.models import Form, Value

Tone = Literal["good", "doubt", "none"]

_MARK = re.compile(r"\[(\d+)\]")
_PEEK = 120


class Badge(Value):
    """Hold a word on how far an answer can be relied on; `sign` says the same without colour."""

    key: str
    tone: Tone
    sign: str


_RECOMPUTED = Badge(key="recomputed", tone="good", sign="✓")
_TEXT_AGAINST_TABLE = Badge(key="text_against_table", tone="doubt", sign="≠")
_DOES_NOT_ADD_UP = Badge(key="does_not_add_up", tone="doubt", sign="Σ")
_UNCLEAR_CELL = Badge(key="unclear_cell", tone="doubt", sign="?")
_BLANK_CELL = Badge(key="blank_cell", tone="none", sign="□")
_THIN_EVIDENCE = Badge(key="thin_evidence", tone="doubt", sign="!")
_CLARIFY = Badge(key="clarify", tone="none", sign="…")
_REFUSED = Badge(key="refused", tone="none", sign="–")


def badges_of(answer: Answer) -> tuple[Badge, ...]:
    """Return the badges of an answer, each once."""
    found: list[Badge] = []
    if answer.derivations:
        found.append(_RECOMPUTED)
    found += [badge for warning in answer.warnings if (badge := badge_of(warning.code))]
    if answer.status == "partial" or answer.reason_code == "no_evidence":
        found.append(_THIN_EVIDENCE)
    elif answer.status == "clarify":
        found.append(_CLARIFY)
    elif answer.status == "refused":
        found.append(_REFUSED)
    return tuple(dict.fromkeys(found))


def badge_of(code: str) -> Badge | None:
    """Return the badge of a warning or a finding, None for a mere remark."""
    match code.removeprefix("finding_"):
        case "text_table" | "text_denies":
            return _TEXT_AGAINST_TABLE
        case "unclear_cell" | "unclear":
            return _UNCLEAR_CELL
        case "blank_cell":
            return _BLANK_CELL
        case "missing_report" | "mixed_units" | "computed" | "not_comparable" | "heading_numbering":
            return None
        case _ if code.startswith("finding_"):
            return _DOES_NOT_ADD_UP
        case _:
            return None


def empty_html(reports: Reports, words: Words) -> str:
    """Return what stands where no question was asked yet: what the library covers, and examples."""
    heads = reports.headings()
    years = sorted({head.year for head in heads if head.year is not None})
    return fill(
        "empty",
        words,
        count=len(heads),
        organizations=len({head.organization for head in heads}),
        first=years[0] if years else None,
        last=years[-1] if years else None,
        examples=examples(reports),
    )


def turns_html(
    turns: Sequence[KeptTurn],
    reports: Reports,
    words: Words,
    *,
    conversation: str,
    verdicts: Mapping[str, Verdict],
) -> str:
    """Return a conversation; only the last answer proposes what to ask next."""
    last = turns[-1].id if turns else ""
    return "".join(
        turn_html(
            turn,
            reports,
            words,
            conversation=conversation,
            verdict=verdicts.get(turn.id),
            is_last=turn.id == last,
        )
        for turn in turns
    )


def turn_html(
    turn: KeptTurn,
    reports: Reports,
    words: Words,
    *,
    conversation: str,
    verdict: Verdict | None = None,
    is_last: bool = True,
) -> str:
    """Return one question with what is known of its answer."""
    exchange, answer = turn.exchange, turn.exchange.answer
    return fill(
        "turn",
        words,
        turn=turn,
        conversation=conversation,
        exchange=exchange,
        answer=answer,
        steps=_steps(exchange, words),
        badges=badges_of(answer) if answer else (),
        text=_with_marks(_said_once(answer), answer.citations) if answer else Markup(""),
        warnings=_warnings(answer) if answer else (),
        plot=plot_of(answer, _forms(reports)) if answer else None,
        rows=_rows(answer) if answer else (),
        chips=_chips(turn, reports),
        next_questions=follow_ups(answer, reports) if answer and is_last else (),
        verdict=verdict,
        reasons=REASONS,
        marks=_marks,
        narrowed=(*(turn.narrowed.organizations or ()), *(f"{year}年" for year in turn.narrowed.years or ())),
    )


def _chips(turn: KeptTurn, reports: Reports) -> Chips | None:
    """Return how a question was understood, as chips; None where no plan was answered, or no change could help."""
    answer = turn.exchange.answer
    if answer is None or answer.plan is None:
        return None
    return chips_of(answer.plan, within(reports.headings(), turn.narrowed))


class _Row(Value):
    """Hold one line of the table of figures."""

    where: str
    label: str
    printed: str
    unit: str
    citation: int


def _rows(answer: Answer) -> tuple[_Row, ...]:
    """Return the figures of a comparison; a single one needs no table."""
    if len(answer.figures) < 2:
        return ()
    return tuple(
        _Row(
            where=f"{figure.organization} {figure.year or ''}".strip(),
            label=figure.label,
            printed=figure.printed,
            unit="" if figure.printed.endswith(figure.unit) else figure.unit,
            citation=figure.citation,
        )
        for figure in answer.figures
    )


def _forms(reports: Reports) -> dict[str, Form]:
    return {head.report_id: head.form for head in reports.headings()}


def _steps(exchange: Exchange, words: Words) -> tuple[Step, ...]:
    """Return the steps as they happened; checking and answering close a finished search."""
    if exchange.answer is None:
        return exchange.steps
    checked = words("steps.checked") if exchange.answer.citations else words("steps.nothing_to_check")
    return (
        *exchange.steps,
        Step(label=words("steps.check"), detail=checked, elapsed_ms=0.0),
        Step(
            label=words("steps.answer"),
            detail=words("steps.took", milliseconds=f"{exchange.answer.latency_ms:.0f}"),
            elapsed_ms=0.0,
        ),
    )


def _said_once(answer: Answer) -> str:
    """Return the text without the remarks that the list of warnings shows."""
    shown = [warning.message for warning in answer.warnings]
    return "\n".join(
        line
        for line in answer.text.split("\n")
        if not (line.startswith("注意：") and any(message in line for message in shown))
    )


def _with_marks(text: str, citations: Sequence[Citation]) -> Markup:
    """Escape a text and turn `[n]` into a button where there is a citation of this number."""
    known = {citation.n: citation for citation in citations}
    pieces: list[str] = []
    position = 0
    for match in _MARK.finditer(text):
        citation = known.get(int(match[1]))
        if citation is not None:
            pieces += [str(escape(text[position : match.start()])), _mark(citation)]
            position = match.end()
    pieces.append(str(escape(text[position:])))
    return Markup("".join(pieces))


def _mark(citation: Citation) -> str:
    peek = escape(peek_of(citation))
    return (
        f'<button type="button" class="cite" data-cite="{citation.n}" '
        f'aria-label="引用 {citation.n}：{peek}">[{citation.n}]<span class="peek" aria-hidden="true">{peek}</span>'
        f"</button>"
    )


def peek_of(citation: Citation) -> str:
    """Return a citation in a few words: the report, and the cell by its labels or the sentence."""
    if citation.table is not None:
        said = " › ".join((*citation.row, *filter(None, (citation.column,))))
    else:
        said = " ".join(citation.quote.split())
        said = said if len(said) <= _PEEK else f"{said[:_PEEK]}…"
    return f"《{citation.title}》{said}"


class _Told(Value):
    """Hold a warning with its badge and the marks of its citations."""

    message: str
    badge: Badge | None
    citations: tuple[Citation, ...]


def _warnings(answer: Answer) -> tuple[_Told, ...]:
    known = {citation.n: citation for citation in answer.citations}
    return tuple(
        _Told(
            message=warning.message,
            badge=badge_of(warning.code),
            citations=tuple(known[n] for n in warning.citations if n in known),
        )
        for warning in answer.warnings
    )


def _marks(citations: Sequence[Citation]) -> Markup:
    return Markup("".join(map(_mark, citations)))
