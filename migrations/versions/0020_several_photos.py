"""further photos of reports and letters, each with an original of its own under its cover"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _further("report_photo", "report", None)
    _further("letter_photo", "letter_in", "CASCADE")
    for table in ("photo_original", "outside_picture"):
        _several(table)
    _takers()


def _further(name: str, of: str, gone: str | None) -> None:
    """Make a table of the second and third photos of a report or of a letter."""
    key = f"{name.partition('_')[0]}_id"
    op.create_table(
        name,
        sa.Column(key, sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("photo_hash", sa.String(64), nullable=False),
        sa.CheckConstraint("position BETWEEN 2 AND 3", name=op.f(f"ck_{name}_position")),
        sa.ForeignKeyConstraint(
            [key], [f"{of}.id"], name=op.f(f"fk_{name}_{key}_{of}"), ondelete=gone
        ),
        sa.PrimaryKeyConstraint(key, "position", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_photo_hash"), name, ["photo_hash"])


def _several(name: str) -> None:
    """Let a report have one row for each of its photos; those there are of the first."""
    with op.batch_alter_table(name) as table:
        table.add_column(
            sa.Column("position", sa.SmallInteger(), nullable=False, server_default="1")
        )
        table.drop_constraint(op.f(f"uq_{name}_report_id"), type_="unique")
        table.create_unique_constraint(
            op.f(f"uq_{name}_report_id_position"), ["report_id", "position"]
        )
    with op.batch_alter_table(name) as table:
        table.alter_column("position", server_default=None)


def _takers() -> None:
    with op.batch_alter_table("outside_body") as table:
        table.add_column(
            sa.Column("takes_photos", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("outside_body") as table:
        table.alter_column("takes_photos", server_default=None)


def _one(name: str) -> None:
    # Before, a report had one photo: what is kept of the others has no place any more.
    kept = sa.table(name, sa.column("position"))
    op.execute(sa.delete(kept).where(kept.c.position > 1))
    with op.batch_alter_table(name) as table:
        table.drop_constraint(op.f(f"uq_{name}_report_id_position"), type_="unique")
        table.create_unique_constraint(op.f(f"uq_{name}_report_id"), ["report_id"])
        table.drop_column("position")


def downgrade() -> None:
    with op.batch_alter_table("outside_body") as table:
        table.drop_column("takes_photos")
    for table in ("outside_picture", "photo_original"):
        _one(table)
    op.drop_table("letter_photo")
    op.drop_table("report_photo")
