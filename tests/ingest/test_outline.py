"""Headings and sentences of a report, with their places."""

from itertools import pairwise
from pathlib import Path

import pytest
from forms import ARTICLE20_2021, TITLE, read, report, tabbed

from ingest.outline import split_sentences


def titles(folder: Path, body: str) -> list[tuple[int, str]]:
    found = read(f"{TITLE}\n\n{body}", folder)
    return [(section.level, section.title) for section in found.report.sections if section.title]


def test_enumerators_make_levels(tmp_path: Path) -> None:
    body = "一、总体情况\n\n（一）主动公开\n\n1. 网站建设\n\n(2) 专栏\n\n二、存在问题\n"
    assert titles(tmp_path, body) == [
        (1, "一、总体情况"),
        (2, "（一）主动公开"),
        (3, "1. 网站建设"),
        (4, "(2) 专栏"),
        (1, "二、存在问题"),
    ]


def test_markdown_marks_are_no_part_of_a_heading(tmp_path: Path) -> None:
    assert titles(tmp_path, "## 一、总体情况\n\n### **（一）主动公开**\n") == [
        (1, "一、总体情况"),
        (2, "（一）主动公开"),
    ]


def test_heading_that_goes_on_in_prose_ends_at_its_full_stop(tmp_path: Path) -> None:
    body = "一、总体情况\n\n（一）主动公开情况。全县发布信息218条，其中微信90条。\n"
    assert titles(tmp_path, body)[-1] == (2, "（一）主动公开情况。")


@pytest.mark.parametrize(
    "line",
    [
        "一、二季度共发布信息三十条，全部及时更新，没有迟报、漏报和错报的情况发生，并接受社会监督，",
        "12345热线",
    ],
)
def test_sentences_are_no_headings(tmp_path: Path, line: str) -> None:
    assert titles(tmp_path, f"一、总体情况\n\n{line}\n") == [(1, "一、总体情况")]


def test_rows_of_tables_are_no_headings(tmp_path: Path) -> None:
    found = read(report(table3="一、本年新收政府信息公开申请数量\t1\t0\t0\t0\t0\t0\t1"), tmp_path)
    assert not any("本年新收" in section.title for section in found.report.sections)


def test_section_path_leads_from_the_top_heading(tmp_path: Path) -> None:
    found = read(f"{TITLE}\n\n一、总体情况\n\n（一）主动公开\n\n发布信息218条。\n", tmp_path)
    (figure,) = (figure for figure in found.figures if figure.origin == "sentence")
    assert figure.anchor.section_path == ("一、总体情况", "（一）主动公开")


def test_sections_cover_the_text_without_gaps(tmp_path: Path) -> None:
    found = read(report(article20=tabbed(ARTICLE20_2021)), tmp_path)
    spans = [(s.anchor.char_start, s.anchor.char_end) for s in found.report.sections]
    assert spans[0][0] == 0
    assert spans[-1][1] == len(found.text)
    assert all(end == start for (_, end), (start, _) in pairwise(spans))


def test_sentence_cut_by_a_page_break_comes_back_whole(tmp_path: Path) -> None:
    body = "一、总体情况\n\n县政府办公室在门户网站设立专题栏目并且全年共发布各类动态和\n\n— 2 —\n\n通知公告信息218条。\n"
    found = read(f"{TITLE}\n\n{body}", tmp_path)
    (figure,) = (figure for figure in found.figures if figure.origin == "sentence")
    assert figure.context.startswith("县政府办公室在门户网站")
    assert figure.context.endswith("218条。")


def test_semicolons_and_full_stops_end_sentences() -> None:
    text = "网站12条；微信30条。收到建议5件！"
    cut = [text[s.char_start : s.char_end] for s in split_sentences(text, 0, len(text), ())]
    assert cut == ["网站12条；", "微信30条。", "收到建议5件！"]
