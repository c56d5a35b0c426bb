"""Someone of the demo city at their browser: pages, forms with their token, nothing else."""

import re
from urllib.parse import urljoin

import requests

TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
HOME = re.compile(r'data-home="(-?[\d.]+),(-?[\d.]+),')
REPORT = re.compile(r'href="/reports/([0-9a-f-]{36})"')
CASE = re.compile(r'href="/console/reports/([0-9a-f-]{36})')
MOVES = re.compile(r'id="answer-status".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="(\w+)"')
TIMEOUT_S = 20
AWAY = (502, 503, 504)
Photo = tuple[str, bytes, str]


class AwayError(Exception):
    """The city does not answer just now; it may after `after_s` seconds."""

    def __init__(self, after_s: float = 0.0) -> None:
        super().__init__("the city does not answer")
        self.after_s = after_s


class RefusedError(Exception):
    """The city answered and said no; the message holds its status."""


class Visitor:
    """One person's browser. Every call raises AwayError or RefusedError where it fails."""

    def __init__(self, base_url: str, who: str) -> None:
        self.base_url, self.who = base_url, who
        self._browser = requests.Session()
        self._browser.headers["User-Agent"] = "Madang demo visitor"
        self._token = ""

    def get(self, path: str) -> str:
        """Return a page, signed in first where it asks for that."""
        answer = self._send("GET", path)
        if answer.is_redirect and "/sign-in" in answer.headers["Location"]:
            self.sign_in()
            answer = self._send("GET", path)
        if answer.status_code != 200:
            raise RefusedError(f"{path}: {answer.status_code}")
        return self._read(answer.text)

    def post(self, path: str, form: dict[str, str], photo: Photo | None = None) -> str:
        """Send a form and return where it led; a form grown old is fetched and sent once more."""
        for _ in range(2):
            if not self._token:
                self.sign_in()
            data = {"csrf_token": self._token} | form
            answer = self._send("POST", path, data, photo)
            there = str(answer.headers.get("Location", ""))
            if answer.is_redirect and "/sign-in" not in there:
                return there
            self._token = ""
        raise RefusedError(f"{path}: {answer.status_code}")

    def sign_in(self) -> None:
        """Become the person this browser belongs to, as anyone may in a demo city."""
        page = self._send("GET", "/sign-in/demo")
        if page.status_code != 200:
            raise RefusedError("this city is no demo: nobody can be played here")
        self._read(page.text)
        form = {"csrf_token": self._token, "who": self.who, "next": "/"}
        answer = self._send("POST", "/sign-in/demo", form)
        if not answer.is_redirect:
            raise RefusedError(f"/sign-in/demo: {answer.status_code}")

    def home(self) -> tuple[float, float]:
        """Return (lat, lon) of the middle of the city, as its map opens."""
        found = HOME.search(self.get("/reports/map"))
        if found is None:
            raise RefusedError("/reports/map names no place")
        return float(found[1]), float(found[2])

    def reports(self) -> list[str]:
        return list(dict.fromkeys(REPORT.findall(self.get("/reports/"))))

    def cases(self) -> list[str]:
        return list(dict.fromkeys(CASE.findall(self.get("/console/"))))

    def moves(self, report_id: str) -> list[str]:
        """Return the states a case can be answered with, its present one first if it is one."""
        found = MOVES.search(self.get(f"/console/reports/{report_id}"))
        return OPTION.findall(found[0]) if found else []

    def _read(self, page: str) -> str:
        found = TOKEN.search(page)
        self._token = found[1] if found else self._token
        return page

    def _send(
        self, method: str, path: str, form: dict[str, str] | None = None, photo: Photo | None = None
    ) -> requests.Response:
        try:
            answer = self._browser.request(
                method,
                urljoin(self.base_url, path),
                data=form,
                files={"photo": photo} if photo else None,
                allow_redirects=False,
                timeout=TIMEOUT_S,
            )
        except requests.RequestException as error:
            raise AwayError from error
        if answer.status_code in (429, *AWAY):
            after = answer.headers.get("Retry-After", "")
            raise AwayError(float(after) if after.isdigit() else 0.0)
        return answer
