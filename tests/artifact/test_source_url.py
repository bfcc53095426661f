"""Every spelling of an origin becomes one URL, and none of its credentials."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.source_url import https_url, names_host

_URL = "https://github.com/acme/monorepo"


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com/acme/monorepo",
        "https://github.com/acme/monorepo.git",
        "https://github.com/acme/monorepo.git/",
        "https://github.com:443/acme/monorepo",
        "HTTPS://GitHub.COM:443/acme/monorepo",
        "https://user@github.com/acme/monorepo",
        "https://user:password@github.com/acme/monorepo",
        "https://user:p%40ss%2Fword@github.com/acme/monorepo",
        "https://github.com/acme/monorepo.git?token=secret#fragment",
        "http://github.com/acme/monorepo",
        "http://github.com:8080/acme/monorepo",
        "git://github.com:9418/acme/monorepo.git",
        "ssh://git@github.com/acme/monorepo.git",
        "ssh://git@github.com:22/acme/monorepo.git",
        "ssh://git@github.com:443/acme/monorepo.git",
        "git+ssh://git@github.com/acme/monorepo",
        "git@github.com:acme/monorepo.git",
        "git@GitHub.com:/acme/monorepo.git",
        "github.com:acme/monorepo",
        "[github.com]:acme/monorepo",
        "[git@github.com:22]:acme/monorepo.git",
        "[github.com:22]:acme/monorepo.git",
    ],
)
def test_spellings_of_one_origin(origin: str) -> None:
    assert https_url(origin) == _URL


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://git.example.com:8443/acme/monorepo.git", "https://git.example.com:8443/acme/monorepo"),
        ("https://u:p@[2001:db8::1]:8443/monorepo.git", "https://[2001:db8::1]:8443/monorepo"),
        ("ssh://git@[2001:db8::1]:22/monorepo", "https://[2001:db8::1]/monorepo"),
        ("git@[2001:DB8::1]:monorepo.git", "https://[2001:db8::1]/monorepo"),
        ("[::1]:monorepo.git", "https://[::1]/monorepo"),
        ("gh:acme/monorepo", "https://gh/acme/monorepo"),
        ("git@host:~user/monorepo.git", "https://host/~user/monorepo"),
        ("git@host:Acme/Mono.Repo", "https://host/Acme/Mono.Repo"),
        ("git@host:acme/monorepo:2", "https://host/acme/monorepo:2"),
        ("git@host:acme/.github", "https://host/acme/.github"),
        # git-clone(1) has no port here: it is a folder.
        ("git@host:22/monorepo", "https://host/22/monorepo"),
    ],
)
def test_other_origins(origin: str, url: str) -> None:
    assert https_url(origin) == url


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "/srv/git/monorepo.git",
        "../monorepo",
        "./odd:name",
        "monorepo.git",
        "file:///srv/git/monorepo.git",
        "file://host/srv/git/monorepo.git",
        r"C:\git\monorepo",
        "C:/git/monorepo",
        "https:///monorepo",
        "ext::sh",
        "codecommit::eu-west-1://profile@monorepo",
    ],
)
def test_what_has_no_host(origin: str) -> None:
    assert https_url(origin) == ""


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com:port/acme/monorepo",
        "https://github.com:99999/acme/monorepo",
        "https://[github.com/acme/monorepo",
        # These characters end the host, so that git would ask `user` for it.
        "https://user:sec/ret@github.com/acme/monorepo",
        "https://user:sec#ret@github.com/acme/monorepo",
        "https://user:123#ret@github.com/acme/monorepo",
        "https://user:123/ret@github.com/acme/monorepo",
        "https://user:123?ret@github.com/acme/monorepo",
    ],
)
def test_what_is_no_url(origin: str) -> None:
    assert https_url(origin) == ""


@pytest.mark.parametrize(
    "origin",
    [
        # ssh takes what is before the last @ for the user.
        "alice@example.com@github.com:acme/monorepo.git",
        "alice:secret@github.com:acme/monorepo.git",
    ],
)
def test_odd_spellings_give_the_one_url_or_none(origin: str) -> None:
    assert https_url(origin) in (_URL, "")


_SECRETS = st.text(min_size=1, max_size=12).map(lambda text: f"QQ{text}QQ")


@given(
    st.sampled_from(["https", "http", "ssh", "git+ssh"]),
    _SECRETS,
    _SECRETS | st.none(),
    st.sampled_from(["github.com", "GITHUB.com"]),
    st.sampled_from(["/acme/monorepo", "/acme/monorepo.git", "//acme/monorepo.git/"]),
)
def test_no_user_and_no_password_gets_through(
    scheme: str, user: str, password: str | None, host: str, path: str
) -> None:
    credentials = quote(user, safe="!$&'()*+,;=@:" if password is None else "!$&'()*+,;=")
    if password is not None:
        credentials += ":" + quote(password, safe="!$&'()*+,;=@:")
    assert https_url(f"{scheme}://{credentials}@{host}{path}") == _URL


@given(_SECRETS.filter(lambda user: not set(user) & set("/:@[]")))
def test_no_user_of_ssh_gets_through(user: str) -> None:
    assert https_url(f"{user}@github.com:acme/monorepo.git") == _URL


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("https://github.com/octo/m", True),
        ("https://user:pa/ss@git.example.com/m", True),
        ("git@work:octo/m", True),
        ("[git@host:22]:octo/m", True),
        ("codecommit::eu-west-1://m", True),
        ("", False),
        ("/srv/git/m", False),
        ("../m:x", False),
        ("C:/m", False),
        ("file:///srv/git/m", False),
        ("FILE:///srv/git/m", False),
    ],
)
def test_whether_git_goes_to_a_host(origin: str, told: bool) -> None:
    assert names_host(origin) is told
