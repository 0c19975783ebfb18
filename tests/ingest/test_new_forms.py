"""A form of a year to come: what is known is read, what is new is kept by its printed labels and said."""

from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2021,
    BALANCED,
    REVIEW,
    Rows,
    applications,
    codes,
    read,
    report,
    tabbed,
    table,
    values,
)

from ingest import Ingested


@pytest.fixture
def plain(tmp_path: Path) -> Ingested:
    return read(
        report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications()), review=tabbed(REVIEW)),
        tmp_path,
    )


def new_cells(found: Ingested, kind: str) -> dict[tuple[str, str], object]:
    """Return what stands in cells that the form lacks, by the last row label and the column."""
    return {
        ((one.row or ("",))[-1], one.column): one.quantity.value if one.quantity else one.status
        for one in table(found, kind).cells
        if one.indicator is None
    }


def with_row(rows: Rows, behind: str, new: tuple[str, ...]) -> Rows:
    at = next(at for at, row in enumerate(rows) if behind in row)
    return (*rows[: at + 1], new, *rows[at + 1 :])


@pytest.mark.parametrize(
    ("behind", "path", "label"),
    [
        ("8.属于行政查询事项", ("三、本年度办理结果", "（三）不予公开"), "9.属于商业秘密"),
        ("3.补正后申请内容仍不明确", ("三、本年度办理结果", "（四）无法提供"), "4.信息已移交档案馆"),
        ("3.其他", ("三、本年度办理结果",), "（七）转由他机关办理"),
        ("四、结转下年度继续办理", (), "五、其中通过网络提交"),
    ],
)
def test_new_row_of_table_three_is_kept_under_its_printed_label(
    tmp_path: Path, plain: Ingested, behind: str, path: tuple[str, ...], label: str
) -> None:
    rows = with_row(applications(), behind, (*path, label, "3", "0", "1", "0", "0", "0", "4"))
    found = read(
        report(article20=tabbed(ARTICLE20_2021), table3=tabbed(rows), review=tabbed(REVIEW)), tmp_path
    )
    assert values(found, "applications") == values(plain, "applications")
    assert new_cells(found, "applications")[label, "自然人"] == 3
    assert new_cells(found, "applications")[label, "总计"] == 4
    (issue,) = found.report.issues
    assert label in issue.message


def test_new_row_of_results_counts_when_the_table_is_added_up(tmp_path: Path) -> None:
    more = {**BALANCED, "results.total_processed": ("15", "3", "0", "1", "2", "0", "21"),
            "new_requests": ("15", "3", "0", "1", "2", "0", "21")}  # fmt: skip
    rows = with_row(
        applications(more), "8.属于行政查询事项",
        ("三、本年度办理结果", "（三）不予公开", "9.属于商业秘密", "1", "0", "0", "0", "0", "0", "1"),
    )  # fmt: skip
    assert read(report(table3=tabbed(rows)), tmp_path).findings == ()


@pytest.mark.parametrize("behind", ["科研机构", "法律服务机构"])
def test_new_kind_of_applicant_is_kept_under_its_printed_name(
    tmp_path: Path, plain: Ingested, behind: str
) -> None:
    rows: list[tuple[str, ...]] = []
    for number, row in enumerate(applications()):
        cells = list(row)
        at = cells.index(behind) + 1 if behind in cells else 0
        if number == 1:
            cells.insert(4, "")
        elif at:
            place = at
            cells.insert(at, "境外机构")
        elif number > 2:
            cells.insert(len(cells) - 7 + place - 1, "0" if number > 3 else "6")
        rows.append(tuple(cells))
    found = read(report(table3=tabbed(rows)), tmp_path)
    assert values(found, "applications") == values(plain, "applications")
    assert (
        new_cells(found, "applications")["一、本年新收政府信息公开申请数量", "法人或其他组织/境外机构"] == 6
    )
    assert codes(found) == {"new_column"}


@pytest.mark.parametrize("place", [1, 2, 4])
def test_new_column_of_table_two_is_kept_under_its_printed_name(
    tmp_path: Path, plain: Ingested, place: int
) -> None:
    rows = [list(row) for row in ARTICLE20_2021]
    for row, printed in zip(rows[1:4], ("本年修改件数", "0", "5"), strict=True):
        row.insert(place, printed)
    found = read(report(article20=tabbed(rows)), tmp_path)
    assert values(found, "article20") == values(plain, "article20")
    assert new_cells(found, "article20")["行政规范性文件", "本年修改件数"] == 5
    assert codes(found) == {"new_column"}


def test_new_row_of_table_two_is_kept_under_its_printed_label(tmp_path: Path, plain: Ingested) -> None:
    rows = with_row(ARTICLE20_2021, "行政强制", ("行政检查", "612", "", ""))
    found = read(report(article20=tabbed(rows)), tmp_path)
    assert values(found, "article20") == values(plain, "article20")
    assert new_cells(found, "article20") == {("行政检查", "本年处理决定数量"): 612}
    (issue,) = found.report.issues
    assert "行政检查" in issue.message


def test_new_outcome_of_table_four_is_kept_under_its_printed_name(tmp_path: Path, plain: Ingested) -> None:
    outcomes = ("结果维持", "结果纠正", "调解结案", "其他结果", "尚未审结", "总计")
    parts = [REVIEW[-1][at : at + 5] for at in range(0, 15, 5)]
    row = tuple(number for part in parts for number in (*part[:2], "0", *part[2:]))
    head = (
        ("行政复议", "", "", "", "", "", "行政诉讼"),
        (*outcomes, "未经复议直接起诉", "", "", "", "", "", "复议后起诉"),
        ("", "", "", "", "", "", *outcomes * 2),
    )
    found = read(report(review=tabbed((*head, row))), tmp_path)
    assert values(found, "review_litigation") == values(plain, "review_litigation")
    assert new_cells(found, "review_litigation")["", "行政复议/调解结案"] == 0
    assert codes(found) == {"new_column"}
    assert found.findings == ()


def test_table_of_another_matter_behind_the_form_adds_nothing_to_it(tmp_path: Path, plain: Ingested) -> None:
    local = "\n\n渠道\t条数\t点击\t转发\n网站\t5\t6\t7\n合计\t9\t9\t9\n"
    found = read(report(article20=tabbed(ARTICLE20_2021) + local), tmp_path)
    assert values(found, "article20") == values(plain, "article20")
    assert new_cells(found, "article20") == {}
