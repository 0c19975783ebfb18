"""A file from beginning to end, through the public door."""

from pathlib import Path

from forms import ARTICLE20_2021, REVIEW, TITLE, applications, codes, read, report, tabbed

import ingest
from ingest import Ingested, ingest_file


def test_public_names_are_there_and_sorted() -> None:
    assert all(hasattr(ingest, name) for name in ingest.__all__)
    assert len(set(ingest.__all__)) == len(ingest.__all__)


def test_report_without_tables_is_read_and_marked(tmp_path: Path) -> None:
    found = read(f"{TITLE}\n\n一、总体情况\n\n全年公开信息218条。\n", tmp_path)
    assert found.report.tables == ()
    assert codes(found) == {"no_tables"}
    assert [figure.context for figure in found.figures] == ["全年公开信息218条。"]


def test_report_of_tables_alone_is_marked(tmp_path: Path) -> None:
    found = read(f"{TITLE}\n{tabbed(ARTICLE20_2021)}\n", tmp_path)
    assert found.report.organization.name == "青禾县"
    assert len(found.report.tables) == 1


def test_rows_of_tables_are_not_read_as_sentences(tmp_path: Path) -> None:
    text = report(article20=tabbed(ARTICLE20_2021), table3=tabbed(applications()), review=tabbed(REVIEW))
    found = read(text, tmp_path)
    assert not any(figure.origin == "sentence" for figure in found.figures)


def test_markdown_file_is_read_like_text(tmp_path: Path) -> None:
    text = report(article20=tabbed(ARTICLE20_2021))
    path = tmp_path / "年报.MD"
    path.write_text(text, "utf-8")
    found = ingest_file(path)
    assert found.report.source.media_type == "text/markdown"
    assert found.report.source.path == "年报.MD"
    assert found.report.tables[0].kind == "article20"


def test_same_bytes_are_the_same_report_under_any_name(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    for path in (first, second):
        path.write_text(report(), "utf-8")
    assert ingest_file(first).report.id == ingest_file(second).report.id


def test_what_was_read_survives_json(tmp_path: Path) -> None:
    found = read(report(table3=tabbed(applications())), tmp_path)
    assert Ingested.model_validate_json(found.model_dump_json()) == found
