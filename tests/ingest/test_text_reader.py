"""Files as offices send them: any Chinese encoding, and files that are no text at all."""

from pathlib import Path

import pytest
from forms import ARTICLE20_2021, TITLE, report, tabbed

from ingest import LimitExceeded, NotAReport, UnreadableFile, ingest_file
from ingest.readers import read_document
from ingest.settings import ReadingLimits

REPORT = report(article20=tabbed(ARTICLE20_2021))


def written(folder: Path, data: bytes, name: str = "报告.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("gb18030", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\x00\x00"),
    ],
)
def test_report_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str, bom: bytes) -> None:
    read = ingest_file(written(tmp_path, bom + REPORT.encode(encoding)))
    assert read.text == REPORT
    assert read.report.organization.name == "青禾县"


def test_traditional_report_in_big5_is_read(tmp_path: Path) -> None:
    text = (
        "青禾縣2022年政府信息公開工作年度報告\n\n一、總體情況\n\n"
        "全縣主動公開政府信息218條，依申請公開工作有序進行，沒有發生行政復議的情況。\n"
    )
    read = ingest_file(written(tmp_path, text.encode("big5")))
    assert read.text == text
    assert (read.report.organization.name, read.report.year) == ("青禾县", 2022)


def test_windows_line_ends_do_not_shift_the_places(tmp_path: Path) -> None:
    read = ingest_file(written(tmp_path, REPORT.replace("\n", "\r\n").encode()))
    cell = next(cell for table in read.report.tables for cell in table.cells if cell.printed == "7120")
    assert read.text[cell.anchor.char_start : cell.anchor.char_end] == "7120"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \t\n", b"\xff\xfe"])
def test_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFile, match="文件是空的"):
        ingest_file(written(tmp_path, data))


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 8, b"%PDF-1.7\n" + bytes(range(128, 256)) * 20, b"PK\x03\x04" + b"\x00\xd8" * 400],
)
def test_binary_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises((UnreadableFile, NotAReport)):
        ingest_file(written(tmp_path, data))


def test_text_that_is_no_report_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(NotAReport, match=r"菜谱\.txt：看不出是政府信息公开年度报告。请确认文件内容"):
        ingest_file(written(tmp_path, "红烧茄子：茄子两根，先炸后烧。".encode(), "菜谱.txt"))


@pytest.mark.parametrize(
    ("name", "data"),
    [("年报.xyz", b"\x81\xff\x01\x02" * 90), ("年报.json", '{"a": "政府信息公开工作年度报告"}'.encode())],
)
def test_unsupported_suffix_names_file_cause_and_remedy(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        ingest_file(written(tmp_path, data, name))
    error = caught.value
    assert (error.path, error.cause) == (name, f"不支持 {Path(name).suffix} 格式")
    assert ".txt" in error.remedy
    assert str(error) == f"{error.path}：{error.cause}。{error.remedy}"


@pytest.mark.parametrize("name", ["年报", "年报.2022", "年报.text", "年报.html", "年报.pdf"])
def test_text_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    assert (
        ingest_file(written(tmp_path, f"{TITLE}\n\n一、总体情况\n".encode("gb18030"), name)).report.year
        == 2022
    )


@pytest.mark.parametrize(
    "name", ["年报.shtml", "年报.aspx", "年报.jsp", "年报", "年报.txt", "年报.doc", "年报.pdf", "年报.xls"]
)
def test_page_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    page = f"<html><body><h1>{TITLE}</h1><p>一、总体情况</p><p>公开218条。</p></body></html>"
    found = ingest_file(written(tmp_path, page.encode(), name))
    assert (found.report.source.media_type, found.text.splitlines()[0]) == ("text/html", TITLE)


@pytest.mark.parametrize(
    ("name", "said"),
    [("年报.pdf", "PDF"), ("年报.docx", "Word 文档"), ("年报.wps", "WPS 文档"), ("扫描件.png", "图片")],
)
@pytest.mark.parametrize("data", [b"\x00" * 3000 + b"endobj\nxref\n%%EOF", bytes(range(256)) * 40])
def test_broken_file_is_called_what_it_should_be(tmp_path: Path, name: str, said: str, data: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        ingest_file(written(tmp_path, data, name))
    assert caught.value.cause.startswith(f"{said} 已损坏")


def test_missing_file_says_what_to_check(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="请检查文件是否存在"):
        ingest_file(tmp_path / "没有.txt")


@pytest.mark.parametrize("limits", [ReadingLimits(max_bytes=100), ReadingLimits(max_characters=100)])
def test_file_beyond_the_limits_is_refused_with_both_numbers(tmp_path: Path, limits: ReadingLimits) -> None:
    with pytest.raises(LimitExceeded, match="超过上限 100"):
        ingest_file(written(tmp_path, REPORT.encode()), limits=limits)


def grid_of(tmp_path: Path, text: str) -> list[list[str]]:
    document = read_document(written(tmp_path, text.encode()), limits=ReadingLimits())
    rows: dict[tuple[int, int], list[str]] = {}
    for number, grid in enumerate(document.grids):
        for cell in grid.cells:
            assert document.text[cell.char_start : cell.char_end] == cell.text
            rows.setdefault((number, cell.row), []).append(cell.text)
    return list(rows.values())


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ("规章\t0\t\t3", [["规章", "0", "", "3"]]),
        ("规章 | 0 | 0 | 3 |", [["规章", "0", "0", "3"]]),
        ("| 规章 | 0 | 0 | 3 |", [["规章", "0", "0", "3"]]),
        ("规章|0|0|3", [["规章", "0", "0", "3"]]),
        ("| **规章** | **12** |\n|---|:--:|\n| 许可 | - |", [["规章", "12"], ["许可", "-"]]),
        ("甲\t1\n\n乙\t2", [["甲", "1"], ["乙", "2"]]),
        ("甲\t1\n上面是一张表。\n乙\t2", [["甲", "1"], ["乙", "2"]]),
        ("  规章   0    -  3", [["规章", "0", "-", "3"]]),
        ("信息内容   本年制发件数", [["信息内容", "本年制发件数"]]),
        ("青禾县办公室   电话：6123456   邮编：831400", []),
        ("青禾县人民政府   2023年1月18日", []),
        ("甲 | 1", []),
        (
            "信息内容 | 本年处理决定数量\n行政许可 | 403",
            [["信息内容", "本年处理决定数量"], ["行政许可", "403"]],
        ),
        ("首页 | 政府信息公开", []),
        ("1.属于国家秘密 |  |  | ", [["1.属于国家秘密", "", "", ""]]),
        ("一段没有表格的话。", []),
    ],
)
def test_rows_of_tabs_and_bars_become_cells(tmp_path: Path, lines: str, rows: list[list[str]]) -> None:
    assert grid_of(tmp_path, f"{TITLE}\n{lines}\n") == rows


def test_row_of_single_dashes_is_data_and_no_markdown_rule(tmp_path: Path) -> None:
    assert grid_of(tmp_path, "| - | - | - |") == [["-", "-", "-"]]
