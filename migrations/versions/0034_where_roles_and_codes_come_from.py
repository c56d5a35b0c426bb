"""a sign-in knows the provider it came through, and a role when its provider last vouched for it"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_session", sa.Column("issuer", sa.String(200), nullable=True))
    op.add_column("person_role", sa.Column("confirmed_at", sa.DateTime(timezone=True)))
    # Which sign-in came through the provider is not known of those before: none counts as one.
    op.execute(
        "UPDATE person_role SET confirmed_at = COALESCE("
        "(SELECT MAX(s.created_at) FROM sign_in_session s WHERE s.person_id = person_role.person_id),"
        " (SELECT p.created_at FROM person p WHERE p.id = person_role.person_id))"
        " WHERE issuer IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("person_role", "confirmed_at")
    op.drop_column("sign_in_session", "issuer")
