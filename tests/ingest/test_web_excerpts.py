"""Beginnings of real web reports, as text extractors hand them over."""

import json
from pathlib import Path

import pytest
from forms import codes, read, values

EXCERPTS = (Path(__file__).parents[2] / "../shared/reports_other/excerpts.jsonl").resolve()


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("来凤县", {"art20_1.rules.in_force": 0}),
        ("两城镇", {"art20_1.normative_documents.made": 0, "art20_9.procurement.items": 0}),
        ("雄县", {"art20_1.rules.made": "unclear", "art20_5.licensing.decisions": "unclear"}),
        ("二郎街道", {"art20_1.normative_documents.made": 4, "art20_1.normative_documents.in_force": 4}),
        ("湛江", {"art20_5.licensing.decisions": 330, "art20_6.penalty.decisions": 1311}),
        ("武漢", {"art20_1.normative_documents.published_total": 19, "art20_5.licensing.change": 5}),
        ("襄阳", {"art20_1.normative_documents.in_force": 0}),
    ],
)
def test_excerpt_is_read_or_marked_unclear(tmp_path: Path, name: str, cells: dict[str, object]) -> None:
    if not EXCERPTS.exists():
        pytest.skip("the real excerpts are not shipped with the code")
    records = map(json.loads, EXCERPTS.read_text("utf-8").splitlines())
    record = next(record for record in records if name in record["title"])
    found = read(f"{record['title']}\n{record['text']}", tmp_path)
    table2 = values(found, "article20")
    assert {key: table2[key] for key in cells} == cells
    if name == "武漢":
        assert "unplaced_row" in codes(found)
