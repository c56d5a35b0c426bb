"""A Firefox of the tests' own, without a screen, whose push service is ours."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import free_port

PREFERENCES = {
    "dom.push.connection.enabled": True,
    "dom.push.retryBaseInterval": 200,
    "dom.push.testing.allowInsecureServerURL": True,
    "remote.prefs.recommended": False,
    # No desktop listens here; Firefox draws its own notifications then.
    "alerts.useSystemBackend": False,
    "permissions.default.desktop-notification": 1,
    "intl.accept_languages": "en",
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "browser.safebrowsing.update.enabled": False,
    "toolkit.startup.max_resumed_crashes": -1,
}


def _write(profile: Path, preferences: dict[str, Any]) -> None:
    profile.mkdir()
    lines = []
    for name, value in preferences.items():
        text = str(value).lower() if isinstance(value, bool) else value
        text = f'"{text}"' if isinstance(value, str) else text
        lines.append(f'user_pref("{name}", {text});')
    (profile / "user.js").write_text("\n".join(lines))


class Marionette:
    """Firefox's remote control: a TCP line of JSON, each message after its length."""

    def __init__(self, port: int, seconds: float = 90.0) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                self.sock = socket.create_connection(("127.0.0.1", port), 1)
                break
            except OSError:
                assert time.monotonic() < end, "Firefox does not open its remote control"
                time.sleep(0.05)
        # It opens its remote control long before it has loaded all it begins with.
        self.sock.settimeout(seconds)
        self.count = 0
        self._read()
        self.send("WebDriver:NewSession", capabilities={"alwaysMatch": {}})

    def send(self, command: str, **parameters: Any) -> Any:
        self.count += 1
        text = json.dumps([0, self.count, command, parameters])
        self.sock.sendall(f"{len(text)}:{text}".encode())
        _, number, error, result = self._read()
        assert number == self.count
        assert error is None, error
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def _read(self) -> Any:
        length = b""
        while (digit := self.sock.recv(1)) != b":":
            assert digit, "Firefox hung up"
            length += digit
        body = b""
        while len(body) < int(length):
            body += self.sock.recv(int(length) - len(body))
        return json.loads(body)


class Firefox:
    """One window; scripts run in the page."""

    def __init__(self, driver: Marionette) -> None:
        self.driver = driver

    def go(self, url: str) -> None:
        self.driver.send("WebDriver:Navigate", url=url)

    def click(self, selector: str) -> None:
        found = self.driver.send("WebDriver:FindElement", using="css selector", value=selector)
        self.driver.send("WebDriver:ElementClick", id=next(iter(found.values())))

    def ask(self, script: str) -> Any:
        """Return what the body of an async function in the page returns."""
        return self._run(script)

    def ask_browser(self, script: str) -> Any:
        """The same in the browser's own world, where a click on a notification comes from."""
        self.driver.send("Marionette:SetContext", value="chrome")
        try:
            return self._run(script)
        finally:
            self.driver.send("Marionette:SetContext", value="content")

    def tabs(self) -> list[str]:
        return list(
            self.ask_browser(
                """return [...Services.wm.getEnumerator("navigator:browser")].flatMap((one) =>
                one.gBrowser.tabs.map((tab) => tab.linkedBrowser.currentURI.spec));"""
            )
        )

    def tap_notification(self) -> bool:
        """Click the newest notification on the screen; False if there is none."""
        return bool(
            self.ask_browser(
                """const shown = [...Services.wm.getEnumerator("alert:alert")].pop();
                shown?.onAlertClick(); return Boolean(shown);"""
            )
        )

    def _run(self, body: str) -> Any:
        script = f"""const done = arguments[arguments.length - 1];
            (async () => {{ {body} }})().then(done, (e) => done("failed: " + e));"""
        return self.driver.send(
            "WebDriver:ExecuteAsyncScript", script=script, args=[], sandbox=None, newSandbox=False
        )

    def until(self, truth: Callable[[], bool], seconds: float = 15.0) -> None:
        end = time.monotonic() + seconds
        while not truth():
            assert time.monotonic() < end, "it did not come true in time"
            time.sleep(0.05)


@contextmanager
def firefox(folder: Path, push_url: str) -> Iterator[Firefox]:
    """Yield a Firefox that asks the push service at `push_url` (ws:) for its addresses."""
    port, profile = free_port(), folder / "profile"
    _write(profile, PREFERENCES | {"marionette.port": port, "dom.push.serverURL": push_url})
    options = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
    environment = os.environ | {"MOZ_HEADLESS": "1", "HOME": str(folder), "MOZ_CRASHREPORTER": ""}
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(
            ["firefox-esr", *options, "--profile", str(profile)],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            driver = Marionette(port)
            with driver.sock:
                yield Firefox(driver)
        finally:
            process.terminate()
            process.wait(20)
