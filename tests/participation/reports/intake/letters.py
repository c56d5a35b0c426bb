"""Letters as a resident's mail server hands them over, and what the city answers."""

import email
import email.policy
import smtplib
from email.message import EmailMessage

import pytest
from flask import Flask

from services.letters import send_due

DOMAIN = "city.example"
WRITER = "kim@example.org"
AUTHSERV = "mx.city.example"
FOUND_TRUE = f"{AUTHSERV}; dmarc=pass (p=none) header.from=example.org"


def letter(text: str = "쓰레기가 쌓였어요", to: str = f"help+litter@{DOMAIN}") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = WRITER, to, "쓰레기"
    message["Message-ID"] = "<one@example.org>"
    message["Authentication-Results"] = FOUND_TRUE
    message.set_content(text)
    return message


def post(port: int, message: EmailMessage, sender: str = WRITER) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
        server.send_message(message, sender, [str(message["To"])])


def refusal(port: int, message: EmailMessage, sender: str = WRITER) -> int:
    with pytest.raises(smtplib.SMTPException) as caught:
        post(port, message, sender)
    error = caught.value
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    assert isinstance(error, smtplib.SMTPResponseException)
    return error.smtp_code


def answers(app: Flask) -> list[EmailMessage]:
    """Send what is to be sent, and return the letters that went out."""
    settings = app.extensions["settings"]
    send_due(app.extensions["engine"], settings)
    files = sorted((settings.data_dir / "mail").glob("*.eml"))
    return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]
