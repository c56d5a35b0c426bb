"""an index to read each shelf of a part of the city by place"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
NAME = "ix_report_shelf_place"


def upgrade() -> None:
    columns = ["shelf", "cell", "opened_at", "id", "category", "lat", "lon"]
    op.create_index(NAME, "report", columns)


def downgrade() -> None:
    op.drop_index(NAME, "report")
