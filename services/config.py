"""Settings: read once, typed, immutable, refused when odd. The only reader of the environment."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

Mode = Literal["demo", "production", "test"]
PREFIX = "MADANG_"
LISTENS = re.compile(r"[^\s:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")
BARE = {"database_url", "redis_url", "port"}


class SettingsError(Exception):
    """A setting is missing, unknown or odd; the message says which and what would be right."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between one installation and another."""

    mode: Mode = "demo"
    database_url: str = ""
    redis_url: str | None = None
    secret_key: str = ""
    bind: str = "127.0.0.1"
    port: int = 8000
    proxies: int = 0
    base_url: str = ""
    data_dir: Path = Path("var")
    media_dir: Path = Path("var/media")
    tiles_path: Path = Path("var/city.pmtiles")
    smtp_url: str | None = None
    mail_from: str = "madang@example.org"
    mail_in_bind: str = ""
    mail_in_domain: str = ""
    mail_in_authserv: str = ""
    first_time_queue: bool | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str = ""
    oidc_roles: str = ""
    vapid_key_file: Path = Path("var/vapid.pem")
    vapid_subject: str = "mailto:operator@example.org"
    push_allow_private: bool = False
    forward_follow_s: int = 300
    forward_look_s: int = 120
    timezone: str = "Asia/Seoul"
    city_name_ko: str = "하늘시"
    city_name_en: str = "Haneul"
    language: Literal["ko", "en"] = "ko"


FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `env` (the process environment by default).

    A setting `x` is `MADANG_X` (`DATABASE_URL`, `REDIS_URL` and `PORT` also go by their common
    bare names); `MADANG_X_FILE` names a file that holds the value. Raises SettingsError.
    """
    source = os.environ if env is None else env
    _refuse_unknown(source)
    raw = {name: value for name in FIELDS if (value := _value(source, name)) is not None}
    try:
        settings = msgspec.convert(raw, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{error} (settings are MADANG_*, see docs/running.md)") from error
    settings = _completed(settings)
    _refuse_odd(settings)
    return settings


def _refuse_unknown(source: Mapping[str, str]) -> None:
    for key in source:
        if key.startswith(PREFIX):
            name = key[len(PREFIX) :].lower()
            if name not in FIELDS and name.removesuffix("_file") not in FIELDS:
                raise SettingsError(f"{key} is no setting of Madang; docs/running.md lists them")


def _value(source: Mapping[str, str], name: str) -> str | None:
    keys = [PREFIX + name.upper()] + ([name.upper()] if name in BARE else [])
    for key in keys:
        if (value := source.get(key, "").strip()) != "":
            return value
        # vapid_key_file is itself a path: `MADANG_VAPID_KEY_FILE` is its value, not a pointer.
        if (path := source.get(key + "_FILE")) and name + "_file" not in FIELDS:
            return _read_secret(key + "_FILE", Path(path))
    return None


def _read_secret(key: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"{key} names {path}, which cannot be read") from error


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise TypeError(kind)


def _completed(settings: Settings) -> Settings:
    data = settings.data_dir.absolute()
    given: dict[str, object] = {"data_dir": data}
    for name in ("media_dir", "tiles_path", "vapid_key_file"):
        path = getattr(settings, name)
        default = FIELDS[name].default
        given[name] = data / path.relative_to("var") if path == default else path.absolute()
    given["database_url"] = settings.database_url or f"sqlite:///{data}/madang.db"
    given["base_url"] = settings.base_url or f"http://127.0.0.1:{settings.port}"
    if settings.first_time_queue is None:
        given["first_time_queue"] = settings.mode == "production"
    if not settings.secret_key and settings.mode != "production":
        given["secret_key"] = _kept_secret(data / "secret.key")
    return msgspec.structs.replace(settings, **given)


def _kept_secret(path: Path) -> str:
    """Return this installation's own secret, made once: sessions outlive a restart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _refuse_odd(settings: Settings) -> None:
    if len(settings.secret_key) < 32:
        raise SettingsError("MADANG_SECRET_KEY must be set, with 32 characters or more")
    if not 0 < settings.port < 65536:
        raise SettingsError("PORT must be between 1 and 65535")
    if not 0 <= settings.proxies <= 5:
        raise SettingsError("MADANG_PROXIES is the number of proxies before us, 0 to 5")
    if settings.mail_in_bind and not LISTENS.fullmatch(settings.mail_in_bind):
        raise SettingsError("MADANG_MAIL_IN_BIND must be like 127.0.0.1:2525")
    scheme = settings.database_url.split(":", 1)[0]
    if scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise SettingsError("DATABASE_URL must begin with sqlite: or postgresql:")
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise SettingsError("MADANG_BASE_URL must be like https://madang.example.org")
    if settings.mode == "production" and (parts.scheme != "https" or settings.push_allow_private):
        raise SettingsError("production needs an https MADANG_BASE_URL and no test-only escapes")
    _refuse_odd_provider(settings)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"MADANG_TIMEZONE {settings.timezone!r} is not known") from error


def _refuse_odd_provider(settings: Settings) -> None:
    if not settings.oidc_issuer:
        return
    if not settings.oidc_client_id or not settings.oidc_client_secret:
        raise SettingsError("MADANG_OIDC_ISSUER needs MADANG_OIDC_CLIENT_ID and _CLIENT_SECRET")
    parts = urlsplit(settings.oidc_issuer)
    plain = parts.scheme == "http" and settings.mode != "production"
    if (parts.scheme != "https" and not plain) or not parts.netloc or parts.query:
        raise SettingsError("MADANG_OIDC_ISSUER must be like https://login.example.org")
