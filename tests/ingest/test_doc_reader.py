"""Documents of Word before 2007 and of WPS, read without any other program; LibreOffice saved those of these tests."""

import io
import struct
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_damaged_documents import amounts, original

from ingest import IngestError, LimitExceeded, UnreadableFile, ingest_file
from ingest.models import RawDocument
from ingest.readers import read_document
from ingest.readers.containers import CompoundFile, DamagedContainer
from ingest.readers.doc import read_doc
from ingest.settings import ReadingLimits

DOCUMENTS = Path(__file__).parents[1] / "data/documents"
NOTES = (DOCUMENTS / "notes.doc").read_bytes()
ENCRYPTED_FLAG = 0x0100


@pytest.fixture(autouse=True)
def without_libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def document(folder: Path, data: bytes, name: str = "年报.doc") -> RawDocument:
    (folder / name).write_bytes(data)
    return read_document(folder / name, limits=ReadingLimits())


@pytest.mark.parametrize("form", ["form2019", "form2021"])
def test_document_has_every_cell_of_the_form(form: str) -> None:
    truth = amounts(original(form))
    assert len(truth) > 180
    assert amounts(ingest_file(DOCUMENTS / f"{form}.doc")) == truth


@pytest.mark.parametrize("name", ["年报.doc", "年报.wps", "年报", "年报.docx"])
def test_document_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    found = document(tmp_path, NOTES, name)
    assert found.text.startswith("青禾县水务局2023年政府信息公开工作年度报告\n")
    assert found.source.media_type == "application/msword"


def test_numbers_of_lists_are_counted_as_they_show(tmp_path: Path) -> None:
    assert document(tmp_path, NOTES).text.splitlines()[1:8] == [
        "一、总体情况",
        "（一）主动公开情况。",
        "1. 网站。全年发布218条。",
        "2. 公众号。全年推送5篇。",
        "（二）平台建设情况。",
        "培训9次，参加40人次，管网3km²。",
        "二、主动公开政府信息情况",
    ]


def test_note_marks_and_struck_out_digits_are_no_part_of_a_number(tmp_path: Path) -> None:
    (tmp_path / "年报.doc").write_bytes(NOTES)
    found = ingest_file(tmp_path / "年报.doc")
    assert [
        cell.quantity.value for table in found.report.tables for cell in table.cells if cell.quantity
    ] == [
        Decimal(12),
        Decimal(6),
    ]


def test_locked_document_is_called_that(tmp_path: Path) -> None:
    at = NOTES.index(struct.pack("<H", 0xA5EC)) + 10
    flags = struct.unpack_from("<H", NOTES, at)[0] | ENCRYPTED_FLAG
    locked = NOTES[:at] + struct.pack("<H", flags) + NOTES[at + 2 :]
    with pytest.raises(UnreadableFile, match="已加密"):
        document(tmp_path, locked)


@pytest.mark.parametrize("data", [NOTES[:600], NOTES[:1000] + b"\0" * 4000, NOTES[:4000]])
def test_broken_document_is_called_that(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"已损坏.*\.docx"):
        document(tmp_path, data)


def test_long_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded):
        read_doc(tmp_path / "年报.doc", NOTES, limits=ReadingLimits(max_characters=100))


def test_chain_that_runs_in_a_circle_ends() -> None:
    table = bytearray(NOTES)
    first = struct.unpack_from("<I", table, 76)[0]
    size = 1 << struct.unpack_from("<H", table, 30)[0]
    directory = struct.unpack_from("<I", table, 48)[0]
    struct.pack_into("<I", table, (first + 1) * size + 4 * directory, directory)
    with pytest.raises(DamagedContainer):
        CompoundFile(bytes(table))


@given(data=st.data())
def test_changed_document_is_refused_or_read(data: st.DataObject) -> None:
    changed = io.BytesIO(NOTES)
    for _ in range(data.draw(st.integers(1, 8))):
        changed.seek(data.draw(st.integers(0, len(NOTES) - 4)))
        changed.write(data.draw(st.binary(min_size=1, max_size=4)))
    try:
        read_doc(Path("年报.doc"), changed.getvalue(), limits=ReadingLimits())
    except IngestError:
        return
