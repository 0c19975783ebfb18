"""Plans written by hand over real reports of other provinces, with what follows from their text.

`tests/data/plans/README.md` says what is expected; the reports stand beside the project.
"""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from assistant.execution import Executor
from assistant.language import load_language
from assistant.plans import Plan
from assistant.rendering import rendered
from benchmarks.province import toolbox_over
from ingest import ingest_file
from ingest.indicators import load_indicators
from ingest.wording import folded
from vectorstore.library import Library
from vectorstore.models import Filter

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "../shared/reports_other"
CASES = [json.loads(line) for line in (ROOT / "tests/data/plans/other.jsonl").read_text("utf-8").splitlines()]

pytestmark = pytest.mark.skipif(not REPORTS.is_dir(), reason="the real reports are not beside the project")


@pytest.fixture(scope="module")
def answer_to(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    files = [REPORTS / "洪泽区2023.pdf"]
    lines = (REPORTS / "excerpts.jsonl").read_text("utf-8").splitlines()
    for number, excerpt in enumerate(json.loads(line) for line in lines):
        file = folder / f"{number}.txt"
        file.write_text(f"{excerpt['title']}\n{excerpt['text']}", "utf-8")
        files.append(file)
    with Library.open(f"sqlite:///{(folder / 'library.sqlite').as_posix()}") as library:
        for file in files:
            library.put(ingest_file(file), location=str(file), pipeline="test")
        toolbox = toolbox_over(library)
        executor = Executor(toolbox, load_language(), load_indicators())

        def answer(plan):
            executed = executor.execute(plan, narrowed=Filter(), observe=lambda tool, detail: None)
            return rendered(plan, executed, toolbox)

        yield answer


def numbers_in(text):
    plain = re.sub(r"\[\d{1,3}\]|(?:19|20)\d{2}年", " ", folded(text))
    return [Decimal(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", plain)]


def unsaid(values, text):
    """Return the expected values that the text does not say, in order."""
    told = numbers_in(text)
    missing = []
    for value in values:
        wanted = abs(Decimal(value["value"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
        hits = [
            at for at, number in enumerate(told) if number.quantize(Decimal("0.01"), ROUND_HALF_UP) == wanted
        ]
        if not hits:
            missing.append(value)
    return missing


@pytest.mark.parametrize("case", CASES, ids=[case["plan"]["standalone"] for case in CASES])
def test_the_answer_is_what_the_reports_say(case, answer_to):
    expected = case["expect"]
    answer = answer_to(Plan.model_validate(case["plan"]))
    assert answer.status in expected["status"], answer.text
    assert expected.get("reason") in {None, answer.reason_code}, answer.text
    assert unsaid(expected.get("values", ()), answer.text) == [], answer.text
    for words in (*expected.get("says", ()), *expected.get("missing", ())):
        assert folded(words) in folded(answer.text), answer.text
    if expected.get("warns"):
        assert answer.warnings, answer.text
