"""each step of the public history seals its report's kind and promise"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was chained before is of the first form and stays: its digests say nothing of these.
    for column in (
        sa.Column("format", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("category", sa.String(30), nullable=True),
        sa.Column("due", sa.String(32), nullable=True),
        sa.Column("promised", sa.String(32), nullable=True),
    ):
        op.add_column("report_history", column)


def downgrade() -> None:
    """Take the columns away; what was chained with them can be proven no more."""
    for column in ("promised", "due", "category", "format"):
        op.drop_column("report_history", column)
