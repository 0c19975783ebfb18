"""Numbers as people print them, and the digits that are no quantities."""

from decimal import Decimal

import pytest

from ingest.indicators import load_indicators
from ingest.models import Quantity
from ingest.numerals import cell_quantity, chinese_number, in_base_units, number_phrases

LANGUAGE = load_indicators().language


def phrases(text: str) -> list[tuple[str, str, str | None]]:
    return [
        (str(found.quantity.value), found.quantity.unit, found.quantity.qualifier)
        for found in number_phrases(text, LANGUAGE)
    ]


@pytest.mark.parametrize(
    ("printed", "value"),
    [("十", 10), ("十二", 12), ("一百二十三", 123), ("三千零五", 3005), ("二〇二一", 2021), ("两千", 2000)],
)
def test_chinese_numerals_have_their_value(printed: str, value: int) -> None:
    assert chinese_number(printed) == value


@pytest.mark.parametrize("printed", ["", "若干", "一些", "12"])
def test_words_are_no_chinese_numerals(printed: str) -> None:
    assert chinese_number(printed) is None


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("0", "0", "项"),
        ("减少 4", "-4", "项"),
        ("减4", "-4", "项"),
        ("-35", "-35", "项"),
        ("－35", "-35", "项"),
        ("增加 68", "68", "项"),
        ("+68", "68", "项"),
        ("16280.5867 万元", "16280.5867", "万元"),
        ("251000元", "251000", "元"),
        ("597920.00", "597920.00", "项"),
        ("1,234,567", "1234567", "项"),
        ("１２３", "123", "项"),
    ],
)
def test_cell_keeps_exact_value_and_printed_unit(printed: str, value: str, unit: str) -> None:
    quantity = cell_quantity(printed, "项")
    assert quantity == Quantity(value=Decimal(value), unit=unit, printed=printed)


@pytest.mark.parametrize("printed", ["", "无", "-", "/", "约三成", "1 2", "见附件"])
def test_cell_without_an_amount_has_no_quantity(printed: str) -> None:
    assert cell_quantity(printed, "件") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("公开信息218条", [("218", "条", None)]),
        ("发布1300余条", [("1300", "条", "余")]),
        ("约60人次", [("60", "人次", "约")]),
        ("30件以上", [("30", "件", "以上")]),
        ("支出3.5万元", [("3.5", "万元", None)]),
        ("投资29.2亿元", [("29.2", "亿元", None)]),
        ("办结率99.5％", [("99.5", "%", None)]),
        ("办结率百分之九十八点六", [("98.6", "%", None)]),
        ("办理建议十五件", [("15", "件", None)]),
        ("阅读1,024次", [("1024", "次", None)]),
        ("制作图解８件", [("8", "件", None)]),
        ("推送3千余条", [("3000", "条", "余")]),
        ("60人左右", [("60", "人", "约")]),
        ("粉丝突破11.8万人", [("11.8", "万人", "超")]),
        ("不少于6次", [("6", "次", "以上")]),
        ("考核占4分", [("4", "分", None)]),
    ],
)
def test_phrase_keeps_value_unit_and_qualifier(text: str, found: list[tuple[str, str, str | None]]) -> None:
    assert phrases(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "2022年1月1日至2022年12月31日",
        "国办公开办函〔2021〕30号",
        "《条例》第五十条第二款",
        "电话：0999-6123456",
        "邮编：831400",
        "拨打12345热线",
        "网址 www.example.gov.cn/2022/15项",
        "同一个窗口",
        "一次性告知",
        "十分重视",
        "（不同渠道和方式公开相同信息计1条）",
        "无一例泄密事件",
        "打通最后一公里",
        "“一件事一次办”",
        "7×24小时服务",
        "12-3件",
    ],
)
def test_dates_document_numbers_and_telephones_are_no_quantities(text: str) -> None:
    assert phrases(text) == []


@pytest.mark.parametrize(
    ("text", "low", "high", "printed"),
    [
        ("每月3～5 件", "3", "5", "3～5 件"),
        ("5至8件", "5", "8", "5至8件"),
        ("3件—5件", "3", "5", "3件—5件"),
        ("三至五个工作日", "3", "5", "三至五个工作日"),
        ("五六个", "5", "6", "五六个"),
        ("1.2万至1.5万元", "1.2", "1.5", "1.2万至1.5万元"),
        ("10%至20%", "10", "20", "10%至20%"),
    ],
)
def test_range_is_one_quantity_with_both_ends(text: str, low: str, high: str, printed: str) -> None:
    (found,) = number_phrases(text, LANGUAGE)
    assert (found.quantity.value, found.quantity.upper) == (Decimal(low), Decimal(high))
    assert found.quantity.printed == printed == text[found.char_start : found.char_end]
    assert found.quantity.is_approximate


def test_hotline_name_before_its_cases_is_not_counted() -> None:
    assert phrases("12345热线受理诉求706件") == [("706", "件", None)]


def test_number_stands_at_its_printed_place() -> None:
    text = "全年公开信息 218 条，其中微信 90余条。"
    assert [text[found.char_start : found.char_end] for found in number_phrases(text, LANGUAGE)] == [
        "218 条",
        "90余条",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "base"),
    [("1.2", "万元", ("12000", "元")), ("3", "亿元", ("300000000", "元")), ("7", "件", ("7", "件"))],
)
def test_scale_of_a_unit_is_worked_out(value: str, unit: str, base: tuple[str, str]) -> None:
    amount, rest = in_base_units(Quantity(value=Decimal(value), unit=unit, printed=value + unit))
    assert (amount, rest) == (Decimal(base[0]), base[1])
