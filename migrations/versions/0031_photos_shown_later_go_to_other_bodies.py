"""photos that a report shows only since another body has it go there too"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
FIRST = """
    UPDATE forwarding SET photos = COALESCE(
        (SELECT photo_hash FROM report WHERE report.id = forwarding.report_id), '')
    WHERE state <> 'waiting'
"""
FURTHER = """
    UPDATE forwarding SET photos = photos || ',' || (
        SELECT photo_hash FROM report_photo
        WHERE report_photo.report_id = forwarding.report_id AND position = :position)
    WHERE state <> 'waiting' AND EXISTS (
        SELECT 1 FROM report_photo
        WHERE report_photo.report_id = forwarding.report_id AND position = :position)
"""


def upgrade() -> None:
    op.add_column(
        "forwarding", sa.Column("photos", sa.String(200), server_default="", nullable=False)
    )
    # What a report shows today counts as told: nobody knows any more with which ones it went.
    op.execute(FIRST)
    for position in (2, 3):
        op.execute(sa.text(FURTHER).bindparams(position=position))
    with op.batch_alter_table("forwarding_word") as table:
        table.add_column(sa.Column("photo_hash", sa.String(64), nullable=True))
        table.alter_column("entry_id", existing_type=sa.Uuid(), nullable=True)
        table.create_unique_constraint(
            op.f("uq_forwarding_word_forwarding_id_photo_hash"), ["forwarding_id", "photo_hash"]
        )
        table.create_check_constraint(
            op.f("ck_forwarding_word_of"), "(entry_id IS NULL) <> (photo_hash IS NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM forwarding_word WHERE entry_id IS NULL")
    with op.batch_alter_table("forwarding_word") as table:
        table.drop_constraint(op.f("ck_forwarding_word_of"), type_="check")
        table.drop_constraint(op.f("uq_forwarding_word_forwarding_id_photo_hash"), type_="unique")
        table.alter_column("entry_id", existing_type=sa.Uuid(), nullable=False)
        table.drop_column("photo_hash")
    with op.batch_alter_table("forwarding") as table:
        table.drop_column("photos")
