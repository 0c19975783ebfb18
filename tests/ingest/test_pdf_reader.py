"""Text PDFs as offices print them: every cell comes back, whatever the table looks like and wherever the page ends."""

import contextlib
import json
import random
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import forms
import pytest
from forms import values
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from printing import Style, Table, images, printed, report_blocks
from pylopdf_fonts_zh_cn import serif_path

from ingest import Ingested, IngestError, LimitExceeded, UnreadableFile, ingest_file
from ingest.indicators import load_indicators
from ingest.models import RawDocument
from ingest.readers import read_document
from ingest.readers.pdf import read_pdf
from ingest.settings import ReadingLimits

SHARED = (Path(__file__).parents[2] / "../shared").resolve()
LIMITS = ReadingLimits()
KINDS = ("article20", "applications", "review_litigation")
NUMBERS = (0, 0, 0, 3, 12, 105, 2882)
ROWS = {
    row.key: tuple(str(random.Random(f"{row.key}{column}").choice(NUMBERS)) for column in range(7))
    for row in load_indicators().application_rows
}
STYLES = {
    "ruled": Style(),
    "hair lines": Style(line=0.1),
    "borders drawn piece by piece": Style(bars=True),
    "double border": Style(double=True),
    "no outer border": Style(rules="open"),
    "dashed": Style(dashed=True),
    "shaded head": Style(shaded=True),
    "landscape": Style(page=(842, 595)),
    "rows split by the page": Style(splits_rows=True, size=14),
    "rows split, wide": Style(splits_rows=True, padding=9),
    "running head": Style(head="青禾县人民政府文件", numbered="第 {page} 页 共 {pages} 页"),
    "bare page numbers": Style(numbered="{page}"),
    "every character drawn twice": Style(twice=True),
}


def cells(report: Ingested) -> dict[str, object]:
    return {
        f"{kind}.{key}": value
        for kind in KINDS
        if any(table.kind == kind for table in report.report.tables)
        for key, value in values(report, kind).items()
    }


def expected(folder: Path, form: str, article20: forms.Rows) -> dict[str, object]:
    text = forms.report(
        article20=forms.tabbed(article20),
        table3=forms.tabbed(forms.applications(ROWS, form=form)),
        review=forms.tabbed(forms.REVIEW),
    )
    return cells(forms.read(text, folder))


def pdf(folder: Path, data: bytes) -> Path:
    path = folder / "报告.pdf"
    path.write_bytes(data)
    return path


def read(data: bytes, *, limits: ReadingLimits = LIMITS) -> RawDocument:
    return read_pdf(Path("报告.pdf"), data, limits=limits)


def lines(document: RawDocument) -> list[str]:
    return [block.text for block in document.blocks]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("form", ["form2019", "form2021"])
def test_every_cell_of_a_printed_report_comes_back(form: str, style: Style, tmp_path: Path) -> None:
    article20 = forms.ARTICLE20_2019 if form == "form2019" else forms.ARTICLE20_2021
    blocks = report_blocks(article20=article20, values=ROWS, form=form)
    found = ingest_file(pdf(tmp_path, printed(blocks, style)))
    assert cells(found) == expected(tmp_path, form, article20)
    assert found.report.issues == ()
    assert [section.title for section in found.report.sections if section.level == 1] == [
        block for block in blocks if isinstance(block, str) and block[1] == "、"
    ]


def test_page_numbers_and_running_heads_are_left_out() -> None:
    style = Style(head="青禾县人民政府文件", numbered="第 {page} 页 共 {pages} 页", splits_rows=True, size=14)
    text = "\n".join(lines(read(printed(report_blocks(), style))))
    assert "青禾县人民政府文件" not in text
    assert "页" not in text


def test_cells_and_lines_know_their_page(tmp_path: Path) -> None:
    found = ingest_file(pdf(tmp_path, printed(report_blocks(), Style(size=14))))
    table = next(table for table in found.report.tables if table.kind == "applications")
    pages = [cell.anchor.page for cell in table.cells]
    assert pages == sorted(pages, key=lambda page: page or 0)
    assert len(set(pages)) > 1
    assert None not in pages


def test_lines_of_a_paragraph_are_one_line_and_headings_stand_alone() -> None:
    text = "青禾县政府办公室负责汇总全县数据，" * 8 + "全年公开1136条。"
    assert lines(read(printed(["一、总体情况", text, "（一）主动公开", text]))) == [
        "一、总体情况",
        text,
        "（一）主动公开",
        text,
    ]


def test_left_column_is_read_before_the_right_one() -> None:
    page = FPDF(unit="pt", format=(595, 842))
    page.add_font("body", "", str(serif_path()))
    page.add_page()
    page.set_font("body", size=11)
    page.text(200, 60, "青禾县2022年政府信息公开工作年度报告")
    for number in range(12):
        page.text(60, 100 + number * 18, f"左{number:02}县政府办公室负责汇总全县各类数据，")
        page.text(315, 100 + number * 18, f"右{number:02}县政府办公室负责汇总全县各类数据，")
    title, left, right = lines(read(bytes(page.output())))
    assert title == "青禾县2022年政府信息公开工作年度报告"
    assert left.count("左") == 12
    assert "右" not in left
    assert right.count("右") == 12


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_turned_pages_are_read_as_if_they_were_upright(quarter: int) -> None:
    upright = printed(report_blocks(), Style(size=14))
    turned = upright.replace(b"/Type /Page\n", b"/Type /Page\n/Rotate %d\n" % quarter)
    assert turned != upright
    assert read(turned).text == read(upright).text


def test_frame_around_prose_is_no_table() -> None:
    framed = Table(cells=(("本报告由青禾县人民政府办公室编制。", 0, 0, 1, 1),), widths=(1.0,))
    document = read(printed([framed]))
    assert document.grids == ()
    assert lines(document) == ["本报告由青禾县人民政府办公室编制。"]


@pytest.mark.parametrize("rules", ["none", "lines"])
def test_table_without_columns_drawn_is_read_by_alignment_and_never_wrongly(
    rules: str, tmp_path: Path
) -> None:
    blocks = report_blocks(values=ROWS)
    found = cells(ingest_file(pdf(tmp_path, printed(blocks, Style(rules=rules)))))
    truth = expected(tmp_path, "form2021", forms.ARTICLE20_2021)
    stated = {key: value for key, value in found.items() if value != "unclear"}
    assert stated.items() <= truth.items()
    assert len(stated) > len(truth) / 2


def test_number_that_runs_over_a_border_is_unclear() -> None:
    narrow = Table(
        cells=(("甲", 0, 0, 1, 1), ("乙", 0, 1, 1, 1), ("12345", 1, 0, 1, 1), ("0", 1, 1, 1, 1)),
        widths=(1.0, 1.0),
    )
    plain = printed([narrow], Style(numbered=""))
    document = read(plain)
    assert [cell.certain for cell in document.grids[0].cells if cell.text == "12345"] == [True]
    cramped = Table(cells=(*narrow.cells, ("1", 0, 2, 2, 1)), widths=(1.0, 1.0, 40.0))
    torn = read(printed([cramped], Style(numbered="", wraps=False)))
    assert all(not cell.certain for cell in torn.grids[0].cells if cell.row == 1 and cell.column == 0)


def test_real_report_agrees_with_the_gold_values(tmp_path: Path) -> None:
    source, gold = SHARED / "reports_other/洪泽区2023.pdf", SHARED / "eval/gold_洪泽区2023.json"
    if not source.exists():
        pytest.skip("the real reports are not shipped with the code")
    truth: dict[str, Any] = json.loads(gold.read_text("utf-8"))
    found = ingest_file(source)
    assert found.report.organization.name in truth["organization"]
    assert found.report.year == truth["year"]
    table3 = {
        f"{key}.{applicant}": Decimal(value)
        for key, row in truth["table3"].items()
        for applicant, value in row.items()
    }
    assert values(found, "applications") == table3
    printed_rows: dict[str, list[object]] = {}
    for key, value in values(found, "article20").items():
        printed_rows.setdefault(key.split(".")[-2], []).append(value)
    assert printed_rows == {
        key: [Decimal(str(value)) for value in row] for key, row in truth["table2"].items()
    }
    assert list(values(found, "review_litigation").values()) == [
        Decimal(value)
        for row in truth["table4"].values()
        for value in (row.values() if isinstance(row, dict) else row)
    ]


# ------------------------------------------------------------ limits and damage


def test_file_of_too_many_pages_is_refused() -> None:
    data = printed(report_blocks(), Style(size=14))
    with pytest.raises(LimitExceeded, match="超过上限 1 页"):
        read(data, limits=LIMITS.model_copy(update={"max_pages": 1}))


def test_page_of_too_many_objects_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="第 1 页的字符和线条"):
        read(printed(report_blocks()), limits=LIMITS.model_copy(update={"max_page_objects": 100}))


def bomb(instructions: bytes, dictionary: bytes = b"") -> bytes:
    body = zlib.compress(instructions, 9)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Filter/FlateDecode%b/Length %d>>stream\n%b\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n" % (dictionary, len(body), body)
    )


def test_deflate_bomb_is_refused_before_it_unpacks() -> None:
    with pytest.raises(LimitExceeded, match="解压后超过上限"):
        read(bomb(b" " * 5_000_000), limits=LIMITS.model_copy(update={"max_unpacked_bytes": 1_000_000}))


def test_picture_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="像素"):
        read(bomb(b" ", b"/Subtype/Image/Width 100000/Height 100000"))


def test_picture_that_unpacks_to_more_than_its_size_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="解压后超过上限"):
        read(bomb(b" " * 2_000_000, b"/Subtype/Image/Width 10/Height 10"))


def test_drawing_instructions_without_end_are_refused() -> None:
    with pytest.raises(LimitExceeded, match="绘制指令"):
        read(bomb(b"q Q " * 50_000), limits=LIMITS.model_copy(update={"max_drawing_bytes": 100_000}))


def test_file_with_a_password_asks_for_it_to_be_removed() -> None:
    with pytest.raises(UnreadableFile, match="打开密码"):
        read(printed(["一、总体情况"], password="x1"))


def test_file_locked_against_changes_only_opens() -> None:
    assert lines(read(printed(["一、总体情况"], owner="x1"))) == ["一、总体情况"]


def test_damaged_cross_references_are_mended() -> None:
    data = printed(["一、总体情况"])
    cut = data[: data.rindex(b"xref")]
    assert lines(read(cut)) == ["一、总体情况"]


def test_huge_page_is_read() -> None:
    data = printed(["一、总体情况"]).replace(b"/MediaBox [0 0 595 842]", b"/MediaBox [0 0 595000 84200]")
    assert lines(read(data)) == ["一、总体情况"]


def test_name_that_does_not_fit_the_content_misleads_nobody(tmp_path: Path) -> None:
    path = tmp_path / "报告.txt"
    path.write_bytes(printed(["一、总体情况"]))
    assert lines(read_document(path, limits=LIMITS)) == ["一、总体情况"]


SOUND = printed(report_blocks(), Style(size=14))


@given(
    cut=st.integers(0, len(SOUND)),
    changes=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=40),
)
def test_damaged_pdf_never_raises_anything_but_a_message(cut: int, changes: list[tuple[int, int]]) -> None:
    data = bytearray(SOUND)
    for place, value in changes:
        data[place] = value
    for damaged in (bytes(data), bytes(data[:cut]), bytes(data[cut:])):
        with contextlib.suppress(IngestError):
            read(damaged)


# ---------------------------------------------------------------- text that is not what the page shows


def test_three_columns_are_read_one_after_the_other() -> None:
    page = FPDF(unit="pt", format=(842, 595))
    page.add_font("body", "", str(serif_path()))
    page.add_page()
    page.set_font("body", size=10)
    page.text(250, 50, forms.TITLE)
    for column, name in enumerate("左中右"):
        for number in range(12):
            page.text(
                50 + 260 * column, 90 + 16 * number, f"{name}{number:02}县政府办公室负责汇总全县各类数据，"
            )
    title, *columns = lines(read(bytes(page.output())))
    assert title == forms.TITLE
    assert [column.count(name) for column in columns for name in "左中右"] == [12, 0, 0, 0, 12, 0, 0, 0, 12]


@pytest.mark.parametrize(
    "beneath",
    [
        "".join(chr(0x8400 + number) for number in range(300)),
        "".join("Gj*dfQ xzv#" for _ in range(30)),
    ],
)
def test_nonsense_beneath_a_scan_is_passed_over_and_said_to_be(tmp_path: Path, beneath: str) -> None:
    shown = FPDF(unit="pt", format=(595, 842))
    shown.add_font("serif", fname=str(serif_path()))
    shown.add_page()
    shown.set_font("serif", size=14)
    for line, text in enumerate([forms.TITLE, "一、总体情况", "全年公开信息218条。"]):
        shown.text(60, 80 + 30 * line, text)
    (picture,) = images(bytes(shown.output()))
    pdf = FPDF(unit="pt", format=(595, 842))
    pdf.add_font("serif", fname=str(serif_path()))
    pdf.add_page()
    pdf.set_font("serif", size=9)
    for line in range(10):
        pdf.text(40, 100 + 20 * line, beneath[line * 30 : line * 30 + 30])
    pdf.image(picture, x=0, y=0, w=595, h=842)
    (tmp_path / "年报.pdf").write_bytes(bytes(pdf.output()))

    found = ingest_file(tmp_path / "年报.pdf")

    assert "全年公开信息218条。" in found.text
    (issue,) = (issue for issue in found.report.issues if issue.code == "reading")
    assert "第 1 页的文字层读不通" in issue.message
