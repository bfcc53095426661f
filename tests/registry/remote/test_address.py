"""Addresses are compared as addresses."""

import pytest

from flux.errors import RegistryError
from flux.registry.remote.address import in_our_scheme, is_at, is_loopback, join, origin_of
from flux.registry.remote.connection import Connection
from flux.registry.remote.limits import Limits


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Registry.Example/v2/", "https://registry.example"),
        ("https://registry.example:443/v2/", "https://registry.example"),
        ("http://registry.example:80", "http://registry.example"),
        ("http://registry.example:443/x", "http://registry.example:443"),
        ("https://registry.example:5000?a=b", "https://registry.example:5000"),
        ("https://user:secret@registry.example/", "https://registry.example"),
        ("http://[::1]:5000/v2/", "http://[::1]:5000"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]"),
        ("HTTPS://registry.example", "https://registry.example"),
    ],
)
def test_the_origin_of_a_url(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert is_at(url, origin)


@pytest.mark.parametrize(
    "url", ["", "/v2/", "ftp://host/", "https://", "https://[", "https://host:port/", "mailto:x"]
)
def test_what_has_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        origin_of(url)
    assert not is_at(url, "https://host")


@pytest.mark.parametrize(
    "other",
    [
        "http://registry.example",
        "https://registry.example:444",
        "https://registry.example.evil.example",
        "https://evil.example/registry.example",
        "https://registry.example@evil.example/",
        "https://xregistry.example",
        "//registry.example",
    ],
)
def test_another_origin(other: str) -> None:
    assert not is_at(other, "https://registry.example")


@pytest.mark.parametrize(
    ("url", "origin", "expected"),
    [
        ("http://host/x?a=b", "https://host", "https://host/x?a=b"),
        ("http://host:443/x", "https://host", "https://host/x"),
        ("http://HOST:5000/x", "https://host:5000", "https://host:5000/x"),
        ("https://host:5000/x", "http://host:5000", "http://host:5000/x"),
        ("http://host:80/x", "https://host:5000", "http://host:80/x"),
        ("http://other/x", "https://host", "http://other/x"),
        ("https://host:444/x", "https://host", "https://host:444/x"),
    ],
)
def test_a_registry_that_does_not_know_its_scheme(url: str, origin: str, expected: str) -> None:
    assert in_our_scheme(url, origin) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/v2/b", "https://host/v2/b"),
        ("b", "https://host/v2/b"),
        ("?x=1", "https://host/v2/a?x=1"),
        ("//other/b", "https://other/b"),
        ("http://other/b", "http://other/b"),
    ],
)
def test_an_address_that_was_sent(url: str, expected: str) -> None:
    assert join("https://host/v2/a", url) == expected


@pytest.mark.parametrize("url", ["http://[", "ftp://host/x", "http://host:port/x", "file:///etc/passwd"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(RegistryError, match=r"host sent .*, which is not an address"):
        join("https://host/v2/a", url)


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


def test_a_host_that_is_none() -> None:
    with pytest.raises(RegistryError, match="not an address of a registry"):
        Connection("host:port", 1, None, Limits())
