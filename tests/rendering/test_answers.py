"""What an answer says, word for word, over the samples: a plan in, sentences out."""

from pathlib import Path

import pytest

from assistant.execution import Executor
from assistant.language import load_language
from assistant.plans import Plan
from assistant.rendering import rendered, understood
from benchmarks.province import toolbox_over
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.models import Filter

SAMPLES = Path(__file__).parents[2] / "samples"
DECISIONS = "处理决定数量"


@pytest.fixture(scope="module")
def toolbox(tmp_path_factory):
    url = f"sqlite:///{(tmp_path_factory.mktemp('samples') / 'library.sqlite').as_posix()}"
    with Library.open(url) as library:
        for file in sorted(SAMPLES.glob("*.txt")):
            library.put(ingest_file(file), location=str(file), pipeline="test")
        yield toolbox_over(library)


@pytest.fixture(scope="module")
def told(toolbox):
    executor = Executor(toolbox, load_language(), load_indicators())

    def tell(operation, *bodies, **more):
        targets = [{"organization": name, "year": year} for name, year in bodies]
        among = more.pop("among", {"among": "named", "targets": targets})
        raw = {"standalone": "问", "among": among, "operations": [operation], **more}
        plan = Plan.model_validate(raw)
        executed = executor.execute(plan, narrowed=Filter(), observe=lambda tool, detail: None)
        return rendered(plan, executed, toolbox)

    return tell


COUNTY, PARK = ("贺兰县", 2020), ("宁夏贺兰工业园区", 2020)
RATE = {"phrase": "12345热线 办复率"}


def lookup(*measures):
    return {"op": "lookup", "measures": list(measures)}


def decisions(phrase):
    return {"phrase": phrase, "column": DECISIONS}


def test_a_printed_rate_is_said_in_one_sentence_and_its_contradiction_behind_it(told):
    answer = told(lookup(RATE), COUNTY)
    assert answer.text == (
        "贺兰县2020年12345热线办复率为99.79%[1]。\n"
        "注意：办复率与其分子、分母：25437 ÷ 28822 = 88.26%，报告所载为 99.79%，不符[1]。"
    )


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (
            lookup(decisions("行政处罚"), decisions("行政强制")),
            "贺兰县2020年行政处罚处理决定数量为2823项[1]，行政强制处理决定数量为409项[2]。",
        ),
        (
            {"op": "sum", "of": [decisions("行政处罚"), decisions("行政强制")]},
            "贺兰县2020年行政处罚处理决定数量、行政强制处理决定数量合计3232项（2823 + 409）："
            "贺兰县2020年行政处罚处理决定数量为2823项[1]，行政强制处理决定数量为409项[2]。",
        ),
        (
            {"op": "difference", "of": [decisions("行政强制"), decisions("行政处罚")]},
            "贺兰县2020年行政强制处理决定数量比行政处罚处理决定数量少2414项（409 - 2823）："
            "贺兰县2020年行政强制处理决定数量为409项[1]，行政处罚处理决定数量为2823项[2]。",
        ),
        (
            {"op": "share", "part": {"phrase": "网络提交"}, "whole": {"phrase": "受理政府信息公开申请"}},
            "贺兰县2020年网络提交占受理政府信息公开申请的约83.93%（47 ÷ 56）："
            "贺兰县2020年网络提交为47件[1]，受理政府信息公开申请为56件[1]。",
        ),
        (lookup({"phrase": "行政许可", "change": True}), "贺兰县2020年行政许可比上一年减少4项[1]。"),
        (
            {"op": "growth", "of": {"phrase": "行政强制"}},
            "贺兰县2020年行政强制增长约29.41%（5 ÷ 17）："
            "贺兰县2020年行政强制本年增·减为增加5项[1]，行政强制上一年项目数量为17项[2]。",
        ),
        (
            {
                "op": "rank",
                "over": "measures",
                "order": "asc",
                "of": [decisions("行政许可"), decisions("行政处罚"), decisions("行政强制")],
            },
            "从少到多：\n1. 贺兰县2020年行政强制处理决定数量：409项[1]\n"
            "2. 行政处罚处理决定数量：2823项[2]\n3. 行政许可处理决定数量：57487项[3]",
        ),
    ],
)
def test_figures_are_said_plainly(told, operation, text):
    answer = told(operation, COUNTY)
    assert (answer.status, answer.text) == ("answered", text)


def test_a_comparison_concludes_who_and_by_how_much(told):
    answer = told({"op": "compare", "of": [RATE]}, COUNTY, PARK)
    first, *_ = answer.text.split("\n")
    assert first == (
        "宁夏贺兰工业园区2020年12345热线办复率更高，比贺兰县2020年高出0.21个百分点（100 - 99.79）："
        "宁夏贺兰工业园区2020年12345热线办复率为100%[1]；贺兰县2020年为99.79%[2]。"
    )


def test_a_wrong_number_in_the_question_is_put_right(told):
    claim = {"measure": RATE, "value": {"value": "100", "unit": "%"}}
    answer = told({"op": "verify", "claims": [claim]}, COUNTY)
    assert answer.text.startswith("不是，贺兰县2020年12345热线办复率为99.79%[1]，不是100%。")


def test_what_is_taken_for_granted_and_false_is_said_first(told):
    claim = {"measure": decisions("行政强制"), "value": {"value": "500", "unit": "项"}}
    answer = told(lookup(decisions("行政处罚")), COUNTY, claims=[claim])
    assert answer.text.split("\n") == [
        "报告所载并非如此：贺兰县2020年行政强制处理决定数量为409项[1]，不是500项。",
        "贺兰县2020年行政处罚处理决定数量为2823项[2]。",
    ]


def test_a_blank_cell_is_blank_and_what_the_text_says_stands_beside_it(told):
    answer = told(
        lookup({"phrase": "本年新收政府信息公开申请", "applicant": "自然人"}), ("彭阳县王洼产业园区", 2020)
    )
    assert (answer.status, answer.reason_code) == ("refused", "blank_cell")
    assert answer.text.startswith(
        "彭阳县王洼产业园区2020年的报告中，“本年新收政府信息公开申请（自然人）”一格是空白的（空白不等于 0），"
        "没有可以引用的数[1]。\n正文写明"
    )


def test_an_unknown_body_is_refused_and_its_neighbours_offered(told):
    answer = told(lookup(decisions("行政处罚")), ("永宁县", 2020))
    assert (answer.status, answer.reason_code) == ("refused", "no_report")
    assert answer.text.startswith("库中没有“永宁县”的年度报告。现有：")
    assert answer.suggestions[0] == "宁夏贺兰工业园区2020年行政处罚（处理决定数量）是多少"


def test_another_year_is_refused_and_the_years_held_are_named(told):
    answer = told(lookup(RATE), ("贺兰县", 2019))
    assert answer.text == "库中没有贺兰县2019年的年度报告。贺兰县有2020年的报告。"
    assert answer.suggestions == ("贺兰县2020年12345热线办复率是多少",)


def test_a_described_body_is_named_with_what_it_was_found_by(told):
    condition = {
        "kind": "condition",
        "measure": RATE,
        "comparator": "equal",
        "value": {"value": "100", "unit": "%"},
    }
    answer = told(lookup({"phrase": "12345热线 收到诉求"}), among={"among": "everything", "where": condition})
    assert answer.text.split("\n")[:2] == [
        "所问的是宁夏贺兰工业园区2020年：12345热线办复率为100%[1]。",
        "宁夏贺兰工业园区2020年12345热线收到诉求为86件[1]。",
    ]


def test_one_figure_found_for_two_measures_is_not_counted_twice(told):
    twice = {"op": "sum", "of": [{"phrase": "行政强制"}, {"phrase": "行政强制 处理决定数量"}]}
    answer = told(twice, COUNTY)
    assert answer.status == "refused"
    assert not answer.derivations


def test_what_was_not_read_is_named_and_not_left_out(told):
    answer = told(lookup({"phrase": "发布信息"}), COUNTY, unread=["除微博以外"])
    assert (answer.status, answer.reason_code) == ("clarify", "ambiguous")
    assert "“除微博以外”" in answer.text
    assert not answer.figures


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        (lookup(RATE), "贺兰县2020年 · 12345热线办复率"),
        ({"op": "share", "part": {"phrase": "网络申请"}}, "贺兰县2020年 · 网络申请占总数的比例"),
        (
            {"op": "remainder", "whole": {"phrase": "受理"}, "less": [{"phrase": "办复"}]},
            "贺兰县2020年 · 受理除去办复",
        ),
    ],
)
def test_a_plan_is_said_in_one_line(operation, line):
    targets = [{"organization": "贺兰县", "year": 2020}]
    raw = {
        "standalone": "问",
        "among": {"among": "named", "targets": targets},
        "operations": [operation],
    }
    assert understood(Plan.model_validate(raw)) == line


def test_those_who_tie_for_the_most_are_all_named(told):
    operation = {
        "op": "compare",
        "over": "measures",
        "of": [decisions("行政许可")] * 2 + [decisions("行政强制")],
    }
    answer = told(operation, COUNTY)
    assert answer.text.startswith("贺兰县2020年行政许可处理决定数量、行政许可处理决定数量并列最多：")


def test_what_lies_between_two_is_not_worked_out_over_three(told):
    answer = told(
        {"op": "difference", "of": [RATE], "over": "bodies"}, COUNTY, PARK, ("宁夏吴忠金积工业园区", 2023)
    )
    assert answer.status == "refused"
    assert not answer.figures


def test_a_whole_is_ranked_by_its_parts(told):
    whole = {"phrase": "主动公开政府信息共"}
    answer = told({"op": "rank", "over": "measures", "of": [whole], "limit": 1}, COUNTY)
    first, second, *_ = answer.text.split("\n")
    assert first == "从多到少，前1："
    assert second.endswith("微信和微博：13004余条[1]")


def test_a_word_that_row_and_column_share_is_said_once(told):
    assert told(lookup({"phrase": "政府集中采购项目数量"}), COUNTY).text == (
        "贺兰县2020年政府集中采购项目数量为34项[1]。"
    )


def test_who_shares_the_last_place_is_listed_too_and_said_to(told):
    rank = {"op": "rank", "of": [decisions("行政处罚")], "over": "bodies", "limit": 2}
    assert told(rank, among={"among": "everything", "years": [2020]}).text.split("\n") == [
        "从多到少，前2（末位并列，一并列出）：",
        "1. 贺兰县2020年行政处罚处理决定数量：2823项[1]",
        "2. 宁夏贺兰工业园区2020年：0项[2]",
        "3. 彭阳县王洼产业园区2020年：0项[3]",
    ]
