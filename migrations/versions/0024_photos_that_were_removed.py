"""photos that were taken off a report, while that can be undone"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_photo",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("photo_hash", sa.String(64), nullable=False),
        sa.Column("original_hash", sa.String(64), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["report_entry.id"],
            name=op.f("fk_removed_photo_entry_id_report_entry"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_removed_photo")),
    )
    for column in ("photo_hash", "original_hash", "until"):
        op.create_index(op.f(f"ix_removed_photo_{column}"), "removed_photo", [column])


def downgrade() -> None:
    op.drop_table("removed_photo")
