"""`ingest`: takes letters from the city's mail server by SMTP (RFC 5321); no pages, no sockets.

A letter is answered 250 after what it became is committed, so that none is lost between us and the
mail server; while the database is away it is answered 451, and the mail server keeps it.
"""

import asyncio
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy.exc import DBAPIError

from services.config import Settings
from services.errors import DomainError
from services.letters_in import Letter, addresses
from services.serving.background import Background, start_news, start_wakes
from services.serving.counting import tell_counts
from services.serving.stopping import asked_to_end

log = logging.getLogger(__name__)
LARGEST = 12 * 1024 * 1024
AT_ONCE = 4
MOST_RECIPIENTS = 10
TAKEN = "250 2.0.0 Taken"
LATER = "451 4.3.0 Not now, try again later"
NO_ROOM = "452 4.3.1 No room just now, try again later"
NOT_HERE = "550 5.1.1 No such address here"
TOO_MANY = "452 4.5.3 Too many recipients"


class Postbox:
    """What is done with each command of a mail server; letters are taken in threads."""

    def __init__(self, app: Flask, domain: str) -> None:
        self._app = app
        self._domain = domain.lower()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="post")

    async def handle_RCPT(  # noqa: N802  named by the library
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if [domain for _, domain in addresses((address,))] != [self._domain]:
            return NOT_HERE
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  named by the library
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        content = envelope.content or b""
        # The library hands a null sender over as its two brackets.
        sender = (envelope.mail_from or "").strip("<>")
        letter = Letter(sender, tuple(envelope.rcpt_tos), bytes(content))
        loop = asyncio.get_running_loop()
        try:
            taking = loop.run_in_executor(self._threads, self.take, letter)
        except RuntimeError:
            # The threads have been closed: this process ends, and the next one takes it.
            return LATER
        return await taking

    async def handle_exception(self, error: Exception) -> str:
        """Answer what went wrong here so that the mail server keeps the letter."""
        log.error("a mail server was put off: %s", type(error).__name__)
        return LATER

    def take(self, letter: Letter) -> str:
        """Hand a letter to the domain that wants it; return the answer for the mail server."""
        try:
            with self._app.app_context():
                self._app.extensions["registry"].letters(letter)
        except (DBAPIError, sqlite3.OperationalError) as error:
            log.warning("a letter has to wait, the database said %s", type(error).__name__)
            return LATER
        except DomainError as error:
            log.warning("a letter has to wait: %s", error.code)
            return NO_ROOM if error.code == "storage_full" else LATER
        except Exception:
            # The sender's server tries for days: time to mend what is wrong here.
            log.exception("a letter has to wait")
            return LATER
        return TAKEN

    def close(self) -> None:
        """Let the letters that were begun be taken."""
        self._threads.shutdown(wait=True)


def listener(app: Flask, settings: Settings) -> tuple[Controller, Postbox]:
    """Return the SMTP listener, not yet started, and the postbox behind it."""
    # The library would write every address into the log.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    host, _, port = settings.mail_in_bind.rpartition(":")
    box = Postbox(app, settings.mail_in_domain)
    # SMTPUTF8 is offered: addresses of people here may be written in Hangul.
    control = Controller(
        box,
        hostname=host.strip("[]"),
        port=int(port),
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        ident="Madang",
    )
    return control, box


def serve(app: Flask, settings: Settings) -> None:
    """Take letters until SIGTERM or SIGINT; one that was begun is taken to its end."""
    wait = asked_to_end()
    tell_counts(settings.metrics_bind)
    background = Background()
    start_news(app, background)
    start_wakes(app, background)
    control, box = listener(app, settings)
    _start(control, settings.mail_in_bind)
    print(f"Madang takes letters at {settings.mail_in_bind}", flush=True)
    wait()
    box.close()
    control.stop()
    background.stop()
    app.extensions["hub"].ticks.tick()


def _start(control: Controller, bind: str) -> None:
    try:
        control.start()
    except OSError as error:
        raise SystemExit(f"MADANG_MAIL_IN_BIND: {bind} is taken or not ours") from error
