"""The files that a run leaves behind."""

import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.evals import Case, Prediction, Scores, score, write_report
from assistant.evals.predictions import Cited

NASTY = "<script>alert(1)</script>|`x`\x07&"


def _scores() -> Scores:
    needs = {"text": "3项", "numeric": [{"value": 3, "unit": "项"}]}
    proof = [[{"source": "004.txt", "section": "一", "quote": "共3项"}]]
    cases = [
        Case.model_validate(
            {"id": name, "type": "lookup_text", "question": text, "answer": needs, "evidence": proof}
        )
        for name, text in (("A", "几项？"), ("B", NASTY), ("C", "还有几项？"))
    ]
    cases.append(Case(id="D", type="t", question="没有答案的题"))
    cited = (Cited(source="004.txt", section="一", quote=NASTY),)
    predictions = [
        Prediction(id="A", answer="3项", citations=(), abstained=False, latency_ms=12.0),
        Prediction(id="B", answer=NASTY, citations=cited, abstained=False, latency_ms=20.0),
        Prediction(id="C", answer="", citations=(), abstained=False, latency_ms=1.0, error="KeyError: 'x'"),
        Prediction(id="D", answer="？", citations=(), abstained=False, latency_ms=2.0),
    ]
    return score(cases, predictions, sources={}, fingerprint="eng-1", baseline=predictions[1:3])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "deep"
    write_report(folder, _scores())
    return folder


def test_scores_json_is_read_by_metric_name(written: Path):
    scores = json.loads((written / "scores.json").read_text(encoding="utf-8"))
    assert scores["metrics"]["accuracy"] == 0.3333
    assert scores["details"]["accuracy"] == {"hits": 1, "of": 3, "ci95": [0.0615, 0.7923]}
    assert scores["by_type"]["lookup_text"]["hits"] == 1
    assert [row["correct"] for row in scores["rows"]] == [True, False, False, None]
    assert scores["comparison"]["questions"] == 2


def test_junit_tells_wrong_from_crashed_from_unscored(written: Path):
    suite = ElementTree.parse(written / "junit.xml").getroot()
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["error"], ["skipped"]]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_page_shows_answers_as_text_and_loads_nothing(written: Path):
    page = _Tags()
    text = (written / "report.html").read_text(encoding="utf-8")
    page.feed(text)
    assert "script" not in page.tags
    assert page.links == []
    assert "url(" not in text
    assert "alert(1)" in page.words
    assert "标准答案" in page.words


def test_markdown_lists_what_went_wrong_in_whole_rows(written: Path):
    lines = (written / "report.md").read_text(encoding="utf-8").splitlines()
    (wrong,) = [line for line in lines if line.startswith("| B |")]
    assert wrong.replace("\\|", "").count("|") == 7
    assert "<script>" not in wrong
    assert any("KeyError" in line for line in lines)
    assert not any(line.startswith("| A |") for line in lines)
