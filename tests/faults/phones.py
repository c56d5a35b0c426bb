"""Phones on a bad line: each submission is cut off somewhere, and sent again with the same key."""

import random
import threading
from collections import Counter
from urllib.parse import urlsplit
from uuid import uuid4

import pyvips

from tests.faults.crowd import TOKEN, Writer
from tests.faults.cut_lines import CUTS, HOLDS, WHERE, Line, Request
from tests.faults.gate import Gate

PREFIX = "off-"
# How often a submission may be cut before its line holds: phones give up for a while, then try.
MOST_CUTS = 3
MOST_ODD = 50


class Phone(threading.Thread):
    """One person whose line is bad: sends each submission until its answer is read whole."""

    def __init__(self, crowd: "Phones", token: str, keys: list[str]) -> None:
        super().__init__(daemon=True)
        self.crowd, self.keys = crowd, keys
        self.writer = Writer(crowd.address, token)
        self.chance = random.Random(keys[0])

    def run(self) -> None:
        for key in self.keys:
            cuts = self.chance.randrange(1, self.crowd.most_cuts + 1)
            while not self.crowd.give_up.is_set():
                kind = self.chance.choice(WHERE) if cuts > 0 else None
                try:
                    if self._send(key, kind):
                        break
                except (OSError, ValueError, IndexError):
                    # The product itself was gone; the phone waits and tries again.
                    self.crowd.lost()
                    self.crowd.give_up.wait(self.chance.uniform(0.3, 1.0))
                    kind = None
                cuts -= 1

    def _send(self, key: str, kind: str | None) -> bool:
        """Send once and say whether the whole answer came back and said yes."""
        hold = HOLDS.get(kind or "")
        token = f"{key}.{uuid4().hex}"
        asked = self._request(key, f"X-Hold: {hold} {self.crowd.gate.port} {token}" if hold else "")
        line = Line(self.writer.netloc)
        try:
            if hold is not None:
                line.say(asked.head + asked.body)
                return self._cut_at_hold(str(kind), line, token)
            if kind is not None:
                CUTS[kind](line, asked, self.chance)
                self.crowd.was_cut(kind)
                return False
            line.say(asked.head + asked.body)
            answer = line.heard().decode("latin-1")
        finally:
            line.cut(hard=kind is not None and self.chance.random() < 0.5)
        if answer.startswith("HTTP/1.1 503") or not answer:
            raise ConnectionError("not now")
        return self.crowd.was_told(key, answer)

    def _cut_at_hold(self, kind: str, line: Line, token: str) -> bool:
        """Cut the line while the product is held, and only then let it go on."""
        gate = self.crowd.gate
        while not gate.arrived(token, 0.05):
            if line.answered(0.0) or self.crowd.give_up.is_set():
                # It was killed, or had no room: nothing was held.
                raise ConnectionError("not now")
        line.cut(hard=True)
        gate.open(token)
        self.crowd.was_cut(kind)
        return False

    def _request(self, key: str, header: str = "") -> Request:
        if not self.writer.csrf:
            self.writer.csrf = TOKEN.findall(self.writer.ask("GET", "/reports/new")[1])[0]
        number = int(key[-6:])
        form = {
            "csrf_token": self.writer.csrf,
            "idempotency_key": key,
            "category": "litter",
            "looked": "1",
            "text": f"봉투가 쌓였어요 {number}",
            "lat": f"{34 + number % 1000 / 1000:.4f}",
            "lon": f"{127 + number // 1000 / 100 + number % 7 / 1000:.4f}",
        }
        picture = photo_of(number) if has_photo(key) else b""
        return multipart(self.writer, form, picture, header)


def has_photo(key: str) -> bool:
    """Say whether a submission carries a photo: one of three does."""
    return int(key[-6:]) % 3 == 0


def photo_of(number: int) -> bytes:
    """Return a small JPEG no other submission of a run has."""
    colour = [number % 256, number // 256 % 256, 128]
    picture = pyvips.Image.black(96, 72, bands=3).linear([1] * 3, colour).cast("uchar")
    return bytes(picture.jpegsave_buffer(Q=90))


def multipart(writer: Writer, form: dict[str, str], photo: bytes, header: str) -> Request:
    """Return the form as a browser sends it from its store (RFC 7578), with one header more."""
    edge = uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    ]
    body = "".join(parts).encode()
    if photo:
        about = 'name="photo"; filename="photo"\r\nContent-Type: image/jpeg'
        body += f"--{edge}\r\nContent-Disposition: form-data; {about}\r\n\r\n".encode()
        body += photo + b"\r\n"
    body += f"--{edge}--\r\n".encode()
    cookies = "; ".join(f"{name}={value}" for name, value in writer.cookies.items())
    head = (
        f"POST /reports/ HTTP/1.1\r\nHost: {writer.netloc}\r\nConnection: close\r\n"
        f"Cookie: {cookies}\r\nContent-Type: multipart/form-data; boundary={edge}\r\n"
        f"Content-Length: {len(body)}\r\n{header and header + chr(13) + chr(10)}\r\n"
    )
    return Request(head.encode(), body)


class Phones:
    """All phones of a run, what they were told, and where their lines were cut."""

    def __init__(
        self, address: str, tokens: list[str], count: int, most_cuts: int = MOST_CUTS
    ) -> None:
        self.most_cuts = most_cuts
        self.gate = Gate()
        self.address = f"http://{urlsplit(address).netloc}"
        self.keys = [f"{PREFIX}{number:06d}" for number in range(count)]
        self.told: dict[str, set[str]] = {}
        self.odd: list[str] = []
        self.cuts: Counter[str] = Counter()
        self.give_up = threading.Event()
        self._lock = threading.Lock()
        self._phones = [
            Phone(self, token, self.keys[number :: len(tokens)])
            for number, token in enumerate(tokens)
        ]

    def was_cut(self, kind: str) -> None:
        with self._lock:
            self.cuts[kind] += 1

    def lost(self) -> None:
        self.was_cut("the product was gone")

    def was_told(self, key: str, answer: str) -> bool:
        """Keep the report an answer names; anything but a yes is kept as odd."""
        status, _, head = answer.partition("\r\n")
        yes = " 303 " in status + " "
        with self._lock:
            if yes:
                place = head.lower().split("location:", 1)[1].split("\r\n", 1)[0].strip()
                self.told.setdefault(key, set()).add(place.split("?")[0].split("/")[-1])
            else:
                self.odd.append(f"{key}: {status}")
        if len(self.odd) > MOST_ODD:
            self.give_up.set()
        return yes

    def start(self) -> None:
        for phone in self._phones:
            phone.start()

    def join(self) -> None:
        for phone in self._phones:
            phone.join()
        self.gate.close()
