"""Settings: read once, typed, immutable, refused when odd. The only reader of the environment."""

import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from email.utils import getaddresses
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from services import workdays
from services.roles import parse_rules

Mode = Literal["demo", "production", "test"]
PREFIX = "MADANG_"
LISTENS = re.compile(r"[^\s:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")
# What stands in MADANG_BIND: an address or a name, no port.
ADDRESS = re.compile(r"[0-9a-zA-Z.-]+|[0-9a-fA-F:]+")
DOMAIN = re.compile(r"[^\s@./:]+(\.[^\s@./:]+)*")
MAILBOX = re.compile(r"[^\s@<>,;:]+@[^\s@<>,;:]+")
REDIS = ("redis", "rediss", "unix")
SMTP = ("smtp", "smtp+starttls", "smtps")
LONGEST_S = 30 * 86_400
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
    metrics_bind: str = ""
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
    demo_rate: int = 4
    forward_follow_s: int = 300
    forward_look_s: int = 120
    timezone: str = "Asia/Seoul"
    country: str = "KR"
    city_name_ko: str = "하늘시"
    city_name_en: str = "Haneul"
    city_hue: int | None = None
    language: Literal["ko", "en"] = "ko"

    @property
    def city_names(self) -> tuple[str, ...]:
        """Return the city's names, as people may write one before an address."""
        return self.city_name_ko, self.city_name_en


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return path.read_text().strip()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret("MADANG_DATA_DIR", path)
    except OSError as error:
        raise SettingsError(f"MADANG_DATA_DIR: {path} cannot be written") from error
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
    for name, like, good in _shapes(settings):
        if not good:
            raise SettingsError(f"{name} must be like {like}")
    if settings.mode == "production":
        _refuse_escapes(settings)
    _refuse_odd_places(settings)
    _refuse_odd_provider(settings)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"MADANG_TIMEZONE {settings.timezone!r} is not known") from error
    if settings.country not in workdays.countries():
        raise SettingsError(f"MADANG_COUNTRY {settings.country!r} is no country we know")


def _shapes(s: Settings) -> Iterator[tuple[str, str, bool]]:
    """Yield (name, what would be right, whether it is) of each setting that has a shape."""
    url = s.database_url.split(":", 1)[0]
    databases = ("sqlite", "postgresql", "postgresql+psycopg")
    yield "DATABASE_URL", "sqlite:///path or postgresql://user@host/name", url in databases
    yield "REDIS_URL", "redis://127.0.0.1:6379/0", not s.redis_url or _is_url(s.redis_url, REDIS)
    base = urlsplit(s.base_url).path in ("", "/") and _is_url(s.base_url, ("http", "https"))
    yield "MADANG_BASE_URL", "https://madang.example.org", base
    yield "MADANG_BIND", "127.0.0.1", bool(ADDRESS.fullmatch(s.bind))
    yield "MADANG_METRICS_BIND", "127.0.0.1:9100", not s.metrics_bind or _listens(s.metrics_bind)
    smtp = "smtp+starttls://user:password@mail.example.org"
    yield "MADANG_SMTP_URL", smtp, not s.smtp_url or _is_url(s.smtp_url, SMTP)
    yield "MADANG_MAIL_FROM", "madang@example.org", _is_sender(s.mail_from)
    yield "MADANG_MAIL_IN_BIND", "127.0.0.1:2525", not s.mail_in_bind or _listens(s.mail_in_bind)
    domain = not s.mail_in_domain or bool(DOMAIN.fullmatch(s.mail_in_domain))
    yield "MADANG_MAIL_IN_DOMAIN", "reports.example.org", domain
    server = not s.mail_in_authserv or bool(DOMAIN.fullmatch(s.mail_in_authserv))
    yield "MADANG_MAIL_IN_AUTHSERV", "mx.example.org", server
    mailto = s.vapid_subject.startswith("mailto:") and MAILBOX.fullmatch(s.vapid_subject[7:])
    subject = bool(mailto) or _is_url(s.vapid_subject, ("https",))
    yield "MADANG_VAPID_SUBJECT", "mailto:operator@example.org", subject
    yield "MADANG_FORWARD_FOLLOW_S", "300, in seconds", 0 <= s.forward_follow_s <= LONGEST_S
    yield "MADANG_FORWARD_LOOK_S", "120, in seconds", 0 <= s.forward_look_s <= LONGEST_S
    hue = s.city_hue is None or 0 <= s.city_hue <= 359
    yield "MADANG_CITY_HUE", "172, an angle in degrees from 0 to 359", hue
    yield "MADANG_DEMO_RATE", "4, acts a minute from 0 to 600", 0 <= s.demo_rate <= 600
    yield "MADANG_CITY_NAME_KO", "하늘시, in one line", _is_name(s.city_name_ko)
    yield "MADANG_CITY_NAME_EN", "Haneul, in one line", _is_name(s.city_name_en)
    yield (
        "MADANG_OIDC_NAME",
        "the city's own, in one line",
        not s.oidc_name or _is_name(s.oidc_name),
    )


def _is_url(text: str, schemes: Collection[str]) -> bool:
    """Say whether it names a host by one of the schemes; a port, if any, is a number of one."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    there = parts.path if parts.scheme == "unix" else parts.hostname
    return parts.scheme in schemes and bool(there) and port != 0 and text.isprintable()


def _is_sender(text: str) -> bool:
    found = getaddresses([text])
    return text.isprintable() and len(found) == 1 and bool(MAILBOX.fullmatch(found[0][1]))


def _listens(text: str) -> bool:
    return bool(LISTENS.fullmatch(text)) and 0 < int(text.rpartition(":")[2]) < 65536


def _is_name(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= 60


def _refuse_escapes(settings: Settings) -> None:
    if not settings.base_url.startswith("https:") or settings.push_allow_private:
        raise SettingsError("production needs an https MADANG_BASE_URL and no test-only escapes")
    if not settings.smtp_url:
        raise SettingsError(
            "production needs MADANG_SMTP_URL: letters hold addresses and codes, and are no files"
        )


def _refuse_odd_places(settings: Settings) -> None:
    """What is to be a folder is no file, and the other way round."""
    for name in ("data_dir", "media_dir", "tiles_path", "vapid_key_file"):
        path: Path = getattr(settings, name)
        folder = name.endswith("_dir")
        if path.exists() and path.is_dir() != folder:
            wanted, found = ("folder", "file") if folder else ("file", "folder")
            raise SettingsError(
                f"MADANG_{name.upper()} must be a {wanted}, and {path} is a {found}"
            )


def _refuse_odd_provider(settings: Settings) -> None:
    try:
        parse_rules(settings.oidc_roles)
    except ValueError as error:
        raise SettingsError(f"MADANG_OIDC_ROLES: {error}") from error
    if not settings.oidc_issuer:
        return
    if not settings.oidc_client_id or not settings.oidc_client_secret:
        raise SettingsError("MADANG_OIDC_ISSUER needs MADANG_OIDC_CLIENT_ID and _CLIENT_SECRET")
    parts = urlsplit(settings.oidc_issuer)
    plain = parts.scheme == "http" and settings.mode != "production"
    if (parts.scheme != "https" and not plain) or not parts.netloc or parts.query:
        raise SettingsError("MADANG_OIDC_ISSUER must be like https://login.example.org")
