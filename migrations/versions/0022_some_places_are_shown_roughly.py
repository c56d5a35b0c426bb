"""where a report really is whose kind is shown to others roughly"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exact_place",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_exact_place_report_id_report")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_exact_place")),
    )


def downgrade() -> None:
    """What was shown roughly stays so: the spot is gone, and nobody learns it afterwards."""
    op.drop_table("exact_place")
