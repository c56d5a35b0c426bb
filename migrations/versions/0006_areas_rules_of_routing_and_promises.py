"""areas, rules of routing and promises"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("name", name=op.f("uq_body_name")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_team_body_id_body")),
    )
    op.create_index(op.f("ix_team_body_id"), "team", ["body_id"])
    op.create_table(
        "area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("name", name=op.f("uq_area_name")),
    )
    op.create_index("ix_area_box", "area", ["west", "east", "south", "north"])
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(30), nullable=True),
        sa.Column("days", sa.String(10), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=True),
        sa.Column("to_minute", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("promise_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name=op.f("fk_routing_rule_area_id_area")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_routing_rule_team_id_team")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_routing_rule_person_id_person")
        ),
    )
    for column in ("area_id", "team_id", "person_id"):
        op.create_index(op.f(f"ix_routing_rule_{column}"), "routing_rule", [column])
    calendar = op.create_table(
        "working_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_calendar")),
    )
    op.bulk_insert(calendar, [{"id": 1, "country": "KR", "zone": "Asia/Seoul"}])
    op.create_table(
        "closure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closure")),
    )
    op.create_table(
        "answer_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("category", sa.String(30), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    with op.batch_alter_table("report") as batch:
        batch.add_column(sa.Column("team_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(op.f("fk_report_team_id_team"), "team", ["team_id"], ["id"])
        batch.create_foreign_key(
            op.f("fk_report_parent_id_report"), "report", ["parent_id"], ["id"]
        )
        batch.create_index(op.f("ix_report_team_id"), ["team_id"])
        batch.create_index(op.f("ix_report_parent_id"), ["parent_id"])


def downgrade() -> None:
    with op.batch_alter_table("report") as batch:
        batch.drop_index(op.f("ix_report_parent_id"))
        batch.drop_index(op.f("ix_report_team_id"))
        batch.drop_constraint(op.f("fk_report_parent_id_report"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_report_team_id_team"), type_="foreignkey")
        batch.drop_column("escalated_at")
        batch.drop_column("parent_id")
        batch.drop_column("team_id")
    op.drop_table("answer_template")
    op.drop_table("closure")
    op.drop_table("working_calendar")
    op.drop_table("routing_rule")
    op.drop_table("area")
    op.drop_table("team")
    op.drop_table("body")
