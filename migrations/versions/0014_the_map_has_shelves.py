"""clusters know what is settled and what is of lately; rooms were told too much"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ZOOMS = range(6, 16)
HIDDEN = "('rejected', 'held')"
ENDED = "('fixed', 'closed')"
WIDER = {
    "ix_report_place": ["cell", "lat", "lon", "shelf", "category", "status", "opened_at", "id"],
    "ix_report_newest": ["opened_at", "id", "shelf", "category", "lat", "lon"],
}
BEFORE = {
    "ix_report_place": ["cell", "lat", "lon", "category", "status", "id"],
    "ix_report_newest": ["opened_at", "id"],
}


def _cluster_table(*kind: sa.Column[int]) -> None:
    names = ["zoom", "cell", *(column.name for column in kind), "category"]
    op.create_table(
        "report_cluster",
        sa.Column("zoom", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        *kind,
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sum_lat", sa.Float(), nullable=False),
        sa.Column("sum_lon", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*names, name=op.f("pk_report_cluster")),
    )


def _count(kind: str, where: str) -> None:
    for zoom in ZOOMS:
        cell = f"cell >> {2 * (26 - zoom - 2)}"
        op.execute(
            f"INSERT INTO report_cluster (zoom, cell, {kind}category, n, sum_lat, sum_lon) "  # noqa: S608
            f"SELECT {zoom}, {cell}, {kind}category, count(*), sum(lat), sum(lon) "
            f"FROM report WHERE {where} GROUP BY {cell}, {kind}category"
        )


def _reindex(columns: dict[str, list[str]]) -> None:
    for name, held in columns.items():
        op.drop_index(name, "report")
        op.create_index(name, "report", held)


def upgrade() -> None:
    op.add_column(
        "report", sa.Column("shelf", sa.SmallInteger(), server_default="0", nullable=False)
    )
    border = sa.bindparam(
        "border", datetime.now(UTC) - timedelta(days=30), sa.DateTime(timezone=True)
    )
    shelf = (
        f"UPDATE report SET shelf = CASE WHEN status IN {ENDED} "  # noqa: S608
        "THEN CASE WHEN coalesce(ended_at, opened_at) > :border THEN 3 ELSE 4 END "
        "ELSE CASE WHEN opened_at > :border THEN 2 ELSE 1 END END "
        f"WHERE status NOT IN {HIDDEN} AND merged_into IS NULL"
    )
    op.execute(sa.text(shelf).bindparams(border))
    _reindex(WIDER)
    op.create_index("ix_report_shelf", "report", ["shelf", "ended_at", "opened_at"])
    op.drop_table("report_cluster")
    _cluster_table(sa.Column("shelf", sa.SmallInteger(), autoincrement=False, nullable=False))
    _count("shelf, ", "shelf > 0")
    # What maps were told is kept for an hour: it named reports that may be hidden meanwhile.
    change = sa.table("realtime_change", sa.column("room"), sa.column("item", sa.LargeBinary))
    told = change.update().where(change.c.room.like("tile:%"))
    op.execute(told.values(item=sa.literal(b'{"kind":"report"}', sa.LargeBinary)))


def downgrade() -> None:
    op.drop_index("ix_report_shelf", "report")
    _reindex(BEFORE)
    op.drop_column("report", "shelf")
    op.drop_table("report_cluster")
    _cluster_table()
    _count("", f"status NOT IN {HIDDEN}")
