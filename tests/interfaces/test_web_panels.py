"""Answers as HTML: what a reader can open, and what a report or a question can never do to the page."""

import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from scripted import SAMPLES, MemoryReports, answer, cell_of, cited_cell, cited_figure, helan

from assistant.conversations import ConversationHead, KeptTurn
from assistant.exchange import Exchange, turns
from assistant.interfaces.web.acts import Part
from assistant.interfaces.web.chat import badge_of, badges_of, empty_html, turn_html
from assistant.interfaces.web.evidence import evidence_html
from assistant.interfaces.web.examples import examples, follow_ups
from assistant.interfaces.web.history import conversations_html
from assistant.interfaces.web.markup import words_for
from assistant.interfaces.web.proofs import proof_html
from assistant.interfaces.web.reader import Place, pieces_of, report_html
from assistant.interfaces.web.shelf import doubts_html, filters_html, listing_html, narrowed_by
from assistant.models import (
    Answer,
    AnswerWarning,
    Completed,
    Derivation,
    Failed,
    Planned,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Turn,
)
from assistant.plans import Lookup, Measure, Plan
from ingest import Cell, ingest_file
from vectorstore.models import Filter

PLAN = Plan(standalone="问", operations=(Lookup(measures=(Measure(phrase="新收申请"),)),))
REPORTS = MemoryReports(helan())
WEB = Path(__file__).parents[2] / "assistant" / "interfaces" / "web"
RATE = next(figure for figure in helan().figures if figure.label.endswith("办复率"))
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def _text(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def _cited(html: str) -> list[str]:
    return [_text(cell) for cell in re.findall(r'<td class="[^"]*cited[^"]*".*?</td>', html)]


def shown(answered: Answer, *, reports: MemoryReports = REPORTS, language: str = "zh-CN") -> str:
    turn = KeptTurn(id="t-1", exchange=Exchange(question=answered.question, answer=answered))
    return turn_html(turn, reports, words_for(language), conversation="c-1")


def test_a_mark_opens_its_citation_and_previews_it() -> None:
    html = shown(answer("办复率99.79%[1]", cited_figure(helan(), RATE)))

    mark = re.search(r'<button[^>]*data-cite="1"[^>]*>\[1\]<span class="peek"[^>]*>(.*?)</span>', html)
    assert mark
    assert helan().report.title in mark[1]
    assert "办复率99.79%" in mark[1]


def test_a_mark_without_a_citation_stays_text() -> None:
    html = shown(answer("见[7]和[1]", cited_figure(helan(), RATE)))

    assert "见[7]和" in html
    assert 'data-cite="7"' not in html


def test_an_opened_citation_shows_the_paragraph_with_the_quoted_sentence_marked() -> None:
    html = proof_html(cited_figure(helan(), RATE), helan().report, helan().text)

    assert re.findall(r"<mark[^>]*>(.*?)</mark>", html) == [RATE.context]
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
    in_table = cited_cell(helan(), cell, n=2)
    hostile = answer(
        f"{HOSTILE}[1][2]",
        card,
        in_table,
        warnings=(AnswerWarning(code="finding_rate", message=HOSTILE, citations=(1, 2)),),
        derivations=(Derivation(expression=HOSTILE, inputs=(HOSTILE,), value=Decimal(1), unit=HOSTILE),),
        suggestions=(HOSTILE,),
    ).model_copy(update={"question": HOSTILE, "standalone_question": f"{HOSTILE}？", "model": HOSTILE})
    words = words_for("zh")

    html = shown(hostile, reports=reports) + "".join(
        evidence_html(hostile, one, reports, words) for one in (card, in_table)
    )

    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;alert(1)") > 20


def test_nothing_of_a_report_is_read_as_markup() -> None:
    report = helan().report.model_copy(update={"title": HOSTILE})
    text = helan().text.replace("全年12345热线", f"{HOSTILE}全年12345热线")
    moved = cited_figure(helan(), RATE)
    shift = len(HOSTILE)
    moved = moved.model_copy(
        update={"char_start": moved.char_start + shift, "char_end": moved.char_end + shift}
    )
    read = helan().model_copy(update={"report": report, "text": text})
    heads = MemoryReports(read).headings()
    words = words_for("zh")

    html = "".join(
        (
            proof_html(moved, report, text),
            listing_html(heads, "", words),
            filters_html(heads, words),
            conversations_html(
                [ConversationHead(id="c", title=HOSTILE, updated=datetime.now(UTC))], "c", words
            ),
            *(report_html(report, text, helan().findings, words, part=part) for part in get_args(Part)),
        )
    )

    assert "<script" not in html
    assert "<img" not in html


def test_warnings_are_told_in_words_with_badge_and_citations() -> None:
    warning = AnswerWarning(code="finding_rate", message="25437 ÷ 28822 = 88.26%", citations=(1, 9))

    html = shown(answer("答[1]", cited_figure(helan(), RATE), warnings=(warning,)))

    assert "勾稽不符 25437 ÷ 28822 = 88.26%[1]" in " ".join(_text(html).split())
    assert 'data-cite="9"' not in html


@pytest.mark.parametrize(
    ("code", "badge"),
    [
        ("finding_text_table", "表文不一致"),
        ("finding_text_denies", "表文不一致"),
        ("finding_balance", "勾稽不符"),
        ("finding_rate", "勾稽不符"),
        ("unclear_cell", "存疑单元格"),
        ("blank_cell", "空白单元格"),
    ],
)
def test_a_badge_says_what_is_doubtful(code: str, badge: str) -> None:
    found = badge_of(code)

    assert found is not None
    assert words_for("zh")(f"badge.{found.key}") == badge


def test_badges_tell_a_recomputed_and_a_partial_answer() -> None:
    derivation = Derivation(expression="1 + 1", inputs=(), value=Decimal(2), unit="件")
    partial = answer("答", derivations=(derivation,)).model_copy(update={"status": "partial"})

    assert [badge.key for badge in badges_of(partial)] == ["recomputed", "thin_evidence"]


def test_what_was_merely_counted_has_no_calculation_to_show() -> None:
    counted = Derivation(expression="3", inputs=("甲县", "乙县", "丙县"), value=Decimal(3), unit="个")
    assert '<details class="derivations">' not in shown(answer("共3个。", derivations=(counted,)))


def test_derivations_are_folded_and_show_the_calculation() -> None:
    derivation = Derivation(expression="25437 ÷ 28822", inputs=("25437件",), value=Decimal("88.26"), unit="%")

    html = shown(answer("答", derivations=(derivation,)))

    assert "25437 ÷ 28822 = 88.26% 取自：25437件" in _text(html)
    assert '<details class="derivations">' in html


def test_a_citation_whose_report_left_the_library_still_shows_its_quote() -> None:
    cited = cited_figure(helan(), RATE)

    html = evidence_html(answer("答[1]", cited), cited, MemoryReports(), words_for("zh"))

    assert RATE.context in _text(html)
    assert "已不在库中" in html


def test_an_empty_library_says_how_it_is_filled() -> None:
    assert "gongkai ingest" in empty_html(MemoryReports(), words_for("zh"))


def test_a_browser_of_another_language_reads_english_and_the_answer_stays_chinese() -> None:
    html = shown(answer("办复率99.79%[1]", cited_figure(helan(), RATE)), language="en-GB")

    assert "Answer again" in html
    assert "Generated by software · built-in program" in html
    assert "办复率99.79%" in html


def test_only_a_language_model_is_called_artificial_intelligence() -> None:
    by_rules = answer("答")
    by_model = by_rules.model_copy(update={"engine": "llm", "model": "qwen3"})

    assert "人工智能" not in _text(shown(by_rules))
    assert "由程序自动生成 · 大模型（人工智能） qwen3" in _text(shown(by_model))


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    words = tomllib.loads((WEB / "words.toml").read_text("utf-8"))
    sources = [*WEB.glob("*.py"), *(WEB / "panels").glob("*.html")]
    used = {
        key
        for path in sources
        for key in re.findall(r"""\b(?:w|words|_words)\("([\w.]+)"[,)]""", path.read_text("utf-8"))
    }

    assert all(len(pair) == 2 and all(pair) for pair in words.values())
    assert used <= set(words)
    assert len(used) > 50


def test_the_standalone_question_is_shown_when_the_history_changed_it() -> None:
    changed = answer("答").model_copy(update={"standalone_question": "贺兰县2020年问"})

    assert "理解为：" in shown(changed)
    assert "理解为：" not in shown(answer("答"))


def test_how_the_question_was_understood_stands_over_the_answer() -> None:
    html = shown(answer("答").model_copy(update={"understanding": f"贺兰县2020年 · {HOSTILE}"}))

    assert "理解为：贺兰县2020年 · <script>" in unescape(_text(html.replace(HOSTILE, "")))
    assert html.index("理解为：") < html.index('class="answer-text"')
    assert "<script" not in html


def test_the_step_that_tells_the_plan_says_it_in_one_line() -> None:
    exchange = Exchange(question="问").after(Planned(plan=PLAN, understanding="贺兰县2020年 · 新收申请"))

    assert [(step.label, step.detail) for step in exchange.steps] == [("理解问题", "贺兰县2020年 · 新收申请")]


def test_examples_ask_for_what_the_reports_state_compare_two_and_leave_one_without_answer() -> None:
    park = ingest_file(SAMPLES / "宁夏贺兰工业园区2020.txt")

    made = examples(MemoryReports(helan(), park))

    assert "贺兰县2020年12345办复率是多少？" in [one.question for one in made]
    assert [one.kind for one in made].count("comparison") == 1
    assert [one.kind for one in made].count("refusal") == 1
    assert len(made) == 6
    assert examples(MemoryReports()) == ()


def test_what_to_ask_next_is_asked_of_reports_that_hold_the_same_cell() -> None:
    park = ingest_file(SAMPLES / "宁夏贺兰工业园区2020.txt")
    cell = cell_of(helan(), "art20_5.licensing.decisions")
    asked = "贺兰县2020年行政许可处理决定数量是多少？"
    answered = answer("57487[1]", cited_cell(helan(), cell)).model_copy(
        update={"question": asked, "standalone_question": asked}
    )

    proposed = follow_ups(answered, MemoryReports(helan(), park))

    assert proposed[0] == "宁夏贺兰工业园区2020年行政许可处理决定数量是多少？"
    assert asked not in proposed


def test_what_the_answer_itself_proposes_comes_first() -> None:
    assert follow_ups(answer("答", suggestions=("甲？",)), REPORTS) == ("甲？",)


def test_a_report_is_shown_whole_with_its_tables_drawn_and_the_place_lit() -> None:
    one = helan()
    place = Place(start=RATE.context_start, end=RATE.context_start + len(RATE.context))

    pieces = tuple(pieces_of(one.report, one.text, place))

    shown_text = "".join(piece.html for piece in pieces)
    assert [piece.kind for piece in pieces].count("table") == len(one.report.tables)
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", shown_text) == [RATE.context]
    prose = "".join(_text(piece.html) for piece in pieces if piece.kind != "table")
    tables = "".join(one.text[t.anchor.char_start : t.anchor.char_end] for t in one.report.tables)
    assert sorted(re.sub(r"\s", "", prose + tables)) == sorted(re.sub(r"\s", "", one.text))


def test_a_cell_is_lit_alone_in_the_whole_report_and_a_row_without_its_column_as_a_whole() -> None:
    one = helan()
    cell = cell_of(one, "new_requests", "business")
    row = Place(start=cell.row_start, end=cell.row_end)
    place = row.model_copy(update={"row": cell.row, "column": cell.column})

    lit = "".join(piece.html for piece in pieces_of(one.report, one.text, place))
    row_lit = "".join(piece.html for piece in pieces_of(one.report, one.text, row))

    assert _cited(lit) == ["4◀ 引用处"]
    assert len(_cited(row_lit)) == 7


def test_a_region_narrows_to_the_organisations_in_it_and_nothing_chosen_leaves_all_open() -> None:
    heads = REPORTS.headings()
    region = heads[0].region[0]

    assert narrowed_by(heads, regions=[], organizations=[], years=[]) == Filter()
    assert narrowed_by(heads, regions=[region], organizations=[], years=[2020]) == Filter(
        organizations=(heads[0].organization,), years=(2020,)
    )
    assert narrowed_by(heads, regions=[region], organizations=["别处"], years=[]) == Filter(organizations=())


def test_findings_are_listed_with_the_place_to_open() -> None:
    html = doubts_html(
        helan().findings, REPORTS.headings(), words_for("zh"), organization="", year="", severity=""
    )

    assert html.count('"do": "read"') == sum(bool(finding.anchors) for finding in helan().findings)
    assert "25437 ÷ 28822 = 88.26%" in html


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
