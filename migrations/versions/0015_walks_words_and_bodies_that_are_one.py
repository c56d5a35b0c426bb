"""where walks stand, words on their way to other bodies, and which body a key and an endpoint are"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "open311_walk",
        sa.Column("walker", sa.String(64), nullable=False),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("walker", "page", name=op.f("pk_open311_walk")),
    )
    op.create_index(op.f("ix_open311_walk_at"), "open311_walk", ["at"])
    _word()
    for table in ("open311_key", "outside_body"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("body_id", sa.Uuid(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_body_id_body"), "body", ["body_id"], ["id"])
            batch.create_index(op.f(f"ix_{table}_body_id"), ["body_id"])


def _word() -> None:
    op.create_table(
        "forwarding_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forwarding_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("error", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(
            ["forwarding_id"],
            ["forwarding.id"],
            name=op.f("fk_forwarding_word_forwarding_id_forwarding"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["report_entry.id"], name=op.f("fk_forwarding_word_entry_id_report_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarding_word")),
        sa.UniqueConstraint(
            "forwarding_id", "entry_id", name=op.f("uq_forwarding_word_forwarding_id_entry_id")
        ),
    )
    op.create_index(op.f("ix_forwarding_word_state_due_at"), "forwarding_word", ["state", "due_at"])


def downgrade() -> None:
    for table in ("outside_body", "open311_key"):
        with op.batch_alter_table(table) as batch:
            batch.drop_index(op.f(f"ix_{table}_body_id"))
            batch.drop_constraint(op.f(f"fk_{table}_body_id_body"), type_="foreignkey")
            batch.drop_column("body_id")
    op.drop_table("forwarding_word")
    op.drop_table("open311_walk")
