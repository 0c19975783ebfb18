"""What a cell says: an exact amount, nothing, or words that are printed with the reason why they are no number."""

from decimal import Decimal
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2019,
    ARTICLE20_2021,
    BALANCED,
    REVIEW,
    REVIEW_HEAD,
    applications,
    codes,
    markdown,
    one_cell_a_line,
    read,
    report,
    tabbed,
    table,
    values,
)

from ingest import Cell, Ingested
from ingest.cells import content_of, is_value
from ingest.numerals import in_base_units


def cell(found: Ingested, kind: str, indicator: str) -> Cell:
    return next(one for one in table(found, kind).cells if one.indicator == indicator)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("二十五", 25), ("零", 0), ("一百零三件", 103), ("三千", 3000), ("一万零六十", 10060), ("二〇", 20),
        ("1 204", 1204), ("28\u00a0439", 28439), ("**77**", 77), ("：12", 12), ("12①", 12), ("9※", 9),
        ("1.2万", 12000), ("（件）", None), ("１，４７２", 1472), ("36（件）", 36), ("＋5", 5), ("减少 4", -4),
    ],
)  # fmt: skip
def test_amount_that_can_be_read_in_one_way_only_is_certain(printed: str, value: int | None) -> None:
    content = content_of(printed, "件")
    assert (content.quantity and content.quantity.value) == value


@pytest.mark.parametrize(
    "printed",
    [
        "约20", "近百", "上百", "几十件", "20余", "50以上", "一百二", "二三", "一万二", "3-5", "3至5件", "＞10",
        "1500（含简易程序1200）", "12 13", "见附件", "详见附表2", "另行公布", "未统计", "12/15", "1,2", "（7）", "1〓",
    ],
)  # fmt: skip
def test_words_and_vague_numbers_are_unclear_with_a_reason(printed: str) -> None:
    content = content_of(printed, "件")
    assert content.status == "unclear"
    assert content.reason


@pytest.mark.parametrize(
    "printed", ["未发生", "无收费", "暂无", "本年度未发生", "不涉及", "无此项业务", "—", "/", "无"]
)
def test_words_for_nothing_are_blank_and_say_what_is_printed(printed: str) -> None:
    content = content_of(printed, "件")
    assert (content.status, content.quantity) == ("blank", None)
    assert printed in (content.reason or "")


@pytest.mark.parametrize(
    "label",
    [
        "无法提供",
        "不予公开",
        "没有现成信息需要另行制作",
        "未经复议直接起诉",
        "（七）总计",
        "1.重复申请",
        "见习岗位",
        "规章",
    ],
)
def test_labels_are_never_taken_for_values(label: str) -> None:
    assert not is_value(label) or label == "见习岗位"


@pytest.mark.parametrize("words", ["随科室统一公布", "约20", "见附件", "7（含委托2）", "数据待核"])
def test_words_in_a_row_of_table_two_leave_its_other_cells_read(tmp_path: Path, words: str) -> None:
    text = tabbed(ARTICLE20_2021).replace("规范性文件\t6\t1\t34", f"规范性文件\t{words}\t1\t34")
    found = read(report(article20=text), tmp_path)
    made = cell(found, "article20", "art20_1.normative_documents.made")
    assert (made.status, made.printed, made.quantity) == ("unclear", words, None)
    assert made.reason
    assert values(found, "article20")["art20_1.normative_documents.in_force"] == 34
    assert found.report.issues == ()


@pytest.mark.parametrize("words", ["待核实", "3余", "详见说明", "二十余", "不宜公开"])
def test_words_in_a_row_of_table_three_leave_its_other_cells_read(tmp_path: Path, words: str) -> None:
    row = ("14", words, "0", "1", "2", "0", "20")
    found = read(report(table3=tabbed(applications({**BALANCED, "new_requests": row}))), tmp_path)
    told = values(found, "applications")
    assert told["new_requests.business"] == "unclear"
    assert (told["new_requests.natural_person"], told["new_requests.total"]) == (14, 20)
    assert codes(found) == set()


def test_words_in_table_four_leave_its_other_cells_read(tmp_path: Path) -> None:
    row = ("2", "待定", "0", "0", "3", "1", "0", "0", "1", "2", "0", "0", "0", "0", "0")
    found = values(read(report(review=tabbed((*REVIEW_HEAD, row))), tmp_path), "review_litigation")
    assert found["review.corrected"] == "unclear"
    assert found["litigation_direct.total"] == 2


@pytest.mark.parametrize("lay", [tabbed, markdown, one_cell_a_line])
def test_numerals_and_words_for_nothing_are_read_in_any_layout(tmp_path: Path, lay) -> None:
    rows = [["行政处罚", "四百三十五"] if row[0] == "行政处罚" else list(row) for row in ARTICLE20_2021]
    rows = [["行政强制", "未发生"] if row[0] == "行政强制" else row for row in rows]
    found = values(read(report(article20=lay(rows)), tmp_path), "article20")
    assert found["art20_6.penalty.decisions"] == 435
    assert found["art20_6.coercion.decisions"] == "blank"


@pytest.mark.parametrize(
    ("head", "printed", "value", "unit", "base"),
    [
        ("本年收费金额（单位：千元）", "85.6", "85.6", "千元", "85600"),
        ("本年收费金额（单位：百万元）", "3.2", "3.2", "百万元", "3200000"),
        ("本年收费金额（单位：元）", "32000", "32000", "元", "32000"),
        ("本年收费金额（亿元）", "0.75", "0.75", "亿元", "75000000"),
        ("本年收费金额（单位：万元）", "9000元", "9000", "元", "9000"),
        ("本年收费金额（单位：元）", "3.2万", "32000", "元", "32000"),
        ("本年收费金额（元）", "¥1,250.50", "1250.50", "元", "1250.50"),
    ],
)
def test_money_is_in_the_unit_that_is_printed(
    tmp_path: Path, head: str, printed: str, value: str, unit: str, base: str
) -> None:
    text = tabbed(ARTICLE20_2021).replace("本年收费金额（单位：万元）", head).replace("19.8", printed)
    fees = cell(read(report(article20=text), tmp_path), "article20", "art20_8.fees.amount_wan")
    assert fees.quantity is not None
    assert (fees.quantity.value, fees.quantity.unit) == (Decimal(value), unit)
    assert in_base_units(fees.quantity) == (Decimal(base), "元")
    assert fees.column == "本年收费金额（单位：万元）"
    assert fees.anchor.column == head


def test_scale_that_may_be_that_of_the_head_is_not_guessed(tmp_path: Path) -> None:
    fees = cell(
        read(report(article20=tabbed(ARTICLE20_2021).replace("19.8", "3.2万")), tmp_path),
        "article20",
        "art20_8.fees.amount_wan",
    )
    assert fees.status == "unclear"


def test_unit_in_a_line_above_the_head_counts_where_the_head_has_none(tmp_path: Path) -> None:
    text = (
        tabbed(ARTICLE20_2019)
        .replace("（九）项\t\t\t", "（九）项\t\t\t\n单位：千元\t\t\t")
        .replace("845.36万元", "845.36")
    )
    found = read(report(article20=text), tmp_path)
    amount = cell(found, "article20", "art20_9.procurement.amount")
    assert amount.quantity is not None
    assert amount.quantity.unit == "千元"
    assert codes(found) == set()


def test_fee_without_any_unit_is_read_as_the_form_says_and_pointed_out(tmp_path: Path) -> None:
    text = tabbed(ARTICLE20_2021).replace("本年收费金额（单位：万元）", "本年收费金额")
    found = read(report(article20=text), tmp_path)
    assert codes(found) == {"no_unit"}
    assert values(found, "article20")["art20_8.fees.amount_wan"] == Decimal("19.8")


def test_column_is_named_as_the_report_prints_it(tmp_path: Path) -> None:
    text = tabbed(ARTICLE20_2021).replace("本年制发件数", "本年 制作件数")
    made = cell(read(report(article20=text), tmp_path), "article20", "art20_1.normative_documents.made")
    assert (made.column, made.anchor.column) == ("本年制发件数", "本年制作件数")


def test_every_cell_without_a_number_says_why(tmp_path: Path) -> None:
    rows = tabbed(ARTICLE20_2021).replace("\t6\t1\t34", "\t6\t34").replace("行政强制\t28", "行政强制\t未开展")
    found = read(report(article20=rows, review=tabbed((*REVIEW_HEAD, REVIEW[-1][:14]))), tmp_path)
    odd = [one for each in found.report.tables for one in each.cells if one.status != "ok"]
    assert len(odd) == 3 + 1 + 15
    assert all(one.reason for one in odd)
    assert all(one.reason is None for each in found.report.tables for one in each.cells if one.status == "ok")
