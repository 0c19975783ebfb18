"""Numbers of other years, vague ones and those that marks stand around, from the report to the answer."""

from pathlib import Path

import pytest

from assistant.models import Question

REPORT = """柳桥县文旅局2022年政府信息公开工作年度报告

一、总体情况

（一）主动公开

2021年，局网站发布信息150条；2022年，局网站发布信息1 904条。微信公众号推送由上年的62篇上升到81篇。
借阅图书几十万册，讲座听众上千人次。公开栏更新**35**次。群众满意率98.6％。旅游投诉办结时间由9天缩短到5天。

二、下一步打算

举办讲座40场。
"""


@pytest.fixture(scope="module")
def ask(engine_over, tmp_path_factory):
    path: Path = tmp_path_factory.mktemp("reports") / "柳桥.txt"
    path.write_text(REPORT, "utf-8")
    engine = engine_over(path)
    return lambda question: engine.ask(Question(text=f"柳桥县文旅局2022年{question}"))


@pytest.mark.parametrize(
    ("question", "printed"),
    [
        ("局网站发布信息多少条", "1904条"),
        ("微信公众号推送多少篇", "81篇"),
        ("旅游投诉办结时间多少天", "5天"),
        ("旅游投诉办结时间原来是多少天", "9天"),
        ("借阅图书多少册", "几十万册"),
        ("讲座听众多少人次", "上千人次"),
        ("群众满意率是多少", "98.6%"),
        ("公开栏更新多少次", "35次"),
        ("下一步计划举办讲座多少场", "40场"),
    ],
)
def test_answer_states_the_number_of_the_time_asked_for(ask, question: str, printed: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert f"为{printed}[1]" in answer.text
    assert len(answer.figures) == len(answer.citations) == 1


def test_what_is_only_planned_is_no_answer_about_the_year(ask) -> None:
    assert "40" not in ask("举办讲座多少场").text
