"""Make the tables of the reports and of their ranking by words."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("location", sa.Text, nullable=False, unique=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("region", sa.JSON, nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_index("ix_reports_organization", "reports", ["organization"])
    op.create_index("ix_reports_year", "reports", ["year"])
    op.create_table(
        "bodies",
        sa.Column("report_id", sa.Text, sa.ForeignKey("reports.id"), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "chunks",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("report_id", sa.Text, sa.ForeignKey("reports.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("indexed", sa.Boolean, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("ix_chunks_report_id", "chunks", ["report_id"])
    pending = sa.text("indexed IS 0" if _is_sqlite() else "indexed IS false")
    op.create_index("chunks_pending", "chunks", ["number"], sqlite_where=pending, postgresql_where=pending)
    op.create_table(
        "figures",
        sa.Column("report_id", sa.Text, sa.ForeignKey("reports.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("indicator", sa.Text),
        sa.Column("applicant", sa.Text),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("figures_indicator", "figures", ["indicator", "applicant"])
    op.create_table(
        "findings",
        sa.Column("report_id", sa.Text, sa.ForeignKey("reports.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("payload", sa.Text, nullable=False),
    )
    if _is_sqlite():
        op.execute("CREATE VIRTUAL TABLE chunk_words USING fts5(words)")
    else:
        op.execute("CREATE TABLE chunk_words (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX chunk_words_gin ON chunk_words USING gin (words)")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
