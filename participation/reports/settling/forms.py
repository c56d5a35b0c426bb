"""How content someone is with the way their report was settled."""

from wtforms import Form, SelectField
from wtforms.fields import TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length

from participation.reports.forms import stripped


class RateForm(Form):
    """How content someone is, from 1 to 5; words are welcome."""

    score = SelectField(choices=[SelectChoice(value=str(n), label=str(n)) for n in range(1, 6)])
    text = TextAreaField(filters=[stripped], validators=[Length(max=500)])
