"""Many slow pictures at once keep a process that serves pages from answering nobody."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from flask import Flask

from services.config import Settings
from services.pictures.imaging import SCANS
from tests import servers
from tests.flows.processes import browser, process, token_of
from tests.flows.test_report_to_answer import FORM
from tests.people import MINJI
from tests.services.test_photos_are_made_harmless import layered

MANY = 12


@pytest.fixture
def apart(settings: Settings, database_url: str) -> Iterator[dict[str, str]]:
    with servers.redis() as redis_url:
        yield {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "MADANG_MODE": "test",
            "MADANG_SECRET_KEY": settings.secret_key,
        }


def send(web: requests.Session, address: str, csrf: str, key: str) -> int:
    """Send a report with three of the slowest pictures that are taken; return the status."""
    slow = layered(SCANS, 8160, 6120)
    answer = web.post(
        f"{address}/reports/",
        data=FORM | {"csrf_token": csrf, "idempotency_key": key},
        files=[("photo", (f"{n}.jpg", slow)) for n in range(3)],
        allow_redirects=False,
        timeout=60,
    )
    return answer.status_code


def test_who_asks_for_a_page_meanwhile_has_it_soon(
    app: Flask, apart: dict[str, str], tmp_path: Path
) -> None:
    with process("web", tmp_path, **apart) as web, ThreadPoolExecutor(MANY) as phones:
        minji = browser(web.address, token_of(app, MINJI))
        form = minji.get(f"{web.address}/reports/new", timeout=20).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert found is not None
        keys = [f"key-slow-pictures-{n}" for n in range(MANY)]
        sent = [phones.submit(send, minji, web.address, found[1], key) for key in keys]
        waits = []
        while not all(one.done() for one in sent):
            began = time.monotonic()
            assert requests.get(f"{web.address}/health", timeout=60).status_code == 200
            waits.append(time.monotonic() - began)
            time.sleep(0.05)
        statuses = {one.result() for one in sent}
    print(f"longest of {len(waits)} looks: {max(waits):.2f} s; {sorted(statuses)}")
    assert statuses <= {303, 200, 503}
    assert max(waits) < 2
