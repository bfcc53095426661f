"""A server that sends bytes at its own pace, whatever it is asked."""

import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


@contextmanager
def sending(pieces: Iterable[bytes], pause: float = 0.0) -> Iterator[str]:
    """To each request, these pieces with a pause before each, until the client goes away. Gives the host.

    The pieces may be without an end, as long as they can be begun anew.
    """
    over = Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(1 << 16)
            for piece in pieces:
                if over.wait(pause) if pause else over.is_set():
                    return
                connection.sendall(piece)

    def accept() -> None:
        while not over.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                connection.settimeout(10)
                Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        thread = Thread(target=accept)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


class Forever:
    """The same piece, again and again, after others."""

    def __init__(self, *first: bytes, then: bytes) -> None:
        self._first = first
        self._then = then

    def __iter__(self) -> Iterator[bytes]:
        yield from self._first
        while True:
            yield self._then


def took(began: float) -> float:
    return time.monotonic() - began
