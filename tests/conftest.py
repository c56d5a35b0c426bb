"""What every test may ask for: a migrated database of each kind, the product, a page checker."""

import gc
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserType, expect, sync_playwright

import app as application
from participation.accounts import actions as accounts
from services import clock
from services.auth import Actor
from services.config import Settings, load
from services.db import Session, make_engine, unit_of_work
from services.outbox import Dispatcher
from tests import lines, servers, sharing
from tests.databases import Cluster, prepare
from tests.pages import Pages
from tests.participation.reports.open311.checked import CheckedClient

# A busy machine draws examples slowly; that says nothing of the product.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")
expect.set_options(timeout=20_000)
sharing.install()
WHOLE = "/usr/bin/chromium"
# Each window loads the pages of its address bar and a process to spare: half of what it costs.
# The others are those Playwright turns off by itself, for of two such lists the last one counts.
UNUSED = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,SpareRendererForSitePerProcess,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,PaintHolding,"
    "HttpsFirstBalancedModeAutoEnable,ThirdPartyStoragePartitioning,LensOverlay,MediaRouter,"
    "AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,"
    "PreconnectToSearch"
)
LAWS = Path(__file__).parent / "law"
# A database, a browser, or a process that answers.
SLOW = {"kind", "issuer", "provider", "browser", "enter", "chromium"}
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", default="all", choices=["all", "sqlite", "postgresql"])
    parser.addoption(
        "--screens", default="", help="keep the browser tests' pictures in this folder"
    )
    parser.addoption(
        "--quick", action="store_true", help="the laws, and what needs no database and no process"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = ["sqlite", "postgresql"] if chosen == "all" else [chosen]
        if metafunc.definition.get_closest_marker("above_the_database"):
            kinds = kinds[:1]
        metafunc.parametrize("kind", kinds, scope="session")


def is_quick(item: pytest.Item) -> bool:
    """Say whether a test is a law, or needs neither a database nor a process of its own."""
    law = item.path.is_relative_to(LAWS)
    return law or SLOW.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a journey that waited in vain be walked once more: on a busy machine a browser may stall.

    Which were walked twice is said at the end of the run.
    """
    # What the driver of the browser says by itself is an `Error`, by that name.
    stalled = ["Timeout", "Locator expected", "^Error: "]
    once_more = pytest.mark.flaky(reruns=1, only_rerun=stalled)
    for item in items:
        if {"chromium", "enter"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(once_more)
    if config.getoption("--quick"):
        config.hook.pytest_deselected(items=[one for one in items if not is_quick(one)])
        items[:] = [one for one in items if is_quick(one)]


def pytest_collection_finish() -> None:
    """Leave out of every search for garbage what stays for the whole run: a tenth of its time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with servers.postgresql() as url, lines.kept():
        made = Cluster(url, AT)
        yield made
        made.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """What starts Chromium: its driver can be started only once in a process."""
    with sync_playwright() as play:
        yield play.chromium


def bare_engine() -> str:
    """Return Chromium's engine without its windows, which costs half, or whole where it is not."""
    return shutil.which("chromium-headless-shell") or WHOLE


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    with chromium.launch(executable_path=bare_engine(), args=["--no-sandbox"]) as started:
        yield started


@pytest.fixture(scope="session")
def whole_browser(chromium: BrowserType) -> Iterator[Browser]:
    """Chromium as people have it: with notices, and work that goes on while no page is open."""
    quiet = ["--no-sandbox", f"--disable-features={UNUSED}"]
    with chromium.launch(executable_path=WHOLE, args=quiet) as started:
        yield started


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    prepare(f"sqlite:///{path}", AT)
    return path


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database as new, with the cast in it; on PostgreSQL the same one each time."""
    if kind == "postgresql":
        return str(request.getfixturevalue("cluster").again())
    path = tmp_path / "test.db"
    shutil.copy(request.getfixturevalue("migrated_file"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return load(
        {
            "MADANG_MODE": "test",
            "DATABASE_URL": database_url,
            "MADANG_DATA_DIR": str(tmp_path / "var"),
            "MADANG_PUSH_ALLOW_PRIVATE": "true",
        }
    )


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def app(settings: Settings, engine: sa.Engine) -> Iterator[Flask]:
    made = application.create_app(settings)
    made.testing = True
    made.test_client_class = CheckedClient
    made.jinja_env.bytecode_cache = sharing.TEMPLATES
    yield made
    made.extensions["engine"].dispose()


@pytest.fixture
def turn(app: Flask) -> Callable[[], int]:
    """One turn of the worker: everything that is due is delivered."""
    dispatcher = Dispatcher(app.extensions["engine"], app.extensions["registry"].subscriptions)
    return dispatcher.drain


@pytest.fixture
def visit(app: Flask) -> Callable[[Actor | None], Pages]:
    """Return a browser without script, signed in as someone of the cast."""

    def signed(actor: Actor | None) -> Pages:
        pages = Pages(app)
        if actor is not None and actor.id is not None:
            with unit_of_work(app.extensions["engine"]) as session:
                token = accounts.sign_in(session, actor.id, "Firefox Linux", at=clock.now())
            pages.client.set_cookie("madang_session", token)
        return pages

    return signed
