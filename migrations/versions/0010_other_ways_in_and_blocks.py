"""other ways in and blocks"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "letter_out",
    "caller_link",
    "letter_in",
    "asset_report",
    "asset",
    "report_trace",
    "report_block",
)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")
    )


def _primary(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    _blocks()
    _assets()
    _letters_in()
    _letters_out()


def _blocks() -> None:
    op.create_table(
        "report_block",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("device", sa.String(64), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR device IS NOT NULL", name=op.f("ck_report_block_whom")
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_report_block_span")),
        _key("report_block", "person_id", "person"),
        _key("report_block", "by_id", "person"),
        _key("report_block", "lifted_by_id", "person"),
        _primary("report_block"),
    )
    _index("report_block", "device", "until")
    _index("report_block", "person_id", "until")
    _index("report_block", "until")
    _index("report_block", "by_id")
    _index("report_block", "lifted_by_id")
    op.create_table(
        "report_trace",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("device", sa.String(64), nullable=True),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _key("report_trace", "report_id", "report"),
        _key("report_trace", "person_id", "person"),
        _primary("report_trace", "report_id"),
    )
    _index("report_trace", "person_id")
    _index("report_trace", "at")


def _assets() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('lamp', 'bin', 'other')", name=op.f("ck_asset_kind")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_asset_lat")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_asset_lon")),
        _primary("asset"),
        sa.UniqueConstraint("code", name=op.f("uq_asset_code")),
    )
    op.create_table(
        "asset_report",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        _key("asset_report", "report_id", "report"),
        _key("asset_report", "asset_id", "asset"),
        _primary("asset_report", "report_id"),
    )
    _index("asset_report", "asset_id")


def _letters_in() -> None:
    op.create_table(
        "letter_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sender_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("photo_hash", sa.String(64), nullable=True),
        _key("letter_in", "person_id", "person"),
        _key("letter_in", "report_id", "report"),
        _primary("letter_in"),
        sa.UniqueConstraint("name", name=op.f("uq_letter_in_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_letter_in_token_hash")),
    )
    for column in ("at", "sender_hash", "person_id", "report_id", "expires_at", "photo_hash"):
        _index("letter_in", column)
    op.create_table(
        "caller_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        _key("caller_link", "report_id", "report"),
        _key("caller_link", "person_id", "person"),
        _primary("caller_link"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_caller_link_token_hash")),
    )
    _index("caller_link", "report_id")
    _index("caller_link", "person_id")


def _letters_out() -> None:
    op.create_table(
        "letter_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("error", sa.String(60), nullable=True),
        _primary("letter_out"),
    )
    _index("letter_out", "due_at")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
