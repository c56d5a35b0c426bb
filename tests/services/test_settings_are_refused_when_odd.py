"""Settings: typed, read once, and refused with a sentence when odd."""

from pathlib import Path

import pytest

from services.config import Settings, SettingsError, load

SECRET = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "MADANG_MODE": "production",
    "MADANG_BASE_URL": "https://madang.example.org",
    "MADANG_SECRET_KEY": SECRET,
}


def loaded(folder: Path, **env: str) -> Settings:
    return load({"MADANG_DATA_DIR": str(folder)} | env)


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
        ({"MADANG_TIMEZONE": "../../etc/passwd"}, "MADANG_TIMEZONE"),
        ({"MADANG_BASE_URL": "madang.example.org"}, "MADANG_BASE_URL"),
        ({"MADANG_BASE_URL": "https://example.org/madang"}, "MADANG_BASE_URL"),
        ({"DATABASE_URL": "mysql://here"}, "DATABASE_URL"),
        ({"MADANG_SECRET_KEY": "short"}, "MADANG_SECRET_KEY"),
        ({"MADANG_PUSH_ALLOW_PRIVATE": "perhaps"}, "push_allow_private"),
        ({"MADANG_SECRET_KEY_FILE": "/nowhere/secret"}, "MADANG_SECRET_KEY_FILE"),
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
