"""originals of covered pictures, kept for a while"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo_original",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("photo_hash", sa.String(64), nullable=False),
        sa.Column("redacted_hash", sa.String(64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_photo_original_report_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["person.id"], name=op.f("fk_photo_original_reporter_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_original")),
        sa.UniqueConstraint("report_id", name=op.f("uq_photo_original_report_id")),
    )
    op.create_index(op.f("ix_photo_original_reporter_id"), "photo_original", ["reporter_id"])
    op.create_index(op.f("ix_photo_original_photo_hash"), "photo_original", ["photo_hash"])
    op.create_index(op.f("ix_photo_original_expires_at"), "photo_original", ["expires_at"])


def downgrade() -> None:
    op.drop_table("photo_original")
