"""Questions in researchers' words over the samples, and over a report of another province, each with its right answer."""

from pathlib import Path

import pytest

from benchmarks.wordings import is_right, lines_of, question_of

DATA = Path(__file__).parents[1] / "data"
SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def samples(engine_over):
    return engine_over(*sorted(SAMPLES.glob("*.txt")))


@pytest.fixture(scope="module")
def elsewhere(engine_over):
    return engine_over(DATA / "reports" / "临江教委2022.txt")


def asked(engine, text):
    return engine.ask(question_of(text))


@pytest.mark.parametrize(("text", "expected"), lines_of(DATA / "questions" / "samples.tsv"))
def test_a_question_over_the_samples_is_answered_right(samples, text, expected):
    answer = asked(samples, text)
    assert is_right(answer, expected), f"{answer.understanding}\n{answer.text}"


@pytest.mark.parametrize(("text", "expected"), lines_of(DATA / "questions" / "unseen_report.tsv"))
def test_a_question_over_a_report_of_another_province_is_answered_right(elsewhere, text, expected):
    answer = asked(elsewhere, text)
    assert is_right(answer, expected), f"{answer.understanding}\n{answer.text}"


def test_near_twins_in_the_library_do_not_change_an_answer(engine_over, tmp_path):
    original = (DATA / "reports" / "临江教委2022.txt").read_text("utf-8")
    files = [DATA / "reports" / "临江教委2022.txt"]
    for number, twin in enumerate("东西南北中上下前后左右内外高低长短红绿蓝", start=1):
        text = original.replace("临江区", f"临{twin}区").replace("412条", f"{412 + number}条")
        files.append(tmp_path / f"{twin}.txt")
        files[-1].write_text(text.replace("1208件", f"{1208 + number}件"), "utf-8")
    engine = engine_over(*files)
    answer = asked(engine, "临江区教委2022年网站公开信息多少条")
    assert answer.figures[0].printed == "412条"
    assert {citation.organization for citation in answer.citations} == {"青川市临江区教育委员会"}
    assert asked(engine, "临东区教委2022年网站公开信息多少条").figures[0].printed == "413条"
    assert asked(engine, "临北区教委2022年12345工单多少件").figures[0].printed == "1212件"


def test_answers_follow_when_county_year_and_figures_change(engine_over, tmp_path):
    text = (DATA / "reports" / "临江教委2022.txt").read_text("utf-8")
    changed = (
        text.replace("青川市临江区", "白石市望山县").replace("临江", "望山").replace("2022年", "2024年")
        .replace("2023年1月16日", "2025年1月9日").replace("1208件", "3317件").replace("99.01%", "36.05%")
    )  # fmt: skip
    file = tmp_path / "望山.txt"
    file.write_text(changed, "utf-8")
    engine = engine_over(file)
    assert asked(engine, "望山县教委2024年12345热线工单多少件").figures[0].printed == "3317件"
    rate = asked(engine, "望山县教委2024年12345办结率")
    assert rate.figures[0].printed == "36.05%"
    assert rate.warnings == ()
    assert asked(engine, "望山县教委2024年报告落款日期").text.endswith("落款日期：2025年1月9日[1]")
    assert asked(engine, "望山县教委2022年12345热线工单多少件").reason_code == "no_report"
