"""sign-ins know the provider they came through, roles when it last vouched, codes who asked"""

import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

from services import clock

revision = "0034"
down_revision = "0033"
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
        " WHERE issuer IS NOT NULL AND role != 'resident'"
    )
    _let_residency_count_from_here_on()
    for name in ("browser", "line"):
        op.add_column("login_code", sa.Column(name, sa.String(64), nullable=True))
    op.add_column("login_code", sa.Column("warned_at", sa.DateTime(timezone=True)))
    op.create_table(
        "known_browser",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_known_browser_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "browser", name=op.f("pk_known_browser")),
    )
    _write_domains_as_the_dns_has_them()


def _let_residency_count_from_here_on() -> None:
    """Who lives here may have signed in long ago, and is told of no time limit before this one."""
    columns = (sa.column(name, sa.String()) for name in ("role", "issuer"))
    moment = sa.column("confirmed_at", sa.DateTime(timezone=True))
    role = sa.table("person_role", *columns, moment)
    homes = sa.update(role).where(role.c.role == "resident", role.c.issuer.is_not(None))
    op.get_bind().execute(homes.values(confirmed_at=clock.now()))


def _write_domains_as_the_dns_has_them() -> None:
    """An address is known by its domain in ASCII from here on (IDNA 2008)."""
    person = sa.table("person", sa.column("id", sa.Uuid()), sa.column("email", sa.String()))
    connection = op.get_bind()
    rows = connection.execute(sa.select(person).where(person.c.email.is_not(None))).all()
    taken = {row.email for row in rows}
    for row in rows:
        mailbox, _, domain = unicodedata.normalize("NFC", row.email).rpartition("@")
        try:
            written = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            continue
        address = f"{mailbox}@{written}"
        if address not in taken:
            taken.add(address)
            change = sa.update(person).where(person.c.id == row.id).values(email=address)
            connection.execute(change)


def downgrade() -> None:
    op.drop_table("known_browser")
    for name in ("warned_at", "line", "browser"):
        op.drop_column("login_code", name)
    op.drop_column("person_role", "confirmed_at")
    op.drop_column("sign_in_session", "issuer")
