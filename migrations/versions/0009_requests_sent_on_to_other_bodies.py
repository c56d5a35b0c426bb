"""requests sent on to other bodies"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("open311_key") as table:
        table.add_column(
            sa.Column("scopes", sa.String(80), nullable=False, server_default="read-updates,write")
        )
        table.add_column(sa.Column("categories", sa.String(300), nullable=False, server_default=""))
    with op.batch_alter_table("open311_key") as table:
        table.alter_column("scopes", server_default=None)
        table.alter_column("categories", server_default=None)
    _body()
    _rule()
    _forwarding()
    _update()
    _picture()


def _body() -> None:
    op.create_table(
        "outside_body",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("jurisdiction_id", sa.String(100), nullable=False),
        sa.Column("api_key", sa.String(400), nullable=False),
        sa.Column("form", sa.String(4), nullable=False),
        sa.Column("wants_contact", sa.Boolean(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("well_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(300), nullable=True),
        sa.Column("trouble_at", MOMENT, nullable=True),
        sa.Column("updates_until", MOMENT, nullable=True),
        sa.CheckConstraint("form IN ('xml', 'json')", name=op.f("ck_outside_body_form")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_body")),
        sa.UniqueConstraint("name", name=op.f("uq_outside_body_name")),
    )


def _rule() -> None:
    op.create_table(
        "outside_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("service_code", sa.String(80), nullable=False),
        sa.Column("west", sa.Float(), nullable=True),
        sa.Column("south", sa.Float(), nullable=True),
        sa.Column("east", sa.Float(), nullable=True),
        sa.Column("north", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id"], ["outside_body.id"], name=op.f("fk_outside_rule_body_id_outside_body")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_rule")),
    )
    op.create_index(op.f("ix_outside_rule_body_id"), "outside_rule", ["body_id"])
    op.create_index(op.f("ix_outside_rule_category"), "outside_rule", ["category"])


def _forwarding() -> None:
    op.create_table(
        "forwarding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("service_code", sa.String(80), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("token", sa.String(200), nullable=True),
        sa.Column("remote_id", sa.String(200), nullable=True),
        sa.Column("said", sa.String(64), nullable=True),
        sa.Column("error", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id"], ["outside_body.id"], name=op.f("fk_forwarding_body_id_outside_body")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_forwarding_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarding")),
        sa.UniqueConstraint("report_id", "body_id", name=op.f("uq_forwarding_report_id_body_id")),
    )
    op.create_index(op.f("ix_forwarding_state_due_at"), "forwarding", ["state", "due_at"])
    op.create_index(op.f("ix_forwarding_body_id_remote_id"), "forwarding", ["body_id", "remote_id"])


def _update() -> None:
    op.create_table(
        "forwarding_update",
        sa.Column("forwarding_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["forwarding_id"],
            ["forwarding.id"],
            name=op.f("fk_forwarding_update_forwarding_id_forwarding"),
        ),
        sa.PrimaryKeyConstraint("forwarding_id", "name", name=op.f("pk_forwarding_update")),
    )


def _picture() -> None:
    op.create_table(
        "outside_picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(60), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_outside_picture_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_picture")),
        sa.UniqueConstraint("report_id", name=op.f("uq_outside_picture_report_id")),
    )
    op.create_index(
        op.f("ix_outside_picture_done_at_due_at"), "outside_picture", ["done_at", "due_at"]
    )


def downgrade() -> None:
    for table in (
        "outside_picture",
        "forwarding_update",
        "forwarding",
        "outside_rule",
        "outside_body",
    ):
        op.drop_table(table)
    with op.batch_alter_table("open311_key") as table:
        table.drop_column("categories")
        table.drop_column("scopes")
