"""A law is about the code: one database is enough, but where it speaks of databases."""

import shutil
from pathlib import Path

import pytest

from tests.databases import Cluster


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'test.db')}"


@pytest.fixture
def each_database_url(kind: str, request: pytest.FixtureRequest, database_url: str) -> str:
    """A database of each kind, of this test alone."""
    if kind == "sqlite":
        return database_url
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.own("law")
