"""Add up what the statutory tables themselves prescribe: columns, rows, the sums of table four; counts are whole."""

from collections.abc import Iterator, Sequence

from ingest.checks.assessment import Assessment, Cells, compare
from ingest.indicators import Indicators
from ingest.models import Figure


def check_applications(table: Cells, indicators: Indicators) -> Iterator[Assessment]:
    """Add up each column of table three, and each of its rows over the applicants; what the form lacks counts, too."""
    others = table.beyond_form("applications")
    outcomes = [
        row
        for row in indicators.application_rows
        if row.key.startswith("results.") and row.key != "results.total_processed"
    ]
    complete = [
        {row.key for row in outcomes if row.form in {form, "both"}} for form in ("form2019", "form2021")
    ]
    for column in indicators.applicants:
        name = column.label.split("/")[-1]
        intake = table.all(("new_requests", "carried_over"), column.key)
        settled = table.all(("results.total_processed", "carried_forward"), column.key)
        if len(intake) == 2 and len(settled) == 2:
            yield compare(
                "balance",
                f"“{name}”列：新收 + 上年结转 应等于 办理结果总计 + 结转下年度",
                left=intake,
                right=settled,
            )
        parts = table.all([row.key for row in outcomes], column.key)
        total = table.get("results.total_processed", column.key)
        if total is not None and {figure.indicator for figure in parts} in complete:
            parts += tuple(
                figure
                for figure in others
                if figure.dimensions.applicant == column.key and figure.anchor.row[:1] == total.anchor.row[:1]
            )
            yield compare(
                "outcomes", f"“{name}”列：各办理结果之和应等于“（七）总计”", left=parts, right=(total,)
            )
    applicants = [column.key for column in indicators.applicants if column.key != "total"]
    for row in indicators.application_rows:
        cells = [figure for key in applicants if (figure := table.get(row.key, key)) is not None]
        total = table.get(row.key, "total")
        if total is not None and len(cells) == len(applicants):
            cells += [
                figure
                for figure in others
                if figure.dimensions.applicant is None and figure.anchor.row == row.path
            ]
            yield compare(
                "applicants", f"“{row.path[-1]}”行：各类申请人之和应等于总计", left=cells, right=(total,)
            )


def check_review(table: Cells) -> Iterator[Assessment]:
    """Add up the outcomes of each group of table four."""
    for group, name in (
        ("review", "行政复议"),
        ("litigation_direct", "行政诉讼（未经复议直接起诉）"),
        ("litigation_after_review", "行政诉讼（复议后起诉）"),
    ):
        parts = table.all([f"{group}.{outcome}" for outcome in ("upheld", "corrected", "other", "pending")])
        total = table.get(f"{group}.total")
        if total is None or len(parts) != 4:
            continue
        side = (total.anchor.column or "").partition("/")[0]
        parts += tuple(
            figure
            for figure in table.beyond_form("review_litigation")
            if (figure.anchor.column or "").startswith(f"{side}/")
        )
        yield compare("review_sum", f"{name}：四种结果之和应等于总计", left=parts, right=(total,))


def check_statistics(table: Cells, indicators: Indicators) -> Iterator[Assessment]:
    """Add up what the statistics tables before 2019 print as parts of a whole."""
    for entry in indicators.stat_sums:
        parts = table.all(entry.parts)
        total = table.get(entry.whole)
        if total is not None and len(parts) == len(entry.parts):
            unit = total.quantity.unit if total.quantity else "件"
            yield compare(
                "statistics", entry.title, left=parts, right=(total,), severity=entry.severity, unit=unit
            )


def check_counts(figures: Sequence[Figure]) -> Iterator[Assessment]:
    """Report counts of things that are below zero or not whole; amounts of money and changes may be."""
    for figure in figures:
        quantity = figure.quantity
        if figure.origin != "table" or quantity is None or "元" in quantity.unit:
            continue
        is_change = (figure.indicator or "").endswith(".change")
        if quantity.value % 1 or (quantity.value < 0 and not is_change):
            yield Assessment(
                code="count",
                outcome="differs",
                severity="hard",
                title=f"“{' / '.join((*figure.anchor.row, figure.anchor.column or ''))}”应为非负整数",
                expression="",
                expected=None,
                printed=quantity.value,
                unit=quantity.unit,
                figures=(figure,),
                remark=f"报告所载为 {quantity.printed}",
            )
