"""Settings: typed, read once, and refused with a sentence when odd."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.config import FIELDS, Settings, SettingsError, load
from tests.law.sources import ROOT

SECRET = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "MADANG_MODE": "production",
    "MADANG_BASE_URL": "https://madang.example.org",
    "MADANG_SECRET_KEY": SECRET,
    "MADANG_SMTP_URL": "smtp://mail.example.org",
}

PROVIDER = {
    "MADANG_OIDC_ISSUER": "https://login.example.org",
    "MADANG_OIDC_CLIENT_ID": "madang",
    "MADANG_OIDC_CLIENT_SECRET": SECRET,
}


def loaded(folder: Path, **env: str) -> Settings:
    return load({"MADANG_DATA_DIR": str(folder)} | env)


# Every value of these is right: texts that only their other side can judge.
FREE = {"oidc_client_id", "oidc_client_secret"}


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"MADANG_COLOUR": "red"}, "MADANG_COLOUR"),
        ({"MADANG_MODE": "holiday"}, "mode"),
        ({"PORT": "web"}, "port"),
        ({"PORT": "70000"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"MADANG_LANGUAGE": "fr"}, "language"),
        ({"MADANG_TIMEZONE": "Asia/Pyeongtaek"}, "MADANG_TIMEZONE"),
        ({"MADANG_DEMO_RATE": "601"}, "MADANG_DEMO_RATE"),
        ({"MADANG_COUNTRY": "Korea"}, "MADANG_COUNTRY"),
        ({"MADANG_MAIL_IN_AUTHSERV": "mx example; all"}, "MADANG_MAIL_IN_AUTHSERV"),
        ({"MADANG_CITY_HUE": "361"}, "MADANG_CITY_HUE"),
        ({"MADANG_CITY_HUE": "celadon"}, "city_hue"),
        ({"MADANG_TIMEZONE": "../../etc/passwd"}, "MADANG_TIMEZONE"),
        ({"MADANG_BASE_URL": "madang.example.org"}, "MADANG_BASE_URL"),
        ({"MADANG_BASE_URL": "https://example.org/madang"}, "MADANG_BASE_URL"),
        ({"DATABASE_URL": "mysql://here"}, "DATABASE_URL"),
        ({"MADANG_SECRET_KEY": "short"}, "MADANG_SECRET_KEY"),
        ({"MADANG_PUSH_ALLOW_PRIVATE": "perhaps"}, "push_allow_private"),
        ({"MADANG_SECRET_KEY_FILE": "/nowhere/secret"}, "MADANG_SECRET_KEY_FILE"),
        *[({"REDIS_URL": odd}, "REDIS_URL") for odd in ("localhost:6379", "http://a", "redis://")],
        ({"REDIS_URL": "redis://a:port/0"}, "REDIS_URL"),
        *[({"MADANG_BIND": odd}, "MADANG_BIND") for odd in ("127.0.0.1:80", "a b", "http://a")],
        ({"MADANG_PROXIES": "-1"}, "MADANG_PROXIES"),
        ({"MADANG_PROXIES": "many"}, "proxies"),
        ({"MADANG_DATA_DIR": __file__}, "MADANG_DATA_DIR"),
        ({"MADANG_MEDIA_DIR": __file__}, "MADANG_MEDIA_DIR"),
        ({"MADANG_TILES_PATH": "/"}, "MADANG_TILES_PATH"),
        ({"MADANG_VAPID_KEY_FILE": "/"}, "MADANG_VAPID_KEY_FILE"),
        # A slip in the scheme must not send the password in the clear.
        ({"MADANG_SMTP_URL": "smtp+startls://me:word@mail.example.org"}, "MADANG_SMTP_URL"),
        ({"MADANG_SMTP_URL": "mail.example.org"}, "MADANG_SMTP_URL"),
        ({"MADANG_SMTP_URL": "smtp://"}, "MADANG_SMTP_URL"),
        ({"MADANG_SMTP_URL": "smtp://mail:99999"}, "MADANG_SMTP_URL"),
        ({"MADANG_MAIL_FROM": "madang"}, "MADANG_MAIL_FROM"),
        ({"MADANG_MAIL_FROM": "a@example.org, b@example.org"}, "MADANG_MAIL_FROM"),
        ({"MADANG_MAIL_FROM": "a@example.org\nBcc: b@example.org"}, "MADANG_MAIL_FROM"),
        ({"MADANG_METRICS_BIND": "9100"}, "MADANG_METRICS_BIND"),
        ({"MADANG_MAIL_IN_BIND": "127.0.0.1"}, "MADANG_MAIL_IN_BIND"),
        ({"MADANG_MAIL_IN_BIND": "127.0.0.1:99999"}, "MADANG_MAIL_IN_BIND"),
        ({"MADANG_MAIL_IN_DOMAIN": "help@reports.example.org"}, "MADANG_MAIL_IN_DOMAIN"),
        ({"MADANG_FIRST_TIME_QUEUE": "perhaps"}, "first_time_queue"),
        ({"MADANG_VAPID_SUBJECT": "operator@example.org"}, "MADANG_VAPID_SUBJECT"),
        ({"MADANG_VAPID_SUBJECT": "mailto:"}, "MADANG_VAPID_SUBJECT"),
        ({"MADANG_VAPID_SUBJECT": "http://example.org"}, "MADANG_VAPID_SUBJECT"),
        ({"MADANG_FORWARD_FOLLOW_S": "-1"}, "MADANG_FORWARD_FOLLOW_S"),
        ({"MADANG_FORWARD_LOOK_S": "-120"}, "MADANG_FORWARD_LOOK_S"),
        ({"MADANG_FORWARD_LOOK_S": "soon"}, "forward_look_s"),
        ({"MADANG_CITY_NAME_KO": "하늘\n시"}, "MADANG_CITY_NAME_KO"),
        ({"MADANG_CITY_NAME_EN": "H" * 61}, "MADANG_CITY_NAME_EN"),
        ({"MADANG_OIDC_NAME": "a\tb"}, "MADANG_OIDC_NAME"),
        ({"MADANG_OIDC_ROLES": "mayor:groups=all"}, "MADANG_OIDC_ROLES"),
        ({"MADANG_OIDC_ROLES": "officer"}, "MADANG_OIDC_ROLES"),
        ({"MADANG_OIDC_ISSUER": "login.example.org"}, "MADANG_OIDC_ISSUER"),
        (PROVIDER | {"MADANG_OIDC_ISSUER": "ftp://login.example.org"}, "MADANG_OIDC_ISSUER"),
        (PROVIDER | {"MADANG_OIDC_CLIENT_ID": ""}, "MADANG_OIDC_CLIENT_ID"),
        (PROVIDER | {"MADANG_OIDC_CLIENT_SECRET": ""}, "CLIENT_SECRET"),
    ],
)
def test_an_odd_one_is_refused_by_name(tmp_path: Path, env: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        loaded(tmp_path, **env)


@pytest.mark.parametrize(
    "changed",
    [
        {"MADANG_SECRET_KEY": ""},
        {"MADANG_BASE_URL": "http://madang.example.org"},
        {"MADANG_BASE_URL": ""},
        {"MADANG_PUSH_ALLOW_PRIVATE": "true"},
        # Letters hold addresses and codes: they are no files there.
        {"MADANG_SMTP_URL": ""},
    ],
)
def test_production_has_no_default_secret_and_no_escape(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    assert loaded(tmp_path, **PRODUCTION).mode == "production"
    with pytest.raises(SettingsError):
        loaded(tmp_path, **(PRODUCTION | changed))


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    found = loaded(tmp_path, MADANG_SECRET_KEY_FILE=str(path))
    assert found.secret_key == SECRET
    url = tmp_path / "url"
    url.write_text("postgresql://madang:word@db/madang\n")
    assert loaded(tmp_path, DATABASE_URL_FILE=str(url)).database_url.endswith("@db/madang")


def test_an_installation_keeps_the_secret_it_made(tmp_path: Path) -> None:
    first = loaded(tmp_path).secret_key
    assert len(first) >= 32
    assert loaded(tmp_path).secret_key == first
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_bare_names_and_prefixed_ones_are_one(tmp_path: Path) -> None:
    assert loaded(tmp_path, PORT="81").port == 81
    assert loaded(tmp_path, MADANG_PORT="82", PORT="81").port == 82


def test_paths_follow_the_data_folder(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert found.media_dir == tmp_path / "media"
    assert found.database_url == f"sqlite:///{tmp_path}/madang.db"
    assert loaded(tmp_path, MADANG_MEDIA_DIR=f"{tmp_path}/x").media_dir == tmp_path / "x"


def test_nothing_can_be_changed_afterwards(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        loaded(tmp_path).port = 1  # type: ignore[misc]


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    assert loaded(tmp_path, HOME="/nowhere", LANG="C").port == 8000


@pytest.mark.parametrize(
    "env",
    [
        {"MADANG_SMTP_URL": "smtp://mail.example.org"},
        {"MADANG_SMTP_URL": "smtp+starttls://me:w%40rd@mail.example.org:587"},
        {"MADANG_SMTP_URL": "smtps://mail.example.org"},
        {"MADANG_MAIL_FROM": "하늘시 <madang@example.org>"},
        {"MADANG_MAIL_IN_BIND": "[::1]:2525", "MADANG_MAIL_IN_DOMAIN": "reports.example.org"},
        {"MADANG_VAPID_SUBJECT": "https://example.org/contact"},
        {"MADANG_BIND": "::"},
        {"REDIS_URL": "unix:///run/redis.sock"},
        {"REDIS_URL": "rediss://:word@redis.example.org:6380/1"},
        {"MADANG_FORWARD_LOOK_S": "0"},
        PROVIDER | {"MADANG_OIDC_ROLES": "moderator:groups=city-team"},
    ],
)
def test_what_is_right_is_taken(tmp_path: Path, env: dict[str, str]) -> None:
    for name, value in env.items():
        found = getattr(loaded(tmp_path, **env), name.removeprefix("MADANG_").lower())
        assert str(found) == value


def test_no_setting_takes_just_anything() -> None:
    """Each has an odd value above that is refused by its name."""
    (mark,) = test_an_odd_one_is_refused_by_name.pytestmark  # type: ignore[attr-defined]
    odd = {
        name.removeprefix("MADANG_").removesuffix("_FILE").lower()
        for env, _ in mark.args[1]
        for name in env
    }
    known = {name.removesuffix("_file") for name in FIELDS}
    assert known - odd - FREE == set()


def test_the_command_line_says_what_is_odd(tmp_path: Path) -> None:
    env = {"PATH": "/usr/bin", "MADANG_DATA_DIR": str(tmp_path), "MADANG_OIDC_ROLES": "mayor"}
    asked = [sys.executable, "-m", "app", "serve"]
    ran = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.strip().startswith("Settings: MADANG_OIDC_ROLES: 'mayor' is not like")
    assert "Traceback" not in ran.stderr
