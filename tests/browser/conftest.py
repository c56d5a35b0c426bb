"""One started city and one Chromium for all journeys; each visitor's page is watched throughout."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from tests import servers
from tests.browser.visitor import Visitor

Enter = Callable[..., Visitor]
Keep = Callable[[Page, str], None]
FAILED = pytest.StashKey[bool]()


class City(NamedTuple):
    """The whole product with its demo city: where it answers, and where it keeps what it keeps."""

    address: str
    folder: Path


@contextmanager
def started(folder: Path) -> Iterator[City]:
    with servers.madang(folder, MADANG_PUSH_ALLOW_PRIVATE="true") as address:
        yield City(address, folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a journey failed: what its pages showed is told then."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def common_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The one city of all journeys."""
    with started(tmp_path_factory.mktemp("city")) as made:
        yield made


@pytest.fixture
def walked_city(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    """The common city; one of its own for a journey walked once more.

    What its first walk left behind would be found there, and counted.
    """
    if getattr(request.node, "execution_count", 1) == 1:
        yield request.getfixturevalue("common_city")
        return
    with started(tmp_path_factory.mktemp("city")) as made:
        yield made


@pytest.fixture
def city(walked_city: City) -> str:
    """The address of the city."""
    return walked_city.address


@pytest.fixture
def city_folder(walked_city: City) -> Path:
    """Where the city keeps what it keeps."""
    return walked_city.folder


@pytest.fixture
def enter(request: pytest.FixtureRequest, city: str) -> Iterator[Enter]:
    """Return the way to open a browser on the city, signed in as `who` of the cast or as nobody."""
    visitors: list[Visitor] = []
    whole = request.node.get_closest_marker("whole_browser") is not None
    browser: Browser = request.getfixturevalue("whole_browser" if whole else "browser")

    def open_one(who: str | None = None, **wishes: object) -> Visitor:
        visitor = Visitor(browser, city, **wishes)
        visitors.append(visitor)
        if who is not None:
            visitor.come_as(who)
        return visitor

    yield open_one
    if request.node.stash.get(FAILED, False):
        for visitor in visitors:
            visitor.tell()
    for visitor in visitors:
        visitor.leave()


@pytest.fixture(scope="session")
def screens(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures of the screens go: `--screens FOLDER`, else nowhere that stays."""
    wanted = request.config.getoption("--screens")
    return Path(wanted) if wanted else tmp_path_factory.mktemp("screens")


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Keep:
    """Return the way to keep a picture of a page; without `--screens` none is taken."""
    wanted = request.config.getoption("--screens")

    def take(page: Page, name: str) -> None:
        if wanted:
            page.screenshot(path=Path(wanted) / f"{name}.png", full_page=True)

    return take
