"""Sign-in at an OpenID Connect provider: authorization code with PKCE (S256), state and nonce."""

import logging
from collections.abc import Mapping
from typing import Any, cast

import requests
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from flask import session as cookie
from joserfc.errors import JoseError

from services.auth.claims import Identity, completed, identity_of, lacks, scopes
from services.config import Settings
from services.errors import DomainError
from services.roles import parse_rules

log = logging.getLogger(__name__)
NAME = "oidc"
CALLBACK = "/sign-in/oidc/callback"
WAIT_S = 8
STATES_KEPT = 3
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
DECLINED = {"access_denied", "login_required", "consent_required", "interaction_required"}
UNWELL = {"server_error", "temporarily_unavailable"}
STATUS = {"oidc_denied": 403, "oidc_mismatch": 400, "oidc_odd": 400, "oidc_away": 503}


class ProviderError(DomainError):
    """Signing in at the provider came to nothing; `code` says why, one of STATUS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.status = STATUS[code]


class Provider:
    """The provider this city trusts; its address book is fetched once and kept."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.issuer = str(settings.oidc_issuer)
        self.label = settings.oidc_name
        self.rules = parse_rules(settings.oidc_roles)
        self.callback = settings.base_url.rstrip("/") + CALLBACK
        self.client: Any = OAuth(app).register(
            NAME,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=self.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": WAIT_S,
            },
        )

    def begin(self) -> str:
        """Return where to send the browser; what its way back must show goes in its cookie."""
        try:
            offered = self._addresses().get("scopes_supported")
            scope = scopes(self.rules, offered if isinstance(offered, list) else ())
            made = self.client.create_authorization_url(self.callback, scope=scope)
        except Exception as error:
            raise _refusal(error) from error
        _drop_old_states()
        kept = {"redirect_uri": self.callback, "code_verifier": made["code_verifier"]}
        self.client.save_authorize_data(state=made["state"], nonce=made["nonce"], **kept)
        return str(made["url"])

    def finish(self, args: Mapping[str, str]) -> Identity:
        """Return whom the provider vouches for; `args` is the callback's query.

        Raises ProviderError. Talks to the provider: call it before a transaction begins.
        """
        try:
            addresses = self._addresses()
            # RFC 9207: an answer of another provider is no answer to our question.
            if args.get("iss", addresses["issuer"]) != addresses["issuer"]:
                raise MismatchingStateError
            token = self.client.authorize_access_token()
            claims = self._claims(token, addresses)
        except Exception as error:
            raise _refusal(error) from error
        found = identity_of(str(addresses["issuer"]), claims, self.rules)
        if found is None:
            raise ProviderError("oidc_odd")
        return found

    def _addresses(self) -> Mapping[str, Any]:
        """Discovery 1.0, 4.3: the document must name the very issuer we asked."""
        found: dict[str, Any] = self.client.load_server_metadata()
        if str(found["issuer"]).rstrip("/") != self.issuer.rstrip("/"):
            raise ValueError("another issuer")
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        found["id_token_signing_alg_values_supported"] = [a for a in offered if a in SIGNED_BY]
        return found

    def _claims(self, token: Mapping[str, Any], addresses: Mapping[str, Any]) -> dict[str, Any]:
        """Return the ID token's claims, completed from the userinfo endpoint (Core 5.3).

        Where that does not answer there is no sign-in: a role must not go for want of an answer.
        """
        claims = dict(token["userinfo"])
        if lacks(claims, self.rules) and addresses.get("userinfo_endpoint"):
            more = dict(self.client.userinfo(token=token))
            if more.get("sub") != claims.get("sub"):
                raise ValueError("userinfo of someone else")
            claims = completed(claims, more, self.rules)
        return claims


def _drop_old_states() -> None:
    """Many doors opened and none passed would outgrow the cookie."""
    kept = [key for key in cookie if key.startswith(f"_state_{NAME}_")]
    for key in kept[: max(0, len(kept) - STATES_KEPT + 1)]:
        cookie.pop(key)


def _refusal(error: Exception) -> Exception:
    """Return what to raise for a failure on the way; a fault of our own stays one."""
    code = _code(error)
    if code is None:
        return error
    log.warning("sign-in by the provider came to nothing: %s %s", code, type(error).__name__)
    return ProviderError(code)


def _code(error: Exception) -> str | None:
    if isinstance(error, MismatchingStateError):
        return "oidc_mismatch"
    if isinstance(error, OAuthError):
        said = str(error.error)
        return "oidc_denied" if said in DECLINED else "oidc_away" if said in UNWELL else "oidc_odd"
    if isinstance(error, requests.RequestException | OSError):
        return "oidc_away"
    odd = (JoseError, KeyError, TypeError, ValueError, AttributeError, RuntimeError)
    return "oidc_odd" if isinstance(error, odd) else None


def install(app: Flask, settings: Settings) -> None:
    """Give `app` its provider if the settings name one."""
    if settings.oidc_issuer:
        app.extensions["oidc"] = Provider(app, settings)


def provider(app: Flask) -> Provider | None:
    return cast(Provider | None, app.extensions.get("oidc"))
