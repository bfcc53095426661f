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
    config.write_text(
        "Host work github.com-work\n  HostName github.com\nHost evil\n  HostName $(id)\n"
        "Host git.example.com\n  HostName 10.0.0.5\nHost git.example.org\n  HostName bastion\n"
        "Host here\n  HostName 127.0.0.1\n"
    )
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
        ("git@github.com-work:octo/m", "git@github.com:octo/m"),
        ("git@git.example.com:octo/m", "git@git.example.com:octo/m"),
        ("git@git.example.org:octo/m", "git@git.example.org:octo/m"),
        ("git@here:octo/m", "git@127.0.0.1:octo/m"),
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


@pytest.mark.parametrize("by", ["core.sshCommand", "GIT_SSH_COMMAND", "a wrapper"])
def test_the_command_that_git_starts_ssh_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    repo = Repo(tmp_path / "repo")
    repo.git("remote", "add", "origin", "git@mine:octo/m")
    config = tmp_path / "mine"
    config.write_text("Host mine\n  HostName github.com\n")
    command = f"/usr/bin/ssh -o LogLevel=QUIET -F '{config}'"
    if by == "core.sshCommand":
        repo.git("config", "core.sshCommand", command)
    else:
        repo.git("config", "core.sshCommand", "ssh")
        monkeypatch.setenv("GIT_SSH_COMMAND", command if by == "GIT_SSH_COMMAND" else f"tunnel {command}")
    with Clone(repo.path) as git:
        assert git.hosted_url == ("git@mine:octo/m" if by == "a wrapper" else "git@github.com:octo/m")


@pytest.mark.parametrize(
    ("url", "alias", "named"),
    [
        ("git@github.com-work:octo/m", "", "git@github.com:octo/m"),
        ("gh:octo/m", "git@work:", "git@github.com:octo/m"),
        ("https://github.com/octo/m", "https://mirror.example/", "https://github.com/octo/m"),
        ("ssh://git@git.example.com/o/m", "", "ssh://git@git.example.com/o/m"),
        ("/srv/m", "", "/srv/m"),
    ],
)
def test_where_people_find_origin(tmp_path: Path, url: str, alias: str, named: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.git("remote", "add", "origin", url)
    if alias:
        repo.git(
            "config", f"url.{alias}.insteadOf", "gh:" if url.startswith("gh:") else "https://github.com/"
        )
    with Clone(repo.path) as git:
        assert git.named_url == named
