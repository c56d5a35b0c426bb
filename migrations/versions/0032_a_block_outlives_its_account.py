"""a block that holds stays under a hash of the address when its account is erased"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
WHOM = "person_id IS NOT NULL OR device IS NOT NULL"


def upgrade() -> None:
    with op.batch_alter_table("report_block") as table:
        table.add_column(sa.Column("address_hash", sa.String(64), nullable=True))
        table.drop_constraint(op.f("ck_report_block_whom"), type_="check")
        table.create_check_constraint(
            op.f("ck_report_block_whom"), WHOM + " OR address_hash IS NOT NULL"
        )
    op.create_index(op.f("ix_report_block_address_hash"), "report_block", ["address_hash"])


def downgrade() -> None:
    op.execute("DELETE FROM report_block WHERE person_id IS NULL AND device IS NULL")
    op.drop_index(op.f("ix_report_block_address_hash"), table_name="report_block")
    with op.batch_alter_table("report_block") as table:
        table.drop_constraint(op.f("ck_report_block_whom"), type_="check")
        table.create_check_constraint(op.f("ck_report_block_whom"), WHOM)
        table.drop_column("address_hash")
