"""history that is chained; who is asked whether it is fixed; the head of the audit trail"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _history()
    _askings()
    _ratings()
    _audit_head()


def _history() -> None:
    op.create_table(
        "report_history",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_report_history")),
        sa.UniqueConstraint(
            "report_id", "position", name=op.f("uq_report_history_report_id_position")
        ),
    )
    op.create_table(
        "history_head",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_history_head")),
    )


def _askings() -> None:
    op.create_table(
        "report_asking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_asking_report_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["report_entry.id"], name=op.f("fk_report_asking_entry_id_report_entry")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_report_asking_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_asking")),
        sa.UniqueConstraint(
            "person_id", "entry_id", name=op.f("uq_report_asking_person_id_entry_id")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_report_asking_token_hash")),
    )
    op.create_index(op.f("ix_report_asking_report_id"), "report_asking", ["report_id"])


def _ratings() -> None:
    op.create_table(
        "report_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_report_rating_score")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_rating_report_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_report_rating_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_rating")),
        sa.UniqueConstraint(
            "person_id", "report_id", name=op.f("uq_report_rating_person_id_report_id")
        ),
    )
    op.create_index(op.f("ix_report_rating_report_id"), "report_rating", ["report_id"])


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.execute(
        "INSERT INTO audit_head (id, count, digest) SELECT 1, COUNT(*), COALESCE((SELECT digest"
        " FROM audit_entry ORDER BY seq DESC LIMIT 1), "
        "'0000000000000000000000000000000000000000000000000000000000000000') FROM audit_entry"
    )


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("report_rating")
    op.drop_table("report_asking")
    op.drop_table("history_head")
    op.drop_table("report_history")
