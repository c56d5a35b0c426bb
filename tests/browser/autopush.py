"""The other side of our push service: the WebSocket over which Firefox asks for addresses and
is handed its messages (hello, register, unregister, notification, ack)."""

import contextlib
import json
import secrets
import socket
import threading
import time
from typing import Any, Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)

from tests.pushservice import Message, PushService, b64


class Line:
    """One Firefox on one socket."""

    def __init__(self, owner: "Autopush", sock: socket.socket) -> None:
        self.owner, self.sock = owner, sock
        self.ws = WSConnection(ConnectionType.SERVER)
        self.lock = threading.Lock()

    def serve(self) -> None:
        try:
            while data := self.sock.recv(65_536):
                self.ws.receive_data(data)
                for event in self.ws.events():
                    self._heed(event)
        except OSError:
            return
        finally:
            self.sock.close()

    def _heed(self, event: Event) -> None:
        if isinstance(event, Request):
            offered = event.subprotocols[0] if event.subprotocols else None
            self._send(AcceptConnection(subprotocol=offered))
        elif isinstance(event, (Ping, CloseConnection)):
            self._send(event.response())
        elif isinstance(event, TextMessage):
            answer = self._answer(json.loads(event.data))
            if answer is not None:
                self.say(answer)

    def _answer(self, said: dict[str, Any]) -> dict[str, Any] | None:
        kind = said.get("messageType")
        if kind == "hello":
            uaid = (not self.owner.forgetful and said.get("uaid")) or secrets.token_hex(16)
            return {"messageType": kind, "status": 200, "uaid": uaid, "use_webpush": True}
        if kind == "register":
            channel = said["channelID"]
            endpoint = self.owner.register(channel, said.get("key"), self)
            known = {"messageType": kind, "status": 200, "channelID": channel}
            return known | {"pushEndpoint": endpoint}
        if kind == "unregister":
            self.owner.forget(said["channelID"])
            return {"messageType": kind, "status": 200, "channelID": said["channelID"]}
        if kind == "ack":
            self.owner.acks += [update["code"] for update in said["updates"]]
        if kind == "nack":
            self.owner.nacks.append(said["code"])
        return {} if not said else None

    def say(self, what: dict[str, Any]) -> None:
        self._send(TextMessage(json.dumps(what)))

    def _send(self, event: Event) -> None:
        with self.lock:
            self.sock.sendall(self.ws.send(event))


class Autopush(PushService):
    """A push service with browsers on its line; they hold their own keys."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, tuple[str, Line]] = {}
        self.acks: list[int] = []
        # A push service that lost its memory gives browsers new names and no old addresses.
        self.forgetful = False
        # What Firefox could not show, by its own numbers.
        self.nacks: list[int] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.line_url = f"ws://127.0.0.1:{self.listener.getsockname()[1]}/"
        self.deliver = self._hand_over

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return super().__enter__()

    def __exit__(self, *error: object) -> None:
        self.listener.close()
        super().__exit__(*error)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=Line(self, sock).serve, daemon=True).start()

    def register(self, channel: str, key: str | None, line: Line) -> str:
        browser = self.subscribe(key and key.rstrip("="), keys=False)
        self.lines[browser.token] = (channel, line)
        return browser.endpoint

    def forget(self, channel: str) -> None:
        for token, (known, _line) in self.lines.items():
            if known == channel:
                self.browsers[token].gone = True

    def lose_memory(self) -> None:
        """Drop every line and know nobody who comes back."""
        self.forgetful = True
        for token, (_channel, line) in list(self.lines.items()):
            self.browsers[token].gone = True
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)

    def _hand_over(self, message: Message) -> None:
        channel, line = self.lines[message.token]
        line.say(
            {
                "messageType": "notification",
                "channelID": channel,
                "version": f"v{time.monotonic_ns()}",
                "data": b64(message.body),
                "headers": {"encoding": "aes128gcm"},
                "ttl": int(message.headers["ttl"]),
            }
        )
