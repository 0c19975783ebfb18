"""Lay out the proof behind a citation: its sentence in its paragraph, or its cell in its table."""

from markupsafe import Markup

from assistant.interfaces.exports.references import reference
from assistant.interfaces.ports import Reports
from assistant.interfaces.web.chat import Badge, badge_of, badges_of
from assistant.interfaces.web.markup import Words, fill
from assistant.interfaces.web.proofs import proof_html
from assistant.models import Answer, Citation
from ingest.models import Cell, Report


def resting_html(words: Words) -> str:
    """Return what stands in the pane while no citation is open."""
    return fill("resting", words)


def evidence_html(answer: Answer, citation: Citation, reports: Reports, words: Words) -> str:
    """Return the proof; of a report that has left the library, the quote alone is left."""
    report = reports.report(citation.report_id)
    proof = proof_html(citation, report, reports.text(citation.report_id)) if report else Markup("")
    warnings = [warning for warning in answer.warnings if citation.n in warning.citations]
    return fill(
        "evidence",
        words,
        citation=citation,
        report=report,
        proof=proof,
        cell=_cell(report, citation) if report else None,
        warnings=warnings,
        badges=_badges(answer, [warning.code for warning in warnings]),
        derivations=answer.workings if warnings or len(answer.citations) == 1 else (),
        others=[one for one in answer.citations if one.n != citation.n],
        reference=reference(citation, report),
    )


def _badges(answer: Answer, codes: list[str]) -> tuple[Badge, ...]:
    """Return the badges of the warnings on this citation; a recomputation counts for the whole answer."""
    recomputed = [badge for badge in badges_of(answer) if badge.key == "recomputed"]
    return tuple(dict.fromkeys([*recomputed, *filter(None, map(badge_of, codes))]))


def _cell(report: Report, citation: Citation) -> Cell | None:
    cells = (cell for table in report.tables if table.kind == citation.table for cell in table.cells)
    return next(
        (one for one in cells if (one.row, one.anchor.column) == (citation.row, citation.column)), None
    )
