"""Pages as government websites serve them and as Word, browsers and extractors save them."""

import base64
import json
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

import pytest
from forms import (
    ARTICLE20_2021,
    TITLE,
    applications,
    barred,
    one_cell_a_line,
    read,
    report,
    spaced,
    tabbed,
    values,
)
from rendering import render_html

from ingest import LimitExceeded, NotAReport, UnreadableFile, ingest_file
from ingest.models import RawDocument
from ingest.readers import read_document
from ingest.settings import ReadingLimits

EXCERPTS = (Path(__file__).parents[2] / "../shared/reports_other/excerpts.jsonl").resolve()
HEAD = "<tr><td>信息内容<td>本年制发件数<td>本年废止件数<td>现行有效件数</tr>"


def document(folder: Path, page: str | bytes, name: str = "年报.html") -> RawDocument:
    path = folder / name
    path.write_bytes(page if isinstance(page, bytes) else page.encode())
    found = read_document(path, limits=ReadingLimits())
    for grid in found.grids:
        for cell in grid.cells:
            assert found.text[cell.char_start : cell.char_end] == cell.text
    for block in found.blocks:
        assert found.text[block.char_start : block.char_end] == block.text
    return found


def lines(folder: Path, page: str | bytes, name: str = "年报.html") -> list[str]:
    return document(folder, page, name).text.splitlines()


def spans(folder: Path, page: str) -> list[tuple[str, int, int, int, int]]:
    grids = document(folder, page).grids
    return [(c.text, c.row, c.column, c.row_span, c.column_span) for grid in grids for c in grid.cells]


# ---------------------------------------------------------------- the page around the report


def test_page_around_the_report_is_left_out(tmp_path: Path) -> None:
    original = read(report(article20=tabbed(ARTICLE20_2021)), tmp_path)
    text = document(tmp_path, render_html(original)).text
    assert text.startswith(TITLE)
    assert text.rstrip().endswith("解读材料还不够通俗。")
    for part in (
        "首页",
        "政民互动",
        "号工作的通知",
        "浏览次数",
        "分享",
        "上一篇",
        "隐藏",
        "ICP",
        "网站地图",
        "99",
        "搜索",
    ):
        assert part not in text


@pytest.mark.parametrize(
    "part",
    [
        "<nav>首页 政务公开</nav>",
        "<header>青禾县人民政府网</header>",
        "<footer>办公时间：周一至周五</footer>",
        "<div role='navigation'>首页</div>",
        "<div>当前位置：首页 > 正文</div>",
        "<ul><li><a href='/1'>某县2020年报告</a> 2020-01-02</li><li><a href='/2'>某县2019年报告</a> 2019-01-02</li></ul>",
        "<p>【字体：大 中 小】 打印 关闭</p>",
        "<p>发布时间：2023-01-18 来源：办公室 浏览次数：52</p>",
        "<p style='display: none'>件数12</p>",
        "<p hidden>件数12</p>",
        "<script>var a = '<p>件数12</p>'</script>",
        "<style>p { color: red }</style>",
        "<noscript>请启用脚本</noscript>",
        "<select><option>友情链接</option></select>",
        "<!-- 件数12 -->",
        "<p>版权所有：青禾县人民政府 宁ICP备00000000号-1</p>",
        "<p>下一篇：<a href='/3'>另一份报告</a></p>",
        "<del>件数12</del>",
    ],
)
def test_part_of_the_page_is_dropped(tmp_path: Path, part: str) -> None:
    content = f"<h1>{TITLE}</h1><p>一、总体情况</p><p>全年公开218条。</p>"
    whole = f"<body>{part}<div class='x'>{content}</div>{part}</body>"
    assert lines(tmp_path, whole) == [TITLE, "一、总体情况", "全年公开218条。"]


@pytest.mark.parametrize(
    "kept",
    [
        "<p>本报告电子版可在<a href='http://example.org'>县政府网站</a>下载。</p>",
        "<p>青禾县人民政府</p><p>2023年1月18日</p>",
        "<div><table><tr><td><a href='/x'>行政许可</a><td>1<td>2<td>3<td>4</table></div>",
        "<p>全年打印宣传册300份，关闭网站2个，网站浏览量达12万次。</p>",
        "<p>分享经验做法2次</p>",
        "<ins>新增3条。</ins>",
    ],
)
def test_part_of_the_report_is_kept(tmp_path: Path, kept: str) -> None:
    page = f"<body><div><h1>{TITLE}</h1><p>一、总体情况</p></div>{kept}<p>版权所有 青禾县</p></body>"
    text = document(tmp_path, page).text
    bare = document(tmp_path, f"<body><div><h1>{TITLE}</h1><p>一、总体情况</p></div></body>").text
    assert len(text) > len(bare) + 5
    assert "版权所有" not in text


def test_page_that_was_cut_inside_its_menu_keeps_the_report(tmp_path: Path) -> None:
    page = f"<nav><a href='/'>首页</a><h1>{TITLE}</h1><p>一、总体情况。</p><p>全年公开218条。</p><p>依申请0件。</p>"
    assert "全年公开218条。" in lines(tmp_path, page)


@pytest.mark.parametrize(
    "head",
    [
        f"<title>{TITLE}_青禾县人民政府</title>",
        f"<title>青禾县人民政府</title><meta name='ArticleTitle' content='{TITLE}'>",
        f"<title>{TITLE} - 政府信息公开 - 青禾县人民政府门户网站</title>",
    ],
)
def test_title_that_only_the_page_states_goes_in_front(tmp_path: Path, head: str) -> None:
    page = f"<head>{head}</head><body><p>一、总体情况</p><p>全年公开218条。</p></body>"
    assert lines(tmp_path, page) == [TITLE, "一、总体情况", "全年公开218条。"]


def test_title_of_the_report_goes_before_that_of_the_page(tmp_path: Path) -> None:
    page = f"<title>青禾县2021年政府信息公开工作年度报告</title><body><p>{TITLE}</p><p>全年公开218条。</p></body>"
    assert lines(tmp_path, page) == [TITLE, "全年公开218条。"]


def test_title_of_two_lines_is_not_said_twice(tmp_path: Path) -> None:
    page = f"<title>{TITLE}</title><body><p>青禾县<br>2022年政府信息公开工作年度报告</p><p>一、总体情况</p></body>"
    assert lines(tmp_path, page) == ["青禾县", "2022年政府信息公开工作年度报告", "一、总体情况"]


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>甲<br>乙<br/>丙</p>", ["甲", "乙", "丙"]),
        ("<div>甲<div>乙</div>丙</div>", ["甲", "乙", "丙"]),
        ("<p>公开<b>12</b><span>79</span>条，\n占比　九成</p>", ["公开1279条，占比　九成"]),
        ("<p>政府信息\n   公开 2020\n年</p>", ["政府信息公开 2020 年"]),
        ("<p>&nbsp;&nbsp;甲&nbsp;</p><p>&nbsp;</p>", ["  甲"]),
        ("<p>1<span>\u200b</span>2<sup>3</sup><a href='#_ftn1'>[1]</a></p>", ["12"]),
        (
            "<ol><li>甲</li><li>2. 乙</li><li>丙</li></ol><ul><li>丁</li></ul>",
            ["1. 甲", "2. 乙", "3. 丙", "丁"],
        ),
        ("<ol start='3'><li>甲</li></ol><ol style='list-style:none'><li>乙</li></ol>", ["3. 甲", "乙"]),
        ("<pre>甲\n  乙</pre><p style='white-space:pre-wrap'>丙\n丁</p>", ["甲", "  乙", "丙", "丁"]),
        ("<p>甲<p>乙<div>丙", ["甲", "乙", "丙"]),
        ("甲<br>乙</td></p><p>丙", ["甲", "乙", "丙"]),
        ("<p>a &lt; b &amp; 甲&#20057;</p>", ["a < b & 甲乙"]),
    ],
)
def test_page_becomes_the_lines_that_it_shows(tmp_path: Path, page: str, expected: list[str]) -> None:
    assert lines(tmp_path, page) == expected


def test_page_saved_by_word_loses_its_office_marks(tmp_path: Path) -> None:
    page = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=gb2312"><!--[if gte mso 9]><xml><w:View>Normal</w:View></xml>
<![endif]--></head><body><p class=MsoNormal><b><span lang=EN-US>2022</span>年政府信息
公开<span lang=EN-US><o:p></o:p></span></b></p><xml><o:x>内部</o:x></xml>
<p><![if !supportLists]><span lang=EN-US>1.<span>&nbsp;</span></span><![endif]><span>全年<span style='mso-spacerun:yes'>
</span>12条。</span></p></body></html>"""
    assert lines(tmp_path, page.encode("gb18030")) == ["2022年政府信息公开", "1. 全年 12条。"]


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "<tr><td rowspan=2>甲<td colspan=2>乙<tr><td>1<td>2",
            [("甲", 0, 0, 2, 1), ("乙", 0, 1, 1, 2), ("1", 1, 1, 1, 1), ("2", 1, 2, 1, 1)],
        ),
        (
            "<tr><td rowspan=0>甲<td colspan=90000>乙<tr><td>1<td>2",
            [("甲", 0, 0, 2, 1), ("乙", 0, 1, 1, 2), ("1", 1, 1, 1, 1), ("2", 1, 2, 1, 1)],
        ),
        (
            "<thead><tr><td rowspan=9>甲<td>乙<tbody><tr><td>1<td>2",
            [("甲", 0, 0, 1, 1), ("乙", 0, 1, 1, 1), ("1", 1, 0, 1, 1), ("2", 1, 1, 1, 1)],
        ),
        ("<td>甲<td rowspan=x colspan=-1>1", [("甲", 0, 0, 1, 1), ("1", 0, 1, 1, 1)]),
        ("<tr><td>商业<br>企业<td><p>1</p>", [("商业企业", 0, 0, 1, 1), ("1", 0, 1, 1, 1)]),
        (
            "<tr><td><p>采购</p>\n<p>金额</p><td>16280.5867<br>万元",
            [("采购金额", 0, 0, 1, 1), ("16280.5867 万元", 0, 1, 1, 1)],
        ),
        ("<tr><td>甲<td>1<br>2", [("甲", 0, 0, 1, 1), ("1 2", 0, 1, 1, 1)]),
        ("<tr><td>甲<td>&nbsp;<td>", [("甲", 0, 0, 1, 1), ("", 0, 1, 1, 1), ("", 0, 2, 1, 1)]),
    ],
)
def test_cells_keep_their_places_and_spans(
    tmp_path: Path, rows: str, expected: list[tuple[str, int, int, int, int]]
) -> None:
    assert spans(tmp_path, f"<table>{rows}</table>") == expected


def test_table_that_lays_out_the_page_flows_and_the_one_in_it_is_a_grid(tmp_path: Path) -> None:
    inner = f"<table>{HEAD}<tr><td>规章<td>0<td>0<td>3</table>"
    page = f"""<table><tr><td><a href=1>首页</a><tr><td><table><tr><td width=200><a href=a>通知</a>
<td><p>{TITLE}</p><p>一、总体情况</p><p>全年公开218条。</p>{inner}<p>二、其他</p></table><tr><td>版权所有 青禾县</table>"""
    found = document(tmp_path, page)
    assert found.text.splitlines() == [
        TITLE,
        "一、总体情况",
        "全年公开218条。",
        "信息内容\t本年制发件数\t本年废止件数\t现行有效件数",
        "规章\t0\t0\t3",
        "二、其他",
    ]
    assert len(found.grids) == 1


def test_table_around_the_whole_report_parts_into_lines_and_grids(tmp_path: Path) -> None:
    prose = "全年工作有序推进，公开信息12条，办理申请3件，没有发生行政复议和行政诉讼的情况，也没有收取信息处理费用。"
    row = "<tr><td colspan=4>{}</td></tr>"
    page = "<table>" + "".join(
        [
            row.format(TITLE),
            row.format("一、总体情况"),
            row.format(prose),
            row.format("二、主动公开政府信息情况"),
            row.format("第二十条第（一）项"),
            HEAD,
            "<tr><td>规章<td>0<td>0<td>3</tr>",
            row.format("2023年1月18日"),
        ]
    )
    found = ingest_file(written(tmp_path, page.encode()))
    assert [section.title for section in found.report.sections if section.title] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
    ]
    assert [
        figure.quantity.printed for figure in found.figures if figure.origin == "sentence" and figure.quantity
    ]
    assert values(found, "article20") == {
        "art20_1.rules.made": 0,
        "art20_1.rules.repealed": 0,
        "art20_1.rules.in_force": 3,
    }
    assert found.report.published is not None


def written(folder: Path, data: bytes, name: str = "年报.html") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def in_spans(rows: Sequence[Sequence[str]]) -> str:
    return "".join(
        "<div class='r'>" + "".join(f"<span>{escape(cell)}</span>" for cell in row) + "</div>" for row in rows
    )


def in_blocks(rows: Sequence[Sequence[str]]) -> str:
    return in_spans(rows).replace("span", "div")


def in_rows(rows: Sequence[Sequence[str]]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{escape(c)}" for c in row) for row in rows) + "</table>"


def in_paragraphs(lay: Callable[[Sequence[Sequence[str]]], str]) -> Callable[[Sequence[Sequence[str]]], str]:
    def laid(rows: Sequence[Sequence[str]]) -> str:
        return "".join(f"<p>{escape(line).replace(' ', '&nbsp;')}</p>" for line in lay(rows).split("\n"))

    return laid


@pytest.mark.parametrize(
    "lay",
    [
        in_rows,
        in_spans,
        in_blocks,
        in_paragraphs(barred),
        in_paragraphs(spaced),
        in_paragraphs(one_cell_a_line),
        lambda rows: f"<pre>{tabbed(rows)}</pre>",
        lambda rows: "<br>".join(one_cell_a_line(rows).split("\n")),
    ],
)
def test_table_reads_the_same_however_the_page_lays_it_out(
    tmp_path: Path, lay: Callable[[Sequence[Sequence[str]]], str]
) -> None:
    table3 = applications(label=lambda path: path[-1:])
    truth = read(report(article20=tabbed(ARTICLE20_2021), table3=tabbed(table3)), tmp_path)
    text = report(article20="@2@", table3="@3@")
    body = "".join(f"<p>{line}</p>" for line in text.splitlines() if line)
    page = body.replace("<p>@2@</p>", lay(ARTICLE20_2021)).replace("<p>@3@</p>", lay(table3))
    found = ingest_file(written(tmp_path, page.encode()))
    for kind in ("article20", "applications"):
        assert values(found, kind) == values(truth, kind)


# ---------------------------------------------------------------- bytes


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "gb2312"),
        ("utf-8-sig", ""),
        ("gb18030", "gb2312"),
        ("gb18030", "GBK"),
        ("gb18030", ""),
        ("utf-16", ""),
        ("utf-16-le", ""),
    ],
)
def test_page_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str, declared: str) -> None:
    page = f"<html><meta charset='{declared}'><body><h1>{TITLE}</h1><p>全年公开218条。</p></body></html>"
    assert lines(tmp_path, page.encode(encoding)) == [TITLE, "全年公开218条。"]


def test_page_with_a_broken_character_is_read(tmp_path: Path) -> None:
    page = (
        f"<meta charset=utf-8><h1>{TITLE}</h1>{'<p>全年公开218条。</p>' * 200}".encode() + "末".encode()[:2]
    )
    assert lines(tmp_path, page)[:2] == [TITLE, "全年公开218条。"]


@pytest.mark.parametrize("name", ["年报.txt", "年报.doc", "年报.md", "年报.docx", "年报.htm"])
def test_page_is_known_by_its_bytes_under_any_name(tmp_path: Path, name: str) -> None:
    page = f"<!-- 保存 -->\n<!DOCTYPE html><html><body><p>{TITLE}</p></body></html>"
    found = document(tmp_path, page, name)
    assert (found.text, found.source.media_type) == (f"{TITLE}\n", "text/html")


def test_plain_text_under_the_name_of_a_page_keeps_its_lines(tmp_path: Path) -> None:
    assert lines(tmp_path, f"{TITLE}\n一、总体情况\n规章\t0\t1\n") == [TITLE, "一、总体情况", "规章\t0\t1"]


@pytest.mark.parametrize("name", ["年报.mht", "年报.html", "年报.doc"])
def test_page_in_a_web_archive_is_read(tmp_path: Path, name: str) -> None:
    page = base64.b64encode(f"<html><body><p>{TITLE}</p></body></html>".encode("gb18030")).decode()
    archive = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=X\r\n\r\n--X\r\n"
        "Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{page}\r\n--X--\r\n"
    )
    assert lines(tmp_path, archive, name) == [TITLE]


def test_web_archive_without_a_page_is_refused(tmp_path: Path) -> None:
    archive = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=X\r\n\r\n--X\r\n\r\n--X--\r\n"
    with pytest.raises(UnreadableFile, match="网页档案里没有网页"):
        document(tmp_path, archive, "年报.mht")


def test_markdown_with_tables_in_html_keeps_its_lines_and_gains_the_tables(tmp_path: Path) -> None:
    text = f"# {TITLE}\n\n印发<某条例>，面积3m<sup>2</sup>。\n\n<table>{HEAD}<tr><td>规章</td><td>0</td><td>0</td><td>3</td></tr></table>\n\n规章\t1\t2\n"
    found = document(tmp_path, text, "年报.md")
    assert found.text.splitlines()[1] == "印发<某条例>，面积3m<sup>2</sup>。"
    assert [
        [cell.text for cell in row] for grid in found.grids for _, row in groupby(grid.cells, lambda c: c.row)
    ] == [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "0", "0", "3"],
        ["规章", "1", "2"],
    ]


@pytest.mark.parametrize(
    "page", ["<html></html>", "<!-- -->", "<html><head><title>首页</title></head>", "<br>"]
)
def test_page_without_a_report_is_refused(tmp_path: Path, page: str) -> None:
    with pytest.raises((NotAReport, UnreadableFile), match=r"年报\.html"):
        ingest_file(written(tmp_path, page.encode()))


def test_page_nested_beyond_what_can_be_read_is_refused_and_not_cut(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="嵌套过深"):
        document(tmp_path, "<font>" * 5000 + TITLE)


def test_page_of_too_many_tags_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, f"<p>{TITLE}</p>{'<p>甲' * 1000}".encode())
    with pytest.raises(LimitExceeded, match="有 1002 个标签，超过上限 1000 个"):
        read_document(path, limits=ReadingLimits(max_tags=1000))


@pytest.mark.parametrize(("end", "status"), [("", "unclear"), ("</td>", "ok"), ("</td></tr></table>", "ok")])
def test_number_at_the_end_of_a_page_that_breaks_off_is_unclear(
    tmp_path: Path, end: str, status: str
) -> None:
    page = f"<p>{TITLE}</p><p>第二十条第（五）项</p><table><tr><td>信息内容<td>本年处理决定数量<tr><td>行政许可<td>12{end}"
    found = ingest_file(written(tmp_path, page.encode()))
    assert [cell.status for table in found.report.tables for cell in table.cells] == [status]


# ---------------------------------------------------------------- other provinces


def excerpt_rows(text: str, lay: str) -> str:
    parts: list[str] = []
    for barred_rows, run in groupby(text.split("\n"), key=lambda line: "|" in line):
        if barred_rows and lay == "tables":
            rows = (
                "".join(f"<td>{escape(cell.strip())}" for cell in line.split("|")[: line.count("|")])
                for line in run
            )
            parts += ["<table>", *(f"<tr>{row}" for row in rows), "</table>"]
        else:
            parts += [f"<p>{escape(line)}</p>" if lay != "breaks" else f"{escape(line)}<br>" for line in run]
    return "".join(parts)


@pytest.mark.parametrize("lay", ["paragraphs", "breaks", "tables"])
@pytest.mark.parametrize("number", range(8))
def test_excerpt_reads_in_html_as_it_does_in_text(tmp_path: Path, number: int, lay: str) -> None:
    if not EXCERPTS.exists():
        pytest.skip("the real excerpts are not shipped with the code")
    record = json.loads(EXCERPTS.read_text("utf-8").splitlines()[number])
    text = f"{record['title']}\n{record['text']}"
    original = read(text, tmp_path)
    found = ingest_file(written(tmp_path, f"<html><body>{excerpt_rows(text, lay)}</body></html>".encode()))
    kinds = [table.kind for table in original.report.tables]
    assert [table.kind for table in found.report.tables] == kinds
    for kind in kinds:
        assert values(found, kind) == values(original, kind)
    assert found.report.organization == original.report.organization
