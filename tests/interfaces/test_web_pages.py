"""Pages of PDFs: drawn as printed, or not at all."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from assistant.interfaces.web.pages import Pages
from vectorstore.models import KnownFile


class Files:
    def __init__(self, file: Path) -> None:
        self._file = file

    def known_files(self) -> Mapping[str, KnownFile]:
        known = KnownFile(location=str(self._file), sha256="", pipeline="", report_id="r-1")
        return {known.location: known}


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    file = tmp_path / "两页.pdf"
    document = pypdfium2.PdfDocument.new()
    document.new_page(300, 400)
    document.new_page(400, 300)
    document.save(file)
    return file


def test_the_page_that_is_asked_for_is_drawn(pdf: Path) -> None:
    drawn = Pages(Files(pdf)).draw("r-1", 2)

    assert drawn is not None
    width, height = Image.open(BytesIO(drawn)).size
    assert width > height


@pytest.mark.parametrize(("report", "page"), [("r-1", 3), ("r-2", 1)])
def test_there_is_no_picture_of_a_page_that_is_not_there(pdf: Path, report: str, page: int) -> None:
    assert Pages(Files(pdf)).draw(report, page) is None


def test_there_is_no_picture_of_a_file_that_has_gone_or_is_broken(pdf: Path) -> None:
    pages = Pages(Files(pdf))
    pdf.write_bytes(b"%PDF-1.7 broken")
    assert pages.draw("r-1", 1) is None
    pdf.unlink()
    assert pages.draw("r-1", 1) is None
