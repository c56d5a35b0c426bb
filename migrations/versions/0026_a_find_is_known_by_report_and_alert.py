"""a find is known by its report and its alert, and stands in as few indexes as are read"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
UNTOLD = sa.text("told_at IS NULL")
PUT = sa.text("digest_id IS NOT NULL")


def upgrade() -> None:
    for name in ("due", "report_id", "digest_id"):
        op.drop_index(f"ix_alert_hit_{name}", "alert_hit")
    with op.batch_alter_table("alert_hit") as hit:
        hit.drop_constraint(op.f("uq_alert_hit_alert_id_report_id"), type_="unique")
        hit.drop_constraint(op.f("pk_alert_hit"), type_="primary")
        hit.drop_column("id")
        hit.create_primary_key(op.f("pk_alert_hit"), ["report_id", "alert_id"])
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
    op.add_column("alert_hit", sa.Column("id", sa.Uuid(), nullable=True))
    hit_id = sa.table("alert_hit", sa.column("id"))
    sqlite = op.get_context().dialect.name == "sqlite"
    made = (
        sa.func.lower(sa.func.hex(sa.func.randomblob(16))) if sqlite else sa.func.gen_random_uuid()
    )
    op.execute(sa.update(hit_id).values(id=made))
    with op.batch_alter_table("alert_hit") as hit:
        hit.drop_constraint(op.f("pk_alert_hit"), type_="primary")
        hit.alter_column("id", existing_type=sa.Uuid(), nullable=False)
        hit.create_primary_key(op.f("pk_alert_hit"), ["id"])
        hit.create_unique_constraint(
            op.f("uq_alert_hit_alert_id_report_id"), ["alert_id", "report_id"]
        )
    op.create_index("ix_alert_hit_due", "alert_hit", ["told_at", "due_at"])
    for column in ("report_id", "digest_id"):
        op.create_index(f"ix_alert_hit_{column}", "alert_hit", [column])
