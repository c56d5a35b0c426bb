"""a word may be kept from another body: since when, and why"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None
WORD = sa.table("forwarding_word", sa.column("state", sa.String()))


def upgrade() -> None:
    with op.batch_alter_table("forwarding_word") as table:
        table.add_column(sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("reason", sa.String(300), nullable=True))


def downgrade() -> None:
    # What was before knows no such word: it holds up no other, and an operator sees it.
    op.execute(WORD.update().where(WORD.c.state == "skipped").values(state="refused"))
    with op.batch_alter_table("forwarding_word") as table:
        table.drop_column("reason")
        table.drop_column("skipped_at")
