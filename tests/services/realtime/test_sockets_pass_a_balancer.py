"""Behind nginx with TLS: sockets are upgraded, origins checked, and big frames stay whole."""

import http.client
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import servers
from tests.services.realtime.conftest import Kit
from tests.services.realtime.wire import Line, shake, text

SETTINGS = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; {user}
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 75s;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
    }}
  }}
}}
"""


@pytest.fixture(scope="module")
def balancer(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("nginx"), servers.free_port()
    subject = ["-subj", "/CN=127.0.0.1", "-days", "2", "-nodes", "-newkey", "ec"]
    curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    made = ["openssl", "req", "-x509", *subject, *curve, "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *files], check=True, capture_output=True)
    user = f"user {servers._owner()} nogroup;" if servers._owner() == "nobody" else ""
    names = {"folder": folder, "port": port, "behind": kit.port, "user": user}
    (folder / "nginx.conf").write_text(SETTINGS.format(**names))
    command = ["nginx", "-c", folder / "nginx.conf", "-e", folder / "error.log", "-p", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            servers._wait(port)
            trust(folder / "cert.pem")
            yield port
        finally:
            running.terminate()


def trust(certificate: Path) -> None:
    CONTEXT.load_verify_locations(certificate)


CONTEXT = ssl.create_default_context()


@contextmanager
def secure(port: int) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(("127.0.0.1", port), 15) as plain,
        CONTEXT.wrap_socket(plain, server_hostname="127.0.0.1") as sock,
    ):
        yield sock


def test_big_events_arrive_whole_through_tls(balancer: int) -> None:
    host = f"127.0.0.1:{balancer}"
    with secure(balancer) as sock:
        status, rest = shake(sock, host, Origin=f"https://{host}")
        assert status == 101
        opened = Line(sock, rest)
        # Slowly enough for a busy machine: who falls far behind is cut off to resume by cursor.
        opened.send(text("40") + text('42["fire",{"k":40,"gap":0.03,"pad":60000}]'))
        events = opened.events()
        heard = [next(event for event in events if "n" in event) for _ in range(40)]
    assert [event["n"] for event in heard] == list(range(40))
    assert all(len(event["pad"]) == 60_000 for event in heard)


def test_another_origin_is_refused(balancer: int) -> None:
    host = f"127.0.0.1:{balancer}"
    for origin in ("https://127.0.0.1", "https://elsewhere.example", "null"):
        with secure(balancer) as sock:
            assert shake(sock, host, Origin=origin)[0] == 400


def test_a_page_is_served_on_the_same_address(balancer: int) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", balancer, timeout=10, context=CONTEXT)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"ok"
    connection.close()
