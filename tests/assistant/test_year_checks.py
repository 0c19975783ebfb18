"""What two reports of one body say of each other is told with the answer, and follows the library."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.interfaces.cli import app
from assistant.language import load_language
from assistant.models import Question
from assistant.tools import CheckConsistency, Toolbox, Views
from ingest import ingest_file
from ingest.indicators import load_indicators
from vectorstore.library import Library
from vectorstore.models import Filter
from vectorstore.retriever import Retriever

HEAD = "\t申请人情况\n\t自然人\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t总计\n"
ROWS = (
    ("一、本年新收政府信息公开申请数量", 4),
    ("二、上年结转政府信息公开申请数量", None),
    ("三、本年度办理结果\t（七）总计", 3),
    ("四、结转下年度继续办理", None),
)


def written(folder: Path, year: int, *, over: int, forward: int, remark: str = "") -> Path:
    amounts = {1: over, 3: forward}
    table = "".join(
        f"{label}\t{value}\t0\t0\t0\t0\t0\t{value}\n"
        for at, (label, amount) in enumerate(ROWS)
        for value in [amounts.get(at, amount)]
    )
    file = folder / f"{year}{remark}.txt"
    file.write_text(
        f"青禾县{year}年政府信息公开工作年度报告\n\n一、总体情况\n\n依申请公开工作平稳。{remark}\n\n"
        f"二、收到和处理政府信息公开申请情况\n\n{HEAD}{table}",
        "utf-8",
    )
    return file


def toolbox_over(library: Library) -> Toolbox:
    language, indicators = load_language(), load_indicators()
    return Toolbox(library, Retriever(library, None, None), Views(library, indicators), language, indicators)


@pytest.fixture
def library(tmp_path):
    with Library.open(f"sqlite:///{(tmp_path / 'library.sqlite').as_posix()}") as opened:
        yield opened


def put(library: Library, file: Path) -> str:
    ingested = ingest_file(file)
    library.put(ingested, location=str(file), pipeline="test")
    return ingested.report.id


@pytest.mark.parametrize(
    "question", ["青禾县2021年结转下年度继续办理的申请多少件？", "青禾县2022年上年结转的申请多少件？"]
)
def test_carried_over_that_differs_is_told_from_either_year_with_both_rows(engine_over, tmp_path, question):
    engine = engine_over(
        written(tmp_path, 2021, over=1, forward=2), written(tmp_path, 2022, over=1, forward=2)
    )
    answer = engine.ask(Question(text=question))
    (warning,) = {each.code: each for each in answer.warnings}.values()
    assert warning.code == "finding_years_carried"
    assert {answer.citations[n - 1].year for n in warning.citations} == {2021, 2022}
    assert [figure.year for figure in answer.figures] == [2021 if "2021" in question else 2022]


def test_checks_of_two_years_follow_the_library(library, tmp_path):
    toolbox = toolbox_over(library)

    def differing() -> list[str]:
        checked = toolbox.check_consistency(CheckConsistency(filter=Filter(organizations=("青禾县",))))
        return [entry.code for _, entries in checked for entry in entries if entry.outcome == "differs"]

    put(library, written(tmp_path, 2021, over=1, forward=2))
    later = put(library, written(tmp_path, 2022, over=1, forward=2))
    assert differing() == ["years_carried"] * 2
    library.remove(later)
    assert differing() == []
    put(library, written(tmp_path, 2022, over=2, forward=3))
    assert differing() == []


def test_two_reports_of_one_year_are_not_compared_with_the_next_and_it_is_said_why(library, tmp_path):
    put(library, written(tmp_path, 2021, over=1, forward=2))
    put(library, written(tmp_path, 2021, over=1, forward=2, remark="更正稿。"))
    put(library, written(tmp_path, 2022, over=1, forward=2))
    checked = toolbox_over(library).check_consistency(CheckConsistency(filter=Filter()))
    across = [entry for _, entries in checked for entry in entries if entry.code.startswith("years")]
    assert {entry.outcome for entry in across} == {"not_assessable"}
    assert all("2 份2021年的报告" in entry.remark for entry in across)


def test_reports_of_unknown_bodies_are_not_taken_for_one_body(library, tmp_path):
    for year, forward in ((2021, 2), (2022, 5)):
        file = written(tmp_path, year, over=forward - 1, forward=forward)
        file.write_text(file.read_text("utf-8").replace("青禾县", ""), "utf-8")
        put(library, file)
    checked = toolbox_over(library).check_consistency(CheckConsistency(filter=Filter()))
    assert len(checked) == 2
    assert not [entry for _, entries in checked for entry in entries if entry.code.startswith("years")]


def test_command_line_tells_doubts_of_reports_and_checks_across_years(library, tmp_path):
    put(library, written(tmp_path, 2021, over=1, forward=2))
    put(library, written(tmp_path, 2022, over=1, forward=2))
    nameless = written(tmp_path, 2023, over=2, forward=3)
    nameless.write_text(nameless.read_text("utf-8").replace("青禾县", ""), "utf-8")
    put(library, nameless)
    run = CliRunner().invoke
    listed = run(app, ["reports", "--data", str(tmp_path)])
    assert [line.count("正文没有写明报告单位") for line in listed.stdout.splitlines()].count(1) == 1
    records = map(json.loads, run(app, ["reports", "--data", str(tmp_path), "--json"]).stdout.splitlines())
    assert {record["year"]: "no_organization" in str(record["doubts"]) for record in records} == {
        2021: False,
        2022: False,
        2023: True,
    }
    checked = run(app, ["check", "2021", "--data", str(tmp_path)]).stdout
    assert "2022.txt [矛盾] “总计”列：2021年结转下年度 应等于 2022年上年结转" in checked
