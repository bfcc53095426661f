"""A deadline for a whole request.

A socket's timeout applies to each wait, so a server that sends one byte a second never exceeds it.
"""

import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

_TOLERANCE = 1.01
"""How many times the remaining time a wait may take."""

_current = threading.local()


class Deadline:
    """The time when a request has to end. As a context, it limits what this thread sends and receives."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    def __enter__(self) -> Self:
        _current.deadline = self
        return self

    def __exit__(self, *raised: object) -> None:
        _current.deadline = None

    def extend_to(self, seconds: float) -> None:
        """Extend the deadline to `seconds` after its start."""
        self._seconds = max(self._seconds, seconds)

    @property
    def seconds(self) -> float:
        return self._seconds

    @property
    def left(self) -> float:
        return self._began + self._seconds - time.monotonic()


def _hurry(sock: socket.socket) -> None:
    """Limit the next wait to the remaining time. Raises TimeoutError if there is none."""
    current: Deadline | None = getattr(_current, "deadline", None)
    if current is not None:
        left = current.left
        if left <= 0:
            raise TimeoutError("the time is over")
        # Each change is a system call, at which the threads of Python wait for each other.
        if not left <= (sock.gettimeout() or 0) <= left * _TOLERANCE:
            sock.settimeout(left)


if TYPE_CHECKING:
    _Base = socket.socket
else:
    _Base = object


class _Hurried(_Base):
    """A mixin for sockets that keeps the deadline."""

    def recv(self, *arguments: Any) -> bytes:
        _hurry(self)
        return super().recv(*arguments)

    def recv_into(self, *arguments: Any) -> int:
        _hurry(self)
        return super().recv_into(*arguments)

    def send(self, *arguments: Any) -> int:
        _hurry(self)
        return super().send(*arguments)

    def sendall(self, *arguments: Any) -> None:
        _hurry(self)
        return super().sendall(*arguments)


class _Socket(_Hurried, socket.socket):
    pass


class _TlsSocket(_Hurried, ssl.SSLSocket):
    pass


def _hurried(sock: socket.socket) -> socket.socket:
    timeout = sock.gettimeout()
    ours = _Socket(sock.family, sock.type, sock.proto, fileno=sock.detach())
    ours.settimeout(timeout)
    return ours


class _TimedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _hurried(super()._new_conn())


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _hurried(super()._new_conn())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def tls_context() -> ssl.SSLContext:
    """Return a TLS context that trusts this machine's CA certificates (SSL_CERT_FILE)."""
    context = create_urllib3_context()
    context.load_default_certs()
    context.sslsocket_class = _TlsSocket
    return context


def keep_deadlines(pools: PoolManager) -> PoolManager:
    """Let the connections of these pools keep the deadline of the thread that uses them."""
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return pools
