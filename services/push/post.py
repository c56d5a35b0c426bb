"""One notice to one browser's push service, and what the answer means."""

import logging
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal

import requests
from pywebpush import WebPusher

from services.errors import DomainError
from services.outbound import CrowdedError, GuardedSession, UnresolvedError
from services.push import counters
from services.push.models import PushMessage, PushSubscription
from services.push.payload import forms
from services.push.vapid import Vapid

log = logging.getLogger(__name__)
LONGEST_RETRY_AFTER_S = 86_400.0
Fate = Literal["accepted", "gone", "refused", "again"]


@dataclass(frozen=True)
class Urgency:
    """How a class of notices travels: RFC 8030 sections 5.2 and 5.3, and how long we insist.

    What `waits` does not ring in a person's quiet hours.
    """

    ttl_s: int
    urgency: str
    tries: int
    longest_wait_s: float
    waits: bool


# `prompt` is what a person asks for at this moment.
CLASSES = {
    "emergency": Urgency(3600, "high", 60, 60, waits=False),
    "prompt": Urgency(600, "high", 14, 60, waits=False),
    "technical": Urgency(86_400, "normal", 40, 600, waits=True),
    "status": Urgency(86_400, "low", 20, 600, waits=True),
}


@dataclass(frozen=True)
class Verdict:
    """What became of a send; `wait_s` is what the push service asked for, if it did.

    `well` says whether the push service itself is in order: one browser that is gone says
    nothing against the others there. None: it was not asked, and nothing was learnt of it.
    """

    fate: Fate
    error: str | None = None
    wait_s: float | None = None
    well: bool | None = True


class Post:
    """Encrypts (RFC 8291), signs (RFC 8292) and sends; keeps connections and tokens for reuse."""

    def __init__(self, client: GuardedSession, vapid: Vapid, base_url: str) -> None:
        self.client = client
        self.vapid = vapid
        self.base_url = base_url

    def send(self, message: PushMessage, where: PushSubscription, at: datetime) -> Verdict:
        """Send once, shorter if the push service finds it too large; never raises."""
        try:
            with counters.SECONDS.time():
                answer = self._fitting(message, where)
        except CrowdedError as error:
            return Verdict("again", error.code, well=None)
        except UnresolvedError as error:
            return Verdict("again", error.code, well=False)
        except DomainError as error:
            return Verdict("refused", error.code)
        except requests.RequestException as error:
            return Verdict("again", type(error).__name__, well=False)
        except ValueError as error:
            # Keys that are no point on the curve, or a stored body that is no message.
            return Verdict("refused", type(error).__name__)
        return _meaning(answer, at)

    def _fitting(self, message: PushMessage, where: PushSubscription) -> requests.Response:
        answer: requests.Response | None = None
        for text in forms(message.body, self.base_url):
            answer = self._once(text, message, where)
            if answer.status_code != 413:
                break
        if answer is None:
            raise ValueError("no form of the notice is small enough")
        return answer

    def _once(
        self, text: bytes, message: PushMessage, where: PushSubscription
    ) -> requests.Response:
        how = CLASSES[message.urgency_class]
        keys = {"p256dh": where.p256dh, "auth": where.auth}
        pusher = WebPusher({"endpoint": where.endpoint, "keys": keys})
        headers = {
            "TTL": str(how.ttl_s),
            "Urgency": how.urgency,
            "Topic": message.topic,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self.vapid.authorization(where.endpoint),
        }
        return self.client.post(where.endpoint, data=pusher.encode(text)["body"], headers=headers)


def _meaning(answer: requests.Response, at: datetime) -> Verdict:
    code = answer.status_code
    if code in (200, 201, 202, 204):
        return Verdict("accepted")
    if code in (404, 410):
        return Verdict("gone", "gone")
    if code == 429 or code >= 500:
        wait = retry_after(answer.headers.get("Retry-After"), at)
        return Verdict("again", str(code), wait, well=code == 429)
    log.error("a push service refused a notice: %s", code)
    return Verdict("refused", str(code))


def retry_after(text: str | None, at: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, in either form (RFC 9110, 10.2.3)."""
    if not text:
        return None
    if text.strip().isdecimal():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    try:
        asked = (parsedate_to_datetime(text) - at).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(0.0, asked), LONGEST_RETRY_AFTER_S)
