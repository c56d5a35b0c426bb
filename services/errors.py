"""The ways the application says no. Pure: each surface alone turns these into its own answer."""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule said no; `code` names the rule so that a page can explain it in any language."""

    status = 400

    def __init__(self, code: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.fields = dict(fields or {})


class InvalidError(DomainError):
    """What was sent cannot be accepted; `fields` maps a field's name to the code of its fault."""

    status = 422


class RefusedError(DomainError):
    """The action is not allowed in the present state."""

    status = 409


class NotFoundError(DomainError):
    """There is no such thing, or none that this actor may know of."""

    status = 404

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)


class ForbiddenError(DomainError):
    """The actor is known and may not do this."""

    status = 403

    def __init__(self, code: str = "forbidden", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(code, fields)


class TooManyError(DomainError):
    """Too often; try again after `retry_after_s` seconds."""

    status = 429

    def __init__(self, code: str = "too_many", retry_after_s: int = 60) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s
