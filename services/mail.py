"""Letters by SMTP, or as files where no mail server is set."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from services import clock
from services.config import Settings

WAIT_S = 10


class AddressError(smtplib.SMTPException):
    """The mail server carries no address of such letters (SMTPUTF8, RFC 6531)."""


class _Links(EmailPolicy):
    """Folds all but headers that hold a link: the library would encode a long one beyond use."""

    def fold(self, name: str, value: str) -> str:
        if name.lower().startswith("list-") and str(value).isascii():
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower().startswith("list-") and str(value).isascii():
            return self.fold(name, value).encode()
        return bytes(super().fold_binary(name, value))


POLICY = _Links()


def send(
    settings: Settings,
    to: str,
    subject: str,
    text: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send one plain letter with further `headers`; without a Message-ID it gets one (RFC 5322).

    Raises OSError or smtplib.SMTPException when it cannot, of these AddressError where it never
    will to this address, and ValueError for a header of two lines.
    """
    message = EmailMessage(policy=POLICY)
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Date"] = format_datetime(clock.now())
    given = {"Message-ID": message_id(settings, uuid4().hex)} | dict(headers or {})
    for name, value in given.items():
        message[name] = value
    message.set_content(text)
    if settings.smtp_url is None:
        _keep(settings.data_dir / "mail", message)
        return
    parts = urlsplit(settings.smtp_url)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    context = ssl.create_default_context()
    with _connected(parts.scheme, parts.hostname or "localhost", port, context) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        try:
            server.send_message(message)
        except smtplib.SMTPNotSupportedError as error:
            raise AddressError(str(error)) from error


def message_id(settings: Settings, name: str) -> str:
    """Return the Message-ID of a letter that we know by `name`: the same at each try."""
    return f"<{name}@{parseaddr(settings.mail_from)[1].rpartition('@')[2]}>"


def _connected(scheme: str, host: str, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=WAIT_S, context=context)
    server = smtplib.SMTP(host, port, timeout=WAIT_S)
    if scheme == "smtp+starttls":
        server.starttls(context=context)
    return server


def _keep(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}.eml"
    path.write_bytes(bytes(message))
    path.chmod(0o600)
