"""Headings and sentences of a report, with their places."""

from itertools import pairwise
from pathlib import Path

import pytest
from forms import ARTICLE20_2021, TITLE, read, report, tabbed

from ingest import Ingested, ingest_file
from ingest.outline import split_sentences

TESTS = Path(__file__).parents[1]
REPORTS = (TESTS.parent / "../shared/reports").resolve()
OUTLINES = sorted((TESTS / "data/outlines").glob("*.txt"))


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


@pytest.mark.parametrize("outline", OUTLINES, ids=lambda path: path.stem[:3])
def test_real_report_has_the_headings_that_it_prints(outline: Path) -> None:
    source = REPORTS / outline.name
    if not source.exists():
        pytest.skip("the real reports are not shipped with the code")
    sections = ingest_file(source).report.sections
    told = ["  " * (section.level - 1) + section.title for section in sections if section.title]
    assert told == outline.read_text("utf-8").splitlines()


def figure_paths(found: Ingested) -> dict[str, tuple[str, ...]]:
    return {
        figure.quantity.printed: figure.anchor.section_path
        for figure in found.figures
        if figure.quantity and figure.origin == "sentence"
    }


@pytest.mark.parametrize(
    "middle",
    [
        "（二）平台建设情况。\n\n1. 网站。改版上线，全年发布218条。",
        "（二）平台建设情况：\n\n1. 网站。改版上线，全年发布218条。",
        "（二）平台建设情况：改版上线，全年发布218条。",
        "**（二）平台建设情况** 改版上线，全年发布218条。",
        "__（二）平台建设情况__\n改版上线，全年发布218条。",
        "**（二）平台建设情况**：改版上线，全年发布218条。",
        "## **（二）**平台建设情况\n\n全年发布218条。",
        "（二）平台建设情况。\n（1）网站建设。改版上线，全年发布218条；\n（2）公众号。全年推送5篇。",
    ],
)
def test_sentence_stands_under_the_heading_above_it(tmp_path: Path, middle: str) -> None:
    body = f"一、总体情况\n\n（一）主动公开情况。全县发布信息7条。\n\n{middle}\n\n（三）监督保障情况。\n\n培训9次。\n"
    paths = figure_paths(read(f"{TITLE}\n\n{body}", tmp_path))
    assert [title.rstrip("。：") for title in paths["218条"]][:2] == ["一、总体情况", "（二）平台建设情况"]
    assert paths["9次"][1] == "（三）监督保障情况。"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("一、概述。全年发布信息7条。", "一、概述。"),
        ("一、总体情况：全年发布信息7条。", "一、总体情况："),
        ("**一、总体情况**全年发布信息7条。", "一、总体情况"),
        ("一．总体情况\n全年发布信息7条。", "一．总体情况"),
        ("第一部分　总体情况\n全年发布信息7条。", "第一部分　总体情况"),
        ("第一章 概述\n全年发布信息7条。", "第一章 概述"),
    ],
)
def test_first_heading_in_other_dress(tmp_path: Path, head: str, title: str) -> None:
    assert figure_paths(read(f"{TITLE}\n\n{head}\n", tmp_path))["7条"] == (title,)


def test_points_of_a_list_are_no_sections_though_text_follows_the_last(tmp_path: Path) -> None:
    body = "一、存在的主要问题\n\n1. 学习不够。\n2. 更新不快。\n\n全年整改3项。\n"
    assert titles(tmp_path, body) == [(1, "一、存在的主要问题")]


def test_lists_in_one_section_do_not_decide_for_each_other(tmp_path: Path) -> None:
    body = "一、改进情况\n\n1. 加强学习。全年培训3次。\n2. 加强检查。\n\n今后打算：\n\n1. 更新快些。\n2. 解读好些。\n"
    assert titles(tmp_path, body)[1:] == [(3, "1. 加强学习。"), (3, "2. 加强检查。")]


@pytest.mark.parametrize(
    "row",
    [
        "二、主动公开政府信息情况\t\t\t",
        "| 二、主动公开政府信息情况 |",
        "| **二、主动公开政府信息情况：** | | |",
    ],
)
def test_section_of_the_form_alone_in_a_row_of_its_table(tmp_path: Path, row: str) -> None:
    body = f"一、总体情况\n\n{row}\n{tabbed(ARTICLE20_2021)}\n"
    found = read(f"{TITLE}\n\n{body}", tmp_path)
    (table,) = found.report.tables
    assert [title.rstrip("：") for title in table.anchor.section_path] == ["二、主动公开政府信息情况"]
    assert {cell.status for cell in table.cells} == {"ok"}


def test_table_around_all_sections_is_cut_at_their_headings(tmp_path: Path) -> None:
    rows = (
        "<tr><td colspan=4>二、主动公开政府信息情况</td></tr>"
        + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ARTICLE20_2021)
        + "<tr><td colspan=4>六、其他需要报告的事项。</td></tr><tr><td>信息处理费</td><td>0</td></tr>"
    )
    (tmp_path / "年报.html").write_text(f"<h1>{TITLE}</h1><p>一、总体情况</p><table>{rows}</table>", "utf-8")
    found = ingest_file(tmp_path / "年报.html")
    assert [title for title in (section.title for section in found.report.sections) if title] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "六、其他需要报告的事项。",
    ]
    assert [
        str(cell.quantity.value) for table in found.report.tables for cell in table.cells if cell.quantity
    ][-2:] == [
        "28",
        "19.8",
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
