"""Which years a text names, whatever they are written in."""

import pytest

from assistant.planning import years_in

HELD = (2018, 2019, 2020, 2021, 2022)


def asked(text, *, talked_of=None):
    found = years_in(text, held=HELD, talked_of=talked_of)
    return [year for named in found if not named.against for year in named.years]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2020年办复率", [2020]),
        ("２０２０年办复率", [2020]),
        ("二〇二一年办复率", [2021]),
        ("二零二一年度办复率", [2021]),
        ("21年办复率", [2021]),
        ("二一年办复率", [2021]),
        ("21年和22年各多少", [2021, 2022]),
        ("2021、22年各多少", [2021, 2022]),
        ("21到23年", [2021, 2022, 2023]),
        ("二〇一九年至二〇二一年", [2019, 2020, 2021]),
        ("2019—2021年", [2019, 2020, 2021]),
        ("从2019年起到2021年", [2019, 2020, 2021]),
        ("2020年以来的走势", [2020, 2021, 2022]),
        ("2020 annual report", [2020]),
        ("公众号2022粉丝多少", [2022]),
    ],
)
def test_a_stated_year_is_read_in_any_writing(text, years):
    assert asked(text) == years


@pytest.mark.parametrize(
    "text",
    [
        "国办公开办函〔2021〕30号",
        "《2020年工作要点》提了什么",
        "阅读量2020次",
        "公开了1998条信息",
        "收费2019元",
        "使用满10年的设备",
        "第12年",
        "工作了20年以上的人",
        "12345热线",
        "上年结转多少件",
        "上一年项目数量是几",
        "十二年的老站",
    ],
)
def test_a_number_that_is_no_year_of_a_report_is_none(text):
    assert asked(text) == []


@pytest.mark.parametrize(
    ("text", "talked_of", "years"),
    [
        ("去年办复率", None, [2022]),
        ("去年呢", 2020, [2019]),
        ("前年呢", 2021, [2019]),
        ("前年办复率", None, [2021]),
        ("上一年呢", 2021, [2020]),
        ("次年呢", 2019, [2020]),
        ("同年贺兰工业园区呢", 2020, [2020]),
        ("近三年的走势", None, [2020, 2021, 2022]),
        ("最近两年", 2019, [2021, 2022]),
        ("2020年和前一年各多少", None, [2020, 2019]),
        ("历年处罚", None, list(HELD)),
    ],
)
def test_a_relative_year_is_told_from_where_one_stands(text, talked_of, years):
    assert asked(text, talked_of=talked_of) == years


@pytest.mark.parametrize(
    "text", ["2021年比去年多几件", "2021年较上一年增加多少", "2021年和上年相比", "2021年处罚同比去年同期"]
)
def test_a_year_that_is_only_measured_against_is_no_year_asked_about(text):
    assert asked(text) == [2021]
    assert [named.years for named in years_in(text, held=HELD) if named.against] == [(2020,)]


def test_spans_count_in_the_text_as_typed():
    text = "賀蘭縣二〇二〇年…與２１年"

    assert [text[named.start : named.end] for named in years_in(text)] == ["二〇二〇年", "２１年"]


def test_without_anything_to_stand_on_a_relative_year_is_told_without_years():
    (named,) = years_in("去年办复率")

    assert (named.relative, named.years) == (True, ())
