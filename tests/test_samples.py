"""The samples carry the published figures, say that they are retold, and ask questions that they answer."""

import json
import re
from pathlib import Path

import pytest

from ingest import ingest_file

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
REPORTS = sorted(SAMPLES.glob("*.txt"))
ORIGINALS = ROOT / "../shared/reports"
RETOLD_FROM = {
    "宁夏贺兰工业园区2020.txt": "000_c8febbde82dd6240.txt",
    "宁夏吴忠金积工业园区2023.txt": "002_d7b3f6ef9f1979c0.txt",
    "彭阳县王洼产业园区2020.txt": "003_6fdc59809926cd60.txt",
    "贺兰县2020.txt": "004_a9a2dcbd1bff277a.txt",
}
QUESTIONS = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text("utf-8").splitlines()]

every_report = pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)


def original_of(path: Path) -> Path:
    original = ORIGINALS / RETOLD_FROM[path.name]
    if not original.exists():
        pytest.skip("the real reports are not beside this checkout")
    return original


def without_space(text: str) -> str:
    return re.sub(r"[\s*#]+", "", text)


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", text))


def test_there_is_a_sample_of_each_form() -> None:
    assert {ingest_file(path).report.form for path in REPORTS} == {"form2019", "form2021"}


@every_report
def test_sample_says_at_its_beginning_that_it_is_retold(path: Path) -> None:
    assert "转述稿" in path.read_text("utf-8").splitlines()[1]


@every_report
def test_sample_is_read_without_doubts(path: Path) -> None:
    assert ingest_file(path).report.issues == ()


@every_report
def test_sample_names_no_telephone_or_mail_address(path: Path) -> None:
    assert not re.search(r"@|电话|传真[:：]|1[3-9]\d{9}|0\d{2,3}[-—]\d{7,8}", path.read_text("utf-8"))


@every_report
def test_every_figure_of_a_sample_is_in_the_real_report(path: Path) -> None:
    # Years and dates belong to the retelling; the amounts must be the published ones.
    sample = re.sub(r"(?:19|20)\d{2}年|\d+月\d+日", "", path.read_text("utf-8"))
    assert numbers(sample) <= numbers(original_of(path).read_text("utf-8"))


@every_report
def test_tables_of_a_sample_hold_the_values_of_the_real_report(path: Path) -> None:
    sample, original = ingest_file(path), ingest_file(original_of(path))
    ours, theirs = (
        {
            (cell.indicator, cell.applicant): (cell.status, cell.printed)
            for table in each.report.tables
            for cell in table.cells
        }
        for each in (sample, original)
    )
    assert ours == theirs


@every_report
def test_no_sentence_of_the_real_report_is_copied(path: Path) -> None:
    sample = without_space(path.read_text("utf-8"))
    sentences = (without_space(line) for line in re.split(r"[。；\n]", original_of(path).read_text("utf-8")))
    assert [sentence for sentence in sentences if len(sentence) >= 40 and sentence in sample] == []


@pytest.mark.parametrize("record", QUESTIONS, ids=lambda record: record["id"])
def test_evidence_of_a_question_stands_verbatim_in_its_section(record: dict[str, object]) -> None:
    evidence = [passage for group in record["evidence"] for passage in group]  # type: ignore[attr-defined]
    assert bool(evidence) != record["abstain"]
    for passage in evidence:
        read = ingest_file(SAMPLES / passage["source"])
        start = read.text.index(passage["quote"])
        assert len(passage["quote"]) <= 40
        holders = [s for s in read.report.sections if s.anchor.char_start <= start < s.anchor.char_end]
        assert passage["section"] in {title for section in holders for title in section.path}


def test_questions_cover_the_kinds_of_answers() -> None:
    kinds = {record["type"] for record in QUESTIONS}
    assert {"percent", "lookup_table", "lookup_text", "compare", "unanswerable_year"} <= kinds
    assert any(record["trap"] == "blank" for record in QUESTIONS)
    assert len({record["id"] for record in QUESTIONS}) == len(QUESTIONS) >= 12
