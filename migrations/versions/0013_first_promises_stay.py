"""the first promise stays, settled means when it was settled; earlier reports, letters stopped"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ENDED = ("fixed", "rejected", "closed")
AT_ONCE = 1000

report = sa.table(
    "report",
    sa.column("id", sa.Uuid),
    sa.column("status", sa.String),
    sa.column("opened_at", sa.DateTime(timezone=True)),
    sa.column("ended_at", sa.DateTime(timezone=True)),
    sa.column("due_at", sa.DateTime(timezone=True)),
    sa.column("rises_at", sa.DateTime(timezone=True)),
    sa.column("promised_at", sa.DateTime(timezone=True)),
)
entry = sa.table(
    "report_entry",
    sa.column("report_id", sa.Uuid),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("status", sa.String),
    sa.column("public", sa.Boolean),
)


def upgrade() -> None:
    with op.batch_alter_table("report") as table:
        table.add_column(sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("rises_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("earlier_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_report_earlier_id_report"), "report", ["earlier_id"], ["id"]
        )
    # What was promised before a promise was made anew is on no record: the one that stands counts.
    op.execute(report.update().values(promised_at=report.c.due_at))
    _settle()
    _let_rise()
    with op.batch_alter_table("report") as table:
        table.alter_column("promised_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index(op.f("ix_report_rises_at"), "report", ["rises_at"])
    op.create_index(op.f("ix_report_earlier_id"), "report", ["earlier_id"])
    op.create_index(op.f("ix_report_merged_into"), "report", ["merged_into"])
    op.create_table(
        "letters_stopped",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_letters_stopped_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_letters_stopped")),
    )


def _settle() -> None:
    """Let every settled report say again when it was settled: words said after it had moved that."""
    told = sa.and_(entry.c.report_id == report.c.id, entry.c.public)
    waited = (
        sa.select(sa.func.max(entry.c.at))
        .where(told, entry.c.status.not_in(ENDED))
        .correlate(report)
        .scalar_subquery()
    )
    settled = entry.alias()
    since = (
        sa.select(sa.func.min(settled.c.at))
        .where(settled.c.report_id == report.c.id, settled.c.public, settled.c.status.in_(ENDED))
        .where(sa.or_(waited.is_(None), settled.c.at >= waited))
        .correlate(report)
        .scalar_subquery()
    )
    op.execute(
        report.update()
        .where(report.c.ended_at.is_not(None))
        .values(ended_at=sa.func.coalesce(since, report.c.ended_at))
    )


def _let_rise() -> None:
    """Let what waits rise at the last fifth of its promise, by the clock; what rose stays risen."""
    bound = op.get_bind()
    columns = (report.c.id, report.c.opened_at, report.c.due_at)
    waiting = sa.select(*columns).where(report.c.status.not_in(ENDED))
    rows = bound.execute(waiting).all()
    change = report.update().where(report.c.id == sa.bindparam("key"))
    change = change.values(rises_at=sa.bindparam("rises", type_=sa.DateTime(timezone=True)))
    for start in range(0, len(rows), AT_ONCE):
        bound.execute(change, [_rising(*row) for row in rows[start : start + AT_ONCE]])


def _rising(key: object, opened: datetime, due: datetime) -> dict[str, object]:
    opened, due = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (opened, due))
    return {"key": key, "rises": due - max(due - opened, timedelta()) / 5}


def downgrade() -> None:
    op.drop_table("letters_stopped")
    op.drop_index(op.f("ix_report_merged_into"), "report")
    op.drop_index(op.f("ix_report_earlier_id"), "report")
    op.drop_index(op.f("ix_report_rises_at"), "report")
    with op.batch_alter_table("report") as table:
        table.drop_constraint(op.f("fk_report_earlier_id_report"), type_="foreignkey")
        table.drop_column("earlier_id")
        table.drop_column("rises_at")
        table.drop_column("promised_at")
