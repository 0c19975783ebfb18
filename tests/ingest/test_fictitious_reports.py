"""Reports of fictitious bodies are read as they were written: whose, which year, and every cell."""

import pytest

from benchmarks.fictitious import cast_of, many
from ingest import ingest_file


@pytest.mark.parametrize("seed", range(3))
def test_every_cell_of_a_generated_report_is_read_as_it_was_written(seed, tmp_path):
    for written in cast_of(seed).values():
        file = tmp_path / written.source
        file.write_text(written.text, "utf-8")
        report = ingest_file(file).report
        assert written.body.name in report.organization.name
        assert report.year == written.year
        read = {
            ".".join(filter(None, (cell.indicator, cell.applicant))): cell
            for table in report.tables
            for cell in table.cells
        }
        for key, cell in read.items():
            fact = written.facts[key]
            assert cell.status == ("blank" if fact.value is None else "ok"), key
            if fact.value is not None:
                wan = 1 if cell.quantity.unit == fact.unit else 10_000
                assert cell.quantity.value == fact.value * wan, key
        assert len(read) == sum(
            "." in key for key in written.facts if not key.startswith(("problems", "measures"))
        )


def test_the_same_seed_writes_the_same_report_and_another_seed_another():
    texts = [{role: written.text for role, written in cast_of(seed).items()} for seed in (5, 5, 6)]
    assert texts[0] == texts[1]
    assert all(texts[0][role] != texts[2][role] for role in texts[0])


def test_a_large_library_has_no_report_twice():
    reports = list(many(450))
    assert len({(written.body.printed, written.year) for written in reports}) == len(reports)
    assert len({written.year for written in reports}) == 7
