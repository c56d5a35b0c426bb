"""a block outlives the account of who came by an identity provider, with an address or without"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None
WHOM = "person_id IS NOT NULL OR device IS NOT NULL OR address_hash IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("report_block") as table:
        table.add_column(sa.Column("identity_hash", sa.String(64), nullable=True))
        table.drop_constraint(op.f("ck_report_block_whom"), type_="check")
        table.create_check_constraint(
            op.f("ck_report_block_whom"), WHOM + " OR identity_hash IS NOT NULL"
        )
    op.create_index(op.f("ix_report_block_identity_hash"), "report_block", ["identity_hash"])


def downgrade() -> None:
    op.execute(sa.delete(sa.table("report_block")).where(sa.text(f"NOT ({WHOM})")))
    op.drop_index(op.f("ix_report_block_identity_hash"), table_name="report_block")
    with op.batch_alter_table("report_block") as table:
        table.drop_constraint(op.f("ck_report_block_whom"), type_="check")
        table.create_check_constraint(op.f("ck_report_block_whom"), WHOM)
        table.drop_column("identity_hash")
