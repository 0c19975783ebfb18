"""Findings over two years: what a report carries on from the one before."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2019,
    ARTICLE20_2021,
    BALANCED,
    KEYS,
    Rows,
    applications,
    read,
    report,
    tabbed,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import Ingested
from ingest.checks import Assessment, assess_years, find_across
from ingest.indicators import load_indicators


def year_report(
    folder: Path, year: int, *, article20: Rows = (), rows: dict[str, Sequence[str]] | None = None
) -> Ingested:
    title = f"青禾县{year}年政府信息公开工作年度报告"
    table3 = tabbed(applications(rows)) if rows is not None else ""
    return read(report(title=title, article20=tabbed(article20), table3=table3), folder)


def tied(earlier: Ingested, later: Ingested) -> tuple[Assessment, ...]:
    return assess_years(earlier.figures, later.figures, load_indicators())


def with_row(rows: Rows, *cells: str) -> Rows:
    """Return table two with the row of the same label changed."""
    return tuple(cells if row[0] == cells[0] else row for row in rows)


def test_carried_over_that_differs_from_last_year_is_found_with_both_places(tmp_path: Path) -> None:
    earlier = year_report(tmp_path, 2021, rows=BALANCED)
    later = year_report(
        tmp_path, 2022, rows={**BALANCED, "carried_over": ("1", "2", "0", "0", "0", "0", "3")}
    )
    business, total = find_across(tied(earlier, later))
    assert (business.code, business.severity) == ("years_carried", "hard")
    assert (business.expected, business.printed) == (Decimal(0), Decimal(2))
    assert "“商业企业”列" in business.message
    assert "2021年报告 0件，2022年报告 2件，不符" in business.message
    assert "“总计”列" in total.message
    assert business.report_id == later.report.id
    assert [anchor.report_id for anchor in business.anchors] == [earlier.report.id, later.report.id]


def test_documents_in_force_follow_from_the_year_before(tmp_path: Path) -> None:
    earlier = year_report(tmp_path, 2021, article20=ARTICLE20_2021)
    fits = with_row(ARTICLE20_2021, "行政规范性文件", "4", "2", "36")
    assert find_across(tied(earlier, year_report(tmp_path, 2022, article20=fits))) == ()
    lapsed = with_row(ARTICLE20_2021, "行政规范性文件", "4", "2", "30")
    (finding,) = find_across(tied(earlier, year_report(tmp_path, 2022, article20=lapsed)))
    assert (finding.code, finding.severity) == ("years_in_force", "soft")
    assert (finding.expression, finding.expected, finding.printed) == ("34 + 4 - 2", Decimal(36), Decimal(30))


@pytest.mark.parametrize(
    ("label", "change", "next_items", "severity"),
    [("行政许可", "-7", "113", None), ("行政许可", "-7", "120", "hard"), ("行政许可", "7", "113", "soft")],
)
def test_items_of_the_2019_form_follow_from_the_year_before(
    tmp_path: Path, label: str, change: str, next_items: str, severity: str | None
) -> None:
    earlier = with_row(ARTICLE20_2019, label, "120", change, "5600")
    later = [
        ("其他对外管理服务事项", "17", "0", "1"),
        ("行政处罚", "82", "0", "1"),
        ("行政强制", "20", "0", "1"),
        (label, next_items, "0", "1"),
    ]
    rows = ARTICLE20_2019
    for row in later:
        rows = with_row(rows, *row)
    found = find_across(
        tied(year_report(tmp_path, 2019, article20=earlier), year_report(tmp_path, 2020, article20=rows))
    )
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_forms_that_share_no_series_are_not_compared(tmp_path: Path) -> None:
    earlier = year_report(tmp_path, 2020, article20=ARTICLE20_2019)
    assert tied(earlier, year_report(tmp_path, 2021, article20=ARTICLE20_2021)) == ()


def test_blank_cell_makes_the_comparison_not_assessable(tmp_path: Path) -> None:
    earlier = year_report(tmp_path, 2021, rows={**BALANCED, "carried_forward": ("",) * 7})
    entries = tied(earlier, year_report(tmp_path, 2022, rows=BALANCED))
    assert {entry.outcome for entry in entries} == {"not_assessable"}
    assert find_across(entries) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(
    carried=st.lists(st.integers(0, 30), min_size=6, max_size=6),
    documents=st.lists(st.integers(0, 30), min_size=4, max_size=4),
    data=st.data(),
)
def test_one_changed_cell_gives_exactly_the_findings_of_two_years_that_involve_it(
    tmp_path: Path, carried: list[int], documents: list[int], data: st.DataObject
) -> None:
    before, made, repealed, more = documents
    repealed = min(repealed, before + made)
    six = [*carried, sum(carried)]
    cells = {
        "carried": list(six),
        "documents": [made, repealed, before + made - repealed],
    }

    def pair() -> tuple[Assessment, ...]:
        first = year_report(
            tmp_path,
            2021,
            article20=with_row(ARTICLE20_2021, "行政规范性文件", "0", "0", str(before)),
            rows={"carried_forward": tuple(map(str, six))},
        )
        second = year_report(
            tmp_path,
            2022,
            article20=with_row(ARTICLE20_2021, "行政规范性文件", *map(str, cells["documents"])),
            rows={"carried_over": tuple(map(str, cells["carried"]))},
        )
        return tied(first, second)

    assert len(pair()) == len(KEYS) + 2
    assert find_across(pair()) == ()
    kind = data.draw(st.sampled_from(sorted(cells)))
    at = data.draw(st.integers(0, len(cells[kind]) - 1))
    cells[kind][at] += more + 1
    (finding,) = find_across(pair())
    assert finding.code == {"carried": "years_carried", "documents": "years_in_force"}[kind]
