"""Answers as HTML: what a reader can open, and what a report or a question can never do to the page."""

import re
from decimal import Decimal

import pytest
from scripted import MemoryReports, answer, cell_of, cited_cell, cited_figure, helan

from assistant.interfaces.examples import example_questions
from assistant.interfaces.exchange import Exchange, turns
from assistant.interfaces.render import answer_html, proof_html, reports_html
from assistant.models import (
    AnswerWarning,
    Completed,
    Derivation,
    Failed,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Turn,
)
from ingest import Cell

REPORTS = MemoryReports(helan())
RATE = next(figure for figure in helan().figures if figure.label.endswith("办复率"))
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def _text(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def _cited(html: str) -> list[str]:
    return [_text(cell) for cell in re.findall(r'<td class="[^"]*cited[^"]*".*?</td>', html)]


def test_a_mark_leads_to_the_card_of_its_citation() -> None:
    html = answer_html(answer("办复率99.79%[1]", cited_figure(helan(), RATE)), REPORTS, key="3")

    target = re.search(r'<a class="cite" href="#([^"]+)"', html)
    assert target
    assert f'<details class="citation" id="{target[1]}">' in html


def test_two_answers_on_one_page_have_cards_of_their_own() -> None:
    one = answer("办复率99.79%[1]", cited_figure(helan(), RATE))

    ids = [re.findall(r' id="([^"]+)"', answer_html(one, REPORTS, key=key)) for key in ("1", "2")]

    assert not set(ids[0]) & set(ids[1])


def test_a_mark_without_a_citation_stays_text() -> None:
    html = answer_html(answer("见[7]和[1]", cited_figure(helan(), RATE)), REPORTS, key="1")

    assert "[7]" in html
    assert html.count('class="cite"') == 1


def test_an_opened_citation_shows_the_paragraph_with_the_quoted_sentence_marked() -> None:
    html = proof_html(cited_figure(helan(), RATE), helan().report, helan().text)

    assert re.findall(r"<mark>(.*?)</mark>", html) == [RATE.context]
    paragraph = next(line for line in helan().text.splitlines() if RATE.context in line)
    assert _text(html) == paragraph


@pytest.mark.parametrize(
    ("indicator", "applicant", "shown"),
    [
        ("new_requests", "business", "4"),
        ("art20_8.fees.change", None, "8"),
        ("art20_9.procurement.amount", None, "16280.5867 万元"),
        ("review.corrected", None, "1"),
    ],
)
def test_a_table_figure_is_shown_in_its_table_with_the_cell_marked_in_words(
    indicator: str, applicant: str | None, shown: str
) -> None:
    cell = cell_of(helan(), indicator, applicant)

    html = proof_html(cited_cell(helan(), cell, n=2), helan().report, helan().text)

    assert _cited(html) == [f"{shown}◀ 引用[2]"]
    assert html.count("<td") == sum(
        len(t.cells) for t in helan().report.tables if t.kind == cell.anchor.table
    )


def test_a_blank_cell_reads_as_blank_and_its_neighbours_as_zero() -> None:
    cell = cell_of(helan(), "litigation_direct.pending")

    html = proof_html(cited_cell(helan(), cell), helan().report, helan().text)

    assert _cited(html) == ["（空白）◀ 引用[1]"]
    assert html.count("（空白）") == 1
    assert ">0<" in html


def test_a_cell_that_could_not_be_read_says_so() -> None:
    cell = cell_of(helan(), "review.corrected")
    doubtful = cell.model_copy(update={"status": "unclear", "printed": "l", "quantity": None})

    html = proof_html(cited_cell(helan(), cell), _with_cell(cell, doubtful), helan().text)

    assert _cited(html) == ["存疑：l◀ 引用[1]"]


def test_columns_of_one_group_stand_under_its_name_and_a_stroke_in_a_label_makes_no_group() -> None:
    reviews = proof_html(cited_cell(helan(), cell_of(helan(), "review.total")), helan().report, helan().text)
    items = proof_html(
        cited_cell(helan(), cell_of(helan(), "art20_5.licensing.change")), helan().report, helan().text
    )

    assert '<th scope="colgroup" colspan="5">未经复议直接起诉</th>' in reviews
    assert '<th scope="col">本年增/减</th>' in items


def test_nothing_of_an_answer_is_read_as_markup() -> None:
    cell = cell_of(helan(), "review.corrected")
    hostile_cell = cell.model_copy(update={"printed": HOSTILE})
    reports = MemoryReports(helan().model_copy(update={"report": _with_cell(cell, hostile_cell)}))
    card = cited_figure(helan(), RATE).model_copy(
        update={"title": HOSTILE, "section": (HOSTILE,), "quote": HOSTILE, "source": HOSTILE}
    )
    hostile = answer(
        HOSTILE,
        card,
        cited_cell(helan(), cell, n=2),
        warnings=(AnswerWarning(code="rate", message=HOSTILE, citations=(1,)),),
        derivations=(Derivation(expression=HOSTILE, inputs=(HOSTILE,), value=Decimal(1), unit=HOSTILE),),
    )

    html = answer_html(hostile, reports, key='"><script>')

    assert "<script" not in html
    assert "<img" not in html
    assert _text(html).count("&lt;script&gt;alert(1)") >= 9


def test_nothing_of_a_report_is_read_as_markup() -> None:
    report = helan().report.model_copy(update={"title": HOSTILE})
    text = helan().text.replace("全年12345热线", f"{HOSTILE}全年12345热线")
    moved = cited_figure(helan(), RATE)
    shift = len(HOSTILE)
    moved = moved.model_copy(
        update={"char_start": moved.char_start + shift, "char_end": moved.char_end + shift}
    )

    library = reports_html(MemoryReports(helan().model_copy(update={"report": report})))

    assert "<script" not in library + proof_html(moved, report, text)


def test_warnings_are_told_in_words_with_their_citations() -> None:
    warning = AnswerWarning(code="rate", message="25437 ÷ 28822 = 88.26%", citations=(1, 9))
    html = answer_html(answer("答[1]", cited_figure(helan(), RATE), warnings=(warning,)), REPORTS, key="1")

    assert "⚠ 注意：25437 ÷ 28822 = 88.26%[1]" in _text(html)
    assert "[9]" not in html


def test_derivations_are_folded_and_show_the_calculation() -> None:
    derivation = Derivation(expression="25437 ÷ 28822", inputs=("25437件",), value=Decimal("88.26"), unit="%")

    html = answer_html(answer("答", derivations=(derivation,)), REPORTS, key="1")

    assert "25437 ÷ 28822 = 88.26%（取自：25437件）" in _text(html)
    assert '<details class="derivations">' in html


def test_a_citation_whose_report_left_the_library_still_shows_its_quote() -> None:
    html = answer_html(answer("答[1]", cited_figure(helan(), RATE)), MemoryReports(), key="1")

    assert RATE.context in _text(html)


def test_an_empty_library_says_how_it_is_filled() -> None:
    assert "gongkai ingest" in reports_html(MemoryReports())


def test_examples_ask_for_what_the_reports_state() -> None:
    assert "贺兰县2020年12345办复率是多少？" in example_questions(REPORTS)
    assert example_questions(MemoryReports()) == ()


def test_steps_of_parallel_tools_close_in_any_order() -> None:
    exchange = Exchange(question="问")
    for event in (
        ToolStarted(tool="a", label="甲", detail="一"),
        ToolStarted(tool="b", label="乙", detail="二"),
        ToolFinished(tool="b", label="乙", detail="2 条", elapsed_ms=5),
    ):
        exchange = exchange.after(event)

    assert [(step.label, step.detail, step.elapsed_ms) for step in exchange.steps] == [
        ("甲", "一", None),
        ("乙", "二：2 条", 5),
    ]


def test_the_conversation_carries_questions_and_answers_and_no_failures() -> None:
    answered = Exchange(question="一").after(TextDelta(text="半")).after(Completed(answer=answer("全")))
    failed = Exchange(question="二").after(Failed(message="坏了", retryable=True))

    assert turns((answered, failed)) == (
        Turn(role="user", content="一"),
        Turn(role="assistant", content="全"),
    )


def _with_cell(old: Cell, new: Cell):
    report = helan().report
    tables = tuple(
        table.model_copy(update={"cells": tuple(new if cell == old else cell for cell in table.cells)})
        for table in report.tables
    )
    return report.model_copy(update={"tables": tables})
