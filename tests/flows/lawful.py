"""Who asks, and who of them may lawfully read what; all else is told to nobody."""

from tests.flows.canaries import OTHER, REPORTER
from tests.people import HANA, JUN, SOYEON, TAEHO

TEAM = ("moderator", "officer", "operator")
HIDDEN = "hidden words"
MINE = ("reporter",)
# Who may lawfully read what: visitors, the endpoint, the marks. All else is told to nobody.
LAWFUL: list[tuple[tuple[str, ...], str, set[str]]] = [
    (TEAM, "reports_console.case", {"rating", "answer", HIDDEN}),
    (TEAM, "reports_console.queue", {HIDDEN}),
    (TEAM, "reports_guard.first_look", {HIDDEN}),
    (TEAM, "reports_guard.blocks", {"name"}),
    (TEAM, "reports_guard.ask_block", {HIDDEN}),
    (TEAM, "reports_exports_console.file_staff", {"answer", HIDDEN}),
    ((*TEAM, *MINE), "reports.page", {HIDDEN}),
    ((*TEAM, *MINE), "history.story", {HIDDEN}),
    ((*TEAM, *MINE), "reports_picture.picture", {HIDDEN}),
    (("officer", "operator"), "moderation.trail", {"name"}),
    (("operator",), "people.index", {"name", "person"}),
    (MINE, "news.news", {HIDDEN}),
    (MINE, "news.mine", {HIDDEN}),
    (MINE, "home.index", {HIDDEN, "wish"}),
    (MINE, "accounts.me", {"name", "mail"}),
    (MINE, "alerts.index", {"wish"}),
    (MINE, "alerts.edit", {"wish"}),
    (MINE, "privacy.data", {"name", "mail"}),
    (MINE, "reports.page", {"answer"}),
    (MINE, "privacy.export", {"answer", "name", "mail", "wish", "browser", "rating", HIDDEN}),
]
PEOPLE = {
    "stranger": None,
    "neighbour": JUN,
    "reporter": REPORTER,
    "moderator": SOYEON,
    "officer": TAEHO,
    "operator": HANA,
    "moderator of another area": OTHER,
}
# Those who may handle none of the reports, and those whom they concern.
OUTSIDE = ("stranger", "neighbour", "moderator of another area")
INSIDE = (*TEAM, *MINE)


def allowed(visitor: str, endpoint: str) -> set[tuple[str, str]]:
    """Return the marks a visitor may read on a route, each with the endpoint it is allowed on."""
    lines = [marks for who, where, marks in LAWFUL if visitor in who and where == endpoint]
    return {(endpoint, mark) for marks in lines for mark in marks}
