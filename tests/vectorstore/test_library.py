import os
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from small_reports import ingested

from vectorstore.errors import LibraryUnusable
from vectorstore.library import SCHEMA_VERSION, Library
from vectorstore.models import Filter


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'data' / 'library.sqlite').as_posix()}"


@pytest.fixture
def library(url: str):
    with Library.open(url) as opened:
        yield opened


def put(library: Library, *reports: tuple[str, int | None]) -> None:
    for number, (organization, year) in enumerate(reports):
        library.put(ingested(organization, year), location=f"/in/{number}.txt", pipeline="1")


def test_everything_comes_back_exactly_as_it_was_read(library: Library, url: str) -> None:
    made = ingested(value="7730.280")
    library.put(made, location="/in/a.txt", pipeline="1")

    with Library.open(url, create=False) as again:
        assert again.report(made.report.id) == made.report
        assert again.text(made.report.id) == made.text
        assert again.figures() == made.figures
        assert again.findings() == made.findings
        assert again.chunks() == made.chunks
        assert str(again.figures()[0].quantity.value) == "7730.280"
        assert again.findings()[0].expected == Decimal("33.330")


def test_reports_come_by_organization_and_year_the_undated_last(library: Library) -> None:
    put(library, ("乙县", 2019), ("甲县", None), ("甲县", 2021), ("甲县", 2020))

    assert [(head.organization, head.year) for head in library.headings()] == [
        ("乙县", 2019),
        ("甲县", 2020),
        ("甲县", 2021),
        ("甲县", None),
    ]
    assert [report.id for report in library.reports()] == [head.report_id for head in library.headings()]


def test_heading_names_the_report_without_its_body(library: Library) -> None:
    put(library, ("甲县", 2020))

    (head,) = library.headings()

    assert (head.organization, head.body_kind, head.source) == ("甲县", "县", "a.txt")
    assert head.region == ("宁夏回族自治区", "甲县")
    assert {"本县", "宁夏甲县"} <= set(head.aliases)


@pytest.mark.parametrize(
    "nothing",
    [
        Filter(organizations=()),
        Filter(years=()),
        Filter(report_ids=()),
        Filter(organizations=("丙县",)),
        Filter(organizations=("甲县",), years=(1999,)),
    ],
)
def test_filter_that_matches_nothing_returns_nothing(library: Library, nothing: Filter) -> None:
    put(library, ("甲县", 2020), ("乙县", 2020))

    assert library.headings(nothing) == ()
    assert library.reports(nothing) == ()
    assert library.figures(nothing) == ()
    assert library.findings(nothing) == ()
    assert library.chunks(nothing) == ()
    assert library.chunk_ids(nothing) == ()
    assert library.search_words("受理申请", limit=9, filter=nothing) == ()


def test_open_filter_returns_everything(library: Library) -> None:
    put(library, ("甲县", 2020), ("乙县", 2020))

    assert len(library.headings(Filter())) == 2
    assert len(library.figures(Filter())) == 4
    assert len(library.chunk_ids(Filter())) == 2


def test_figures_are_narrowed_by_report_indicator_applicant_and_origin(library: Library) -> None:
    put(library, ("甲县", 2020), ("甲县", 2021), ("乙县", 2020))
    here = Filter(organizations=("甲县",), years=(2021,))

    assert [figure.origin for figure in library.figures(here)] == ["table", "sentence"]
    assert {figure.organization for figure in library.figures(indicators=("received",))} == {"甲县", "乙县"}
    assert len(library.figures(here, applicant="total")) == 1
    assert len(library.figures(here, origin="sentence")) == 1
    assert library.figures(here, indicators=()) == ()
    assert library.figures(here, indicators=("received",), applicant="business") == ()


def test_report_at_the_same_location_is_replaced_with_all_that_came_from_it(library: Library) -> None:
    first, second = ingested(sentences=("旧句子。", "又一句。")), ingested(sentences=("新句子。",))
    library.put(first, location="/in/a.txt", pipeline="1")
    library.put(second, location="/in/a.txt", pipeline="1")

    assert [head.report_id for head in library.headings()] == [second.report.id]
    assert library.chunks() == second.chunks
    assert library.figures() == second.figures
    assert library.search_words("旧句子", limit=9) == library.search_words("新句子", limit=9)


def test_report_that_moved_stands_once(library: Library) -> None:
    library.put(ingested(), location="/in/a.txt", pipeline="1")
    library.put(ingested(), location="/in/b.txt", pipeline="2")

    assert list(library.known_files()) == ["/in/b.txt"]
    assert library.manifest().reports == 1


def test_removed_report_leaves_nothing_behind(library: Library) -> None:
    put(library, ("甲县", 2020), ("乙县", 2020))
    kept, gone = library.headings()

    assert library.remove(gone.report_id)
    assert not library.remove(gone.report_id)

    assert library.report(gone.report_id) is None
    assert library.manifest().figures == 2
    assert {chunk.report_id for chunk in library.chunks_by_id(library.search_words("受理申请", limit=9))} == {
        kept.report_id
    }
    with pytest.raises(KeyError):
        library.text(gone.report_id)


def test_chunks_by_id_keep_the_order_asked_for(library: Library) -> None:
    library.put(ingested(sentences=("一。", "二。", "三。")), location="/in/a.txt", pipeline="1")
    one, two, three = library.chunk_ids()

    assert [chunk.text for chunk in library.chunks_by_id((three, "c-unknown", one))] == ["三。", "一。"]
    assert [chunk.id for chunk in library.chunks_by_id((two,))] == [two]


def test_revision_changes_with_the_reports_and_not_with_the_vectors(library: Library, url: str) -> None:
    before = library.revision
    with Library.open(url) as other:
        put(other, ("甲县", 2020))
    after = library.revision
    vectors = library.index_revision
    library.mark_indexed(library.chunk_ids(), model="m")

    assert after != before
    assert library.revision == after
    assert library.index_revision != vectors


def test_passages_wait_for_their_vector_until_they_are_marked(library: Library) -> None:
    library.put(ingested(sentences=("一。", "二。", "三。")), location="/in/a.txt", pipeline="1")
    one, two, three = library.chunk_ids()

    library.mark_indexed((one, three), model="m")
    assert [chunk.id for chunk in library.pending_chunks(limit=9)] == [two]
    assert (library.manifest().indexed_chunks, library.manifest().embedding_model) == (2, "m")

    library.mark_pending((one,))
    assert [chunk.id for chunk in library.pending_chunks(limit=1)] == [one]


def test_report_that_cannot_be_stored_whole_is_not_stored_at_all(library: Library) -> None:
    put(library, ("甲县", 2020))
    broken = ingested("乙县", 2020)
    twice = broken.model_copy(update={"chunks": broken.chunks * 2})

    with pytest.raises(LibraryUnusable):
        library.put(twice, location="/in/0.txt", pipeline="1")

    assert [head.organization for head in library.headings()] == ["甲县"]


def test_library_of_a_newer_program_is_refused_with_what_to_do(url: str) -> None:
    Library.open(url).close()
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(SCHEMA_VERSION + 1),))
    raw.close()

    with pytest.raises(LibraryUnusable, match=rf"版本是 {SCHEMA_VERSION + 1}.*请升级 gongkai"):
        Library.open(url)


def test_report_written_in_another_shape_is_refused_with_what_to_do(library: Library, url: str) -> None:
    put(library, ("甲县", 2020))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.execute("UPDATE bodies SET payload = '{}'")
    raw.close()

    with pytest.raises(LibraryUnusable, match=r"另一个版本.*gongkai ingest"):
        library.reports()


@pytest.mark.parametrize("create", [True, False])
def test_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, create: bool) -> None:
    file = tmp_path / "library.sqlite"
    file.write_text("这是一份笔记，不是数据库。" * 200, encoding="utf-8")
    content = file.read_bytes()

    with pytest.raises(LibraryUnusable, match=r"library\.sqlite.*请检查"):
        Library.open(f"sqlite:///{file}", create=create)

    assert file.read_bytes() == content


def test_missing_library_is_not_made_by_asking(tmp_path: Path) -> None:
    file = tmp_path / "data" / "library.sqlite"

    with pytest.raises(LibraryUnusable, match="gongkai ingest"):
        Library.open(f"sqlite:///{file}", create=False)

    assert not file.parent.exists()


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands here")

    with pytest.raises(LibraryUnusable, match=r"data 无法建立.*GONGKAI_DATA"):
        Library.open(f"sqlite:///{tmp_path / 'data' / 'library.sqlite'}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into a read-only folder")
def test_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(LibraryUnusable, match="写权限"):
        Library.open(f"sqlite:///{tmp_path / 'library.sqlite'}")


@pytest.mark.parametrize(
    ("url", "told"), [("mysql://h/d", "sqlite:///"), ("no url at all", "GONGKAI_DATABASE_URL")]
)
def test_database_address_that_cannot_be_used_is_refused_with_an_example(url: str, told: str) -> None:
    with pytest.raises(LibraryUnusable, match=told):
        Library.open(url)
