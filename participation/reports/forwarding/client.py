"""Open311 GeoReport v2 as its client: what goes over the wire to another body, and what comes back.

No database. Strict in what it sends; lenient in what it reads (open311_reading).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from participation.reports.forwarding.reading import Fate, Row, TroubleError, rows_of, single, text
from services.errors import DomainError

LARGEST = 4 * 1024 * 1024
IDS_AT_ONCE = 50
PAGES, PAGE_SIZE = 5, 200
MINUTES = timedelta(minutes=10)
BY_STATUS: dict[int, tuple[str, Fate]] = {
    401: ("forbidden", "again"),
    403: ("forbidden", "again"),
    408: ("slow", "again"),
    429: ("busy", "again"),
}


class Endpoint(msgspec.Struct, frozen=True):
    """Where a body listens. `form` is xml or json; `api_key` goes only to it."""

    url: str
    jurisdiction_id: str = ""
    api_key: str = ""
    form: str = "xml"


class Taken(msgspec.Struct, frozen=True):
    """What a post is answered with: the number of the request, or a token to ask for it with."""

    remote_id: str = ""
    token: str = ""


class Remote(msgspec.Struct, frozen=True):
    """A request as the body tells of it."""

    remote_id: str
    status: str
    notes: str
    description: str


class Update(msgspec.Struct, frozen=True):
    """A word of the body on one request; `status` in the words of the extension, in capitals."""

    name: str
    remote_id: str
    status: str
    text: str


class Word(msgspec.Struct, frozen=True):
    """A word of ours on a request the body has, under the `name` of every try.

    `status` in the words of the extension; `media_url` is the address of a picture, "" for none.
    """

    remote_id: str
    name: str
    status: str
    text: str
    at: datetime
    media_url: str = ""


class Client:
    """Speaks to one endpoint through a guarded session of services.outbound."""

    def __init__(self, session: requests.Session, where: Endpoint) -> None:
        self.session = session
        self.where = where

    def discovery(self) -> Row:
        """Return the discovery document, its endpoints as a list."""
        return single(self._get("discovery"))

    def services(self) -> list[Row]:
        return rows_of(self._get("services"))

    def needed(self, service_code: str) -> list[str]:
        """Return the codes of the answers a service asks for without which it takes nothing."""
        told = single(self._get(f"services/{quote(service_code, safe='')}"))
        asked = told.get("attributes") or []
        return [text(one, "code") for one in asked if text(one, "required").lower() == "true"]

    def post(self, form: Mapping[str, str | list[str]], name: str) -> Taken:
        """Post a request; `name` is the same for every try, for those who heed it.

        A field with several values is sent once for each.
        """
        sent = self._own() | {"api_key": self.where.api_key} | dict(form)
        headers = {"Idempotency-Key": name, "Accept": self._accept()}
        kept = {key: value for key, value in sent.items() if value}
        content = self._ask("POST", "requests", data=kept, headers=headers)
        try:
            row = rows_of(content)[0]
        except (TroubleError, IndexError) as error:
            raise TroubleError("unreadable", "lost") from error
        taken = Taken(text(row, "service_request_id"), text(row, "token"))
        if not taken.remote_id and not taken.token:
            raise TroubleError("unreadable", "lost")
        return taken

    def number_of(self, token: str) -> str:
        """Return the number behind a token, "" while there is none yet."""
        rows = rows_of(self._get(f"tokens/{quote(token, safe='')}"))
        return text(rows[0], "service_request_id") if rows else ""

    def requests(self, ids: Sequence[str]) -> list[Remote]:
        """Return what is told of these numbers; some may be missing."""
        found = []
        for first in range(0, len(ids), IDS_AT_ONCE):
            asked = ",".join(ids[first : first + IDS_AT_ONCE])
            found += [
                _remote(row) for row in rows_of(self._get("requests", service_request_id=asked))
            ]
        return found

    def seek(self, mark: str, service_code: str, since: datetime, until: datetime) -> str:
        """Return the number of the request whose description holds `mark`, "" if none does.

        Looks at those opened from ten minutes before `since` to ten minutes after `until`.
        """
        span = {"start_date": _written(since - MINUTES), "end_date": _written(until + MINUTES)}
        before: list[str] = []
        for page in range(1, PAGES + 1):
            sizes = {"page": str(page), "page_size": str(PAGE_SIZE)}
            asked = {"service_code": service_code} | span | sizes
            rows = [_remote(row) for row in rows_of(self._get("requests", **asked))]
            for row in rows:
                if mark in row.description:
                    return row.remote_id
            ids = [row.remote_id for row in rows]
            # Whoever knows no pages tells the same again.
            if len(rows) < PAGE_SIZE or ids == before:
                break
            before = ids
        return ""

    def updates(self, since: datetime, until: datetime) -> list[Update] | None:
        """Return the words of a body, None where it has no such call; raises TroubleError."""
        span = {"start_date": _written(since), "end_date": _written(until)}
        try:
            content = self._get("servicerequestupdates", api_key=self.where.api_key, **span)
            rows = rows_of(content)
        except TroubleError as trouble:
            if trouble.away:
                raise
            return None
        return [_update(row) for row in rows if text(row, "service_request_id")]

    def say(self, word: Word) -> None:
        """Tell the body something of a request it has (POST servicerequestupdates)."""
        told = {
            "api_key": self.where.api_key,
            "service_request_id": word.remote_id,
            "update_id": word.name,
            "updated_datetime": _written(word.at),
            "status": word.status,
            "description": word.text,
        }
        shown = {"media_url": word.media_url} if word.media_url else {}
        self._ask("POST", "servicerequestupdates", data=self._own() | told | shown)

    def _own(self) -> dict[str, str]:
        named = self.where.jurisdiction_id
        return {"jurisdiction_id": named} if named else {}

    def _accept(self) -> str:
        return "application/json" if self.where.form == "json" else "text/xml"

    def _get(self, path: str, **asked: str) -> bytes:
        sent = {key: value for key, value in (self._own() | asked).items() if value}
        return self._ask("GET", path, params=sent, headers={"Accept": self._accept()})

    def _ask(self, method: str, path: str, **how: Any) -> bytes:
        url = f"{self.where.url.rstrip('/')}/{path}.{self.where.form}"
        try:
            answer = self.session.request(method, url, **how)
        except DomainError as error:
            fate: Fate = "lost" if error.code == "answer_too_large" else "again"
            raise TroubleError(error.code, fate) from error
        except requests.RequestException as error:
            met = not never_met(error)
            raise TroubleError(
                "slow" if met else "unreachable", "lost" if met else "again"
            ) from error
        if answer.status_code not in (200, 201, 202):
            raise _refusal(answer)
        return answer.content


def never_met(error: requests.RequestException) -> bool:
    """Did the connection itself fail, so that the host saw nothing of the request?"""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | SSLError)


def _refusal(answer: requests.Response) -> TroubleError:
    code = answer.status_code
    if code >= 500:
        return TroubleError("broken", "lost")
    if 300 <= code < 400:
        return TroubleError("moved", "again")
    try:
        said = "; ".join(text(row, "description") for row in rows_of(answer.content))
    except TroubleError:
        said = ""
    word, fate = BY_STATUS.get(code, ("refused", "refused"))
    return TroubleError(word, fate, said)


def _remote(row: Row) -> Remote:
    return Remote(
        text(row, "service_request_id"),
        text(row, "status").lower(),
        text(row, "status_notes"),
        text(row, "description"),
    )


def _update(row: Row) -> Update:
    return Update(
        text(row, "update_id") or text(row, "updated_datetime"),
        text(row, "service_request_id"),
        text(row, "status").upper(),
        text(row, "description"),
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
