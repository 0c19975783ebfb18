"""Real reports against figures transcribed by hand: whatever the transcription does not list is printed as 0."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from forms import values

from ingest import ingest_file

TESTS = Path(__file__).parents[1]
REPORTS = (TESTS.parent / "../shared/reports").resolve()
TRANSCRIPTIONS = sorted((TESTS / "data/groundtruth").glob("*.json"))


@pytest.mark.parametrize("path", TRANSCRIPTIONS, ids=lambda path: path.stem)
def test_every_cell_of_a_real_report_agrees_with_its_transcription(path: Path) -> None:
    truth: dict[str, Any] = json.loads(path.read_text("utf-8"))
    source = REPORTS / truth["file"]
    if not source.exists():
        pytest.skip("the real reports are not shipped with the code")
    read = ingest_file(source)
    assert {table.kind: len(table.cells) for table in read.report.tables} == truth["cells"]
    assert read.report.form == truth["form"]
    found = {key: value for kind in truth["cells"] for key, value in values(read, kind).items()}
    columns = truth.get("blank_columns", [])
    expected = {
        key: "blank"
        if key in truth["blank"] or (key.rpartition(".")[2] in columns and "applications" in truth["cells"])
        else Decimal(truth["values"].get(key, "0"))
        for key in found
    }
    assert found == expected
    assert truth["values"].keys() | set(truth["blank"]) <= found.keys()
    units = {
        cell.indicator: cell.quantity.unit for t in read.report.tables for cell in t.cells if cell.quantity
    }
    assert {key: units[key] for key in truth.get("units", {})} == truth.get("units", {})


def test_transcriptions_are_there() -> None:
    assert len(TRANSCRIPTIONS) >= 2
