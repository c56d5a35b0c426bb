"""What an officer may look for in the record of acts."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import msgspec

from participation.moderation.details import meant_details
from participation.moderation.words import KINDS, meant
from services import audit
from services.errors import InvalidError

LONGEST = 80
# Each is looked for in every act of the days that are asked for, however many there are.
MOST_DETAILS = 8
# The digits of the largest number a database keeps in a row.
LONGEST_SEQ = 18


class Search(msgspec.Struct, frozen=True):
    """What was typed: how a name, an act, a kind or a reference begins; days, both included.

    An act, a kind and a detail may be asked for by words of their own too.
    """

    who: str = ""
    verb: str = ""
    kind: str = ""
    ref: str = ""
    detail: str = ""
    since: str = ""
    until: str = ""
    before: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Self:
        return cls(**{name: args.get(name, "").strip()[:LONGEST] for name in cls.__struct_fields__})

    def typed(self) -> dict[str, str]:
        """Return what is not empty, without the page."""
        told = msgspec.structs.asdict(self)
        return {name: said for name, said in told.items() if said and name != "before"}

    def wanted(self, zone: str, lang: str) -> audit.Wanted:
        """Return what it asks of the trail, but for the name; InvalidError (day_odd,
        or detail_many where a detail may mean more than is looked for without a first day).

        Days begin at midnight in `zone`; words are those in `lang`.
        """
        paged = self.before.isdecimal() and len(self.before) <= LONGEST_SEQ
        return audit.Wanted(
            verb=self.verb,
            verbs=meant(self.verb, lang),
            kind=self.kind,
            kinds=meant(self.kind, lang, KINDS),
            ref=self.ref,
            details=self._details(lang),
            since=_midnight(self.since, zone, 0),
            until=_midnight(self.until, zone, 1),
            before=int(self.before) if paged else None,
        )

    def _details(self, lang: str) -> list[str] | None:
        if not self.detail:
            return None
        found = meant_details(self.detail, lang)
        if len(found) > MOST_DETAILS and not self.since:
            raise InvalidError("detail_many", {"detail": "detail_many"})
        return found


def _midnight(day: str, zone: str, days_on: int) -> datetime | None:
    if not day:
        return None
    try:
        found = date.fromisoformat(day) + timedelta(days=days_on)
        return datetime.combine(found, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("day_odd", {"since": "day_odd"}) from error
