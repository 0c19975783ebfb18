"""Name the tables of the service, as the migrations make them, and open transactions on them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import ServiceUnusable

metadata = MetaData()
keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", JSON, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("max_bytes", BigInteger, nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("expires", DateTime(timezone=True)),
    Column("revoked", DateTime(timezone=True)),
)
users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", Text, ForeignKey(users.c.name), nullable=False, index=True),
    Column("expires", DateTime(timezone=True), nullable=False),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
    Column("payload", Text, nullable=False),
    Index("jobs_status", "status", "created"),
)
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("request_id", Text, nullable=False),
)


class Records:
    """Read and write tables of the service; what goes wrong is told with a way out."""

    def __init__(self, database: Engine) -> None:
        self._reader = database
        self._writer = database.execution_options(writes=True)

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """Give a connection to read with."""
        with _explained("读取"), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """Give a transaction that is committed at its end."""
        with _explained("写入"), self._writer.begin() as connection:
            yield connection


def now() -> datetime:
    """Return the time in UTC; databases without zones keep it as such."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """Return a stored time with its zone, which SQLite does not keep."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@contextmanager
def _explained(doing: str) -> Generator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise ServiceUnusable(
            f"服务的记录无法{doing}：{cause}。请检查资料文件夹的磁盘空间和写权限后重试。"
        ) from error
