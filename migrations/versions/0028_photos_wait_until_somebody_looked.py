"""photos that came without a look for faces and plates wait until somebody has looked"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unlooked_photo",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("photo_hash", sa.String(64), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_unlooked_photo_report_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["report_entry.id"],
            name=op.f("fk_unlooked_photo_entry_id_report_entry"),
        ),
        sa.PrimaryKeyConstraint("report_id", "photo_hash", name=op.f("pk_unlooked_photo")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_unlooked_photo_entry_id")),
    )
    op.create_index(op.f("ix_unlooked_photo_photo_hash"), "unlooked_photo", ["photo_hash"])
    op.create_index("ix_unlooked_photo_waits", "unlooked_photo", ["until", "report_id"])


def downgrade() -> None:
    op.drop_table("unlooked_photo")
