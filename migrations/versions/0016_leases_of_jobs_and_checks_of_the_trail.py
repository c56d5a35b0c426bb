"""jobs are leased while they run; letters that were given up, and checks of the trail, have a time"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FOUND_BY = ("verb", "kind", "at")


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("lease", sa.String(32), nullable=True))
        job.add_column(sa.Column("claimed_until", MOMENT, nullable=True))
    with op.batch_alter_table("letter_out") as letter:
        letter.add_column(sa.Column("given_up_at", MOMENT, nullable=True))
    op.execute("DELETE FROM letter_out WHERE due_at IS NULL")
    op.create_table(
        "audit_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("checked_count", sa.Integer(), nullable=False),
        sa.Column("intact", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    for column in FOUND_BY:
        op.create_index(op.f(f"ix_audit_entry_{column}"), "audit_entry", [column])


def downgrade() -> None:
    for column in FOUND_BY:
        op.drop_index(op.f(f"ix_audit_entry_{column}"), table_name="audit_entry")
    op.drop_table("audit_check")
    with op.batch_alter_table("letter_out") as letter:
        letter.drop_column("given_up_at")
    with op.batch_alter_table("job") as job:
        job.drop_column("claimed_until")
        job.drop_column("lease")
