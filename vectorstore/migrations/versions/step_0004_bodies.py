"""Make the tables of bodies and point reports at them; the library joins what it holds right after this step."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and the columns that point at them."""
    op.create_table(
        "organizations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("given", sa.Text),
        sa.Column("own", sa.Text, nullable=False),
        sa.Column("kin", sa.Text, nullable=False),
        sa.Column("region", sa.JSON, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("names", sa.JSON, nullable=False),
    )
    op.create_index("ix_organizations_name", "organizations", ["name"])
    op.create_index("ix_organizations_kin", "organizations", ["kin"])
    op.create_table(
        "identities",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("own", sa.Text, nullable=False),
        sa.Column("kin", sa.Text, nullable=False),
        sa.Column("region", sa.JSON, nullable=False),
        sa.Column("organization_id", sa.Text),
        sa.Column("pinned", sa.Boolean, nullable=False),
    )
    op.create_index("ix_identities_kin", "identities", ["kin"])
    op.create_index("ix_identities_organization_id", "identities", ["organization_id"])
    op.create_table(
        "corrections",
        sa.Column("report_id", sa.Text, primary_key=True),
        sa.Column("organization_id", sa.Text),
        sa.Column("year", sa.Integer),
    )
    for name in ("organization_id", "identity", "printed"):
        op.add_column("reports", sa.Column(name, sa.Text))
    op.add_column("reports", sa.Column("read", sa.Integer))
    for name in ("organization_id", "identity"):
        op.create_index(f"ix_reports_{name}", "reports", [name])
