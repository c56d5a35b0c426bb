"""One started city and one Chromium for all journeys; each visitor's page is watched throughout."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import servers
from tests.browser.visitor import Visitor

Enter = Callable[..., Visitor]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a journey failed: what its pages showed is told then."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the city keeps what it keeps."""
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="session")
def city(city_folder: Path) -> Iterator[str]:
    """The address of the whole product with its demo city."""
    with servers.madang(city_folder, MADANG_PUSH_ALLOW_PRIVATE="true") as url:
        yield url


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
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Return the way to keep a picture of a page; without `--screens` none is taken."""
    wanted = request.config.getoption("--screens")

    def take(page: Page, name: str) -> None:
        if wanted:
            page.screenshot(path=Path(wanted) / f"{name}.png", full_page=True)

    return take
