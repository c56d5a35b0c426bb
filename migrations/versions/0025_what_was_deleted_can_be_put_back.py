"""what a clerk deleted, while that can be undone"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_removed_row_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_removed_row_actor_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_row")),
    )
    for column in ("person_id", "actor_id", "until"):
        op.create_index(op.f(f"ix_removed_row_{column}"), "removed_row", [column])
    op.create_table(
        "removed_link",
        sa.Column("removed_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["removed_id"],
            ["removed_row.id"],
            name=op.f("fk_removed_link_removed_id_removed_row"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_removed_link_report_id_report")
        ),
        sa.PrimaryKeyConstraint("removed_id", "report_id", name=op.f("pk_removed_link")),
    )


def downgrade() -> None:
    op.drop_table("removed_link")
    op.drop_table("removed_row")
