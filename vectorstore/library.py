"""Keep the reports in a SQL database, exactly as they were read; everything else can be rebuilt from it.

What is filtered on has a column of its own; the whole value stands beside it as JSON, Decimals as text.
"""

# ruff: noqa: A002
# `filter` is the trade's word for it; the builtin is not used here.

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from pydantic import ValidationError
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    literal,
    make_url,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from ingest.models import Applicant, Chunk, Figure, Finding, Ingested, Origin, Report, Value
from vectorstore import lexical, migrations, registry
from vectorstore.errors import LibraryUnusable
from vectorstore.models import EVERYTHING, Body, Correction, Filter, KnownFile, Manifest, ReportHead
from vectorstore.organizations import Identity
from vectorstore.places import PlaceVectors
from vectorstore.tables import bodies as _bodies
from vectorstore.tables import chunks as _chunks
from vectorstore.tables import figures as _figures
from vectorstore.tables import findings as _findings
from vectorstore.tables import meta as _meta
from vectorstore.tables import organizations as _organizations
from vectorstore.tables import pending as _pending
from vectorstore.tables import reports as _reports
from vectorstore.tables import vectors as _vectors

SCHEMA_VERSION = 1
"""Raised when the tables change in a way that older programs cannot read."""

_BUSY_SECONDS = 30
# Below what every database takes as parameters of one statement.
_IDS_AT_A_TIME = 5000

_ValueT = TypeVar("_ValueT", bound=Value)
_MetaKey = Literal["schema_version", "revision", "index_revision", "pipeline", "embedding_model"]


class Library:
    """Answer from one database; make it with `Library.open`.

    A filter that is left open lets everything through, and one that matches nothing lets nothing through.
    What several reports give comes in the order of organisation, year and place in the report.
    """

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(writes=True)
        self._heads: tuple[int, tuple[ReportHead, ...]] | None = None
        self._where = engine.url.database or "" if _is_file(engine.url) else str(engine.url)

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open the database at a SQLAlchemy URL; without `create` it must already be a library."""
        library = cls(_connect(url, create=create))
        try:
            library._prepare(create=create)
        except LibraryUnusable:
            library.close()
            raise
        return library

    def close(self) -> None:
        """Let go of the database."""
        self._reader.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def database(self) -> Engine:
        """Return the connections, for other tables in the same database; writers ask for `writes=True`."""
        return self._reader

    @property
    def revision(self) -> int:
        """Return a number that changes with the reports, so that what was derived from them can be kept."""
        with self._reading() as connection:
            return int(_meta_value(connection, "revision") or 0)

    @property
    def index_revision(self) -> int:
        """Return a number that changes with the vectors; an index that was opened before is out of date."""
        with self._reading() as connection:
            return int(_meta_value(connection, "index_revision") or 0)

    def put(self, ingested: Ingested, *, location: str, pipeline: str) -> None:
        """Store what was read, in place of what stood at its location and of the same report elsewhere."""
        report = ingested.report
        with self._writing() as connection:
            stale = select(_reports.c.id).where(
                (_reports.c.location == location) | (_reports.c.id == report.id)
            )
            replaced = list(connection.execute(stale).scalars())
            _delete_reports(connection, replaced)
            read = int(_meta_value(connection, "revision") or 0) + 1
            connection.execute(insert(_reports), _head_row(report, location, pipeline) | {"read": read})
            registry.hand_on(connection, replaced, report.id)
            registry.place(connection, report, ingested.text)
            if replaced:
                registry.tidy(connection)
            body = {"report_id": report.id, "text": ingested.text, "payload": report.model_dump_json()}
            connection.execute(insert(_bodies), body)
            _insert_chunks(connection, ingested.chunks)
            _insert_figures(connection, report.id, ingested.figures)
            _insert_findings(connection, report.id, ingested.findings)
            _set_meta(connection, "pipeline", pipeline)
            _bump(connection, "revision")

    def remove(self, report_id: str) -> bool:
        """Remove a report and all that came from it; tell whether it was there."""
        with self._writing() as connection:
            known = connection.execute(select(_reports.c.id).where(_reports.c.id == report_id)).first()
            if known is None:
                return False
            _delete_reports(connection, [report_id])
            registry.forget(connection, [report_id])
            _bump(connection, "revision")
        return True

    def bodies(self) -> tuple[Body, ...]:
        """List the bodies that have reports here, by name."""
        with self._reading() as connection:
            return registry.bodies(connection)

    def merge_bodies(self, kept: str, other: str) -> Body:
        """Make two bodies one for good, given by name or id; raise BodyUnclear where a name does not tell which."""
        with self._writing() as connection:
            found = registry.merge(connection, kept, other)
            _bump(connection, "revision")
        return found

    def split_body(self, report_ids: Sequence[str], *, name: str) -> Body:
        """Give reports to another body of this name, apart from the one that they were joined to."""
        with self._writing() as connection:
            found = registry.split(connection, report_ids, name)
            _bump(connection, "revision")
        return found

    def correct(self, report_id: str, *, body: str | None = None, year: int | None = None) -> Correction:
        """Say whose report it is or of which year, against what was read; it holds when the file is read anew."""
        with self._writing() as connection:
            correction = registry.correct(connection, report_id, body=body, year=year)
            _bump(connection, "revision")
        return correction

    def headings(self, filter: Filter = EVERYTHING) -> tuple[ReportHead, ...]:
        """List the reports without reading them; as long as nothing changes, all of them are the same tuple."""
        if filter == EVERYTHING:
            revision = self.revision
            if self._heads is None or self._heads[0] != revision:
                self._heads = revision, self._headings(EVERYTHING)
            return self._heads[1]
        return self._headings(filter)

    def _headings(self, filter: Filter) -> tuple[ReportHead, ...]:
        told = (
            _organizations.c.own,
            _organizations.c.region.label("within"),
            _organizations.c.names,
            _organizations.c.kind.label("body_kind"),
        )
        joined = _reports.join(_organizations, _reports.c.organization_id == _organizations.c.id)
        statement = _within(select(_reports, *told).select_from(joined), filter).order_by(*_ORDER)
        with self._reading() as connection:
            rows = connection.execute(statement).mappings().all()
        return tuple(
            ReportHead(
                report_id=row["id"],
                title=row["title"],
                organization=row["organization"],
                aliases=tuple(name for name in row["names"] if name != row["organization"]),
                kind=row["kind"],
                region=Identity(own=row["own"], region=tuple(row["within"])).path,
                year=row["year"],
                form=row["form"],
                published=row["published"],
                source=row["source"],
                body=row["organization_id"],
                body_kind=row["body_kind"],
                read=row["read"] or 0,
            )
            for row in rows
        )

    def reports(self, filter: Filter = EVERYTHING) -> tuple[Report, ...]:
        """Return whole reports."""
        statement = _within(select(_bodies.c.payload, *_NAMED).join(_reports), filter).order_by(*_ORDER)
        with self._reading() as connection:
            rows = connection.execute(statement).all()
        return tuple(_spoken_of(self._value(Report, row.payload), row.organization, row.year) for row in rows)

    def report(self, report_id: str) -> Report | None:
        """Return one whole report, None if there is no such report."""
        return next(iter(self.reports(Filter(report_ids=(report_id,)))), None)

    def text(self, report_id: str) -> str:
        """Return the text that a report's anchors count in; raise KeyError if there is no such report."""
        with self._reading() as connection:
            text = connection.execute(
                select(_bodies.c.text).where(_bodies.c.report_id == report_id)
            ).scalar_one_or_none()
        if text is None:
            raise KeyError(report_id)
        return text

    def figures(
        self,
        filter: Filter = EVERYTHING,
        *,
        indicators: Sequence[str] | None = None,
        applicant: Applicant | None = None,
        origin: Origin | None = None,
    ) -> tuple[Figure, ...]:
        """Return the figures of the reports; no indicators (an empty sequence) means no figures."""
        columns: Select[Any] = select(_figures.c.payload, *_NAMED)  # pyright: ignore[reportAssignmentType]
        statement = _chosen(_within(columns.join(_reports), filter), indicators, applicant, origin)
        with self._reading() as connection:
            rows = connection.execute(statement.order_by(*_ORDER, _figures.c.position)).all()
        return tuple(self._figure(row) for row in rows)

    def figures_after(
        self,
        filter: Filter = EVERYTHING,
        *,
        indicators: Sequence[str] | None = None,
        applicant: Applicant | None = None,
        origin: Origin | None = None,
        after: tuple[str, int] | None = None,
        limit: int,
    ) -> tuple[tuple[int, Figure], ...]:
        """Return the next figures with their place in the report, in the order of report id and place.

        `after` is the report and place of the last one seen, so that a walk ends whatever is read in meanwhile.
        """
        columns: Select[Any] = select(_figures.c.position, _figures.c.payload, *_NAMED)  # pyright: ignore[reportAssignmentType]
        statement = _within(columns.join(_reports), filter)
        statement = _chosen(statement, indicators, applicant, origin)
        if after is not None:
            here = tuple_(_figures.c.report_id, _figures.c.position)
            statement = statement.where(here > tuple_(*(literal(part) for part in after)))
        ordered = statement.order_by(_figures.c.report_id, _figures.c.position).limit(limit)
        with self._reading() as connection:
            rows = connection.execute(ordered).all()
        return tuple((row.position, self._figure(row)) for row in rows)

    def findings(self, filter: Filter = EVERYTHING) -> tuple[Finding, ...]:
        """Return what does not agree in the reports."""
        statement = _within(select(_findings.c.payload).join(_reports), filter)
        return self._values(Finding, statement.order_by(*_ORDER, _findings.c.position))

    def chunks(self, filter: Filter = EVERYTHING) -> tuple[Chunk, ...]:
        """Return the passages of the reports."""
        statement = _within(select(_chunks.c.payload).join(_reports), filter)
        return self._values(Chunk, statement.order_by(*_ORDER, _chunks.c.position))

    def chunks_by_id(self, ids: Sequence[str]) -> tuple[Chunk, ...]:
        """Return the passages with these ids, in this order; an unknown id is left out."""
        found: dict[str, Chunk] = {}
        for some in _slices(ids):
            statement = select(_chunks.c.payload).where(_chunks.c.id.in_(some))
            found |= {chunk.id: chunk for chunk in self._values(Chunk, statement)}
        return tuple(found[chunk_id] for chunk_id in ids if chunk_id in found)

    def chunk_ids(self, filter: Filter = EVERYTHING, *, indexed: bool | None = None) -> tuple[str, ...]:
        """Return the ids of passages, of those with or without a vector if `indexed` says so."""
        statement = select(_chunks.c.id)
        if filter != EVERYTHING:
            statement = _within(statement.join(_reports), filter)
        if indexed is not None:
            statement = statement.where(_chunks.c.indexed.is_(indexed))
        with self._reading() as connection:
            return tuple(connection.execute(statement.order_by(_chunks.c.number)).scalars())

    def search_words(self, query: str, *, limit: int, filter: Filter = EVERYTHING) -> tuple[str, ...]:
        """Return the ids of the passages that share words with the query, best first."""
        within = None
        if filter != EVERYTHING:
            within = _within(select(_chunks.c.number).join(_reports), filter)
        with self._reading() as connection:
            numbers = lexical.rank(connection, query, limit=limit, within=within)
            statement = select(_chunks.c.number, _chunks.c.id).where(_chunks.c.number.in_(numbers))
            ids = {row.number: row.id for row in connection.execute(statement)}
        return tuple(ids[number] for number in numbers)

    def put_vectors(self, report_id: str, vectors: PlaceVectors, *, reader: str) -> None:
        """Store the vectors of a report's places in place of older ones; a report that is gone gets none."""
        places, payload = vectors.packed()
        row = {"report_id": report_id, "reader": reader, "places": places, "payload": payload}
        with self._writing() as connection:
            connection.execute(delete(_vectors).where(_vectors.c.report_id == report_id))
            if connection.execute(select(_reports.c.id).where(_reports.c.id == report_id)).first():
                connection.execute(insert(_vectors), row)
            _bump(connection, "revision")

    def vectors(self, report_id: str, *, reader: str) -> PlaceVectors | None:
        """Return the vectors of a report's places, None where this reader has made none."""
        statement = select(_vectors.c.places, _vectors.c.payload).where(
            _vectors.c.report_id == report_id, _vectors.c.reader == reader
        )
        with self._reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else PlaceVectors.unpacked(row.places, row.payload)

    def without_vectors(self, *, reader: str) -> tuple[str, ...]:
        """Return the ids of the reports whose places this reader has given no vectors."""
        made = select(_vectors.c.report_id).where(_vectors.c.reader == reader)
        statement = select(_reports.c.id).where(_reports.c.id.not_in(made)).order_by(_reports.c.id)
        with self._reading() as connection:
            return tuple(connection.execute(statement).scalars())

    def manifest(self) -> Manifest:
        """Say what the library holds."""
        with self._reading() as connection:
            chunks = _count(connection, _chunks)
            pending = connection.execute(select(func.count()).select_from(_chunks).where(_pending))
            return Manifest(
                schema_version=SCHEMA_VERSION,
                pipeline=_meta_value(connection, "pipeline") or "",
                embedding_model=_meta_value(connection, "embedding_model"),
                reports=_count(connection, _reports),
                chunks=chunks,
                figures=_count(connection, _figures),
                indexed_chunks=chunks - pending.scalar_one(),
            )

    def known_files(self) -> Mapping[str, KnownFile]:
        """Return what is held of each location."""
        columns = (_reports.c.location, _reports.c.sha256, _reports.c.pipeline, _reports.c.id)
        with self._reading() as connection:
            rows = connection.execute(select(*columns)).all()
        return {
            row.location: KnownFile(
                location=row.location, sha256=row.sha256, pipeline=row.pipeline, report_id=row.id
            )
            for row in rows
        }

    def pending_chunks(self, *, limit: int) -> tuple[Chunk, ...]:
        """Return passages that have no vector yet, the earliest stored first."""
        statement = select(_chunks.c.payload).where(_pending)
        return self._values(Chunk, statement.order_by(_chunks.c.number).limit(limit))

    def mark_indexed(self, chunk_ids: Iterable[str], *, model: str) -> None:
        """Note that these passages have a vector, and of which model."""
        with self._writing() as connection:
            _set_indexed(connection, chunk_ids, indexed=True)
            _set_meta(connection, "embedding_model", model)
            _bump(connection, "index_revision")

    def mark_pending(self, chunk_ids: Iterable[str]) -> None:
        """Note that these passages need a vector again."""
        with self._writing() as connection:
            _set_indexed(connection, chunk_ids, indexed=False)
            _bump(connection, "index_revision")

    def _prepare(self, *, create: bool) -> None:
        """Check the schema's version; make the tables first where there are none."""
        with self._writing() if create else self._reading() as connection:
            version = _meta_value(connection, "schema_version") if _has_meta(connection) else None
            if version is None:
                if not create:
                    raise LibraryUnusable(f"{self._where} 里还没有资料。请先运行 gongkai ingest 读入报告。")
                migrations.upgrade(connection, adopt=False)
                _set_meta(connection, "schema_version", str(SCHEMA_VERSION))
            elif version != str(SCHEMA_VERSION):
                raise LibraryUnusable(
                    f"资料库 {self._where} 的格式版本是 {version}，本程序只认识版本 {SCHEMA_VERSION}。"
                    "请升级 gongkai，或用 --data（GONGKAI_DATA）换一个文件夹后重新运行 gongkai ingest。"
                )
            step = migrations.version(connection)
        migrations.check(step, self._where)
        if step != migrations.LATEST:
            self._upgrade()

    def _upgrade(self) -> None:
        """Take the missing steps; whoever waited for another process finds them taken."""
        with self._writing() as connection:
            step = migrations.version(connection)
            if step != migrations.LATEST:
                migrations.upgrade(connection, adopt=step is None)
                registry.settle(connection)
                _bump(connection, "revision")

    def _figure(self, row: Row[Any]) -> Figure:
        """Return a figure under the name and year that its report goes by."""
        figure = self._value(Figure, row.payload)
        if (figure.organization, figure.year) == (row.organization, row.year):
            return figure
        return figure.model_copy(update={"organization": row.organization, "year": row.year})

    def _values(self, model: type[_ValueT], statement: Select[str]) -> tuple[_ValueT, ...]:
        with self._reading() as connection:
            payloads = connection.execute(statement).scalars().all()
        return tuple(self._value(model, payload) for payload in payloads)

    def _value(self, model: type[_ValueT], payload: str) -> _ValueT:
        try:
            return model.model_validate_json(payload)
        except ValidationError as error:
            raise LibraryUnusable(
                f"资料库 {self._where} 里的内容是另一个版本的 gongkai 写入的（{error.title}）。"
                "请用 --data（GONGKAI_DATA）换一个文件夹后重新运行 gongkai ingest，或改用写入它的版本。"
            ) from error

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with self._explained("读取"), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with self._explained("写入"), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _explained(self, doing: str) -> Generator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise LibraryUnusable(
                f"资料库 {self._where} 无法{doing}：{cause}。请检查它是不是公开问的资料库、磁盘空间和写权限；"
                "也可以用 --data（GONGKAI_DATA）换一个文件夹后重新运行 gongkai ingest。"
            ) from error


_NAMED = (_reports.c.organization, _reports.c.year)
_ORDER = (_reports.c.organization, _reports.c.year.is_(None), _reports.c.year, _reports.c.id)


def _connect(url: str, *, create: bool) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in lexical.DIALECTS:
            raise LibraryUnusable(
                f"GONGKAI_DATABASE_URL 指定的数据库 {parsed.get_backend_name()} 不受支持。"
                "请用 sqlite:///文件 或 postgresql+psycopg://…。"
            )
        if _is_file(parsed):
            _check_file(Path(parsed.database or ""), create=create)
            return _sqlite_engine(parsed)
        return create_engine(parsed, pool_pre_ping=True)
    except SQLAlchemyError as error:
        raise LibraryUnusable(
            f"数据库地址不可用：{error}。请检查 GONGKAI_DATABASE_URL，例如 sqlite:///data/library.sqlite。"
        ) from error
    except ImportError as error:
        raise LibraryUnusable(
            f"没有安装数据库驱动：{error}。PostgreSQL 请运行 pip install 'psycopg[binary]' 后重试。"
        ) from error


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _check_file(path: Path, *, create: bool) -> None:
    if not create and not path.is_file():
        raise LibraryUnusable(f"{path} 处还没有资料库。请先运行 gongkai ingest 读入报告。")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryUnusable(
            f"资料文件夹 {path.parent} 无法建立：{error.strerror or error}。"
            "请检查权限，或用 --data（GONGKAI_DATA）换一个文件夹。"
        ) from error


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        del record
        # The driver must not begin transactions by itself: it leaves CREATE TABLE outside of them.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        # A writer that took the lock late could find its view outdated, and would fail instead of wait.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _has_meta(connection: Connection) -> bool:
    return inspect(connection).has_table(_meta.name)


def _within(statement: Select[*tuple[Any, ...]], filter: Filter) -> Select[*tuple[Any, ...]]:
    """Narrow a statement that has the reports' heads in it."""
    if filter.organizations is not None:
        statement = statement.where(_reports.c.organization.in_(filter.organizations))
    if filter.years is not None:
        statement = statement.where(_reports.c.year.in_(filter.years))
    if filter.report_ids is not None:
        statement = statement.where(_reports.c.id.in_(filter.report_ids))
    return statement


def _chosen(
    statement: Select[Any],
    indicators: Sequence[str] | None,
    applicant: Applicant | None,
    origin: Origin | None,
) -> Select[Any]:
    """Narrow a statement that has figures in it."""
    if indicators is not None:
        statement = statement.where(_figures.c.indicator.in_(list(indicators)))
    if applicant is not None:
        statement = statement.where(_figures.c.applicant == applicant)
    if origin is not None:
        statement = statement.where(_figures.c.origin == origin)
    return statement


def _spoken_of(report: Report, organization: str, year: int | None) -> Report:
    """Return a report under the name and year that it goes by here; the other names stay as it prints them."""
    if (report.organization.name, report.year) == (organization, year):
        return report
    renamed = report.organization.model_copy(update={"name": organization})
    return report.model_copy(update={"organization": renamed, "year": year})


def _head_row(report: Report, location: str, pipeline: str) -> dict[str, object]:
    organization = report.organization
    return {
        "id": report.id,
        "location": location,
        "sha256": report.source.sha256,
        "pipeline": pipeline,
        "title": report.title,
        "organization": organization.name,
        "printed": organization.name,
        "aliases": list(organization.aliases),
        "kind": organization.kind,
        "region": list(organization.region),
        "year": report.year,
        "form": report.form,
        "published": report.published,
        "source": report.source.path,
    }


def _insert_chunks(connection: Connection, chunks: Sequence[Chunk]) -> None:
    if not chunks:
        return
    rows = [
        {
            "id": chunk.id,
            "report_id": chunk.report_id,
            "position": position,
            "indexed": False,
            "payload": chunk.model_dump_json(),
        }
        for position, chunk in enumerate(chunks)
    ]
    stored = connection.execute(insert(_chunks).returning(_chunks.c.id, _chunks.c.number), rows)
    numbers = {row.id: row.number for row in stored}
    lexical.add(connection, [(numbers[chunk.id], chunk.search_text) for chunk in chunks])


def _insert_figures(connection: Connection, report_id: str, figures: Sequence[Figure]) -> None:
    rows = [
        {
            "report_id": report_id,
            "position": position,
            "indicator": figure.indicator,
            "applicant": figure.dimensions.applicant,
            "origin": figure.origin,
            "payload": figure.model_dump_json(),
        }
        for position, figure in enumerate(figures)
    ]
    if rows:
        connection.execute(insert(_figures), rows)


def _insert_findings(connection: Connection, report_id: str, findings: Sequence[Finding]) -> None:
    rows = [
        {"report_id": report_id, "position": position, "payload": finding.model_dump_json()}
        for position, finding in enumerate(findings)
    ]
    if rows:
        connection.execute(insert(_findings), rows)


def _delete_reports(connection: Connection, report_ids: Sequence[str]) -> None:
    if not report_ids:
        return
    lexical.remove(connection, select(_chunks.c.number).where(_chunks.c.report_id.in_(report_ids)))
    for part in (_chunks, _figures, _findings, _bodies, _vectors):
        connection.execute(delete(part).where(part.c.report_id.in_(report_ids)))
    connection.execute(delete(_reports).where(_reports.c.id.in_(report_ids)))


def _set_indexed(connection: Connection, chunk_ids: Iterable[str], *, indexed: bool) -> None:
    for some in _slices(list(chunk_ids)):
        connection.execute(update(_chunks).where(_chunks.c.id.in_(some)).values(indexed=indexed))


def _meta_value(connection: Connection, key: _MetaKey) -> str | None:
    return connection.execute(select(_meta.c.value).where(_meta.c.key == key)).scalar_one_or_none()


def _set_meta(connection: Connection, key: _MetaKey, value: str) -> None:
    if connection.execute(update(_meta).where(_meta.c.key == key).values(value=value)).rowcount == 0:
        connection.execute(insert(_meta), {"key": key, "value": value})


def _bump(connection: Connection, key: Literal["revision", "index_revision"]) -> None:
    _set_meta(connection, key, str(int(_meta_value(connection, key) or 0) + 1))


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _slices(ids: Sequence[str]) -> Generator[Sequence[str]]:
    for start in range(0, len(ids), _IDS_AT_A_TIME):
        yield ids[start : start + _IDS_AT_A_TIME]
