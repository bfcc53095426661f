"""Which host a name of ssh is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flux.git.clone import Clone
from flux.git.ssh import real_host, resolved
from tests.repo import Repo


@pytest.fixture(autouse=True)
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The ssh of this machine, with aliases of the test's own: it reads its user's from where passwd says."""
    config = tmp_path / "ssh_config"
    config.write_text("Host work\n  HostName github.com\nHost evil\n  HostName $(id)\n")
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec /usr/bin/ssh -F {config} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    real_host.cache_clear()
    yield
    real_host.cache_clear()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@work:octo/m.git", "git@github.com:octo/m.git"),
        ("work:octo/m", "github.com:octo/m"),
        ("ssh://git@work/octo/m", "ssh://git@github.com/octo/m"),
        ("ssh://work:22/octo/m", "ssh://github.com:22/octo/m"),
        ("git@other.example:octo/m", "git@other.example:octo/m"),
        ("https://work/octo/m", "https://work/octo/m"),
        ("/srv/work", "/srv/work"),
        ("C:/work", "C:/work"),
        ("git@evil:octo/m", "git@evil:octo/m"),
        ("git@-oProxyCommand=x:octo/m", "git@-oProxyCommand=x:octo/m"),
        ("", ""),
    ],
)
def test_the_host_that_ssh_goes_to(url: str, expected: str) -> None:
    assert resolved(url) == expected


def test_without_ssh_a_name_is_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert resolved("git@work:octo/m") == "git@work:octo/m"


@pytest.mark.parametrize(
    ("urls", "alias", "hosted", "disagree"),
    [
        (["git@work:octo/m"], "", "git@github.com:octo/m", False),
        (["gh:octo/m"], "git@github.com:", "git@github.com:octo/m", False),
        (["gh:octo/m"], "git@work:", "git@github.com:octo/m", False),
        (["https://github.com/octo/m", "git@work:octo/m.git"], "", "https://github.com/octo/m", False),
        (["https://github.com/octo/m", "git@other.example:octo/m"], "", "https://github.com/octo/m", True),
    ],
)
def test_whose_host_origin_is(
    tmp_path: Path, urls: list[str], alias: str, hosted: str, disagree: bool
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit()
    repo.git("remote", "add", "origin", urls[0])
    for url in urls[1:]:
        repo.git("remote", "set-url", "--add", "origin", url)
    if alias:
        repo.git("config", f"url.{alias}.insteadOf", "gh:")
    with Clone(repo.path) as git:
        assert git.hosted_url == hosted
        assert git.disagreeing_urls == (urls if disagree else [])


def test_a_mirror_in_a_folder_is_what_it_stands_for(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit()
    repo.git("remote", "add", "origin", "https://github.com/octo/m")
    repo.git("config", f"url.{(tmp_path / 'mirror').as_uri()}/.insteadOf", "https://github.com/")
    with Clone(repo.path) as git:
        assert git.hosted_url == "https://github.com/octo/m"
