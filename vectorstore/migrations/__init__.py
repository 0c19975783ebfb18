"""Bring a database to the shape that this program knows, one numbered step after another; the door to Alembic.

Alembic is imported only when there is a step to take, so that opening an up-to-date library costs one query.
"""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from vectorstore.errors import LibraryUnusable

LATEST = "0005"
"""The last step in `versions`."""

FIRST = "0001"
"""The step that made the databases which have no number yet."""

_current = table("alembic_version", column("version_num"))


def version(connection: Connection) -> str | None:
    """Return the number of the last step that was taken, None where no step is noted."""
    if not inspect(connection).has_table(_current.name):
        return None
    return connection.execute(select(_current.c.version_num)).scalar_one_or_none()


def check(found: str | None, where: str) -> None:
    """Refuse a database that a newer program has changed."""
    if found is not None and found > LATEST:
        raise LibraryUnusable(
            f"资料库 {where} 的格式版本是 {found}，比本程序认识的版本 {LATEST} 新。"
            "请升级 gongkai，或用 --data（GONGKAI_DATA）换一个文件夹后重新运行 gongkai ingest。"
        )


def upgrade(connection: Connection, *, adopt: bool) -> None:
    """Take the steps that are missing, inside the transaction of the connection.

    `adopt` takes the first step as done: the database was made before steps were numbered.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    if adopt:
        command.stamp(config, FIRST)
    command.upgrade(config, "head")
