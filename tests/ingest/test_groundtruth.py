"""Real reports against figures transcribed by hand: whatever the transcription does not list is printed as 0."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from forms import values

from ingest import Ingested, ingest_file

TESTS = Path(__file__).parents[1]
REPORTS = (TESTS.parent / "../shared/reports").resolve()
TRANSCRIPTIONS = sorted((TESTS / "data/groundtruth").glob("*.json"))


def transcribed(file: str, read: Ingested) -> dict[str, Any]:
    """Return what is read in the shape of a transcription: cells that are not 0, and those without a figure."""
    cells = [
        (".".join(filter(None, (cell.indicator, cell.applicant))), cell)
        for each in read.report.tables
        for cell in each.cells
    ]
    columns = [
        applicant
        for applicant in dict.fromkeys(cell.applicant for _, cell in cells if cell.applicant)
        if {cell.status for _, cell in cells if cell.applicant == applicant} == {"blank"}
    ]
    units = {
        key: cell.quantity.unit
        for key, cell in cells
        if cell.quantity and cell.quantity.value and "元" in cell.quantity.unit
    }
    told: dict[str, Any] = {
        "file": file,
        "form": read.report.form,
        "cells": {each.kind: len(each.cells) for each in read.report.tables},
        "values": {
            key: f"{cell.quantity.value:f}" for key, cell in cells if cell.quantity and cell.quantity.value
        },
    }
    if units:
        told["units"] = units
    if columns:
        told["blank_columns"] = columns
    told["blank"] = [key for key, cell in cells if cell.status == "blank" and cell.applicant not in columns]
    return told


@pytest.mark.parametrize("path", TRANSCRIPTIONS, ids=lambda path: path.stem)
def test_every_cell_of_a_real_report_agrees_with_its_transcription(
    path: Path, request: pytest.FixtureRequest
) -> None:
    truth: dict[str, Any] = json.loads(path.read_text("utf-8"))
    source = REPORTS / truth["file"]
    if not source.exists():
        pytest.skip("the real reports are not shipped with the code")
    read = ingest_file(source)
    if request.config.getoption("--rewrite-groundtruth"):
        path.write_text(
            json.dumps(transcribed(truth["file"], read), ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        pytest.skip("written anew: read the difference against the report")
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


PROSE = sorted((TESTS / "data/groundtruth/prose").glob("*.jsonl"))


def figures_of_prose(read: Ingested, words: dict[int, list[str]]) -> list[dict[str, Any]]:
    """Return the figures of the sentences in the shape of a transcription; a new one keeps the end of its label."""
    return [
        {
            "at": figure.anchor.char_start,
            "printed": figure.quantity.printed,
            "value": f"{figure.quantity.value:f}",
            "unit": figure.quantity.unit,
            "period": figure.period,
            "label": words.get(figure.anchor.char_start, [figure.label[-8:]]),
            "section": figure.anchor.section_path[-1],
            **({"change": True} if figure.change else {}),
        }
        for figure in read.figures
        if figure.origin == "sentence" and figure.quantity is not None
    ]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.stem)
def test_every_figure_of_a_real_report_s_prose_agrees_with_its_transcription(
    path: Path, request: pytest.FixtureRequest
) -> None:
    truth = {row["at"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}
    source = next(REPORTS.glob(f"{path.stem}_*"), None)
    if source is None:
        pytest.skip("the real reports are not shipped with the code")
    read = ingest_file(source)
    told = figures_of_prose(read, {at: row["label"] for at, row in truth.items()})
    if request.config.getoption("--rewrite-groundtruth"):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told), "utf-8")
        pytest.skip("written anew: read the difference against the report")
    # 一个也不能错，三十个里至多可以漏一个
    assert [row for row in told if row != truth.get(row["at"])] == []
    assert len(told) >= 0.97 * len(truth)
    labels = {figure.anchor.char_start: figure.label for figure in read.figures}
    assert [row for row in told if not all(word in labels[row["at"]] for word in row["label"])] == []


def test_transcriptions_of_prose_are_there() -> None:
    assert len(PROSE) == 5
