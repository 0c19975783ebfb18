"""The same report printed in another format is the same report: same cells, same places, same body and year."""

from collections.abc import Callable
from pathlib import Path

import pytest
from forms import ARTICLE20_2019, ARTICLE20_2021, REVIEW, applications, read, report, tabbed
from rendering import render_docx, render_html

from ingest import Ingested, ingest_file

REPORTS = (Path(__file__).parents[2] / "../shared/reports").resolve()


def in_html(original: Ingested, folder: Path) -> Ingested:
    path = folder / "年报.html"
    path.write_text(render_html(original), "utf-8")
    return ingest_file(path)


def in_docx(original: Ingested, folder: Path) -> Ingested:
    path = folder / "年报.docx"
    render_docx(original, path)
    return ingest_file(path)


def cells(found: Ingested) -> dict[object, object]:
    return {
        (table.kind, cell.row, cell.column): (
            cell.status,
            cell.quantity and (cell.quantity.value, cell.quantity.unit),
        )
        for table in found.report.tables
        for cell in table.cells
    }


def assert_same(again: Ingested, original: Ingested) -> None:
    assert cells(again) == cells(original)
    told = [[issue.message for issue in each.report.issues] for each in (again, original)]
    assert told[0] == told[1]
    for name in ("title", "organization", "year", "form", "published"):
        assert getattr(again.report, name) == getattr(original.report, name)
    assert [section.path for section in again.report.sections if section.title] == [
        section.path for section in original.report.sections if section.title
    ]
    assert [(figure.indicator, figure.label) for figure in again.figures] == [
        (figure.indicator, figure.label) for figure in original.figures
    ]
    assert {finding.message for finding in again.findings} == {
        finding.message for finding in original.findings
    }
    for place in (
        *(
            (cell.anchor, cell.printed)
            for table in again.report.tables
            for cell in table.cells
            if cell.printed
        ),
        *((figure.anchor, figure.quantity.printed) for figure in again.figures if figure.quantity),
    ):
        assert again.text[place[0].char_start : place[0].char_end] == place[1]


@pytest.mark.parametrize("printed_again", [in_html, in_docx])
@pytest.mark.parametrize("number", range(5))
def test_real_report_reads_the_same_in_another_format(
    tmp_path: Path, number: int, printed_again: Callable[[Ingested, Path], Ingested]
) -> None:
    if not REPORTS.exists():
        pytest.skip("the real reports are not shipped with the code")
    original = ingest_file(sorted(REPORTS.glob("*.txt"))[number])
    assert_same(printed_again(original, tmp_path), original)


@pytest.mark.parametrize("printed_again", [in_html, in_docx])
@pytest.mark.parametrize(("form", "article20"), [("form2019", ARTICLE20_2019), ("form2021", ARTICLE20_2021)])
def test_form_with_merged_cells_reads_the_same_in_another_format(
    tmp_path: Path,
    form: str,
    article20: tuple[tuple[str, ...], ...],
    printed_again: Callable[[Ingested, Path], Ingested],
) -> None:
    text = report(
        article20=tabbed(article20),
        table3=tabbed(applications(form=form, label=lambda path: path[-1:])),
        review=tabbed(REVIEW),
    )
    original = read(text, tmp_path)
    assert len(cells(original)) > 190
    assert_same(printed_again(original, tmp_path), original)
