"""What people may send about reports. Every form yields the input of an action."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict
from wtforms import FloatField, Form, HiddenField, MultipleFileField, SelectField, StringField
from wtforms.fields import TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from participation.reports.actions import NewReport
from participation.reports.models import Report
from participation.reports.rules import (
    LABELS,
    PUBLIC,
    STATUS_LABELS,
    Category,
    Status,
)
from services import maps
from services.ids import parse_id

MOST_LAT, MOST_LON = 85, 180
ASK = "ask"
OFF_MAP = "That place is not on the map."
NO_PLACE = "Enter an address, use where you are, or choose the place on the map."
NOT_FOUND = "We know no place of that name. Give a street and number, or use the map."
DESCRIBED = "We know no place of that name. The point stays where it was; your words describe it."
TAKEN_AT = "Your photo says where it was taken. Choose that place, or enter another."
WHICH = "Several places have that name. Choose the one you mean."
MOVED = "The point moved to %(name)s, the place you typed."


def short(value: Any) -> str:
    """Return text cut to what any code, key or name may have, as a filter of a form's field."""
    return str(value or "")[:100]


def sealed(value: Any) -> str:
    """Return text cut to what a token that names several photos may have."""
    return str(value or "")[:200]


def tied(value: Any) -> str:
    """Return text cut to what a point and the words that stand with it may have."""
    return str(value or "")[:300]


def stripped(value: Any) -> Any:
    """Return text without space around it, as a filter of a form's field."""
    return value.strip() if isinstance(value, str) else value


class NewReportForm(Form):
    """The questions of a new report; the photos are checked by services.media.

    Where the place is only typed, `place_found` looks it up after `validate`.
    """

    category = SelectField(choices=[SelectChoice(value=c.value, label=LABELS[c]) for c in Category])
    text = TextAreaField(
        filters=[stripped],
        validators=[InputRequired("Say in a few words what you see."), Length(max=4000)],
    )
    place = StringField(filters=[stripped], validators=[Length(max=200)])
    lat = FloatField(validators=[Optional(), NumberRange(-MOST_LAT, MOST_LAT, OFF_MAP)])
    lon = FloatField(validators=[Optional(), NumberRange(-MOST_LON, MOST_LON, OFF_MAP)])
    spot = StringField(
        filters=[stripped], validators=[Optional(), Regexp(r"\A-?\d{1,3}\.?\d*,-?\d{1,3}\.?\d*\Z")]
    )
    # The point as it was set, and the words that stood with it then (services.maps.typed).
    placed = HiddenField(filters=[tied])
    answer = StringField(filters=[stripped], validators=[Length(max=500)])
    photo = MultipleFileField(validators=[Optional()])
    idempotency_key = HiddenField(
        default=lambda: uuid4().hex, validators=[Regexp(r"\A[A-Za-z0-9_-]{8,64}\Z")]
    )

    # How the form was opened and by what way it was reached; `homepage` is for machines alone.
    opened = HiddenField(filters=[short])
    homepage = StringField(filters=[short])
    asset = HiddenField(filters=[short])
    draft = HiddenField(filters=[short])
    # That the photos sent with it were looked over where they came from.
    looked = StringField(filters=[short])
    # The settled report that is told again, and the photos that were sent before a question.
    again = HiddenField(filters=[short])
    kept = HiddenField(filters=[sealed])
    # The near report this one is; ASK where that is to be asked, anything else where it was.
    join = HiddenField(filters=[short])

    # Whether the words name no place and the point stays; the place they moved it to.
    described = False
    moved = ""

    def fill(self, **told: Any) -> None:
        """Fill in what is known before anyone wrote; what is None stays as it is."""
        for name, value in told.items():
            if value is not None:
                self[name].data = value

    def told(self, name: str) -> str:
        """Return what a field holds, as text; nothing where it is empty."""
        return str(self[name].data or "")

    def asks_near(self) -> bool:
        """Say whether its writer is still to be asked if it is one of those near."""
        return self.told("join") == ASK

    def joined(self, find: Callable[[UUID], Report | None]) -> Report | None:
        """Return the public report that is meant; None where it is a new one."""
        key = parse_id(self.told("join"))
        report = find(key) if key is not None else None
        return report if report is not None and Status(report.status) in PUBLIC else None

    def place_found(
        self,
        search: Callable[[str], list[maps.Spot]],
        taken_at: Callable[[], list[maps.Spot]] = list,
        cities: Sequence[str] = (),
    ) -> list[maps.Spot]:
        """Fill in the point of a typed place; return what is to be chosen from if it is unclear.

        Words that are newer than the point beside them move it where they are just the name of one
        place, with one of `cities` before it or not, and `moved` says so; where they name none they
        describe it, and `described` says so. Where no place is told at all, that is where the
        photos were taken. The error stands at the field of the place; an empty answer and no error
        mean all is well.
        """
        if self.spot.data and not self.spot.errors:
            return self._chosen(*map(float, self.spot.data.split(",")))
        words, point = self.told("place"), self.point()
        meant = maps.meant(words, point, self.told("placed"), search, cities)
        self.described = meant.described
        if meant.spot is not None:
            self.lat.data, self.lon.data = meant.spot.lat, meant.spot.lon
            self.moved = meant.spot.name if point else ""
        elif not words and not point and (offered := taken_at()):
            self.place.errors = [TAKEN_AT]
            return offered
        elif not meant.stays:
            self.place.errors = [WHICH if meant.choices else NOT_FOUND if words else NO_PLACE]
        return list(meant.choices)

    def _chosen(self, lat: float, lon: float) -> list[maps.Spot]:
        if abs(lat) > MOST_LAT or abs(lon) > MOST_LON:
            self.place.errors = [OFF_MAP]
        else:
            self.lat.data, self.lon.data = lat, lon
        return []

    def point(self) -> maps.Point | None:
        """Return the (latitude, longitude) the form holds, in WGS84 degrees."""
        lat, lon = self.lat.data, self.lon.data
        return None if lat is None or lon is None else (float(lat), float(lon))

    def placed_now(self) -> str:
        """Return what the form, drawn again, is to send back of its point and its words."""
        if self.place.errors or self.described:
            return self.told("placed")
        return maps.placed(self.point(), self.told("place"))

    def value(self, photos: tuple[str, ...], *, looked_over: bool = False) -> NewReport:
        """Return the action's input; call after `validate`."""
        return NewReport(
            category=Category(self.category.data),
            text=str(self.text.data),
            lat=float(self.lat.data or 0),
            lon=float(self.lon.data or 0),
            place=str(self.place.data or ""),
            answer=str(self.answer.data or ""),
            idempotency_key=str(self.idempotency_key.data),
            photos=photos,
            looked_over=looked_over,
        )


class SeenForm(Form):
    """An act on a case; `seen` is the version of the report it is for, as its page was drawn."""

    seen = HiddenField(filters=[short])


class AnswerForm(SeenForm):
    status = SelectField(
        choices=[SelectChoice(value=s.value, label=STATUS_LABELS[s]) for s in Status]
    )
    text = TextAreaField(filters=[stripped], validators=[Length(max=4000)])
    ready = StringField(filters=[short])


class JudgeForm(Form):
    """Whether it is really settled, from who follows the report; words are welcome."""

    settled = SelectField(
        choices=[SelectChoice(value="yes", label="Yes"), SelectChoice(value="no", label="No")]
    )
    text = TextAreaField(filters=[stripped], validators=[Length(max=1000)])


class ReasonForm(SeenForm):
    """An empty reason passes: a ready one stands for it, or the action says what one is for."""

    reason = TextAreaField(filters=[stripped], validators=[Length(max=4000)])
    ready = StringField(filters=[short])


class NoteForm(Form):
    """An empty note passes: the action says what is missing."""

    text = TextAreaField(filters=[stripped], validators=[Length(max=4000)])


class AssignForm(SeenForm):
    person_id = StringField(validators=[Length(max=36)])


class BulkForm(Form):
    """One act on the reports whose boxes are ticked; what each act needs, it says itself."""

    action = StringField(filters=[short])
    person_id = StringField(validators=[Length(max=36)])
    reason = TextAreaField(filters=[stripped], validators=[Length(max=4000)])
    ready = StringField(filters=[short])


def seen_rows(sent: MultiDict[str, str]) -> dict[UUID, str]:
    """Return how the rows of the queue stood on the page a form was sent from: versions by id.

    A row that cannot be read says nothing of what was seen.
    """
    told = (row.partition("=") for row in sent.getlist("rows"))
    return {key: version for one, _, version in told if (key := parse_id(one)) and version}


class UndoForm(Form):
    """What was done `at` a moment, on the case of `report` or on many."""

    at = StringField(filters=[short])
    report = StringField(filters=[short])


class PhotoForm(SeenForm):
    """Which of a report's photos an act is on, by its name; "" for the first."""

    photo = StringField(filters=[short])


class RemovePhotoForm(PhotoForm):
    reason = TextAreaField(filters=[stripped], validators=[Length(max=4000)])


class WordsForm(SeenForm):
    """Which step of a report's story has the words an act is on, by its id."""

    step = StringField(filters=[short])


class MergeForm(SeenForm):
    into = StringField(filters=[stripped], validators=[InputRequired(), Length(max=36)])


class PartForm(SeenForm):
    part = StringField(filters=[stripped], validators=[InputRequired(), Length(max=36)])
