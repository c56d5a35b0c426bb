"""deliveries on their way name their reaction by its domain, not by its file"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMES = {
    "participation.accounts.live.put_out:accounts.person_erased": "accounts.put_out:accounts.person_erased",
    "participation.accounts.live.put_out:accounts.person_role_changed": "accounts.put_out:accounts.person_role_changed",
    "participation.accounts.live.put_out:accounts.session_revoked": "accounts.put_out:accounts.session_revoked",
    "participation.alerts.subscribers.Listener.hear_moved:reports.report_moved": "alerts.Listener.hear_moved:reports.report_moved",
    "participation.alerts.subscribers.Listener.hear_opened:reports.report_opened": "alerts.Listener.hear_opened:reports.report_opened",
    "participation.alerts.subscribers.Listener.mail_digest:alerts.digest_made": "alerts.Listener.mail_digest:alerts.digest_made",
    "participation.reports.jobs_exports.write_awaited:reports.export_awaited": "reports.write_awaited:reports.export_awaited",
    "participation.reports.jobs_photo.cover_known:reports.report_opened": "reports.cover_known:reports.report_opened",
    "participation.reports.subscribers.push_moved:reports.report_moved": "reports.push_moved:reports.report_moved",
    "participation.reports.subscribers.show_changed:reports.report_changed": "reports.show_changed:reports.report_changed",
    "participation.reports.subscribers.show_moved:reports.report_moved": "reports.show_moved:reports.report_moved",
    "participation.reports.subscribers.show_opened:reports.report_opened": "reports.show_opened:reports.report_opened",
    "participation.reports.subscribers_forward.forward_opened:reports.report_opened": "reports.forward_opened:reports.report_opened",
    "participation.reports.subscribers_judge.Asker.mail_asking:reports.settling_asked": "reports.Asker.mail_asking:reports.settling_asked",
    "participation.reports.subscribers_judge.renew_promise:reports.report_moved": "reports.renew_promise:reports.report_moved",
}


def _rename(before: str, after: str) -> None:
    delivery = sa.table("outbox_delivery", sa.column("subscriber", sa.String))
    op.execute(delivery.update().where(delivery.c.subscriber == before).values(subscriber=after))


def upgrade() -> None:
    for before, after in NAMES.items():
        _rename(before, after)


def downgrade() -> None:
    for before, after in NAMES.items():
        _rename(after, before)
