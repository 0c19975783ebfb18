"""Exports: files that are opened and read here as their programs would."""

import csv
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from scripted import answer, cell_of, cited_cell, cited_figure, helan

from assistant.conversations import Feedback
from assistant.evals import read_cases
from assistant.exchange import Exchange
from assistant.interfaces.exports.markdown import MADE, markdown
from assistant.interfaces.exports.questions import question_set
from assistant.interfaces.exports.references import reference
from assistant.interfaces.exports.sheets import figures_csv, figures_xlsx
from assistant.interfaces.exports.word import word
from assistant.models import Answer, AnswerFigure, Derivation, Turn

RATE = next(figure for figure in helan().figures if figure.label.endswith("办复率"))
CELL = cell_of(helan(), "art20_5.licensing.decisions")
REPORTS = {helan().report.id: helan().report}


def stated(value: str, label: str, citation: int) -> AnswerFigure:
    return AnswerFigure(
        label=label,
        value=Decimal(value),
        unit="件",
        printed=value,
        organization="贺兰县",
        year=2020,
        citation=citation,
    )


def two_figures(**changes: object) -> Answer:
    derivation = Derivation(expression="25437 ÷ 28822", inputs=(), value=Decimal("88.26"), unit="%")
    made = answer(
        "办复率99.79%[1]，许可57487件[2]。",
        cited_figure(helan(), RATE),
        cited_cell(helan(), CELL, n=2),
        derivations=(derivation,),
    )
    figures = (stated("99.79", "办复率", 1), stated("57487", "行政许可", 2))
    return made.model_copy(update={"figures": figures, **changes})


def asked(*answers: Answer) -> list[Exchange]:
    return [Exchange(question=one.question, answer=one) for one in answers]


def test_markdown_numbers_the_footnotes_of_a_conversation_through() -> None:
    text = markdown("对话", asked(two_figures(), two_figures()), REPORTS)

    assert "99.79%[^1]" in text
    assert "57487件[^4]。" in text
    assert [line[:5] for line in text.splitlines() if line.startswith("[^")] == [
        "[^1]:",
        "[^2]:",
        "[^3]:",
        "[^4]:",
    ]
    assert "办复25437件，办复率99.79%" in text
    assert MADE in text
    assert "25437 ÷ 28822 = 88.26%" in text


def test_exports_say_how_the_question_was_understood() -> None:
    exchanges = asked(two_figures(understanding="贺兰县2020年 · 办复率"))
    document = Document(io.BytesIO(word("对话", exchanges, REPORTS)))

    assert "（理解为：贺兰县2020年 · 办复率）" in markdown("对话", exchanges, REPORTS)
    assert "（理解为：贺兰县2020年 · 办复率）" in [paragraph.text for paragraph in document.paragraphs]
    assert "理解为" not in markdown("对话", asked(two_figures()), REPORTS)


def test_markdown_of_a_hostile_question_stays_text() -> None:
    text = markdown("<b>题</b>", asked(two_figures(question="[点我](http://x) <script>|*")), REPORTS)

    assert "<script>" not in text.replace("\\<script\\>", "")
    assert "\\[点我\\]" in text


def test_a_word_document_has_real_footnotes_at_the_claims() -> None:
    written = word("对话\x0b", asked(two_figures()), REPORTS)

    document = Document(io.BytesIO(written))
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        body = package.read("word/document.xml").decode()
        notes = package.read("word/footnotes.xml").decode()
        types = package.read("[Content_Types].xml").decode()
        relations = package.read("word/_rels/document.xml.rels").decode()
    claim = next(p for p in document.paragraphs if p.text.startswith("办复率99.79%"))
    assert claim._p.xml.count("w:footnoteReference") == 2
    assert body.count("w:footnoteReference") == 4  # two in the text, two in the table of figures
    assert notes.count("<w:footnote ") == 4  # two sources and the two separators
    assert "行政许可 › 处理决定数量" in notes
    assert "/word/footnotes.xml" in types
    assert "footnotes.xml" in relations
    assert [cell.text for cell in document.tables[0].rows[1].cells] == ["贺兰县", "2020", "办复率", "99.79"]
    assert any(MADE in p.text for p in document.paragraphs)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_text_never_becomes_a_formula(text: str) -> None:
    hostile = asked(two_figures(standalone_question=text, figures=(stated("1", text, 9),)))

    row = list(csv.reader(io.StringIO(figures_csv(hostile).removeprefix("\ufeff"), newline="")))[1]
    sheet = load_workbook(io.BytesIO(figures_xlsx(hostile)))["数据"]

    assert row[0].startswith("'")
    assert row[3].startswith("'")
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n", "inlineStr"}


def test_a_negative_figure_stays_a_number() -> None:
    changed = asked(two_figures(figures=(stated("-4", "本年增/减", 2),)))

    (row,) = csv.DictReader(io.StringIO(figures_csv(changed).removeprefix("\ufeff")))
    sheet = load_workbook(io.BytesIO(figures_xlsx(changed)))["数据"]

    assert row["数值"] == "-4"
    assert sheet["E2"].value == -4
    assert (row["表"], row["列"]) == ("article20", "处理决定数量")
    assert int(row["字符止"]) > int(row["字符起"])


def test_a_reference_names_author_title_kind_date_and_place() -> None:
    report = helan().report.model_copy(update={"published": date(2021, 1, 20)})
    cited = cited_cell(helan(), CELL).model_copy(update={"page": 3, "section": ("二、主动公开",)})

    assert reference(cited, report) == (
        "贺兰县. 贺兰县2020年政府信息公开工作年度报告[R]. 2021-01-20: 3. "
        "二、主动公开 › 《主动公开政府信息情况表》第二十条第（五）项 › 行政许可 › 处理决定数量."
    )


def test_a_reference_without_a_known_date_does_not_make_one_up() -> None:
    cited = cited_cell(helan(), CELL)

    undated = reference(cited, None)

    assert "2021" not in undated
    assert "[R]" in undated


def test_feedback_is_a_question_set_that_the_evaluation_reads(tmp_path: Path) -> None:
    given = [
        Feedback(turn_id="t-1", verdict="up", question="问一", answer=two_figures()),
        Feedback(
            turn_id="t-2",
            verdict="down",
            reasons=("wrong_number",),
            note="应为 1",
            question="问二",
            history=(Turn(role="user", content="先前"),),
            answer=two_figures(),
        ),
    ]
    file = tmp_path / "feedback.jsonl"
    file.write_text(question_set(given), "utf-8")

    right, wrong = read_cases(file)

    assert right.scored
    assert right.gold is not None
    assert [needed.value for needed in right.gold.numeric] == [Decimal("99.79"), Decimal("57487")]
    assert not wrong.scored
    assert wrong.history[0].content == "先前"
    assert json.loads(file.read_text("utf-8").splitlines()[1])["faults"] == ["wrong_number"]
