"""Which repository of which GitHub it is."""

import pytest

from flux.errors import RequestError
from flux.forge import find_place
from flux.forge.place import ForgeClues, Place

API = "https://api.github.com"
GHES = "https://ghe.acme.com/api/v3"
LOOPBACK = "http://127.0.0.1:8080"
LOCAL = Place("local")


@pytest.mark.parametrize(
    ("kind", "origin", "api_url", "repository", "expected"),
    [
        ("", "https://github.com/owner/name.git", None, None, Place("github", API, "owner/name")),
        ("", "git@github.com:owner/name.git", None, None, Place("github", API, "owner/name")),
        ("", "ssh://git@github.com/owner/na.me/", None, None, Place("github", API, "owner/na.me")),
        ("", "https://acme.ghe.com/o/n", None, None, Place("github", "https://api.acme.ghe.com", "o/n")),
        ("", "https://ghe.acme.com/o/n", GHES, None, Place("github", GHES, "o/n")),
        ("", "https://ghe.acme.com/o/n", None, None, LOCAL),
        ("", "https://gitlab.com/o/n", None, None, LOCAL),
        ("", "https://gitlab.com/o/n", API, None, LOCAL),
        ("", "/srv/git/name.git", None, None, LOCAL),
        ("", None, None, None, LOCAL),
        ("", None, LOOPBACK + "/", "o/n", Place("github", LOOPBACK, "o/n")),
        ("", "https://github.com/fork/name", API, "owner/name", Place("github", API, "owner/name")),
        ("github", "https://ghe.acme.com/o/n", None, None, Place("github", GHES, "o/n")),
        ("github", None, None, "o/n", Place("github", API, "o/n")),
        ("local", "https://github.com/owner/name.git", API, "owner/name", LOCAL),
    ],
)  # fmt: skip
def test_the_place(
    kind: str, origin: str | None, api_url: str | None, repository: str | None, expected: Place
) -> None:
    assert find_place(kind, ForgeClues(origin, api_url, repository)) == expected


@pytest.mark.parametrize(
    ("origin", "repository", "reason"),
    [
        (None, None, ""),
        ("/srv/git/name.git", None, ""),
        ("https://github.com/a/b/c", None, ": 'a/b/c' is not a name"),
        (None, "name", ": 'name' is not a name"),
        (None, "o/n?x", ": 'o/n?x' is not a name"),
    ],
)
def test_a_repository_that_is_not_known(origin: str | None, repository: str | None, reason: str) -> None:
    with pytest.raises(RequestError) as raised:
        find_place("github", ForgeClues(origin, None, repository))
    assert raised.value.message == "the repository on GitHub is unknown" + reason
    assert raised.value.hint == ("set origin to its URL, GITHUB_REPOSITORY to owner/name, or `forge: local`")


def test_an_api_that_is_no_url() -> None:
    with pytest.raises(RequestError, match=r"GITHUB_API_URL is 'api\.github\.com', which is not a URL"):
        find_place("github", ForgeClues(None, "api.github.com", "o/n"))
