"""A database made by any earlier program opens, and one made by a later program is refused."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from small_reports import ingested

from vectorstore import migrations
from vectorstore.errors import LibraryUnusable
from vectorstore.library import Library
from vectorstore.tables import metadata


def unnumbered(path: Path) -> str:
    """Return the address of a filled library as it was before steps were numbered."""
    url = f"sqlite:///{path}"
    with Library.open(url) as library:
        library.put(ingested("甲县", 2020), location="a.txt", pipeline="1")
    with sqlite3.connect(path) as raw:
        for name in (
            "alembic_version",
            "keys",
            "sessions",
            "users",
            "jobs",
            "audit",
            "feedback",
            "turns",
            "conversations",
            "organizations",
            "identities",
            "corrections",
            "vectors",
        ):
            raw.execute(f"DROP TABLE {name}")
        for name in ("organization_id", "identity"):
            raw.execute(f"DROP INDEX ix_reports_{name}")
        for name in ("organization_id", "identity", "printed", "read"):
            raw.execute(f"ALTER TABLE reports DROP COLUMN {name}")
    raw.close()
    return url


def tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as raw:
        names = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    raw.close()
    return names


@pytest.mark.parametrize("create", [True, False])
def test_a_library_without_a_number_is_adopted_with_its_reports(tmp_path: Path, create: bool) -> None:
    url = unnumbered(tmp_path / "library.sqlite")

    with Library.open(url, create=create) as library:
        (head,) = library.headings()
        assert (head.organization, head.body_kind) == ("甲县", "县")
        assert [body.reports for body in library.bodies()] == [(head.report_id,)]

    assert {"alembic_version", "keys", "jobs"} <= tables(tmp_path / "library.sqlite")


def test_a_library_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    Library.open(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()

    with pytest.raises(LibraryUnusable, match=r"9999，比本程序认识的版本 \d+ 新。请升级"):
        Library.open(f"sqlite:///{path}")

    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    raw.close()


def test_the_steps_lead_to_the_tables_that_the_library_uses(tmp_path: Path) -> None:
    with Library.open(f"sqlite:///{tmp_path}/library.sqlite") as library, library.database.connect() as now:
        differences = compare_metadata(MigrationContext.configure(now), metadata)

    assert [one for one in differences if one[0] not in {"remove_table", "remove_index"}] == []


def test_the_latest_step_is_the_last_file() -> None:
    steps = sorted((Path(migrations.__file__).parent / "versions").glob("step_*.py"))

    assert steps[-1].name.split("_")[1] == migrations.LATEST
