"""What a clerk may send about the table of rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, StringField
from wtforms.validators import Length

from participation.reports.routing.actions import CalendarInput, RuleInput
from participation.reports.routing.rules import Days, Rule
from participation.reports.rules import Category
from services.errors import InvalidError
from services.ids import parse_id

HOUR = 60
# How far from now a sample may be: ten years and the leap days in them.
FARTHEST = timedelta(days=3653)


def minute_text(minute: int) -> str:
    """Return a minute of the day as HH:MM."""
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"


class RuleForm(Form):
    """A row of the table; an empty field fits all."""

    key = HiddenField(validators=[Length(max=36)])
    area_id = StringField()
    category = StringField()
    days = StringField(default=Days.ANY.value)
    from_time = StringField()
    to_time = StringField()
    team_id = StringField()
    person_id = StringField()
    promise_days = StringField()
    wrong: dict[str, str] = {}  # noqa: RUF012  replaced for each form, never filled

    @classmethod
    def of(cls, rule: Rule) -> "RuleForm":
        """Return the form filled in with a rule as it stands."""
        minutes = (rule.from_minute, rule.to_minute)
        start, end = ("" if m is None else minute_text(m) for m in minutes)
        return cls(
            key=str(rule.id),
            area_id=str(rule.area_id or ""),
            category=rule.category.value if rule.category else "",
            days=rule.days.value,
            from_time=start,
            to_time=end,
            team_id=str(rule.team_id),
            person_id=str(rule.person_id or ""),
            promise_days=str(rule.promise_days or ""),
        )


def rule_input(form: RuleForm) -> RuleInput:
    """Return the action's input; raises InvalidError naming each field that cannot be read."""
    wrong = {}
    team, days = parse_id(form.team_id.data or ""), form.promise_days.data or ""
    if team is None:
        wrong["team_id"] = "unknown"
    if days and not (days.isascii() and days.isdecimal()):
        wrong["promise_days"] = "1 to 90"
    for name in ("area_id", "person_id"):
        if form[name].data and parse_id(form[name].data) is None:
            wrong[name] = "unknown"
    kind, on = form.category.data or "", form.days.data or Days.ANY.value
    if kind and kind not in set(Category):
        wrong["category"] = "unknown"
    if on not in set(Days):
        wrong["days"] = "unknown"
    if wrong or team is None:
        raise InvalidError("rule_invalid", wrong)
    return RuleInput(
        team_id=team,
        area_id=parse_id(form.area_id.data or ""),
        category=Category(kind) if kind else None,
        days=Days(on),
        from_minute=_minute(form.from_time.data or ""),
        to_minute=_minute(form.to_time.data or ""),
        person_id=parse_id(form.person_id.data or ""),
        promise_days=int(days) if days else None,
    )


def _minute(text: str) -> int | None:
    if not text:
        return None
    try:
        told = datetime.strptime(text, "%H:%M")  # noqa: DTZ007  a time of day has no zone
    except ValueError as error:
        raise InvalidError("rule_invalid", {"from_minute": "a time of day"}) from error
    return told.hour * HOUR + told.minute


def calendar_input(sent: MultiDict[str, str]) -> CalendarInput:
    """Return the action's input; what is no day of the week stays out of it."""
    return CalendarInput(
        country=sent.get("country", "").strip().upper(),
        zone=sent.get("zone", "").strip(),
        subdivision=sent.get("subdivision", "").strip().upper(),
        weekend=frozenset(int(day) for day in sent.getlist("weekend") if day in set("0123456")),
    )


class Sample(msgspec.Struct, frozen=True):
    """A made-up report a clerk tries the table with."""

    place: str = ""
    category: Category = Category.STREET_LIGHT
    local: str = ""

    def moment(self, zone: str, at: datetime) -> datetime | None:
        """Return the moment in the city's zone, `at` if none was given; None if it cannot be.

        That is one nobody can read, or so far from `at` that no calendar reaches there.
        """
        if not self.local:
            return at
        try:
            told = datetime.fromisoformat(self.local).replace(tzinfo=ZoneInfo(zone))
            return told if abs(told - at) <= FARTHEST else None
        except (ValueError, OverflowError):
            return None


def sample(args: Mapping[str, str]) -> Sample:
    """Return the sample a clerk asks about."""
    kind = args.get("category", "")
    known = Category(kind) if kind in set(Category) else Category.OTHER
    return Sample(args.get("place", "").strip()[:80], known, args.get("local", "")[:32])
