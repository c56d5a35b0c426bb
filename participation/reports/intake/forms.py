"""What an agent writes down for a caller."""

from wtforms import HiddenField, StringField
from wtforms.validators import Optional, Regexp

from participation.reports.forms import ASK, NewReportForm, short, stripped


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
    # There is no script here that would ask before.
    join = HiddenField(default=ASK, filters=[short])
