"""Findings: what a report's own figures do not agree on, and nothing else."""

from decimal import Decimal
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2021,
    BALANCED,
    KEYS,
    REVIEW,
    REVIEW_HEAD,
    TITLE,
    applications,
    read,
    report,
    tabbed,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import Finding, Ingested
from ingest.indicators import load_indicators

ROWS = {
    form: tuple(row.key for row in load_indicators().application_rows if row.form in {form, "both"})
    for form in ("form2019", "form2021")
}


def prose(folder: Path, sentence: str, *, table3: str = "") -> Ingested:
    text = report(table3=table3).replace("青禾县政府办公室负责汇总全县数据。", sentence)
    return read(text, folder)


def changed(folder: Path, row: str, column: int, printed: str) -> Ingested:
    cells = list(BALANCED[row])
    cells[column] = printed
    return read(report(table3=tabbed(applications({**BALANCED, row: cells}))), folder)


def codes_of(found: Ingested) -> list[str]:
    return sorted(finding.code for finding in found.findings)


def test_report_that_adds_up_yields_no_finding(tmp_path: Path) -> None:
    text = report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications()), review=tabbed(REVIEW))
    sentence = (
        "全县受理政府信息公开申请20件，发生行政复议3件。12345热线受理诉求706件，办复698件，办复率98.87%。"
    )
    assert read(text.replace("青禾县政府办公室负责汇总全县数据。", sentence), tmp_path).findings == ()


def test_intake_and_settlement_that_differ_are_found_in_their_column(tmp_path: Path) -> None:
    found = changed(tmp_path, "carried_over", 1, "4")
    balance = next(finding for finding in found.findings if finding.code == "balance")
    assert (balance.expected, balance.printed, balance.severity) == (Decimal(7), Decimal(3), "hard")
    assert balance.expression == "3 + 4"
    assert "“商业企业”列" in balance.message
    assert codes_of(found) == ["applicants", "balance"]


def test_outcomes_that_do_not_add_up_are_found(tmp_path: Path) -> None:
    found = changed(tmp_path, "results.granted", 0, "8")
    assert codes_of(found) == ["applicants", "outcomes"]
    outcomes = next(finding for finding in found.findings if finding.code == "outcomes")
    assert (outcomes.expected, outcomes.printed) == (Decimal(13), Decimal(14))


@pytest.mark.parametrize(("form", "lost"), [("form2019", 1), ("form2021", 1), ("form2021", 2)])
def test_outcomes_are_added_up_only_when_every_row_of_the_form_is_there(
    tmp_path: Path, form: str, lost: int
) -> None:
    rows = applications({**BALANCED, "results.granted": ("8", "2", "0", "1", "0", "0", "11")}, form=form)
    gone = ("2.重复申请", "3.要求提供公开出版物")[:lost]
    fewer = [row for row in rows if not set(gone) & set(row)]
    assert len(rows) - len(fewer) == lost
    full, partial = (read(report(table3=tabbed(each)), tmp_path) for each in (rows, fewer))
    assert "outcomes" in codes_of(full)
    assert "outcomes" not in codes_of(partial)


@pytest.mark.parametrize("printed", ["", "/", "-"])
def test_blank_cell_makes_its_sums_not_assessable(tmp_path: Path, printed: str) -> None:
    assert changed(tmp_path, "new_requests", 1, printed).findings == ()


def test_unclear_row_is_never_a_contradiction(tmp_path: Path) -> None:
    rows = applications({**BALANCED, "new_requests": ("999", "3", "0", "1", "2", "20")})
    assert read(report(table3=tabbed(rows)), tmp_path).findings == ()


def test_total_of_reviews_that_differs_from_its_parts_is_found(tmp_path: Path) -> None:
    row = ("2", "1", "0", "0", "0", "1", "0", "0", "1", "2", "0", "0", "0", "0", "0")
    (finding,) = read(report(review=tabbed((*REVIEW_HEAD, row))), tmp_path).findings
    assert (finding.code, finding.expected, finding.printed) == ("review_sum", Decimal(3), Decimal(0))
    assert finding.expression == "2 + 1 + 0 + 0"


def test_rate_that_differs_from_its_parts_is_found_with_its_recomputation(tmp_path: Path) -> None:
    (finding,) = prose(tmp_path, "12345热线受理诉求800件，办复600件，办复率99.5%。").findings
    assert (finding.code, finding.expression) == ("rate", "600 ÷ 800")
    assert (finding.expected, finding.printed) == (Decimal(75), Decimal("99.5"))
    assert len(finding.anchors) == 3


@pytest.mark.parametrize(
    "sentence",
    [
        "12345热线受理诉求706件，办复698件，办复率98.9%。",
        "12345热线受理诉求706件，办复698件，办复率98.87%。",
        "12345热线受理诉求706件，满意率99.1%。",
        "受理诉求706件，办理建议698条，办复率50%。",
    ],
)
def test_rate_that_is_rounded_or_lacks_its_parts_is_no_finding(tmp_path: Path, sentence: str) -> None:
    assert prose(tmp_path, sentence).findings == ()


def test_rate_of_approximate_counts_is_soft(tmp_path: Path) -> None:
    (finding,) = prose(tmp_path, "12345热线受理诉求800余件，办复600件，办复率99.5%。").findings
    assert finding.severity == "soft"


def test_parts_larger_than_their_whole_are_found(tmp_path: Path) -> None:
    (finding,) = prose(tmp_path, "全年公开信息100条，其中：网站80条，微信50条。").findings
    assert (finding.code, finding.severity, finding.expected) == ("parts", "soft", Decimal(130))


@pytest.mark.parametrize(
    "sentence",
    ["全年公开信息130条，其中：网站80条，微信50条。", "全年公开信息300条，其中网站80条，微信50条。"],
)
def test_parts_that_fit_into_their_whole_are_no_finding(tmp_path: Path, sentence: str) -> None:
    assert prose(tmp_path, sentence).findings == ()


@pytest.mark.parametrize(("said", "findings"), [("20", []), ("21", []), ("35", ["text_table"])])
def test_received_requests_may_include_those_carried_over(
    tmp_path: Path, said: str, findings: list[str]
) -> None:
    found = prose(tmp_path, f"全县受理政府信息公开申请{said}件。", table3=tabbed(applications()))
    assert codes_of(found) == findings


def test_text_that_denies_requests_which_the_table_counts_is_found(tmp_path: Path) -> None:
    found = prose(tmp_path, "全年未收到政府信息公开申请。", table3=tabbed(applications()))
    (finding,) = found.findings
    assert finding.severity == "soft"
    assert finding.printed == 20
    assert any("未收到" in found.text[a.char_start : a.char_end] for a in finding.anchors)


def test_staff_that_does_not_add_up_is_found(tmp_path: Path) -> None:
    text = (
        "统计指标\t单位\t汇总数\n五、机构建设情况\t\t\n（一）本部门政务公开工作机构中工作人员数量\t人\t6\n"
        "其中：专职人员数量\t人\t2\n兼职人员数量\t人\t3\n"
    )
    (finding,) = read(report(review=text), tmp_path).findings
    assert (finding.code, finding.expected, finding.printed) == ("statistics", Decimal(5), Decimal(6))


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("一、总体情况\n\n好。\n\n二、问题\n\n有。\n", 0),
        ("一、总体情况\n\n好。\n\n一、问题\n\n有。\n", 1),
        ("一、总体情况\n\n好。\n\n三、问题\n\n有。\n", 1),
    ],
)
def test_repeated_and_skipped_heading_numbers_are_found(tmp_path: Path, body: str, count: int) -> None:
    found = read(f"{TITLE}\n\n{body}", tmp_path)
    assert [finding.code for finding in found.findings] == ["heading_numbering"] * count


@st.composite
def balanced_forms(draw: st.DrawFn) -> tuple[str, dict[str, list[int]]]:
    """Return a form whose outcomes, balances and totals agree, with its version."""
    form = draw(st.sampled_from(["form2019", "form2021"]))
    counts = st.one_of(st.just(0), st.integers(0, 400))
    outcomes = [row for row in ROWS[form] if row.startswith("results.") and row != "results.total_processed"]
    six = {row: [draw(counts) for _ in KEYS[:-1]] for row in (*outcomes, "carried_forward")}
    six["results.total_processed"] = [sum(six[row][i] for row in outcomes) for i in range(6)]
    settled = [a + b for a, b in zip(six["results.total_processed"], six["carried_forward"], strict=True)]
    six["carried_over"] = [draw(st.integers(0, amount)) for amount in settled]
    six["new_requests"] = [a - b for a, b in zip(settled, six["carried_over"], strict=True)]
    return form, {row: [*cells, sum(cells)] for row, cells in six.items()}


def findings_of(folder: Path, form: str, rows: dict[str, list[int]]) -> tuple[Ingested, tuple[Finding, ...]]:
    printed = {row: tuple(map(str, cells)) for row, cells in rows.items()}
    found = read(report(table3=tabbed(applications(printed, form=form))), folder)
    return found, found.findings


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(generated=balanced_forms(), data=st.data())
def test_one_changed_cell_is_in_all_findings_of_a_form_that_added_up(
    tmp_path: Path, generated: tuple[str, dict[str, list[int]]], data: st.DataObject
) -> None:
    form, rows = generated
    assert findings_of(tmp_path, form, rows)[1] == ()
    row, column = data.draw(st.sampled_from(sorted(rows))), data.draw(st.integers(0, 6))
    rows[row][column] += data.draw(st.integers(1, 9))
    found, findings = findings_of(tmp_path, form, rows)
    (cell,) = (
        figure.id
        for figure in found.figures
        if (figure.indicator, figure.dimensions.applicant) == (row, KEYS[column])
    )
    assert "applicants" in {finding.code for finding in findings}
    assert {"balance", "outcomes"} & {finding.code for finding in findings}
    assert all(cell in finding.figures for finding in findings)
