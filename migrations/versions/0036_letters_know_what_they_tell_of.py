"""a letter that waits knows what it tells of and upon which event it was written"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter_out") as table:
        table.add_column(sa.Column("event_kind", sa.String(60), nullable=True))
        table.add_column(sa.Column("event_body", sa.LargeBinary(), nullable=True))
    op.create_table(
        "letter_topic",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter_out.id"],
            name=op.f("fk_letter_topic_letter_id_letter_out"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("letter_id", "topic", name=op.f("pk_letter_topic")),
    )
    op.create_index(op.f("ix_letter_topic_topic"), "letter_topic", ["topic"])


def downgrade() -> None:
    op.drop_index(op.f("ix_letter_topic_topic"), table_name="letter_topic")
    op.drop_table("letter_topic")
    with op.batch_alter_table("letter_out") as table:
        table.drop_column("event_body")
        table.drop_column("event_kind")
