"""who follows a report has read its answers up to a moment, and is told of them no more at home"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("report_follow") as table:
        table.add_column(sa.Column("read_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("report_follow") as table:
        table.drop_column("read_until")
