"""The realtime kit with nothing around it: `fanout_server.py PORT [REDIS_URL or -] [PING_S]`.

"fire" {k, room, pad, gap} sends k events {"n", "t", "pad"} to a room (none: all), `gap` seconds
apart; "join" enters one.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from services.realtime.fanout import Rooms  # noqa: E402
from services.realtime.install import LARGEST_FRAME  # noqa: E402
from services.realtime.relay import Relay  # noqa: E402
from services.realtime.transport import use  # noqa: E402
from services.serving.listening import allow_many_sockets, listen  # noqa: E402


def build(redis_url: str | None, ping_s: float = 25.0) -> Flask:
    """Return a page and a socket server that sends what it is asked to."""
    app = Flask(__name__)
    rooms = Rooms()
    socketio = SocketIO(
        app,
        async_mode="gevent",
        client_manager=rooms,
        transports=["websocket"],
        max_http_buffer_size=LARGEST_FRAME,
        manage_session=False,
        ping_interval=ping_s,
        ping_timeout=ping_s * 0.8,
    )
    use(socketio.server)

    def hear(message: dict[str, Any]) -> None:
        rooms.deliver("ev", message["data"], "/", message["room"])

    relay = Relay(redis_url, hear, lambda: None) if redis_url else None
    if relay is not None:
        threading.Thread(target=relay.listen, daemon=True).start()
        relay.ready.wait(10)

    @app.get("/")
    def page() -> str:
        return "ok"

    @app.get("/lines")
    def lines() -> str:
        return str(len(socketio.server.eio.sockets))

    @socketio.on("join")
    def join(room: str) -> None:
        join_room(room)

    @socketio.on("fire")
    def fire(asked: dict[str, Any]) -> None:
        pad = "x" * asked.get("pad", 250)
        for number in range(asked["k"]):
            data = {"n": number, "t": f"{time.monotonic():.6f}", "pad": pad}
            rooms.deliver("ev", data, "/", asked.get("room"))
            if relay is not None:
                relay.publish({"data": data, "room": asked.get("room")})
            time.sleep(asked.get("gap", 0))

    return app


def main() -> None:
    """Serve on 127.0.0.1 until killed."""
    allow_many_sockets()
    given = dict(enumerate(sys.argv))
    redis_url = given.get(2, "-")
    app = build(None if redis_url == "-" else redis_url, float(given.get(3, 25)))
    listener = listen("127.0.0.1", int(given[1]))
    WSGIServer(listener, app.wsgi_app, log=None, error_log=None).serve_forever()


if __name__ == "__main__":
    main()
