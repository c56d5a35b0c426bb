"""A real OpenID Connect provider in a process of its own, and someone who walks through it."""

import html
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import requests

from tests.servers import ENV, free_port

ROOT = Path(__file__).resolve().parents[1]
CLIENT = {"MADANG_OIDC_CLIENT_ID": "madang"}
SECRET = {"MADANG_OIDC_CLIENT_SECRET": "a secret of thirty-two characters"}


@contextmanager
def provider(callback: str, issuer: str = "") -> Iterator[str]:
    """Yield the issuer of a provider that knows Madang and where to lead people back to.

    `issuer` is `http://host:port` on this machine, where it must be known beforehand.
    """
    issuer = issuer or f"http://127.0.0.1:{free_port()}"
    command = ["node", str(ROOT / "tests" / "oidc_provider.mjs"), issuer, callback]
    process = subprocess.Popen(
        command, cwd=ROOT, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        while "ready" not in (line := process.stdout.readline()):
            assert line, "the provider did not start"
        yield issuer
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def settings(issuer: str) -> dict[str, str]:
    """Return what Madang must be told of the provider."""
    return {"MADANG_OIDC_ISSUER": issuer, **CLIENT, **SECRET}


class Person:
    """Someone with an account at the provider and a browser that keeps its cookies."""

    def __init__(self, login: str) -> None:
        self.login = login
        self.browser = requests.Session()

    def close(self) -> None:
        self.browser.close()

    def pass_through(self, start: str, callback: str) -> str:
        """Sign in and agree at the provider; return the address it leads back to."""
        here = self._follow(self.browser.get(start, allow_redirects=False), callback)
        for _ in range(3):
            if isinstance(here, str):
                return here
            form = re.search(r'<form[^>]*action="([^"]+)"', here.text)
            assert form is not None, here.text
            fields = dict(re.findall(r'name="(\w+)"[^>]*value="(\w+)"', here.text))
            if fields.get("prompt") == "login":
                fields |= {"login": self.login, "password": "x"}
            action = urljoin(here.url, html.unescape(form[1]))
            sent = self.browser.post(action, data=fields, allow_redirects=False)
            here = self._follow(sent, callback)
        assert isinstance(here, str), "the provider never led back"
        return here

    def decline(self, start: str, callback: str) -> str:
        """Turn round at the provider's door; return the address it leads back to."""
        here = self._follow(self.browser.get(start, allow_redirects=False), callback)
        assert not isinstance(here, str)
        back = self._follow(
            self.browser.get(here.url.rstrip("/") + "/abort", allow_redirects=False), callback
        )
        assert isinstance(back, str)
        return back

    def _follow(self, answer: requests.Response, callback: str) -> requests.Response | str:
        while answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if target.startswith(callback):
                return target
            answer = self.browser.get(target, allow_redirects=False)
        assert answer.ok, (answer.status_code, answer.text[:500])
        return answer
