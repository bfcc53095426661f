"""Addresses are compared as addresses."""

import pytest

from flux.registry.remote.address import is_loopback
from flux.registry.remote.connection import Connection
from flux.registry.remote.limits import Limits


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("127.8.9.10", True),
        ("[::1]:5000", True),
        ("registry.example", False),
        ("registry.example:80", False),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1:5000", False),
        ("[::ffff:10.0.0.1]", False),
        ("0.0.0.0", False),
    ],
)
def test_plain_http_is_for_loopback_and_where_it_is_asked_for(host: str, plain: bool) -> None:
    assert is_loopback(host) is plain
    origins = {insecure: Connection(host, 1, insecure, Limits()).origin for insecure in (None, True, False)}
    assert origins == {
        None: f"{'http' if plain else 'https'}://{host}",
        True: f"http://{host.removesuffix(':80')}",
        False: f"https://{host}",
    }
