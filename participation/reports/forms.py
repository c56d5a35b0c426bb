"""What people may send about reports. Every form yields the input of an action."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from wtforms import FileField, FloatField, Form, HiddenField, SelectField, StringField
from wtforms.fields import TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from participation.reports.actions import NewReport
from participation.reports.rules import LABELS, STATUS_LABELS, Category, Status
from services.errors import InvalidError

Filter = Callable[[Any], Any]


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class NewReportForm(Form):
    """The questions of a new report; the photo is checked by services.media."""

    category = SelectField(choices=[SelectChoice(value=c.value, label=LABELS[c]) for c in Category])
    text = TextAreaField(
        filters=[_stripped],
        validators=[InputRequired("Say in a few words what you see."), Length(max=4000)],
    )
    place = StringField(filters=[_stripped], validators=[Length(max=200)])
    lat = FloatField(
        validators=[
            InputRequired("Choose the place on the map, or use where you are."),
            NumberRange(-85, 85, "That place is not on the map."),
        ]
    )
    lon = FloatField(
        validators=[
            InputRequired("Choose the place on the map, or use where you are."),
            NumberRange(-180, 180, "That place is not on the map."),
        ]
    )
    answer = StringField(filters=[_stripped], validators=[Length(max=500)])
    photo = FileField(validators=[Optional()])
    idempotency_key = HiddenField(
        default=lambda: uuid4().hex, validators=[Regexp(r"\A[A-Za-z0-9_-]{8,64}\Z")]
    )

    def value(self, photo_hash: str | None) -> NewReport:
        """Return the action's input; call after `validate`."""
        return NewReport(
            category=Category(self.category.data),
            text=str(self.text.data),
            lat=float(self.lat.data or 0),
            lon=float(self.lon.data or 0),
            place=str(self.place.data or ""),
            answer=str(self.answer.data or ""),
            idempotency_key=str(self.idempotency_key.data),
            photo_hash=photo_hash,
        )


class AnswerForm(Form):
    status = SelectField(
        choices=[SelectChoice(value=s.value, label=STATUS_LABELS[s]) for s in Status]
    )
    text = TextAreaField(filters=[_stripped], validators=[Length(max=4000)])


class ReasonForm(Form):
    reason = TextAreaField(filters=[_stripped], validators=[InputRequired(), Length(max=4000)])


class NoteForm(Form):
    text = TextAreaField(filters=[_stripped], validators=[InputRequired(), Length(max=4000)])


class AssignForm(Form):
    person_id = StringField(validators=[Length(max=36)])


class MergeForm(Form):
    into = StringField(filters=[_stripped], validators=[InputRequired(), Length(max=36)])


class RedactForm(Form):
    """A box over the picture, each value a share of its width or height."""

    x = FloatField(validators=[InputRequired(), NumberRange(0, 1)])
    y = FloatField(validators=[InputRequired(), NumberRange(0, 1)])
    w = FloatField(validators=[InputRequired(), NumberRange(0.001, 1)])
    h = FloatField(validators=[InputRequired(), NumberRange(0.001, 1)])


def parse_view(box: str, zoom: str) -> tuple[tuple[float, float, float, float], int]:
    """Return ((west, south, east, north), zoom) of a map view; raises InvalidError."""
    try:
        west, south, east, north = (float(part) for part in box.split(","))
        level = int(zoom)
    except ValueError as error:
        raise InvalidError("view_unreadable", {"box": "west,south,east,north"}) from error
    inside = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not inside or not 0 <= level <= 22:
        raise InvalidError("view_unreadable", {"box": "west,south,east,north"})
    return (west, south, east, north), level
