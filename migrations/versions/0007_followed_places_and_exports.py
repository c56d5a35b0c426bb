"""followed places and exports"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def _person(table: str, column: str = "person_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=op.f(f"fk_{table}_{column}_person")
    )


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("ward", sa.String(200), nullable=True),
        sa.Column("words", sa.String(80), nullable=True),
        sa.Column("categories", sa.String(400), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        _person("alert"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_person_id", "alert", ["person_id"])
    rest = sa.text("kind <> 'circle'")
    op.create_index(
        "ix_alert_kind", "alert", ["kind", "ward"], sqlite_where=rest, postgresql_where=rest
    )
    gone = sa.text("removed_at IS NOT NULL")
    op.create_index(
        "ix_alert_removed_at", "alert", ["removed_at"], sqlite_where=gone, postgresql_where=gone
    )
    op.create_table(
        "alert_cell",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("radius_m", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_cell_alert_id_alert")
        ),
        sa.PrimaryKeyConstraint("alert_id", "cell", name=op.f("pk_alert_cell")),
    )
    op.create_index(
        "ix_alert_cell_at", "alert_cell", ["cell", "lat", "lon", "radius_m", "alert_id"]
    )
    op.create_table(
        "alert_hit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_hit_alert_id_alert")
        ),
        _person("alert_hit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_hit")),
        sa.UniqueConstraint("alert_id", "report_id", name=op.f("uq_alert_hit_alert_id_report_id")),
    )
    op.create_index("ix_alert_hit_due", "alert_hit", ["told_at", "due_at"])
    for column in ("person_id", "report_id", "digest_id"):
        op.create_index(f"ix_alert_hit_{column}", "alert_hit", [column])
    op.create_table(
        "alert_times",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        _person("alert_times"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_alert_times")),
    )
    _exports()


def _exports() -> None:
    op.create_table(
        "report_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("filters", sa.String(1000), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        _person("report_export", "asked_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_export")),
    )
    op.create_index("ix_report_export_asked_by", "report_export", ["asked_by"])
    op.create_index("ix_report_export_same", "report_export", ["scope", "asked_at"])
    op.create_index("ix_report_export_expires_at", "report_export", ["expires_at"])
    op.create_table(
        "report_export_part",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["report_export.id"],
            name=op.f("fk_report_export_part_export_id_report_export"),
        ),
        sa.PrimaryKeyConstraint("export_id", "number", name=op.f("pk_report_export_part")),
    )


def downgrade() -> None:
    for table in (
        "report_export_part",
        "report_export",
        "alert_times",
        "alert_hit",
        "alert_cell",
        "alert",
    ):
        op.drop_table(table)
