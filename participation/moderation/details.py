"""What the details of an act tell, in the reader's words, and how they are found by those."""

from collections.abc import Mapping

import msgspec

from participation.moderation.words import meant
from services import i18n

# What each part is called.
PARTS = {
    "asset": "Code of the sticker",
    "bounds": "Works only for",
    "changed": "Changed",
    "count": "How many",
    "country": "Country",
    "days": "Days",
    "done": "Done",
    "followers": "Followers who came along",
    "from": "Before",
    "heeded": "Steps that were followed",
    "into": "Joined into",
    "issuer": "Identity provider",
    "key": "Key",
    "left": "Left as they were",
    "new": "Newly added",
    "purpose": "For what",
    "receipt": "Receipt",
    "report": "Report",
    "role": "Role",
    "scope": "Extent",
    "scopes": "What the key is for",
    "subdivision": "Part of the country",
    "to": "After",
    "was": "Was until then",
    "weekend": "Free days of the week",
    "whom": "Who is blocked",
    "why": "Why",
    "zone": "Time zone",
}
_STATES = {
    "open": "New",
    "acknowledged": "Seen by the city",
    "in_progress": "Being worked on",
    "fixed": "Fixed",
    "rejected": "Not taken up",
    "closed": "Closed",
    "disputed": "Closed, but disputed",
    "held": "Waits for a first look",
}
# Details that hold codes.
CODED = {
    "bounds": {"area": "Area", "body": "Body"},
    "from": _STATES,
    "purpose": {"push": "Notices on my phone or computer"},
    "role": {one: one for one in ("resident", "guardian", "moderator", "officer", "operator")},
    "scope": {"public": "What everyone may see", "staff": "What the city's team sees"},
    "scopes": {
        "move": "Dispute or answer reports, not only write notes",
        "read-updates": "Read every answer to its own reports",
        "write": "Pass reports and updates on to us",
    },
    "to": _STATES,
    "was": {"revoked": "No longer valid", "valid": "Valid"},
    "whom": {"device": "The device", "person": "The person"},
    "why": {
        "crowd": "Many reports on one spot by few people",
        "fast": "Sent faster than anyone can write",
        "first": "First report of a new account",
        "people": "Many people wait for a word",
        "promise": "Its promised day is near",
        "swarm": "Many new accounts around one spot",
        "trap": "A field people do not see was filled in",
    },
}
# Those that hold several, each with what it names, if any: how the record parts them.
SEVERAL = {"bounds": ('"bounds":"', ", "), "scopes": ('"scopes":"', ",")}


def meant_details(typed: str, lang: str) -> list[str]:
    """Return all that a detail, as it is recorded, may hold where it tells what was typed.

    That is how a name or a value of its own begins, and what is told in these words in `lang`.
    """
    whole = meant(typed, lang, PARTS)
    found = [msgspec.json.encode(typed).decode()[:-1], *(f'"{key}":' for key in sorted(whole))]
    for key in sorted(set(CODED) - whole):
        begins = i18n.translate(lang, PARTS[key])
        told = {c: f"{begins} {i18n.translate(lang, text)}" for c, text in CODED[key].items()}
        codes = sorted(meant(typed, lang, told))
        found += [f'"{key}":"{code}"' for code in codes if key not in SEVERAL]
        found += [f"{mark}{code}" for code in codes if key in SEVERAL for mark in SEVERAL[key]]
    return found


def detail(lang: str, key: str, said: str) -> tuple[str, str]:
    """Return a part of the details of an act in words; what has none stays as it is recorded."""
    name = i18n.translate(lang, PARTS.get(key, key))
    if key == "country":
        return name, i18n.country(lang, said)
    if key == "weekend" and said.isdecimal():
        return name, ", ".join(i18n.week(lang)[int(day) % 7] for day in said)
    if key in CODED:
        return name, ", ".join(_word(lang, CODED[key], one.strip()) for one in said.split(","))
    return name, said


def _word(lang: str, words: Mapping[str, str], said: str) -> str:
    code, _, more = said.partition(" ")
    return f"{i18n.translate(lang, words[code])} {more}".strip() if code in words else said
