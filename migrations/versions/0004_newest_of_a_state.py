"""when a report was settled; indexes for the newest of one state and for pictures"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    # Until now the last change of a settled report was its settling.
    op.execute(
        "UPDATE report SET ended_at = changed_at WHERE status IN ('fixed', 'closed', 'rejected')"
    )
    op.create_index("ix_report_photo_hash", "report", ["photo_hash"])
    op.create_index("ix_report_newest_of", "report", ["status", "opened_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_report_newest_of", "report")
    op.drop_index("ix_report_photo_hash", "report")
    op.drop_column("report", "ended_at")
