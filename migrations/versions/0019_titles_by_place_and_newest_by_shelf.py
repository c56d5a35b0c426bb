"""the map's pins with their titles, and the newest of each shelf, each from one index"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PLACE = ["cell", "lat", "lon", "shelf", "category", "status", "opened_at", "id"]
NEWEST = ["opened_at", "id"]
SHEET = ["shelf", "opened_at", "id", "category", "lat", "lon"]


def upgrade() -> None:
    _anew("ix_report_place", [*PLACE, "title"])
    _anew("ix_report_newest", NEWEST)
    op.create_index("ix_report_sheet", "report", SHEET)


def downgrade() -> None:
    op.drop_index("ix_report_sheet", "report")
    _anew("ix_report_newest", [*NEWEST, "shelf", "category", "lat", "lon"])
    _anew("ix_report_place", PLACE)


def _anew(name: str, columns: list[str]) -> None:
    op.drop_index(name, "report")
    op.create_index(name, "report", columns)
