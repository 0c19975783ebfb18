"""Scanned pages: what is recognised is right, and what is not certain is unclear."""

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

import forms
import numpy as np
import pytest
from forms import values
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from printing import Style, Table, images, printed, report_blocks, scanned, worn
from pylopdf_fonts_zh_cn import serif_path

from ingest import IngestError, LimitExceeded, UnreadableFile, ingest_file
from ingest.models import GridCell, RawDocument
from ingest.readers import read_document
from ingest.readers.ocr import read_image
from ingest.rows import read_cell
from ingest.settings import ReadingLimits

LIMITS = ReadingLimits()
PLAIN = Style(size=12, numbered="", rules="grid")


def picture(image: Image.Image, *, kind: str = "PNG", dpi: int = 200) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, dpi=(dpi, dpi))
    return stream.getvalue()


def table(rows: Sequence[Sequence[str]]) -> Table:
    width = len(rows[0])
    cells = [(text, row, column, 1, 1) for row, line in enumerate(rows) for column, text in enumerate(line)]
    return Table(cells=tuple(cells), widths=(2.0, *(1.0,) * (width - 1)))


def scan(*blocks: str | Table, style: Style = PLAIN, **wear: float) -> Image.Image:
    page = images(printed(blocks, style))[0]
    return worn(page.crop((0, 0, page.width, page.height // 3)), **wear)  # type: ignore[arg-type]


def read(image: Image.Image) -> RawDocument:
    return read_image(Path("报告.png"), picture(image), limits=LIMITS)


def row(document: RawDocument, number: int) -> list[GridCell]:
    return [cell for cell in document.grids[0].cells if cell.row == number]


@pytest.mark.slow
def test_scanned_report_gives_the_same_cells(tmp_path: Path) -> None:
    pages = [
        worn(page, seed=number, noise=8, skew=0.5)
        for number, page in enumerate(images(printed(report_blocks(), Style(size=12))))
    ]
    path = tmp_path / "报告.pdf"
    path.write_bytes(scanned(pages))
    found = ingest_file(path)
    text = forms.report(
        article20=forms.tabbed(forms.ARTICLE20_2021),
        table3=forms.tabbed(forms.applications()),
        review=forms.tabbed(forms.REVIEW),
    )
    truth = forms.read(text, tmp_path)
    right = total = 0
    for kind in ("article20", "applications", "review_litigation"):
        expected, read_cells = values(truth, kind), values(found, kind)
        stated = {key: value for key, value in read_cells.items() if value != "unclear"}
        assert stated.items() <= expected.items()
        right, total = right + len(stated), total + len(expected)
    assert right >= 0.98 * total
    assert found.report.year == 2022
    assert [section.title for section in found.report.sections if section.level == 1][:2] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
    ]
    assert {cell.anchor.page for each in found.report.tables for cell in each.cells} > {1}


@pytest.mark.slow
def test_scan_of_a_real_report_states_nothing_but_what_is_printed(tmp_path: Path) -> None:
    source = (Path(__file__).parents[2] / "../shared/reports_other/洪泽区2023.pdf").resolve()
    if not source.exists():
        pytest.skip("the real reports are not shipped with the code")
    pages = [
        worn(page, seed=number, noise=8, skew=0.4) for number, page in enumerate(images(source.read_bytes()))
    ]
    path = tmp_path / "扫描.pdf"
    path.write_bytes(scanned(pages))
    found, truth = ingest_file(path), ingest_file(source)
    right = total = 0
    for kind in ("article20", "applications", "review_litigation"):
        expected = values(truth, kind)
        stated = {key: value for key, value in values(found, kind).items() if value != "unclear"}
        assert stated.items() <= expected.items()
        right, total = right + len(stated), total + len(expected)
    assert right >= 0.98 * total
    assert found.report.title == truth.report.title
    assert found.report.year == truth.report.year


def test_numbers_signs_and_blank_cells_are_told_apart() -> None:
    printed_row = ["行政许可", "120", "-7", "845.36", "", "0", "1,136", "+2"]
    head = ["信息内容", "甲", "乙", "丙", "丁", "戊", "己", "庚"]
    found = row(read(scan(table([head, printed_row]), seed=3, skew=-0.6)), 1)
    assert [cell.text.replace("，", ",") for cell in found] == printed_row
    assert [read_cell(cell, "件").status for cell in found[1:]] == [
        "ok",
        "ok",
        "ok",
        "blank",
        "ok",
        "ok",
        "ok",
    ]


def test_blot_in_a_cell_is_unclear_and_never_blank() -> None:
    image = images(printed([table([["甲", "乙", "丙"], ["规章", "", "5"]])], PLAIN))[0]
    draw = ImageDraw.Draw(image)
    x, y = 950, 258
    draw.line([(x, y), (x + 22, y + 8), (x + 4, y + 16), (x + 26, y + 3)], fill=0, width=4)
    found = row(read(image.crop((0, 0, image.width, 700))), 1)
    assert read_cell(found[1], "件").status == "unclear"
    assert read_cell(found[2], "件").status == "ok"


def test_page_turned_on_its_side_is_read() -> None:
    image = scan("青禾县2022年政府信息公开工作年度报告", table([["甲乙丙", "丁戊"], ["规章", "37"]]))
    document = read(image.rotate(90, expand=True))
    assert [cell.text for cell in row(document, 1)] == ["规章", "37"]
    assert document.blocks[0].text == "青禾县2022年政府信息公开工作年度报告"


def test_merged_cells_keep_their_spans() -> None:
    merged = Table(
        cells=(
            ("信息内容", 0, 0, 2, 1),
            ("办理数量", 0, 1, 1, 2),
            ("受理", 1, 1, 1, 1),
            ("办结", 1, 2, 1, 1),
            ("行政许可", 2, 0, 1, 1),
            ("58", 2, 1, 1, 1),
            ("46", 2, 2, 1, 1),
        ),
        widths=(1.0, 1.0, 1.0),
    )
    spans = {cell.text: (cell.row_span, cell.column_span) for cell in read(scan(merged)).grids[0].cells}
    assert spans["信息内容"] == (2, 1)
    assert spans["办理数量"] == (1, 2)
    assert spans["58"] == (1, 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_pictures_of_every_kind_are_read_by_their_content(kind: str, tmp_path: Path) -> None:
    image = Image.new("L", (900, 160), 255)
    font = ImageFont.truetype(str(serif_path()), 48)
    ImageDraw.Draw(image).text((60, 50), "一、总体情况", font=font, fill=0)
    path = tmp_path / "报告.png"
    path.write_bytes(picture(image, kind=kind))
    document = read_document(path, limits=LIMITS)
    assert [block.text for block in document.blocks] == ["一、总体情况"]
    assert [block.page for block in document.blocks] == [1]


def test_empty_page_has_no_text() -> None:
    assert read(Image.new("L", (800, 1000), 255)).text == ""


def test_picture_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="像素"):
        read_image(
            Path("图.png"),
            picture(Image.new("L", (200, 200), 255)),
            limits=LIMITS.model_copy(update={"max_pixels": 30_000}),
        )


def test_too_many_scanned_pages_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "报告.pdf"
    path.write_bytes(scanned([Image.new("L", (300, 400), 255)] * 3))
    with pytest.raises(LimitExceeded, match="扫描的页超过上限 2 页"):
        read_document(path, limits=LIMITS.model_copy(update={"max_scanned_pages": 2}))


def test_page_with_a_grid_beyond_measure_is_refused() -> None:
    image = np.full((1200, 1200), 255, dtype=np.uint8)
    image[::20] = 0
    image[:, ::20] = 0
    with pytest.raises(LimitExceeded, match="格子超过上限"):
        read(Image.fromarray(image))


SOUND = picture(Image.new("L", (60, 60), 255))


@settings(max_examples=10)
@given(cut=st.integers(8, len(SOUND) - 1), place=st.integers(8, len(SOUND) - 1), value=st.integers(0, 255))
def test_damaged_picture_never_raises_anything_but_a_message(cut: int, place: int, value: int) -> None:
    changed = bytearray(SOUND)
    changed[place] = value
    for data in (SOUND[:cut], bytes(changed)):
        with contextlib.suppress(IngestError):
            read_image(Path("图.png"), data, limits=LIMITS)


def test_cut_picture_is_refused_with_a_remedy() -> None:
    with pytest.raises(UnreadableFile, match="请重新扫描"):
        read_image(Path("图.png"), SOUND[:40], limits=LIMITS)
