"""Things counted together, amounts that a question repeats, and units that tell figures of one thing apart."""

import pytest

from assistant.execution import Executor
from assistant.language import load_language
from assistant.plans import Amount, Claim, Mean, Measure, Named, Plan, Share, Sum, Target
from assistant.rendering import rendered
from benchmarks.province import toolbox_over
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.models import Filter

REPORT = """青禾县2021年政府信息公开工作年度报告
一、总体情况
（一）主动公开
全县共有政务微信61个、政务微博40个，微信微博发布信息9200条。
（二）重点领域
公开驾校培训补助、低保补贴、“春苗计划”等帮扶项目资金共支出812.5万元。
（三）依申请公开
全县受理政府信息公开申请56件，其中网络申请47件、信函申请9件。
（四）投资项目
全县审批投资项目50宗，投资规模25.5亿元。
"""


@pytest.fixture(scope="module")
def carried_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("together")
    file = folder / "青禾县2021.txt"
    file.write_text(REPORT, "utf-8")
    with Library.open(f"sqlite:///{(folder / 'library.sqlite').as_posix()}") as library:
        library.put(ingest_file(file), location=str(file), pipeline="test")
        toolbox = toolbox_over(library)
        executor = Executor(toolbox, load_language(), load_indicators())

        def carry_out(operation, *claims):
            plan = Plan(
                standalone="青禾县2021年",
                among=Named(targets=(Target(organization="青禾县", year=2021),)),
                operations=(operation,),
                claims=claims,
            )
            executed = executor.execute(plan, narrowed=Filter(), observe=lambda tool, detail: None)
            return executed, rendered(plan, executed, toolbox)

        yield carry_out


@pytest.fixture
def answer_to(carried_out):
    return lambda *asked: carried_out(*asked)[1]


@pytest.fixture
def sure_of(carried_out):
    return lambda *asked: carried_out(*asked)[0].sure


def measures(*phrases, unit=None):
    return tuple(Measure(phrase=phrase, unit=unit) for phrase in phrases)


def test_things_that_a_report_counts_together_are_not_added_up(answer_to):
    answered = answer_to(Sum(of=measures("驾校培训补助", "低保补贴", "春苗计划")))

    assert answered.status == "answered"
    assert "812.5万元" in answered.text
    assert "合计" not in answered.text


def test_things_counted_apart_are_added_up_in_the_unit_asked_for(answer_to):
    answered = answer_to(Sum(of=measures("微信", "微博", unit="个")))

    assert "101个（61 + 40）" in answered.text


def test_an_amount_that_the_question_repeats_tells_which_figure_is_meant(answer_to):
    share = Share(part=Measure(phrase="网络申请"), whole=Measure(phrase="申请"))
    claim = Claim(measure=Measure(phrase="申请"), relation="equal", value=Amount(value=56, unit="件"))

    answered = answer_to(share, claim)

    assert "83.93%" in answered.text
    assert "并非如此" not in answered.text


def test_an_amount_that_no_report_prints_is_said_to_be_wrong(answer_to):
    share = Share(part=Measure(phrase="网络申请"), whole=Measure(phrase="受理申请"))
    claim = Claim(measure=Measure(phrase="受理申请"), relation="equal", value=Amount(value=80, unit="件"))

    assert "报告所载并非如此" in answer_to(share, claim).text


def test_a_mean_takes_the_money_over_the_number_of_the_same_things(answer_to):
    answered = answer_to(
        Mean(
            of=measures("投资项目", unit="亿元"),
            per=Measure(phrase="投资项目", unit="宗"),
        )
    )

    assert "0.51亿元（25.5 ÷ 50）" in answered.text


def test_a_mean_by_month_divides_by_the_months_of_a_year(answer_to):
    answered = answer_to(Mean(of=measures("受理申请"), each="month"))

    assert "平均每月约4.67件（56 ÷ 12）" in answered.text


def test_a_sum_of_unlike_units_is_less_sure_than_one_of_like_units(sure_of):
    unlike = Sum(of=measures("投资项目", "微信微博发布信息"))

    assert sure_of(unlike) < 0.5 <= sure_of(Sum(of=measures("微信", "微博", unit="个")))
