"""Check the figures of one organisation's report against those of its report of the year before."""

from collections.abc import Iterator, Sequence

from ingest.checks.assessment import Assessment, Cells, compare, find
from ingest.indicators import Indicators
from ingest.models import Figure, Finding, Severity


def assess_years(
    earlier: Sequence[Figure], later: Sequence[Figure], indicators: Indicators
) -> tuple[Assessment, ...]:
    """Return every rule that ties the figures of two reports, a year apart, of the same organisation."""
    before, after = Cells(earlier), Cells(later)
    return (
        *_carried(before, after, indicators),
        *_in_force(before, after, indicators),
        *_items(before, after, indicators),
    )


def find_across(assessments: Sequence[Assessment]) -> tuple[Finding, ...]:
    """Return a finding for each assessment of two years that differs; it belongs to the later report."""
    return tuple(
        finding
        for entry in assessments
        if entry.figures
        for finding in find((entry,), report_id=entry.figures[-1].report_id)
    )


def undecided_years(organization: str, year: int, count: int, *, other: int) -> Assessment:
    """Return that two years cannot be compared, since several reports tell of one of them."""
    return Assessment(
        code="years",
        outcome="not_assessable",
        severity="soft",
        title=f"{organization}{min(year, other)}年与{max(year, other)}年报告的衔接",
        expression="",
        expected=None,
        printed=None,
        unit="",
        figures=(),
        remark=f"库中有 {count} 份{year}年的报告，不知以哪一份为准，不能核对",
    )


def _carried(before: Cells, after: Cells, indicators: Indicators) -> Iterator[Assessment]:
    for column in indicators.applicants:
        left = before.get("carried_forward", column.key)
        right = after.get("carried_over", column.key)
        if left is not None and right is not None:
            yield compare(
                "years_carried",
                f"“{column.label.split('/')[-1]}”列：{left.year}年结转下年度 应等于 {right.year}年上年结转",
                left=(left,),
                right=(right,),
                sides=_reports(left, right),
            )


def _in_force(before: Cells, after: Cells, indicators: Indicators) -> Iterator[Assessment]:
    """Compare 现行有效 with the year before; soft, since documents also lapse and are sorted out."""
    for row in indicators.article20_rows:
        left = before.get(f"{row.key}.in_force")
        made, repealed = after.get(f"{row.key}.made"), after.get(f"{row.key}.repealed")
        right = after.get(f"{row.key}.in_force")
        if left is not None and made is not None and repealed is not None and right is not None:
            last, year = left.year, right.year
            yield compare(
                "years_in_force",
                f"{row.label_2021 or row.path[-1]}：{last}年现行有效 + {year}年制发 - {year}年废止 应等于 {year}年现行有效",
                left=(left, made),
                less=(repealed,),
                right=(right,),
                severity="soft",
            )


def _items(before: Cells, after: Cells, indicators: Indicators) -> Iterator[Assessment]:
    for row in indicators.article20_rows:
        items, change = before.get(f"{row.key}.prev_items"), before.get(f"{row.key}.change")
        right = after.get(f"{row.key}.prev_items")
        if items is not None and change is not None and right is not None:
            last, year = items.year, right.year
            yield compare(
                "years_items",
                f"{row.path[-1]}：{last}年的上一年项目数量 + {last}年增/减 应等于 {year}年的上一年项目数量",
                left=(items, change),
                right=(right,),
                severity=_severity(change),
                unit="项",
            )


def _severity(change: Figure) -> Severity:
    """Return soft for a change whose print leaves open whether it is more or less."""
    quantity = change.quantity
    signed = quantity is not None and (not quantity.value or not quantity.printed[:1].isdigit())
    return "hard" if signed else "soft"


def _reports(left: Figure, right: Figure) -> tuple[str, str]:
    return f"{left.year}年报告", f"{right.year}年报告"
