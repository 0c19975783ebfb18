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


def amounts(text: str) -> list[str]:
    """Return value, upper end and unit of each number of a text, such as `20..100份`."""
    return [
        f"{found.quantity.value}{'' if found.quantity.upper is None else f'..{found.quantity.upper}'}{found.quantity.unit}"
        for found in number_phrases(text, LANGUAGE)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("政务微博推送31 206条，其中转发9 018条", ["31206条", "9018条"]),
        ("网站访问量1\u2009284\u2009557次", ["1284557次"]),
        ("发放明白纸12\u202f500份", ["12500份"]),
        ("办理热线工单4\u00a0317件", ["4317件"]),
        ("投入资金2 350.75万元", ["2350.75万元"]),
        ("编号 2021 439件", []),
        ("合计12 3456条", []),
        ("满意度98.5，30件", []),
        ("收到来信7,1203封", []),
        ("第3 120条", []),
    ],
)
def test_number_is_whole_or_absent_never_its_tail(text: str, found: list[str]) -> None:
    assert amounts(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("清理历史文件两万四千三百余件", ["24300件"]),
        ("受益群众十二万八千人", ["128000人"]),
        ("落实资金一亿五千万元", ["150000000元"]),
        ("落实资金3亿2000万元", ["320000000元"]),
        ("补助5万2千元", ["52000元"]),
        ("单价七元五角", ["7.5元"]),
        ("受理信件贰佰零叁封", ["203封"]),
        ("平均八点五个工作日", ["8.5个工作日"]),
        ("培训二三十人", ["20..30人"]),
        ("培训4万6人", []),
        ("三五百件", []),
        ("投入四万八千万元", []),
    ],
)
def test_chinese_numeral_is_read_from_its_first_character(text: str, found: list[str]) -> None:
    assert amounts(text) == found


@pytest.mark.parametrize(
    ("text", "amount", "printed", "is_open"),
    [
        ("累计点赞上千次", "1000次", "上千次", True),
        ("走访企业数十家", "20..100家", "数十家", True),
        ("张贴海报好几百张", "200..1000张", "好几百张", True),
        ("惠及群众几十万人次", "20..100万人次", "几十万人次", True),
        ("设置栏目十几个", "11..19个", "十几个", True),
        ("涉及二十几个村、街", "21..29个", "二十几个", True),
        ("上门服务近百次", "100次", "近百次", True),
        ("发放手册万余册", "1万册", "万余册", True),
        ("转发信息三百来条", "300条", "三百来条", True),
        ("答复来电约70通", "70通", "约70通", True),
        ("压缩到15个工作日以内", "15个工作日", "15个工作日以内", True),
        ("占比近七成", "7成", "近七成", True),
        ("签约57个", "57个", "57个", False),
        ("最近3次", "3次", "3次", False),
        ("申请总数十件", "10件", "十件", False),
    ],
)
def test_vague_number_is_printed_as_it_stands_and_never_exact(
    text: str, amount: str, printed: str, is_open: bool
) -> None:
    (found,) = number_phrases(text, LANGUAGE)
    assert amounts(text) == [amount]
    assert found.quantity.printed == printed == text[found.char_start : found.char_end]
    assert found.quantity.is_approximate == is_open


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("栏目更新:46次", ["46次"]),
        ("办理提案：**17**件", ["17件"]),
        ("**办结率99.2%**", ["99.2%"]),
        ("答复**23件**", ["23件"]),
        ("政策解读——31篇，图解—12篇，视频-5个", ["31篇", "12篇", "5个"]),
        ("- 46条", ["46条"]),
        ("回复留言“88”条。", ["88条"]),
        ("收到申请（9）件，", ["9件"]),
        ("公开信息64（条）", ["64条"]),
        ("罚款¥1,280，补助￥3.5万元", ["1280元", "3.5万元"]),
        ("污水处理费1.40元/吨", ["1.40元/吨"]),
        ("同比-3.5%，环比−2.1%，增幅+6.5%", ["-3.5%", "-2.1%", "6.5%"]),
        ("办结率-95%", ["95%"]),
        ("满意率99．5％", ["99.5%"]),
        ("公众号粉丝34.9万，获赞1,590万", ["34.9万", "1590万"]),
        ("APP注册17.3万人次", ["17.3万人次"]),
        ("电话咨询22680人次", ["22680人次"]),
        ("比例1:3件", []),
        ("上午8:30分", []),
        ("ISO9001条", []),
        ("涉及5部门、3条例", []),
    ],
)
def test_marks_around_a_number_are_no_part_of_it(text: str, found: list[str]) -> None:
    assert amounts(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("由3个到5个", ["3个", "5个"]),
        ("从上年的12件到30件", ["12件", "30件"]),
        ("由5万到3万人", ["5万人", "3万人"]),
        ("由3至5人组成", ["3..5人"]),
        ("由20个增至26个", ["20个", "26个"]),
    ],
)
def test_both_ends_of_a_change_are_numbers(text: str, found: list[str]) -> None:
    assert amounts(text) == found


def test_numbers_of_a_title_count_nothing() -> None:
    assert amounts("印发《居民办证12件事指南》，解答3个问题") == ["3个"]


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
