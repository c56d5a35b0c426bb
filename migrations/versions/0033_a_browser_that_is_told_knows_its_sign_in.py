"""a browser that is told knows the sign-in it was last here with, and ends with it"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("push_subscription") as table:
        table.add_column(sa.Column("sign_in_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("push_subscription") as table:
        table.drop_column("sign_in_id")
