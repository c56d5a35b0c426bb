"""quiet hours are a person's, for every notice, and no more of followed places alone"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("ends", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_quiet_hours_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_quiet_hours")),
    )
    op.execute(
        "INSERT INTO quiet_hours (person_id, starts, ends)"
        " SELECT person_id, quiet_from, quiet_to FROM alert_times"
        " WHERE quiet_from <> quiet_to"
    )
    for column in ("quiet_from", "quiet_to"):
        op.drop_column("alert_times", column)


def downgrade() -> None:
    for column in ("quiet_from", "quiet_to"):
        op.add_column("alert_times", sa.Column(column, sa.Integer(), nullable=True))
    op.execute(
        "UPDATE alert_times SET"
        " quiet_from = (SELECT starts FROM quiet_hours q WHERE q.person_id = alert_times.person_id),"
        " quiet_to = (SELECT ends FROM quiet_hours q WHERE q.person_id = alert_times.person_id)"
    )
    op.drop_table("quiet_hours")
