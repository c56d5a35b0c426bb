"""What an agent writes down for a caller."""

from collections.abc import Callable
from uuid import UUID

from wtforms import HiddenField, StringField
from wtforms.validators import Optional, Regexp

from participation.reports.forms import NewReportForm, short, stripped
from participation.reports.models import Report
from participation.reports.rules import PUBLIC, Status
from services.ids import parse_id


class PhoneForm(NewReportForm):
    """What an agent writes down while a caller speaks; `email` is the caller's, if they want."""

    email = StringField(
        filters=[stripped],
        validators=[
            Optional(),
            Regexp(
                r"\A[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,20}\Z",
                message="That does not look like an e-mail address.",
            ),
        ],
    )
    join = HiddenField(filters=[short])

    def asks_near(self) -> bool:
        """Say whether the agent was not asked yet if it is one of those near; "new" says no."""
        return not self.told("join")

    def joined(self, find: Callable[[UUID], Report | None]) -> Report | None:
        """Return the public report the caller means; None where it is a new one."""
        key = parse_id(self.told("join"))
        report = find(key) if key is not None else None
        return report if report is not None and Status(report.status) in PUBLIC else None
