"""a browser whose address is gone is remembered for a while, so that it may come back"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("push_subscription") as table:
        table.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # What stands there is no address: those before would send to it.
    op.execute("DELETE FROM push_subscription WHERE gone_at IS NOT NULL")
    with op.batch_alter_table("push_subscription") as table:
        table.drop_column("gone_at")
