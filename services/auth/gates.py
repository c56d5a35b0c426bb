"""The gate of every route. A view without one is refused by a law test and at run time."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import g

from services.auth import Actor
from services.errors import DomainError, ForbiddenError

Asked = Callable[[Actor], bool]
View = TypeVar("View", bound=Callable[..., Any])
GATE = "__gate__"


class SignInNeeded(DomainError):  # noqa: N818
    """The page is for people we know; the web layer leads to the sign-in page."""

    status = 401

    def __init__(self) -> None:
        super().__init__("sign_in_needed")


def public(view: View) -> View:
    """Anyone may open this."""
    setattr(view, GATE, "public")
    return view


def signed_in(view: View) -> View:
    """Only people who signed in."""
    return _guarded(view, "signed_in", lambda actor: True, lambda actor: False)


def role(*names: str, bounded: bool = True) -> Callable[[View], View]:
    """Only people who hold one of the roles `names`; `bounded` says whether a part of it does."""

    def allows(actor: Actor) -> bool:
        return any(map(actor.may, names)) and (bounded or not actor.bounded)

    def would(actor: Actor) -> bool:
        return any(map(actor.once_may, names)) and not any(map(actor.may, names))

    def gate(view: View) -> View:
        return _guarded(view, "role:" + ",".join(names), allows, would)

    return gate


def _guarded(view: View, name: str, allows: Asked, would: Asked) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        actor = g.actor
        if not actor.signed_in:
            raise SignInNeeded
        if not allows(actor):
            raise ForbiddenError("role_unconfirmed" if would(actor) else "forbidden")
        return view(*args, **kwargs)

    setattr(guarded, GATE, name)
    return guarded  # type: ignore[return-value]
