"""What people may send about places they follow. Every form yields the input of an action."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import FloatField, Form, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, NumberRange, Optional, Regexp

from participation.alerts.actions import Wish
from participation.alerts.queries import Times
from participation.alerts.rules import DIGEST_HOUR, LEAST_M, MOST_M, Kind, Way
from services import i18n, maps
from services.hours import minutes_of

MOST_LAT, MOST_LON = 85, 180
CODE = re.compile(r"\A[a-z_]{1,30}\Z")
MOST_CODES = 12
OFF_MAP = "That place is not on the map."
NO_PLACE = "Choose the place on the map, or use where you are."
DESCRIBED = "We know no place of that name. The point stays where it was; your words describe it."
NOT_FOUND = "We know no place of that name. Give a street and number, or use the map."
WHICH = "Several places have that name. Choose the one you mean."
MOVED = "The point moved to %(name)s, the place you typed."
HOW_FAR = "Choose how far: 50 m to 20 km."


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _tied(value: Any) -> str:
    """Return text cut to what a point and the words that stand with it may have."""
    return str(value or "")[:300]


class AlertForm(Form):
    """What to hear of, and how. Where a place is only typed, `place_found` looks it up."""

    kind = SelectField(
        choices=[SelectChoice(value=k.value, label=k.value) for k in Kind],
        default=Kind.CIRCLE.value,
    )
    label = StringField(filters=[_stripped], validators=[Length(max=80)])
    place = StringField(filters=[_stripped], validators=[Length(max=200)])
    lat = FloatField(validators=[Optional(), NumberRange(-MOST_LAT, MOST_LAT, OFF_MAP)])
    lon = FloatField(validators=[Optional(), NumberRange(-MOST_LON, MOST_LON, OFF_MAP)])
    spot = StringField(
        filters=[_stripped], validators=[Optional(), Regexp(r"\A-?\d{1,3}\.?\d*,-?\d{1,3}\.?\d*\Z")]
    )
    # The point as it was set, and the words that stood with it then (services.maps.typed).
    placed = StringField(filters=[_tied])
    radius = StringField(default="300", validators=[Length(max=12)])
    radius_m = IntegerField(validators=[Optional(), NumberRange(LEAST_M, MOST_M, HOW_FAR)])
    ward = StringField(filters=[_stripped], validators=[Length(max=200)])
    q = StringField(filters=[_stripped], validators=[Length(max=80)])
    way = SelectField(
        choices=[SelectChoice(value=w.value, label=w.value) for w in Way],
        default=Way.PUSH.value,
    )

    # Whether the words name no place and the point stays; the place they moved it to.
    described = False
    moved = ""

    def __init__(self, sent: MultiDict[str, str] | None = None, **held: Any) -> None:
        super().__init__(sent, **held)
        given = sent.getlist("category") if sent is not None else held.get("categories", [])
        self.categories = [c for c in given if CODE.match(c)][:MOST_CODES]

    def metres(self) -> int | None:
        """Return the radius that was typed, or else chosen; None if it is out of bounds."""
        if self.radius_m.data is not None:
            return int(self.radius_m.data)
        chosen = str(self.radius.data or "")
        metres = int(chosen) if chosen.isascii() and chosen.isdecimal() else 0
        return metres if LEAST_M <= metres <= MOST_M else None

    def complete(
        self, search: Callable[[str], list[maps.Spot]], wards: list[str], cities: Sequence[str]
    ) -> list[maps.Spot]:
        """Check what the chosen kind needs; return places to choose from if the name is unclear.

        `cities` are the city's names. Errors stand at the fields; call after `validate`.
        """
        if self.kind.errors:
            return []
        kind = Kind(self.kind.data)
        if kind is Kind.WARD and self.ward.data not in wards:
            error = "Choose the ward."
            self.ward.errors = [error]
        if kind is Kind.WORDS and not self.q.data:
            error = "Enter the words to look for."
            self.q.errors = [error]
        if kind is not Kind.CIRCLE:
            return []
        if self.metres() is None and not self.radius_m.errors:
            self.radius_m.errors = [HOW_FAR]
        return self._placed(search, cities)

    def _placed(
        self, search: Callable[[str], list[maps.Spot]], cities: Sequence[str]
    ) -> list[maps.Spot]:
        if self.spot.data and not self.spot.errors:
            return self._chosen(*map(float, self.spot.data.split(",")))
        words, point = str(self.place.data or ""), self._point()
        meant = maps.meant(words, point, str(self.placed.data or ""), search, cities)
        self.described = meant.described
        if meant.spot is not None:
            self.lat.data, self.lon.data = meant.spot.lat, meant.spot.lon
            self.moved = meant.spot.name if point else ""
        elif not meant.stays:
            self.place.errors = [WHICH if meant.choices else NOT_FOUND if words else NO_PLACE]
        return list(meant.choices)

    def _chosen(self, lat: float, lon: float) -> list[maps.Spot]:
        self.lat.data, self.lon.data = lat, lon
        if abs(lat) > MOST_LAT or abs(lon) > MOST_LON:
            self.place.errors = [OFF_MAP]
        return []

    def _point(self) -> maps.Point | None:
        lat, lon = self.lat.data, self.lon.data
        return None if lat is None or lon is None else (float(lat), float(lon))

    def placed_now(self) -> str:
        """Return what the form, drawn again, is to send back of its point and its words."""
        if self.place.errors or self.described:
            return str(self.placed.data or "")
        return maps.placed(self._point(), str(self.place.data or ""))

    def value(self, lang: str) -> Wish:
        """Return the action's input; call after `complete` left no errors."""
        kind = Kind(self.kind.data)
        return Wish(
            kind=kind,
            label=(self.label.data or self._name(kind, lang))[:80],
            lat=self.lat.data,
            lon=self.lon.data,
            radius_m=self.metres(),
            ward=self.ward.data,
            words=self.q.data,
            categories=tuple(self.categories),
            way=Way(self.way.data),
        )

    def _name(self, kind: Kind, lang: str) -> str:
        """Return a name for what was left without one."""
        given = {Kind.CIRCLE: self.place.data, Kind.WARD: self.ward.data, Kind.WORDS: self.q.data}
        whole = i18n.translate(lang, "The whole city")
        return given.get(kind) or (whole if kind is Kind.CITY else i18n.translate(lang, "A place"))


class TimesForm(Form):
    """Quiet hours as the city's clock shows them, and the hour of the digest."""

    quiet_from = StringField(filters=[_stripped], validators=[Length(max=5)])
    quiet_to = StringField(filters=[_stripped], validators=[Length(max=5)])
    digest_hour = IntegerField(default=DIGEST_HOUR, validators=[NumberRange(0, 23)])

    def complete(self) -> bool:
        """Say whether both times are there, or none; call after `validate`."""
        given = [self.quiet_from.data or "", self.quiet_to.data or ""]
        if any(given) and None in map(minutes_of, given):
            error = "Enter both times like 22:00, or leave both empty."
            self.quiet_from.errors = [error]
        return not self.errors

    def value(self) -> Times:
        """Return the action's input; call after `complete`."""
        start, end = minutes_of(self.quiet_from.data or ""), minutes_of(self.quiet_to.data or "")
        hour = self.digest_hour.data
        return Times(start, end, DIGEST_HOUR if hour is None else hour)
