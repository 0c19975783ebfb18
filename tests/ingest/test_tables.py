"""Statutory tables by their labels, in the layouts that websites, editors and extractors produce."""

import re
from collections.abc import Callable, Sequence
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
    Rows,
    applications,
    bar_behind_each_line,
    barred,
    codes,
    markdown,
    narrow,
    one_cell_a_line,
    read,
    report,
    spaced,
    tabbed,
    table,
    values,
)

from ingest.wording import skeleton

KINDS = ("article20", "applications", "review_litigation")
ARTICLE20 = {"form2019": ARTICLE20_2019, "form2021": ARTICLE20_2021}


def last(path: Sequence[str]) -> Sequence[str]:
    return path[-1:]


def whole_form(form: str, lay: Callable[[Rows], str] = tabbed, **options: object) -> str:
    rows = applications(form=form, **options)  # type: ignore[arg-type]
    return report(article20=lay(ARTICLE20[form]), table3=lay(rows), review=lay(REVIEW))


@pytest.mark.parametrize("form", ["form2019", "form2021"])
def test_every_cell_of_a_form_is_read(tmp_path: Path, form: str) -> None:
    found = read(whole_form(form), tmp_path)
    count = {"form2019": [22, 161, 15], "form2021": [10, 175, 15]}[form]
    assert [len(table(found, kind).cells) for kind in KINDS] == count
    assert {cell.status for kind in KINDS for cell in table(found, kind).cells} == {"ok"}
    assert found.report.form == form
    assert found.report.issues == ()
    rows = values(found, "applications")
    for row, printed in BALANCED.items():
        assert [rows[f"{row}.{key}"] for key in KEYS] == [Decimal(number) for number in printed]


@pytest.mark.parametrize("form", ["form2019", "form2021"])
@pytest.mark.parametrize("lay", [barred, markdown, one_cell_a_line, spaced, narrow, bar_behind_each_line])
def test_layout_does_not_change_the_values(tmp_path: Path, form: str, lay: Callable[[Rows], str]) -> None:
    plain = read(whole_form(form), tmp_path)
    other = read(whole_form(form, lay, label=last), tmp_path)
    assert other.report.issues == ()
    for kind in KINDS:
        assert values(other, kind) == values(plain, kind)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        lambda text: text.replace("总计", "合计"),
        lambda text: text.replace("社会公益组织", "社会组织"),
        lambda text: text.replace("其他法律行政法规禁止公开", "其他法律行政止公开"),
        lambda text: text.replace("属于国家秘密", "属 于 国家\u3000秘密"),
        lambda text: text.replace("信访举报投诉类申请", "信访举报投诉类"),
        lambda text: re.sub(r"(?m)^", "\u3000\u3000", text),
        lambda text: re.sub(r"(?m)^", "\t", text),
    ],
    ids=["full-width", "合计", "社会组织", "misprint", "spaced", "shortened", "indented", "tab-indented"],
)
def test_other_printings_of_the_same_table_read_the_same(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    table3 = tabbed(applications())
    plain, other = (read(report(table3=text), tmp_path) for text in (table3, change(table3)))
    assert values(other, "applications") == values(plain, "applications")
    assert other.report.issues == ()


@pytest.mark.parametrize(
    "label",
    [
        lambda path: [re.sub(r"^(?:[一二三四]、|（.）|\d\.)", "", part) for part in path],
        lambda path: ["".join(path)],
        lambda path: ["".join(path[-2:])],
        lambda path: ["三、本年度办理结果", *path[1:]] if len(path) > 1 else path,
    ],
    ids=["no numbers", "whole path in one cell", "parent in the same cell", "parents repeated"],
)
def test_label_paths_are_found_however_they_are_split(
    tmp_path: Path, label: Callable[[Sequence[str]], Sequence[str]]
) -> None:
    plain, other = (
        read(report(table3=tabbed(rows)), tmp_path) for rows in (applications(), applications(label=label))
    )
    assert values(other, "applications") == values(plain, "applications")


def test_traditional_characters_with_remarks_in_the_labels(tmp_path: Path) -> None:
    text = (
        "第二十條第(一)項 | ||||\n"
        "信息內容 | 本年新 製作數量 | 本年新 公開數量 | 對外公開總數量 | |\n"
        "規章(設區的市填寫) | 0 | 0 | 0 | |\n"
        "規範性檔案(決定、公告、通知……一般屬於此類) | 4 | 3 | 21 | |\n"
        "第二十條第(五)項 | ||||\n"
        "信息內容 | 上一年項目數量(指上年事項數) | 本年增/減(減用負值表示) | 處理決定數量(指辦件量) | |\n"
        "行政許可 | 8 | -5 | 93 | |\n"
    )
    found = values(read(report(article20=text), tmp_path), "article20")
    assert found["art20_1.normative_documents.published_total"] == 21
    assert found["art20_5.licensing.change"] == -5
    assert found["art20_5.licensing.decisions"] == 93


def test_cut_column_heads_are_completed_by_their_form(tmp_path: Path) -> None:
    text = (
        "第二十条第(一)项 | |||\n信息内容 | 本年新 | 本年新 | 对外公开总数量 |\n规范性文件 | 5 | 4 | 33 |\n"
    )
    assert values(read(report(article20=text), tmp_path), "article20") == {
        "art20_1.normative_documents.made": 5,
        "art20_1.normative_documents.published": 4,
        "art20_1.normative_documents.published_total": 33,
    }


@pytest.mark.parametrize("form", ["form2019", "form2021"])
def test_tabs_stripped_from_the_ends_of_lines_lose_no_value(tmp_path: Path, form: str) -> None:
    whole = tabbed(ARTICLE20[form])
    stripped = "\n".join(line.rstrip() for line in whole.splitlines())
    plain, other = (read(report(article20=text), tmp_path) for text in (whole, stripped))
    assert values(other, "article20") == values(plain, "article20")


def test_label_cut_by_a_page_break_keeps_its_row(tmp_path: Path) -> None:
    whole = tabbed(applications())
    cut = whole.replace(
        "3.补正后申请内容仍不明确\t0\t0\t0\t0\t0\t0\t0",
        "3.补正后申请内\t0\t0\t0\t0\t0\t0\t0\n\n\t\t容仍不明确\t\t\t\t\t\t\t",
    )
    assert cut != whole
    plain, other = (read(report(table3=text), tmp_path) for text in (whole, cut))
    assert values(other, "applications") == values(plain, "applications")
    assert other.report.issues == ()


def test_head_repeated_after_a_page_footer_changes_nothing(tmp_path: Path) -> None:
    lines = tabbed(applications()).splitlines()
    again = "\n".join([*lines[:12], "— 3 —", *lines[:3], *lines[12:]])
    plain, other = (read(report(table3=text), tmp_path) for text in ("\n".join(lines), again))
    assert values(other, "applications") == values(plain, "applications")


def test_tables_under_the_wrong_headings_are_known_by_their_labels(tmp_path: Path) -> None:
    table2, table3 = tabbed(ARTICLE20_2021), tabbed(applications())
    right, wrong = (
        read(text, tmp_path)
        for text in (
            report(article20=table2, table3=table3, review=tabbed(REVIEW)),
            report(article20="", table3="", review=f"{table3}\n\n{tabbed(REVIEW)}\n\n{table2}"),
        )
    )
    for kind in KINDS:
        assert values(wrong, kind) == values(right, kind)


def test_hybrid_shows_the_form_of_each_table(tmp_path: Path) -> None:
    text = report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications(form="form2019")))
    found = read(text, tmp_path)
    assert table(found, "article20").form == "form2021"
    assert table(found, "applications").form == "form2019"
    assert found.report.form == "unknown"


@pytest.mark.parametrize(
    ("printed", "status", "value"),
    [
        ("0", "ok", Decimal(0)),
        ("", "blank", None),
        ("-", "blank", None),
        ("—", "blank", None),
        ("/", "blank", None),
        ("无", "blank", None),
    ],
)
def test_blank_and_marks_for_nothing_are_never_zero(
    tmp_path: Path, printed: str, status: str, value: Decimal | None
) -> None:
    text = tabbed(ARTICLE20_2021).replace("行政强制\t28", f"行政强制\t{printed}")
    found = read(report(article20=text), tmp_path)
    cell = next(c for c in table(found, "article20").cells if c.indicator == "art20_6.coercion.decisions")
    assert (cell.status, cell.quantity and cell.quantity.value) == (status, value)
    assert cell.printed == printed


@pytest.mark.parametrize(
    ("head", "cell", "value", "unit"),
    [
        ("采购总金额", "845.36万元", "845.36", "万元"),
        ("采购总金额（元）", "597920.00", "597920.00", "元"),
        ("采购总金额（单位：万元）", "12.5", "12.5", "万元"),
        ("采购总金额（万元）", "9000元", "9000", "元"),
    ],
)
def test_money_takes_the_unit_of_its_cell_or_of_its_head(
    tmp_path: Path, head: str, cell: str, value: str, unit: str
) -> None:
    text = tabbed(ARTICLE20_2019).replace("采购总金额", head).replace("845.36万元", cell)
    found = read(report(article20=text), tmp_path)
    amount = next(c for c in table(found, "article20").cells if c.indicator == "art20_9.procurement.amount")
    assert amount.quantity is not None
    assert (amount.quantity.value, amount.quantity.unit) == (Decimal(value), unit)
    assert found.report.issues == ()


def test_amount_without_any_unit_is_pointed_out(tmp_path: Path) -> None:
    found = read(report(article20=tabbed(ARTICLE20_2019).replace("845.36万元", "845.36")), tmp_path)
    assert codes(found) == {"no_unit"}


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("行政规范性文件\t6\t1\t34", "行政规范性文件\t6\t34", "art20_1.normative_documents"),
        ("行政规范性文件\t6\t1\t34", "行政规范性文件\t6\t1\t34\t2", "art20_1.normative_documents"),
        ("行政规范性文件\t6\t1\t34", "行政规范性文件\t", "art20_1.normative_documents"),
    ],
)
def test_row_of_table_two_that_does_not_fit_its_columns_is_unclear(
    tmp_path: Path, before: str, after: str, lost: str
) -> None:
    text = tabbed(ARTICLE20_2021).replace(before, after)
    found = read(report(article20=text), tmp_path)
    assert {
        key.rpartition(".")[0] for key, value in values(found, "article20").items() if value == "unclear"
    } == {lost}
    assert codes(found) == {"unclear_row"}


@pytest.mark.parametrize("lay", [tabbed, barred, one_cell_a_line, spaced, narrow, bar_behind_each_line])
def test_row_of_table_three_with_a_lost_value_is_unclear(tmp_path: Path, lay: Callable[[Rows], str]) -> None:
    lost = {**BALANCED, "new_requests": ("14", "3", "1", "2", "0", "20")}
    found = read(report(table3=lay(applications(lost, label=last))), tmp_path)
    unclear = {key for key, value in values(found, "applications").items() if value == "unclear"}
    assert unclear == {f"new_requests.{key}" for key in KEYS}
    assert codes(found) == {"unclear_row"}


@pytest.mark.parametrize("rough", ["约20", "20余件", "近20", "20左右"])
def test_rough_number_is_unclear_and_its_row_is_still_read(tmp_path: Path, rough: str) -> None:
    some = {**BALANCED, "new_requests": (rough, "1", "0", "0", "0", "0", "21")}
    found = read(report(table3=tabbed(applications(some))), tmp_path)
    row = {
        key: value for key, value in values(found, "applications").items() if key.startswith("new_requests")
    }
    assert list(row.values()) == ["unclear", 1, 0, 0, 0, 0, 21]


def test_blank_cells_of_a_complete_row_stay_in_their_columns(tmp_path: Path) -> None:
    some = {**BALANCED, "new_requests": ("14", "", "", "1", "", "", "15")}
    found = values(read(report(table3=tabbed(applications(some))), tmp_path), "applications")
    assert [found[f"new_requests.{key}"] for key in KEYS] == [14, "blank", "blank", 1, "blank", "blank", 15]


def test_body_that_fills_in_totals_only_has_blank_columns_beside_them(tmp_path: Path) -> None:
    totals = {key: ("",) * 6 + (str(number),) for number, key in enumerate(BALANCED)}
    rows = applications({key: totals.get(key, ("",) * 6 + ("0",)) for key in _row_keys()})
    found = values(read(report(table3=tabbed(rows)), tmp_path), "applications")
    assert found["carried_forward.total"] == 6
    assert {value for key, value in found.items() if not key.endswith(".total")} == {"blank"}


def _row_keys() -> list[str]:
    from ingest.indicators import load_indicators

    return [row.key for row in load_indicators().application_rows]


@pytest.mark.parametrize("row", ["其他主动公开文件\t186\t86\t255", "政府白皮书\t2\t2\t9"])
def test_extra_local_row_is_reported_and_not_guessed(tmp_path: Path, row: str) -> None:
    text = tabbed(ARTICLE20_2019).replace("规范性文件\t3\t2\t41", f"规范性文件\t3\t2\t41\n{row}")
    plain, other = (read(report(article20=t), tmp_path) for t in (tabbed(ARTICLE20_2019), text))
    assert values(other, "article20") == values(plain, "article20")
    (issue,) = other.report.issues
    assert issue.code == "unplaced_row"
    assert row.split("\t")[0] in issue.message
    assert issue.anchor is not None
    assert other.text[issue.anchor.char_start : issue.anchor.char_end] == row


def test_row_without_a_column_head_is_reported(tmp_path: Path) -> None:
    found = read(report(article20="第二十条第（六）项\t\t\n行政处罚\t12\t3\t4"), tmp_path)
    assert codes(found) == {"lost_header", "no_tables"}


def test_row_printed_twice_with_other_numbers_is_unclear(tmp_path: Path) -> None:
    text = tabbed(applications()) + "\n（七）总计\t9\t9\t9\t9\t9\t9\t9"
    found = read(report(table3=text), tmp_path)
    assert {value for key, value in values(found, "applications").items() if "total_processed" in key} == {
        "unclear"
    }
    assert codes(found) == {"repeated_row"}


def test_missing_rows_are_named(tmp_path: Path) -> None:
    text = "\n".join(line for line in tabbed(applications()).splitlines() if "2.重复申请" not in line)
    (issue,) = read(report(table3=text), tmp_path).report.issues
    assert (issue.code, issue.message) == ("missing_rows", "第三张表没有找到这些行：2.重复申请")


def test_columns_in_another_order_are_not_read_as_the_forms(tmp_path: Path) -> None:
    text = tabbed(applications()).replace("\t商业企业\t科研机构", "\t科研机构\t商业企业")
    found = read(report(table3=text), tmp_path)
    assert set(values(found, "applications").values()) == {"unclear"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("结果维持\t结果纠正", "结果纠正\t结果维持"),
        ("未经复议直接起诉\t\t\t\t\t复议后起诉", "复议后起诉\t\t\t\t\t未经复议直接起诉"),
    ],
)
def test_table_four_in_another_order_is_not_read_as_the_forms(
    tmp_path: Path, before: str, after: str
) -> None:
    found = read(report(review=tabbed(REVIEW).replace(before, after, 1)), tmp_path)
    assert set(values(found, "review_litigation").values()) == {"unclear"}


def test_blank_cell_of_table_four_is_blank(tmp_path: Path) -> None:
    row = ("0", "1", "0", "0", "1", "0", "1", "0", "", "1", "0", "0", "0", "1", "1")
    found = values(read(report(review=tabbed((*REVIEW_HEAD, row))), tmp_path), "review_litigation")
    assert found["litigation_direct.pending"] == "blank"
    assert found["litigation_after_review.total"] == 1


@pytest.mark.parametrize("count", [14, 16])
def test_table_four_with_lost_or_added_values_is_unclear(tmp_path: Path, count: int) -> None:
    row = tuple(str(number + 3) for number in range(count))
    found = read(report(review=tabbed((*REVIEW_HEAD, row))), tmp_path)
    assert set(values(found, "review_litigation").values()) == {"unclear"}


def test_row_that_numbers_the_columns_is_no_data(tmp_path: Path) -> None:
    numbered = (*REVIEW_HEAD, tuple(str(number) for number in range(1, 16)), REVIEW[-1])
    plain, other = (read(report(review=tabbed(rows)), tmp_path) for rows in (REVIEW, numbered))
    assert values(other, "review_litigation") == values(plain, "review_litigation")


def test_other_tables_with_totals_do_not_touch_the_form(tmp_path: Path) -> None:
    local = "渠道\t条数\t总计\n网站\t5\t6\n其他\t1\t2\n总计\t6\t8\n"
    forms = report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications()), review=tabbed(REVIEW))
    plain = read(forms, tmp_path)
    other = read(forms.replace("负责汇总全县数据。", f"负责汇总全县数据。\n\n{local}"), tmp_path)
    for kind in KINDS:
        assert values(other, kind) == values(plain, kind)


STAT2017 = """统 计 指 标	单 位	汇 总 数
一、公文类信息主动公开情况
（一）本部门及机关各业务处室制发的公文总数	件	31
其中：标注为“主动公开”的数量	件	12
标注为“不公开”的数量	件	/
二、政策解读情况
（一）本部门及机关各处室制发公文中主动公开的政策性文件数量	件	4
其中：进行政策解读的数量	件	3
五、机构建设情况
（一）本部门政务公开工作机构中工作人员数量	人	5
其中：专职人员数量	人	2
兼职人员数量	人	3
（二）本部门下属单位政务公开工作机构数量	个
工作人员数量	人	0
"""


def test_table_of_2017_is_read_with_parents_and_units(tmp_path: Path) -> None:
    found = read(report(review=STAT2017, title="白杨园区2017年政府信息公开工作年度报告"), tmp_path)
    assert values(found, "stat2017") == {
        "docs.dept.total": 31,
        "docs.dept.proactive": 12,
        "docs.dept.withheld": "unclear",
        "policy.dept.total": 4,
        "policy.dept.interpreted": 3,
        "staff.dept.people": 5,
        "staff.dept.full_time": 2,
        "staff.dept.part_time": 3,
        "staff.sub.bodies": "unclear",
        "staff.sub.people": 0,
    }
    cells = {cell.indicator: cell for cell in table(found, "stat2017").cells}
    assert cells["staff.dept.part_time"].quantity.unit == "人"  # type: ignore[union-attr]
    assert cells["policy.dept.interpreted"].row[0] == "二、政策解读情况"
    assert found.report.form == "pre2019"


@pytest.mark.parametrize("lay", [tabbed, barred, markdown, one_cell_a_line])
def test_every_cell_points_at_its_printed_text(tmp_path: Path, lay: Callable[[Rows], str]) -> None:
    found = read(whole_form("form2019", lay, label=last), tmp_path)
    cells = [cell for kind in KINDS for cell in table(found, kind).cells]
    assert len(cells) == 198
    for cell in cells:
        assert found.text[cell.anchor.char_start : cell.anchor.char_end] == cell.printed
        row = skeleton(found.text[cell.row_start : cell.row_end])
        assert not cell.row or skeleton(cell.row[-1]) in row or cell.row[-1] == "（六）其他处理"


def test_lines_of_prose_between_one_cell_lines_end_the_table(tmp_path: Path) -> None:
    text = one_cell_a_line(ARTICLE20_2021).replace(
        "行政强制", "以下数字由各乡镇报送，县政府办公室汇总。\n\n行政强制"
    )
    found = values(read(report(article20=text), tmp_path), "article20")
    assert found["art20_6.penalty.decisions"] == 435
    assert "art20_6.coercion.decisions" not in found


def test_page_number_between_one_cell_lines_is_no_value(tmp_path: Path) -> None:
    text = one_cell_a_line(ARTICLE20_2021).replace("6\n\n1\n\n34", "6\n\n— 2 —\n\n1\n\n34")
    found = values(read(report(article20=text), tmp_path), "article20")
    assert found["art20_1.normative_documents.in_force"] == 34


def test_missing_rows_of_table_two_are_named_by_its_form(tmp_path: Path) -> None:
    later = tuple(row for row in ARTICLE20_2021 if row[0] != "行政强制")
    earlier = tuple(row for row in ARTICLE20_2019 if row[0] not in {"政府集中采购", "行政强制"})
    told = [
        [issue.message for issue in read(report(article20=tabbed(rows)), tmp_path).report.issues
         if issue.code == "missing_rows"]
        for rows in (ARTICLE20_2021, later, earlier)
    ]  # fmt: skip
    assert told == [
        [],
        ["第二张表没有找到这些行：行政强制"],
        ["第二张表没有找到这些行：行政强制、政府集中采购"],
    ]


def test_head_of_table_four_without_its_row_is_told(tmp_path: Path) -> None:
    found = read(report(review=tabbed(REVIEW_HEAD)), tmp_path)
    (issue,) = (issue for issue in found.report.issues if issue.code == "missing_rows")
    assert issue.message.startswith("第四张表只有表头")
    assert issue.anchor is not None
    assert issue.anchor.table == "review_litigation"


@pytest.mark.parametrize(
    "halves",
    [
        (("行政规范", "", "", ""), ("性文件", "6", "1", "34")),
        (("行政规范", "6", "1", "34"), ("性文件", "", "", "")),
    ],
)
def test_label_that_is_cut_into_two_rows_is_read_whole(
    tmp_path: Path, halves: tuple[tuple[str, ...], ...]
) -> None:
    rows = [each for row in ARTICLE20_2021 for each in (halves if row[0] == "行政规范性文件" else (row,))]
    found = read(report(article20=tabbed(rows)), tmp_path)
    assert values(found, "article20")["art20_1.normative_documents.in_force"] == 34
    assert len(values(found, "article20")) == len(
        values(read(report(article20=tabbed(ARTICLE20_2021)), tmp_path), "article20")
    )


def test_extra_local_row_is_reported_once_and_leaves_the_others(tmp_path: Path) -> None:
    extra = ("其他主动公开文件", "3", "2", "41")
    rows = (*ARTICLE20_2019[:4], extra, *ARTICLE20_2019[4:])
    found = read(report(article20=tabbed((*rows, extra))), tmp_path)
    assert [issue.code for issue in found.report.issues if issue.anchor and issue.anchor.table] == [
        "unplaced_row"
    ]
    assert values(found, "article20")["art20_6.penalty.decisions"] == 79
