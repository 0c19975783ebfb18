"""Findings: what a report's own figures do not agree on, and nothing else."""

from decimal import Decimal
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2019,
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


@pytest.mark.parametrize("printed", ["-3", "2.5"])
def test_count_below_zero_or_not_whole_is_found(tmp_path: Path, printed: str) -> None:
    found = read(
        report(article20=tabbed(ARTICLE20_2021).replace("行政处罚\t435", f"行政处罚\t{printed}")), tmp_path
    )
    (finding,) = found.findings
    assert (finding.code, finding.severity, finding.printed) == ("count", "hard", Decimal(printed))
    assert "行政处罚" in finding.message


def test_change_below_zero_and_money_with_decimals_are_no_findings(tmp_path: Path) -> None:
    assert read(report(article20=tabbed(ARTICLE20_2019)), tmp_path).findings == ()


@pytest.mark.parametrize(
    ("sentence", "findings"),
    [
        ("群众满意率102%。", ["rate_bounds"]),
        ("办结率100%。", []),
        ("年度任务完成率105%。", []),
        ("访问量同比增长240%。", []),
    ],
)
def test_share_above_the_whole_is_found(tmp_path: Path, sentence: str, findings: list[str]) -> None:
    assert codes_of(prose(tmp_path, sentence)) == findings


@pytest.mark.parametrize(
    ("sentence", "findings"),
    [
        ("全年制发行政规范性文件6件，废止行政规范性文件1件，现行有效行政规范性文件34件。", 0),
        ("全县共制定8件规范性文件。", 1),
        ("废止规范性文件3件。", 1),
        ("现行有效的行政规范性文件40件。", 1),
        ("公开规范性文件8件。", 0),
        ("备案审查规范性文件8件。", 0),
        ("政府信息公开申请方面，上年结转5件。", 1),
        ("政府信息公开申请方面，结转下年度继续办理1件。", 0),
        ("12345热线工单上年结转5件。", 0),
        ("作出行政处罚决定435件，作出行政许可决定7000件。", 1),
        ("办理行政许可事项90项。", 0),
        ("作出行政处罚决定400余件。", 1),
        ("县公安局作出行政处罚决定300件。", 0),
        ("制定规范性文件较上年增加2件。", 0),
        ("累计制定规范性文件56件。", 0),
        ("县政府办公室收到政府信息公开申请9件。", 0),
        ("收到公民、法人和其他组织提出的政府信息公开申请35件。", 1),
        ("办理信息公开申请21件。", 0),
    ],
)
def test_counts_that_sentences_and_tables_both_state_are_compared(
    tmp_path: Path, sentence: str, findings: int
) -> None:
    text = report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications()))
    found = read(text.replace("青禾县政府办公室负责汇总全县数据。", sentence), tmp_path)
    assert [(each.code, each.severity) for each in found.findings] == [("text_table", "soft")] * findings


@pytest.mark.parametrize(
    ("said", "findings"),
    [
        ("本年度没有收取任何费用。", ["text_denies"]),
        ("本年度无行政事业性收费。", ["text_denies"]),
        ("本年度未收取信息处理费。", []),
        ("无。", []),
    ],
)
def test_fees_that_the_last_part_denies_are_found(tmp_path: Path, said: str, findings: list[str]) -> None:
    text = report(article20=tabbed(ARTICLE20_2021)) + f"\n六、其他需要报告的事项\n\n{said}\n"
    assert codes_of(read(text, tmp_path)) == findings


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
def test_one_changed_cell_gives_exactly_the_findings_that_involve_it(
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
    balanced = {"new_requests", "carried_over", "results.total_processed", "carried_forward"}
    expected = ["applicants"] + ["balance"] * (row in balanced) + ["outcomes"] * row.startswith("results.")
    assert sorted(finding.code for finding in findings) == sorted(expected)
    assert all(cell in finding.figures for finding in findings)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.integers(0, 60), min_size=12, max_size=12), data=st.data())
def test_one_changed_cell_of_table_four_is_found_in_its_group_alone(
    tmp_path: Path, parts: list[int], data: st.DataObject
) -> None:
    cells = [number for i in (0, 4, 8) for number in (*parts[i : i + 4], sum(parts[i : i + 4]))]
    assert read(report(review=tabbed((*REVIEW_HEAD, tuple(map(str, cells))))), tmp_path).findings == ()
    at = data.draw(st.integers(0, 14))
    cells[at] += data.draw(st.integers(1, 9))
    found = read(report(review=tabbed((*REVIEW_HEAD, tuple(map(str, cells))))), tmp_path)
    (finding,) = found.findings
    changed = next(
        f for f in found.figures if f.anchor.table == "review_litigation" and f.id in finding.figures
    )
    assert finding.code == "review_sum"
    assert (changed.indicator or "").startswith(
        ("review.", "litigation_direct.", "litigation_after_review.")[at // 5]
    )
