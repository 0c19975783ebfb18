"""A question that puts the number asked for inside a name, and figures of other matters that share its verb."""

from pathlib import Path

import pytest

from assistant.models import Question

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def ask(engine_over, tmp_path_factory):
    path: Path = tmp_path_factory.mktemp("reports") / "柳桥.txt"
    text = (SAMPLES / "宁夏贺兰工业园区2020.txt").read_text("utf-8")
    path.write_text(text.replace("宁夏贺兰工业园区", "江东柳桥工业园区"), "utf-8")
    engine = engine_over(path, SAMPLES / "贺兰县2020.txt")
    return lambda question: engine.ask(Question(text=question))


@pytest.mark.parametrize("asked", ["收到几件申请", "收到多少件申请", "收到几份政府信息公开申请"])
def test_applications_received_are_never_those_of_the_hotline(ask, asked):
    answer = ask(f"江东柳桥工业园区2020年{asked}")
    assert [figure.value for figure in answer.figures] == [1]
    assert "新收" in answer.citations[0].row[-1]
    assert answer.text.startswith("江东柳桥工业园区2020年本年新收")


def test_what_the_hotline_received_is_still_found(ask):
    answer = ask("江东柳桥工业园区2020年12345热线收到多少件")
    assert [figure.printed for figure in answer.figures] == ["86件"]


def test_applications_carried_over_are_not_all_that_were_received(ask):
    told = ask("贺兰县2020年结转了几件申请").text
    assert "结转政府信息公开申请数量" in told
    assert "56件[" not in told
