"""The gate at which a held product waits: whoever asked for the hold is told, and lets it go on."""

import contextlib
import socket
import threading


class Gate:
    """Listens on a private port; `arrived` waits for a key, `open` lets its request go on."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        self._held: dict[str, socket.socket] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._take, args=(connection,), daemon=True).start()

    def _take(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            key = connection.makefile().readline().strip()
            with self._changed:
                self._held[key] = connection
                self._changed.notify_all()

    def arrived(self, key: str, seconds: float) -> bool:
        """Wait until the request of `key` is held."""
        with self._changed:
            return self._changed.wait_for(lambda: key in self._held, seconds)

    def open(self, key: str) -> None:
        with self._changed:
            connection = self._held.pop(key, None)
        if connection is not None:
            connection.close()

    def close(self) -> None:
        self._listener.close()
