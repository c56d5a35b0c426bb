"""roles bound to areas and bodies; the city's own calendar; covers for good; late history named"""

import shapely
import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

AT_ONCE = 5000


def upgrade() -> None:
    _bounds()
    _unpromised()
    _calendar()
    _covers()
    _late_history()
    _grams()


def _bounds() -> None:
    op.create_table(
        "role_bound",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_role_bound_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "target_id", name=op.f("pk_role_bound")),
    )
    placed = op.create_table(
        "report_area",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_area_report_id_report")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_report_area_area_id_area")),
        sa.PrimaryKeyConstraint("report_id", "area_id", name=op.f("pk_report_area")),
    )
    op.create_index(op.f("ix_report_area_area_id"), "report_area", ["area_id"])
    _place(placed)


def _place(placed: sa.Table) -> None:
    """Note in which areas the reports lie that are there already."""
    named = ("shape", "west", "south", "east", "north")
    area = sa.table("area", sa.column("id", sa.Uuid()), *map(sa.column, named))
    report = sa.table("report", sa.column("id", sa.Uuid()), sa.column("lat"), sa.column("lon"))
    bind = op.get_bind()
    for one in bind.execute(sa.select(area)).all():
        shape = shapely.from_geojson(one.shape)
        shapely.prepare(shape)
        box = sa.and_(
            report.c.lon.between(one.west, one.east), report.c.lat.between(one.south, one.north)
        )
        rows = [
            {"report_id": row.id, "area_id": one.id}
            for row in bind.execute(sa.select(report).where(box))
            if shapely.intersects_xy(shape, row.lon, row.lat)
        ]
        for start in range(0, len(rows), AT_ONCE):
            bind.execute(placed.insert(), rows[start : start + AT_ONCE])


def _unpromised() -> None:
    op.create_table(
        "report_unpromised",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_unpromised_report_id_report")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_unpromised")),
    )


def _calendar() -> None:
    with op.batch_alter_table("working_calendar") as table:
        table.add_column(
            sa.Column("subdivision", sa.String(length=10), nullable=False, server_default="")
        )
        table.add_column(
            sa.Column("weekend", sa.String(length=7), nullable=False, server_default="56")
        )
    with op.batch_alter_table("working_calendar") as table:
        table.alter_column("subdivision", server_default=None)
        table.alter_column("weekend", server_default=None)
    # Nobody could choose this row; the settings say what the calendar begins with.
    op.execute("DELETE FROM working_calendar")


def _covers() -> None:
    op.create_table(
        "covered_picture",
        sa.Column("photo_hash", sa.String(length=64), nullable=False),
        sa.Column("redacted_hash", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("photo_hash", name=op.f("pk_covered_picture")),
    )
    op.execute(
        "INSERT INTO covered_picture (photo_hash, redacted_hash, since)"
        " SELECT photo_hash, MAX(redacted_hash), MIN(kept_at) FROM photo_original"
        " GROUP BY photo_hash"
    )


def _late_history() -> None:
    """Name the steps from before there was a chain; what comes later is chained when told."""
    op.create_table(
        "history_late",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_history_late")),
    )
    op.create_table(
        "history_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unchained", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_check")),
    )
    op.execute(
        "INSERT INTO history_late (entry_id) SELECT e.id FROM report_entry e"
        " WHERE e.public AND NOT EXISTS (SELECT 1 FROM report_history h"
        " WHERE h.entry_id = e.id)"
    )


def _grams() -> None:
    op.add_column("alert", sa.Column("gram", sa.String(length=6), nullable=True))
    some = sa.text("gram IS NOT NULL")
    op.create_index("ix_alert_gram", "alert", ["gram"], sqlite_where=some, postgresql_where=some)
    alert = sa.table("alert", sa.column("id", sa.Uuid()), sa.column("words"), sa.column("gram"))
    bind = op.get_bind()
    told = sa.select(alert.c.id, alert.c.words).where(alert.c.words.is_not(None))
    for key, words in bind.execute(told).all():
        bind.execute(sa.update(alert).where(alert.c.id == key).values(gram=words.lower()[:2]))


def downgrade() -> None:
    op.drop_index("ix_alert_gram", "alert")
    op.drop_column("alert", "gram")
    op.drop_table("history_check")
    op.drop_table("history_late")
    op.drop_table("covered_picture")
    op.execute("DELETE FROM working_calendar")
    with op.batch_alter_table("working_calendar") as table:
        table.drop_column("weekend")
        table.drop_column("subdivision")
    op.execute("INSERT INTO working_calendar (id, country, zone) VALUES (1, 'KR', 'Asia/Seoul')")
    op.drop_table("report_unpromised")
    op.drop_table("report_area")
    op.drop_table("role_bound")
