"""Processes for one picture each, made in milliseconds by forking one that has all it needs loaded.

The application never opens a stranger's picture: each is opened by a child of its own, which ends
with it. Runs as `python -m services.pictures.forkserver FD` and ends when its owner does.
"""

import contextlib
import os
import resource
import signal
import socket
import sys

from services.pictures.forks import BOX, CHUNK, DONE, HEAD, REFUSED, WAIT_S
from services.pictures.imaging import PhotoError, boxed, kind_of, opened, prepare, written

# Seconds of work, whatever else the machine does meanwhile: a progressive JPEG of 50 megapixels
# takes under two on an old laptop, a HEIC of as many about five.
WORK_S, HEIC_WORK_S = 6, 12


def exactly(line: socket.socket, size: int) -> bytes:
    """Return the next `size` bytes; raises PhotoError where the line ends before."""
    parts = []
    while size > 0:
        if not (part := line.recv(min(size, CHUNK))):
            raise PhotoError("photo_unreadable")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def bound(seconds: int) -> None:
    """Let this process be ended once it has worked for so long, in all its threads together."""
    # Both limits the same: it is killed, and leaves no picture of its memory behind.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def work(line: socket.socket) -> None:
    """Read one picture and its boxes from `line` and answer on it."""
    try:
        count, size = HEAD.unpack(exactly(line, HEAD.size))
        told = [BOX.unpack(exactly(line, BOX.size)) for _ in range(count)]
        boxes = [(x, y, wide, high) for x, y, wide, high in told]
        data = exactly(line, size)
        bound(HEIC_WORK_S if kind_of(data) == "heic" else WORK_S)
        image = opened(data)
        large, small = written(boxed(image, boxes) if boxes else image)
        line.sendall(DONE + HEAD.pack(len(large), len(small)) + large + small)
    except PhotoError as error:
        line.sendall(REFUSED + error.code.encode())


def serve(line: socket.socket) -> None:
    """Fork a process for every line that comes, until the owner is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Ctrl-C at a terminal reaches us too; the owner decides when the work is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # An owner under gevent made its lines for a loop of its own; here each is simply waited for.
    line.setblocking(True)
    while True:
        _, fds, _, _ = socket.recv_fds(line, 1, 1)
        if not fds:
            return
        with socket.socket(fileno=fds[0]) as asked:
            if os.fork() == 0:
                line.close()
                asked.setblocking(True)
                signal.alarm(WAIT_S)
                with contextlib.suppress(OSError):
                    work(asked)
                # Nothing of the server's is to be tidied up by its child.
                os._exit(0)


if __name__ == "__main__":
    prepare()
    serve(socket.socket(fileno=int(sys.argv[1])))
