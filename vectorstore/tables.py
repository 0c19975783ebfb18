"""Lay out the tables of the library, in the shape that `migrations` brings a database to.

A report names its body twice: `organization_id` points at it, `organization` repeats the name that it goes by, so
that filters and orders need no other table. `printed` is the name as the report has it, and `year` the year that
counts: as read, or as corrected. `identities` holds each printed name, split into places and the body's own part,
with the body that it was joined to (names of one `kin`
could be of one body); a `pinned` one was joined by hand and stays. `corrections` outlives the reading
of its report anew.
"""

from sqlalchemy import JSON as SQL_JSON
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()
meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
reports = Table(
    "reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("location", Text, nullable=False, unique=True),
    Column("sha256", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("organization", Text, nullable=False, index=True),
    Column("organization_id", Text, index=True),
    Column("identity", Text, index=True),
    Column("printed", Text),
    Column("aliases", SQL_JSON, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region", SQL_JSON, nullable=False),
    Column("year", Integer, index=True),
    Column("form", Text, nullable=False),
    Column("published", Date),
    Column("source", Text, nullable=False),
    Column("read", Integer),
)
organizations = Table(
    "organizations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, index=True),
    Column("given", Text),
    Column("own", Text, nullable=False),
    Column("kin", Text, nullable=False, index=True),
    Column("region", SQL_JSON, nullable=False),
    Column("kind", Text, nullable=False),
    Column("names", SQL_JSON, nullable=False),
)
identities = Table(
    "identities",
    metadata,
    Column("key", Text, primary_key=True),
    Column("own", Text, nullable=False),
    Column("kin", Text, nullable=False, index=True),
    Column("region", SQL_JSON, nullable=False),
    Column("organization_id", Text, index=True),
    Column("pinned", Boolean, nullable=False),
)
corrections = Table(
    "corrections",
    metadata,
    Column("report_id", Text, primary_key=True),
    Column("organization_id", Text),
    Column("year", Integer),
)
# Apart from the heads, so that listing thousands of reports does not read them.
bodies = Table(
    "bodies",
    metadata,
    Column("report_id", Text, ForeignKey(reports.c.id), primary_key=True),
    Column("text", Text, nullable=False),
    Column("payload", Text, nullable=False),
)
chunks = Table(
    "chunks",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("report_id", Text, ForeignKey(reports.c.id), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("indexed", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
)
pending = chunks.c.indexed.is_(False)
Index("chunks_pending", chunks.c.number, sqlite_where=pending, postgresql_where=pending)
figures = Table(
    "figures",
    metadata,
    Column("report_id", Text, ForeignKey(reports.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("indicator", Text),
    Column("applicant", Text),
    Column("origin", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Index("figures_indicator", "indicator", "applicant"),
)
# What `vectorstore.places` packs: places as pairs of whole numbers, vectors as a byte a number.
vectors = Table(
    "vectors",
    metadata,
    Column("report_id", Text, ForeignKey(reports.c.id), primary_key=True),
    Column("reader", Text, nullable=False),
    Column("places", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
findings = Table(
    "findings",
    metadata,
    Column("report_id", Text, ForeignKey(reports.c.id), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("payload", Text, nullable=False),
)
