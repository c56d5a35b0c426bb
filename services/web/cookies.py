"""The cookie a form is known by, also where clocks differ."""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer


class _Signer(TimestampSigner):
    """What was signed later than now is by a clock that is ahead: it is new, not too old."""

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, **more: Any) -> Any:  # type: ignore[override]
        try:
            return super().unsign(signed_value, max_age, **more)
        except SignatureExpired as refused:
            if refused.date_signed is None or refused.date_signed <= self._now():
                raise
            return super().unsign(signed_value, **more)

    def _now(self) -> Any:
        return self.timestamp_to_datetime(self.get_timestamp())


class FormCookies(SecureCookieSessionInterface):
    """Sessions of Flask that take what another machine has signed a moment ahead."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        made = super().get_signing_serializer(app)
        if made is not None:
            made.signer = _Signer
        return made
