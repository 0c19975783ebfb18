"""State one rule applied to figures: what was expected, what is printed, and how to say it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from ingest.models import Figure, Finding, Section, Severity, TableKind, Value, content_id
from ingest.numerals import in_base_units

Outcome = Literal["agrees", "differs", "not_assessable"]


class Assessment(Value):
    """Hold one rule applied to figures: `printed` against `expected`, which `expression` works out.

    `remark` says the outcome where the two values alone do not.
    """

    code: str
    outcome: Outcome
    severity: Severity
    title: str
    expression: str
    expected: Decimal | None
    printed: Decimal | None
    unit: str
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...] = ()
    remark: str = ""
    printed_expression: str = ""
    """How `printed` comes about where it is itself a sum of printed figures."""


def find(assessments: Sequence[Assessment], *, report_id: str) -> tuple[Finding, ...]:
    """Return a finding for each assessment that differs."""
    return tuple(
        Finding(
            id=content_id("n", report_id, entry.code, entry.title, entry.expression),
            report_id=report_id,
            code=entry.code,
            severity=entry.severity,
            message=describe(entry),
            figures=tuple(figure.id for figure in entry.figures),
            expression=entry.expression,
            expected=entry.expected,
            printed=entry.printed,
            printed_expression=entry.printed_expression,
            anchors=tuple(item.anchor for item in (*entry.figures, *entry.sections)),
        )
        for entry in assessments
        if entry.outcome == "differs"
    )


def describe(entry: Assessment) -> str:
    """Return the assessment as one Chinese sentence with both values."""
    if entry.remark:
        return f"{entry.title}：{entry.remark}"
    if entry.outcome == "not_assessable":
        return f"{entry.title}：有单元格为空白或无法辨认，不能核对"
    relation = "一致" if entry.outcome == "agrees" else "不符"
    told = f"{entry.printed_expression} = " if entry.printed_expression else ""
    return f"{entry.title}：{entry.expression} = {plain(entry.expected)}{entry.unit}，报告所载为 {told}{plain(entry.printed)}{entry.unit}，{relation}"


def plain(value: Decimal | None) -> str:
    """Return a number without exponent and trailing zeros."""
    if value is None:
        return "—"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Cells:
    """Look up the table's figures by indicator and applicant."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._others = tuple(
            figure for figure in figures if figure.origin == "table" and not figure.indicator
        )
        self._by_key = {
            (figure.indicator, figure.dimensions.applicant): figure
            for figure in figures
            if figure.origin == "table" and figure.indicator
        }

    def get(self, indicator: str, applicant: str | None = None) -> Figure | None:
        """Return one cell, None where the report has none."""
        return self._by_key.get((indicator, applicant))

    def all(self, indicators: Sequence[str], applicant: str | None = None) -> tuple[Figure, ...]:
        """Return the cells that the report has of these."""
        found = (self.get(indicator, applicant) for indicator in indicators)
        return tuple(figure for figure in found if figure is not None)

    def beyond_form(self, table: TableKind) -> tuple[Figure, ...]:
        """Return the cells of rows and columns that the form lacks."""
        return tuple(figure for figure in self._others if figure.anchor.table == table)


def compare(
    code: str,
    title: str,
    *,
    left: Sequence[Figure],
    right: Sequence[Figure],
    less: Sequence[Figure] = (),
    severity: Severity = "hard",
    unit: str = "件",
    sides: tuple[str, str] | None = None,
) -> Assessment:
    """Compare the sum of `left`, less those of `less`, with that of `right`.

    Blank and unclear figures make it not assessable, approximate ones soft. `sides` names where the two sums
    stand when there is nothing to work out.
    """
    figures = (*left, *less, *right)
    quantities = [figure.quantity for figure in figures]
    if any(quantity is None for quantity in quantities):
        return Assessment(
            code=code, outcome="not_assessable", severity=severity, title=title, expression="",
            expected=None, printed=None, unit=unit, figures=figures,
        )  # fmt: skip
    values = {figure.id: in_base_units(figure.quantity)[0] for figure in figures if figure.quantity}
    terms = [*(values[figure.id] for figure in left), *(-values[figure.id] for figure in less)]
    expected = sum(terms, Decimal(0))
    printed = sum((values[figure.id] for figure in right), Decimal(0))
    agrees = expected == printed
    remark = ""
    if sides:
        one, other = (
            f"{side} {plain(value)}{unit}" for side, value in zip(sides, (expected, printed), strict=True)
        )
        remark = f"{one}，{other}，{'一致' if agrees else '不符'}"
    return Assessment(
        code=code,
        outcome="agrees" if agrees else "differs",
        severity="soft" if any(q is not None and q.is_approximate for q in quantities) else severity,
        title=title,
        expression=_sum([term for term in terms if term] or terms[:1] if len(terms) > 4 else terms),
        expected=expected,
        printed=printed,
        unit=unit,
        figures=figures,
        remark=remark,
        printed_expression=_sum([values[figure.id] for figure in right])
        if len(right) > 1 and not sides
        else "",
    )


def _sum(terms: Sequence[Decimal]) -> str:
    first, *rest = terms
    return plain(first) + "".join(f" {'-' if term < 0 else '+'} {plain(abs(term))}" for term in rest)
