"""What time a number of a sentence is about: the year, the one before, all time, a moment, a plan."""

from pathlib import Path

import pytest
from forms import read

from ingest import Figure

TITLE = "苍梧县农业农村局2022年政府信息公开工作年度报告"


def figures(folder: Path, text: str, heading: str = "一、总体情况") -> list[Figure]:
    found = read(f"{TITLE}\n\n{heading}\n\n{text}\n", folder)
    return [figure for figure in found.figures if figure.origin == "sentence"]


def times(folder: Path, text: str, heading: str = "一、总体情况") -> dict[str, str]:
    return {
        figure.quantity.printed: figure.period
        for figure in figures(folder, text, heading)
        if figure.quantity is not None
    }


LAST = [
    ("2021年，局网站发布信息150条；2022年，局网站发布信息190条。", {"150条": "last", "190条": "year"}),
    ("2021年，网站公开80条、微信公开20条。", {"80条": "last", "20条": "last"}),
    (
        "2021年网站公开80条；微信公开20条；今年分别为95条、31条。",
        {"80条": "last", "20条": "last", "95条": "year", "31条": "year"},
    ),
    ("收到申请9件，上年为6件，办结8件。", {"9件": "year", "6件": "last", "8件": "year"}),
    ("发布信息190条，比上年的150条增加40条。", {"190条": "year", "150条": "last", "40条": "year"}),
    ("办件量高于去年的7400件，达到8100件。", {"7400件": "last", "8100件": "year"}),
    ("较2020年受理的31件减少6件。", {"31件": "last", "6件": "year"}),
    ("与2021年复议13件、诉讼8件相比，今年降到9件。", {"13件": "last", "8件": "last", "9件": "year"}),
    ("比上年增加12件，同比增长8%。", {"12件": "year", "8%": "year"}),
    ("公开320条（上年280条），其中网站200条。", {"320条": "year", "280条": "last", "200条": "year"}),
    ("上一年度同类申请4件。今年5件。", {"4件": "last", "5件": "year"}),
    ("二〇二一年制作图解7张，本年制作11张。", {"7张": "last", "11张": "year"}),
    ("为2021年的1.6倍。", {"1.6倍": "year"}),
    ("办理上年结转申请2件。", {"2件": "year"}),
    ("65周岁以上年满6个月的30人。", {"6个月": "year", "30人": "year"}),
]


@pytest.mark.parametrize(("text", "told"), LAST)
def test_figure_of_an_earlier_year_is_not_the_year_s(tmp_path: Path, text: str, told: dict[str, str]) -> None:
    assert times(tmp_path, text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("办结时间由上年的14天缩短到9天。", {"14天": "last", "9天": "year"}),
        (
            "信息员由7人增至11人，栏目从40个精简为25个。",
            {"7人": "from", "11人": "year", "40个": "from", "25个": "year"},
        ),
        ("查阅点由3处增加到5处。", {"3处": "from", "5处": "year"}),
        ("材料从13份，减少到4份。", {"13份": "from", "4份": "year"}),
        ("窗口8个增至12个。", {"8个": "from", "12个": "year"}),
        ("流程由原来的9个环节并为5个环节。", {"9个": "from", "5个": "year"}),
        ("专家组由5人组成，走访企业12家。", {"5人": "year", "12家": "year"}),
        ("由题目推动办成实事29件，提升满意度。", {"29件": "year"}),
    ],
)
def test_what_it_was_before_a_change_is_told_from_what_it_is(
    tmp_path: Path, text: str, told: dict[str, str]
) -> None:
    assert times(tmp_path, text) == told


def test_both_ends_of_a_change_are_about_the_same_thing(tmp_path: Path) -> None:
    found = figures(tmp_path, "收到申请由上年的30件下降到12件，其中撤回1件。")
    assert [figure.label for figure in found] == ["收到申请上年", "收到申请", "收到申请 撤回"]


@pytest.mark.parametrize(
    ("text", "told", "since"),
    [
        ("网站自2015年开通以来累计发布信息5021条。", "since", "自2015年开通以来"),
        ("公众号上线以来推送文章860篇。", "since", "上线以来"),
        ("历年累计收到申请77件。", "since", "历年"),
        ("截至2022年底，累计公开信息1.2万条。", "since", None),
        ("平台累计访问71.9万次。", "since", None),
        ("近三年共答复43件。", "since", "近三年"),
        ("全年累计受理咨询310件。", "year", None),
        ("今年以来受理咨询310件。", "year", None),
        ("截至12月31日，公开信息310条。", "as_of", None),
        ("截至2021年底，公开信息310条。", "last", None),
        ("公众号粉丝2.3万人。", "as_of", None),
        ("公众号新增粉丝300人。", "year", None),
        ("现行有效规范性文件16件。", "as_of", None),
        ("目前设有栏目26个。", "as_of", None),
    ],
)
def test_running_count_and_moment_are_known(tmp_path: Path, text: str, told: str, since: str | None) -> None:
    (figure,) = figures(tmp_path, text)
    assert (figure.period, figure.since) == (told, since)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("下一步，我局将新增栏目5个，办结率力争达到98%。", {"5个": "plan", "98%": "plan"}),
        ("2023年，拟培训信息员40人、举办讲座6场。", {"40人": "plan", "6场": "plan"}),
        ("2022年计划公开90条，实际公开110条。", {"90条": "plan", "110条": "year"}),
        ("完成投资3亿元，占年度计划投资4亿元的75%。", {"3亿元": "year", "4亿元": "plan", "75%": "year"}),
        ("预计2023年再解决8个问题。", {"8个": "plan"}),
        ("明年把时限由5天缩短为2天。", {"5天": "year", "2天": "plan"}),
        ("结转2023年继续办理2件。", {"2件": "year"}),
        ("将87项权力事项纳入清单。", {"87项": "year"}),
        ("发布工作计划3份、规划计划5条。", {"3份": "year", "5条": "year"}),
    ],
)
def test_what_is_planned_is_not_what_was_done(tmp_path: Path, text: str, told: dict[str, str]) -> None:
    assert times(tmp_path, text) == told


def test_plan_goes_on_over_its_points_up_to_the_next_section(tmp_path: Path) -> None:
    text = "下一步，我局将做好以下工作。\n\n一是新增栏目5个。二是培训40人。\n\n三、其他事项\n\n本局收到表扬信3封。"
    assert times(tmp_path, text, "二、存在问题及改进情况") == {"5个": "plan", "40人": "plan", "3封": "year"}


def test_section_of_plans_is_about_plans(tmp_path: Path) -> None:
    assert times(tmp_path, "举办培训6期。", "五、2023年工作打算") == {"6期": "plan"}


def test_academic_year_is_two_years(tmp_path: Path) -> None:
    found = times(tmp_path, "2021—2022学年，受理申请21件，较上一学年的13件有较大增长。")
    assert found == {"21件": "year", "13件": "last"}


def test_dates_that_reach_into_the_year_are_the_year_s(tmp_path: Path) -> None:
    assert times(tmp_path, "2021年9月1日至2022年8月31日，校长信箱收信346封。") == {"346封": "year"}


def test_year_that_is_meant_is_kept(tmp_path: Path) -> None:
    found = figures(tmp_path, "2019年网站公开80条，2021年公开95条，去年分配栏目6个，2023年拟公开120条。")
    assert [(figure.period, figure.of_year) for figure in found] == [
        ("last", 2019),
        ("last", 2021),
        ("last", 2021),
        ("plan", 2023),
    ]


def test_years_dealt_out_have_their_own_numbers(tmp_path: Path) -> None:
    text = "2021年、2022年分别公开280条和320条。"
    assert times(tmp_path, text) == {"280条": "last", "320条": "year"}


def test_parts_and_rates_are_of_one_time(tmp_path: Path) -> None:
    found = {
        figure.id: figure
        for figure in figures(
            tmp_path, "受理诉求200件（上年100件），办复100件，办复率50%。2021年公开9条，2022年公开30条。"
        )
    }
    parts = [figure for figure in found.values() if figure.part_of]
    (rate,) = (figure for figure in found.values() if figure.rate_of)
    assert parts == []
    assert rate.rate_of is not None
    assert [str(q.value) for each in rate.rate_of if (q := found[each].quantity)] == ["100", "200"]


def test_text_is_not_held_against_the_table_for_another_year(tmp_path: Path) -> None:
    from forms import applications, report, tabbed

    text = report(table3=tabbed(applications())).replace(
        "汇总全县数据", "2021年，全县收到政府信息公开申请999件"
    )
    assert "text_table" not in {finding.code for finding in read(text, tmp_path).findings}


@pytest.mark.parametrize(
    ("sentence", "changes"),
    [
        ("满意率98%，提升1.2个百分点。", [False, True]),
        ("压减办理时限31%，减材料12份。", [True, False]),
        ("净增粉丝620人。", [True]),
        ("增至40件，增加了4件。", [False, True]),
    ],
)
def test_change_is_a_change_and_no_level(tmp_path: Path, sentence: str, changes: list[bool]) -> None:
    assert [figure.change for figure in figures(tmp_path, sentence)] == changes
