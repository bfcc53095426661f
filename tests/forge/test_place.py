"""Where people find a forge."""

import pytest

from flux.forge.place import Place

API = "https://api.github.com"
LOOPBACK = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("api_url", "host"),
    [
        (API, "github.com"),
        ("https://api.acme.ghe.com", "acme.ghe.com"),
        ("https://ghe.acme.com/api/v3", "ghe.acme.com"),
        (LOOPBACK, "127.0.0.1:8080"),
    ],
)
def test_the_host(api_url: str, host: str) -> None:
    assert Place("github", api_url, "o/n").host == host


def test_a_place_without_a_server_has_no_host() -> None:
    assert Place("local").host == ""
