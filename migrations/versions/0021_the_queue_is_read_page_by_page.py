"""what waits, each severity from the oldest on, from one index"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WAITS = sa.text("status IN ('open', 'acknowledged', 'in_progress', 'disputed', 'held')")


def upgrade() -> None:
    op.create_index(
        "ix_report_waits",
        "report",
        ["severity", "opened_at", "id", "category"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_report_waits", "report")
