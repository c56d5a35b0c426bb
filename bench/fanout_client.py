"""Many socket clients in one thread: opens them, lets the server fire, says who heard what when.

`python -m bench.fanout_client PORTS CLIENTS PID` prints a JSON line when all are open, and one
for each JSON line it is given: {"rounds", "k", "gap", "pad", "pause"}; `{}` makes them all leave.
"""

import json
import os
import resource
import select
import socket
import struct
import sys
import time
from typing import Any

SHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
AT_ONCE = 100
PATIENCE_S = 15.0


def framed(text: str) -> bytes:
    """Return a text frame with a mask of zeros."""
    data = text.encode()
    size = len(data)
    head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + struct.pack("!H", size)
    return head + b"\0\0\0\0" + data


def cpu_of(pid: int) -> float:
    """Return the CPU seconds all threads of a process have used."""
    used = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            used += int(file.read().split()[0])
    return used / 1e9


class Client:
    """One connection: 0 shaking, 1 greeted, 2 joined."""

    __slots__ = ("buffer", "heard", "sock", "state")

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), 30)
        self.sock.sendall(SHAKE)
        self.sock.setblocking(False)
        self.buffer = b""
        self.state = 0
        self.heard = 0


class Crowd:
    """All clients on one epoll."""

    def __init__(self) -> None:
        self.poll = select.epoll()
        self.clients: dict[int, Client] = {}
        self.open = 0
        self.lost_lines = 0
        self.delays: list[float] = []

    def come(self, ports: list[int], count: int) -> float:
        """Open the connections, spread over the ports; return connections a second."""
        began = time.monotonic()
        for number in range(count):
            client = Client(ports[number % len(ports)])
            self.clients[client.sock.fileno()] = client
            self.poll.register(client.sock.fileno(), select.EPOLLIN)
            while number - self.open > AT_ONCE:
                self.turn(1.0)
        while self.open < count:
            self.turn(1.0)
        return count / (time.monotonic() - began)

    def turn(self, seconds: float) -> None:
        for number, _event in self.poll.poll(seconds):
            self.take(self.clients[number])

    def take(self, client: Client) -> None:
        try:
            data = client.sock.recv(262_144)
        except ConnectionError:
            data = b""
        now = time.monotonic()
        if not data:
            self.poll.unregister(client.sock.fileno())
            self.lost_lines += 1
            return
        buffer = client.buffer + data if client.buffer else data
        if client.state == 0:
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                client.buffer = head
                return
            client.state = 1
        client.buffer = self.frames(client, buffer, now)

    def frames(self, client: Client, buffer: bytes, now: float) -> bytes:
        start, end = 0, len(buffer)
        while end - start >= 2:
            size, head = buffer[start + 1], 2
            if size == 126:
                if end - start < 4:
                    break
                size, head = struct.unpack_from("!H", buffer, start + 2)[0], 4
            if end - start < head + size:
                break
            self.hear(client, buffer[start + head : start + head + size], now)
            start += head + size
        return buffer[start:]

    def hear(self, client: Client, payload: bytes, now: float) -> None:
        if payload[:2] == b"42":
            client.heard += 1
            at = payload.find(b'"t":"') + 5
            self.delays.append(now - float(payload[at : payload.index(b'"', at)]))
        elif payload[:1] == b"0":
            client.sock.send(framed("40"))
        elif payload[:2] == b"40":
            client.state = 2
            self.open += 1
        elif payload == b"2":
            client.sock.send(framed("3"))

    def round(self, asked: dict[str, Any]) -> tuple[int, int]:
        """Let the server fire once; return how many deliveries were lost and doubled."""
        for client in self.clients.values():
            client.heard = 0
        already = len(self.delays)
        first = next(iter(self.clients.values()))
        fire = {"k": asked["k"], "gap": asked.get("gap", 0), "pad": asked["pad"]}
        first.sock.send(framed("42" + json.dumps(["fire", fire])))
        expected, end = asked["k"] * len(self.clients), time.monotonic() + PATIENCE_S
        while len(self.delays) - already < expected and time.monotonic() < end:
            self.turn(0.2)
        calm = time.monotonic() + asked.get("pause", 0.05)
        while (left := calm - time.monotonic()) > 0:
            self.turn(left)
        counts = [client.heard - asked["k"] for client in self.clients.values()]
        return -sum(c for c in counts if c < 0), sum(c for c in counts if c > 0)


def measured(crowd: Crowd, pid: int, asked: dict[str, Any]) -> dict[str, Any]:
    """Run the rounds and return what was seen."""
    crowd.delays.clear()
    crowd.round(asked)
    crowd.delays.clear()
    before, lost, doubled = cpu_of(pid), 0, 0
    for _ in range(asked["rounds"]):
        missing, extra = crowd.round(asked)
        lost, doubled = lost + missing, doubled + extra
    used, delays = cpu_of(pid) - before, sorted(crowd.delays)
    return {
        "messages": len(delays),
        "cpu_us": used / max(1, len(delays)) * 1e6,
        "cpu_s": used,
        "p50_ms": delays[len(delays) // 2] * 1e3 if delays else None,
        "p99_ms": delays[int(len(delays) * 0.99)] * 1e3 if delays else None,
        "lost": lost,
        "doubled": doubled,
        "broken": crowd.lost_lines,
    }


def main() -> None:
    """Obey the lines on standard input until it ends."""
    ports, count, pid = sys.argv[1].split(","), int(sys.argv[2]), int(sys.argv[3])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    crowd = Crowd()
    rate = crowd.come([int(port) for port in ports], count)
    print(json.dumps({"open": crowd.open, "per_s": round(rate)}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if not asked:
            return
        print(json.dumps(measured(crowd, pid, asked)), flush=True)


if __name__ == "__main__":
    main()
