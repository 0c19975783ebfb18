"""The questions that the project is known by, from report files to the printed record."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
REAL = ROOT / "../shared/reports"

# Reads one folder into a library without vectors, asks, and prints the answer and what was loaded for it.
SCRIPT = """
import json, sys
from pathlib import Path
from assistant.bootstrap import open_assistant
from assistant.models import Question
from assistant.settings import load_settings
from ingest import ingest_file
from vectorstore.library import Library

data, folder, *questions = sys.argv[1:]
settings = load_settings(data=Path(data))
with Library.open(settings.library_url) as library:
    for file in sorted(Path(folder).glob("*.txt")):
        library.put(ingest_file(file), location=str(file), pipeline="test")
with open_assistant(settings) as assistant:
    answers = [json.loads(assistant.engine.ask(Question(text=text)).model_dump_json()) for text in questions]
heavy = [name for name in ("torch", "sentence_transformers", "langchain", "gradio") if name in sys.modules]
print(json.dumps({"answers": answers, "heavy": heavy}))
"""

QUESTIONS = (
    "贺兰县2020年12345办复率是多少",
    "宁夏贺兰工业园区2020年12345办复率是多少",
    "贺兰县2019年12345办复率是多少",
    "贺兰县2020年行政强制的处理决定有多少项？",
)


@pytest.fixture(scope="module", params=[SAMPLES, REAL], ids=["samples", "real"])
def asked(request, tmp_path_factory):
    folder = request.param
    if not folder.is_dir():
        pytest.skip("the real reports are not beside the project")
    data = tmp_path_factory.mktemp("data")
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(data), str(folder), *QUESTIONS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return folder, json.loads(run.stdout)


def squeezed(text):
    return "".join(text.split())


def test_the_county_rate_is_answered_as_printed_with_its_contradiction(asked):
    folder, result = asked
    answer = result["answers"][0]
    assert answer["status"] == "answered"
    assert {"value": 99.79, "unit": "%"}.items() <= answer["figures"][0].items()
    citation = answer["citations"][0]
    assert citation["organization"] == "贺兰县"
    assert squeezed(citation["quote"]) in squeezed((folder / citation["source"]).read_text("utf-8"))
    assert any(
        "88.26" in warning["message"] and "25437" in warning["message"] for warning in answer["warnings"]
    )
    assert answer["text"].index("99.79%") < answer["text"].index("88.26%")


def test_the_near_twin_keeps_its_own_rate_and_its_own_remark(asked):
    _, result = asked
    answer = result["answers"][1]
    assert {"value": 100, "unit": "%"}.items() <= answer["figures"][0].items()
    assert {citation["organization"] for citation in answer["citations"]} == {"宁夏贺兰工业园区"}
    assert any("92 ÷ 86" in warning["message"] for warning in answer["warnings"])
    assert "99.79" not in answer["text"]


def test_a_year_without_a_report_is_refused_and_told_what_there_is(asked):
    _, result = asked
    answer = result["answers"][2]
    assert (answer["status"], answer["reason_code"]) == ("refused", "no_report")
    assert "2020" in answer["text"]
    assert answer["citations"] == []
    assert answer["figures"] == []


def test_a_cell_is_cited_by_row_and_column(asked):
    _, result = asked
    citation = result["answers"][3]["citations"][0]
    assert result["answers"][3]["figures"][0]["value"] == 409
    assert citation["table"] == "article20"
    assert citation["row"][-1] == "行政强制"
    assert citation["column"] == "处理决定数量"


def test_answers_with_figures_load_neither_model_nor_page(asked):
    _, result = asked
    assert result["heavy"] == []
