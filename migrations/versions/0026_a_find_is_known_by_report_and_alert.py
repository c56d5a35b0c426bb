"""a find is known by its report and its alert, and stands in as few indexes as are read"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
TABLES = ("alert_hit", "alert")
UNTOLD = sa.text("told_at IS NULL")
PUT = sa.text("digest_id IS NOT NULL")


def upgrade() -> None:
    for name in ("due", "report_id", "digest_id", "person_id"):
        op.drop_index(f"ix_alert_hit_{name}", "alert_hit")
    with op.batch_alter_table("alert_hit") as table:
        table.drop_constraint(op.f("uq_alert_hit_alert_id_report_id"), type_="unique")
        table.drop_constraint(op.f("pk_alert_hit"), type_="primary")
        table.drop_constraint(op.f("fk_alert_hit_person_id_person"), type_="foreignkey")
        table.drop_column("person_id")
        table.drop_column("id")
        table.create_primary_key(op.f("pk_alert_hit"), ["report_id", "alert_id"])
    op.create_index("ix_alert_hit_alert_id", "alert_hit", ["alert_id"])
    _index("due_at", UNTOLD)
    _index("digest_id", PUT)


def _index(column: str, rows: sa.TextClause) -> None:
    op.create_index(
        f"ix_alert_hit_{column}", "alert_hit", [column], sqlite_where=rows, postgresql_where=rows
    )


def downgrade() -> None:
    for column in ("due_at", "digest_id", "alert_id"):
        op.drop_index(f"ix_alert_hit_{column}", "alert_hit")
    for name in ("id", "person_id"):
        op.add_column("alert_hit", sa.Column(name, sa.Uuid(), nullable=True))
    sqlite = op.get_context().dialect.name == "sqlite"
    made = (
        sa.func.lower(sa.func.hex(sa.func.randomblob(16))) if sqlite else sa.func.gen_random_uuid()
    )
    hit, alert = (sa.table(n, *map(sa.column, ("id", "alert_id", "person_id"))) for n in TABLES)
    whose = sa.select(alert.c.person_id).where(alert.c.id == hit.c.alert_id).scalar_subquery()
    op.execute(sa.update(hit).values(id=made, person_id=whose))
    with op.batch_alter_table("alert_hit") as table:
        table.drop_constraint(op.f("pk_alert_hit"), type_="primary")
        for name in ("id", "person_id"):
            table.alter_column(name, existing_type=sa.Uuid(), nullable=False)
        table.create_primary_key(op.f("pk_alert_hit"), ["id"])
        table.create_unique_constraint(
            op.f("uq_alert_hit_alert_id_report_id"), ["alert_id", "report_id"]
        )
        table.create_foreign_key(
            op.f("fk_alert_hit_person_id_person"), "person", ["person_id"], ["id"]
        )
    op.create_index("ix_alert_hit_due", "alert_hit", ["told_at", "due_at"])
    for column in ("person_id", "report_id", "digest_id"):
        op.create_index(f"ix_alert_hit_{column}", "alert_hit", [column])
