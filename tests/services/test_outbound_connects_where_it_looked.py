"""A checked address is the one connected to, under the name asked for; and every answer ends."""

import datetime
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services import clock
from services.outbound import AddressError, GuardedSession, TooLargeError, client
from tests.pushservice import Answer, PushService
from tests.services.test_outbound_refuses_inner_addresses import answering


@pytest.fixture
def session() -> Iterator[GuardedSession]:
    with GuardedSession(allow_private=True, largest=1_000_000) as made:
        yield made


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as made:
        made.always = Answer(201)
        yield made


def test_a_name_that_turns_inward_after_the_check_is_refused_at_the_connection(
    monkeypatch: pytest.MonkeyPatch, service: PushService
) -> None:
    answering(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    assert client.checked("https://push.example/x").addresses == ("8.8.8.8",)
    with GuardedSession() as strict, pytest.raises(AddressError):
        strict.post("https://push.example/x", data=b"x")
    assert service.connections == 0


def test_the_name_is_asked_once_and_the_answer_is_where_it_connects(
    session: GuardedSession, monkeypatch: pytest.MonkeyPatch, service: PushService
) -> None:
    asked = answering(monkeypatch, ["127.0.0.1"], ["127.0.0.9"])
    url = f"http://push.example:{service.server_port}/wpush/x"
    answer = session.post(url, data=b"x")
    assert (answer.status_code, asked) == (201, ["push.example"])


def test_the_second_address_is_tried_when_nobody_answers_at_the_first(
    session: GuardedSession, monkeypatch: pytest.MonkeyPatch, service: PushService
) -> None:
    answering(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    url = f"http://push.example:{service.server_port}/wpush/x"
    assert session.post(url, data=b"x").status_code == 201


def test_connections_are_kept_for_the_next_message(
    session: GuardedSession, service: PushService
) -> None:
    for _ in range(20):
        session.post(f"{service.origin}/wpush/x", data=b"x")
    assert service.connections == 1


def test_a_redirect_is_an_answer_and_no_way(session: GuardedSession, service: PushService) -> None:
    service.always = Answer(307, {"Location": f"{service.origin}/inner"})
    assert session.post(service.origin, data=b"x", allow_redirects=True).status_code == 307


def test_no_cookie_is_kept(session: GuardedSession, service: PushService) -> None:
    service.always = Answer(201, {"Set-Cookie": "who=you; Path=/"})
    session.post(service.origin, data=b"x")
    assert len(session.cookies) == 0


def test_a_proxy_of_the_surroundings_is_not_used(
    session: GuardedSession, monkeypatch: pytest.MonkeyPatch, service: PushService
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert session.post(service.origin, data=b"x").status_code == 201


def test_an_answer_that_comes_byte_by_byte_is_cut(
    session: GuardedSession, monkeypatch: pytest.MonkeyPatch, service: PushService
) -> None:
    monkeypatch.setattr(client, "DEADLINE_S", 0.5)
    service.always = Answer(201, drip=True)
    began = time.monotonic()
    # Cut by us, or reset by a service whose answer was cut: either way it ends.
    with pytest.raises((requests.Timeout, requests.ConnectionError)):
        session.post(service.origin, data=b"x")
    assert time.monotonic() - began < 3


class _Endless(BaseHTTPRequestHandler):
    """Answers with a body without end, `slow` or as fast as it goes."""

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * (1 if self.path == "/slow" else 65_536))
                time.sleep(0.05 if self.path == "/slow" else 0)
        except OSError:
            return


@pytest.fixture
def endless() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Endless)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_body_larger_than_wanted_is_refused(session: GuardedSession, endless: str) -> None:
    with pytest.raises(TooLargeError):
        session.get(f"{endless}/fast")


def test_a_body_that_does_not_end_is_left(
    session: GuardedSession, endless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DEADLINE_S", 0.4)
    began = time.monotonic()
    with pytest.raises(requests.Timeout):
        session.get(f"{endless}/slow")
    assert time.monotonic() - began < 3


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate for `name` that signs itself; return its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - day)
        .not_valid_after(clock.now() + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


@pytest.mark.parametrize("name", ["push.example", "other.example"])
def test_the_certificate_must_be_the_names(
    session: GuardedSession,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: PushService,
) -> None:
    cert_file, key_file = certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    asked_names: list[str | None] = []
    context.sni_callback = lambda _sock, asked, _context: asked_names.append(asked)
    service.socket = context.wrap_socket(service.socket, server_side=True)
    answering(monkeypatch, ["127.0.0.1"])
    session.verify = str(cert_file)
    url = f"https://push.example:{service.server_port}/wpush/x"
    if name == "push.example":
        assert session.post(url, data=b"x").status_code == 201
        assert session.post(url, data=b"x").status_code == 201
        assert asked_names == ["push.example"]
    else:
        with pytest.raises(requests.exceptions.SSLError):
            session.post(url, data=b"x")


def test_an_address_in_brackets_is_understood() -> None:
    found = client.checked("http://[::1]:8080/", allow_private=True)
    assert (found.host, found.port, found.addresses) == ("::1", 8080, ("::1",))
