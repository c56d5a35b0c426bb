"""each step of the public history seals who has its report and which it was joined into"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was chained before is of an older form and stays: its digests say nothing of these.
    op.add_column("report_history", sa.Column("merged_into", sa.String(36), nullable=True))
    op.add_column("report_history", sa.Column("team", sa.String(170), nullable=True))


def downgrade() -> None:
    """Take the columns away; what was chained with them can be proven no more."""
    op.drop_column("report_history", "team")
    op.drop_column("report_history", "merged_into")
