"""names of places, for typed addresses and for the name of a point"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place_name",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_name")),
    )
    op.create_index("ix_place_name_folded", "place_name", ["folded"])
    op.create_index("ix_place_name_place", "place_name", ["cell", "lat", "lon"])


def downgrade() -> None:
    op.drop_index("ix_place_name_place", "place_name")
    op.drop_index("ix_place_name_folded", "place_name")
    op.drop_table("place_name")
