"""The source that images name: one URL for every spelling of origin, without credentials."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flux.registry.folder.layout import LayoutTarget
from tests.commands.invoking import (
    ZEROS,
    build,
    in_actions,
    inv,
    push_payload,
)
from tests.monorepo.building import (
    by_name,
    digests,
)
from tests.monorepo.building import origin as origin
from tests.monorepo.building import repo as repo
from tests.repo import Repo

ORIGINS = [
    "https://git.example.com/org/mono",
    "https://git.example.com/org/mono.git",
    "https://git.example.com/org/mono/",
    "https://git.example.com:443/org/mono.git",
    "https://GIT.example.com/org/mono.git",
    "https://user@git.example.com/org/mono.git",
    "https://user:s3cret@git.example.com/org/mono.git",
    "https://x-access-token:s3cret@git.example.com/org/mono",
    "http://git.example.com/org/mono.git",
    "ssh://git@git.example.com/org/mono.git",
    "ssh://git@git.example.com:2222/org/mono.git",
    "ssh://git.example.com/org/mono",
    "git@git.example.com:org/mono.git",
    "git@git.example.com:/org/mono.git",
    "git.example.com:org/mono",
    "git://git.example.com/org/mono.git",
    "git+ssh://git@git.example.com/org/mono.git",
]


def source_of(repo: Repo, artifact: str, registry: str) -> str | None:
    manifest = LayoutTarget(repo.path / registry / artifact).fetch_manifest(repo.head[:12])
    assert manifest is not None
    source: str | None = json.loads(manifest.content)["annotations"].get("org.opencontainers.image.source")
    return source


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No host but this one answers, and that at once."""
    monkeypatch.setenv("GIT_SSH_COMMAND", "false")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.proxy")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "http://127.0.0.1:1")
    monkeypatch.setenv("GIT_CONFIG_KEY_1", "core.gitProxy")
    monkeypatch.setenv("GIT_CONFIG_VALUE_1", "false")


@pytest.mark.stories
@pytest.mark.usefixtures("offline")
def test_every_spelling_of_origin_gives_the_same_digests(repo: Repo) -> None:
    found = set()
    for number, url in enumerate(ORIGINS):
        repo.git("remote", "set-url", "origin", url)
        built = build(repo, "app", registry=f"r{number}")
        assert source_of(repo, "app", f"r{number}") == "https://git.example.com/org/mono", url
        assert "s3cret" not in str(built)
        found.add(by_name(built)["app"].digest)
    assert len(found) == 1


@pytest.mark.usefixtures("offline")
def test_the_ssh_address_of_github_behind_firewalls_is_github(repo: Repo) -> None:
    """docs.github.com, "Using SSH over the HTTPS port"."""
    repo.git("remote", "set-url", "origin", "ssh://git@ssh.github.com:443/org/mono.git")
    build(repo, "app")
    assert source_of(repo, "app", ".registry") == "https://github.com/org/mono"


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    "base",
    [
        "ssh://git@alias/",
        "https://mirror.corp.example/",
        "file:///srv/git/",
        "https://x-access-token:s3cret@git.example.com/",
    ],
)
def test_where_this_machine_fetches_from_does_not_matter(repo: Repo, base: str) -> None:
    """`url.<base>.insteadOf` is a setting of the machine."""
    repo.git("remote", "set-url", "origin", "https://git.example.com/org/mono")
    expected = digests(build(repo, registry="plain"))
    repo.git("config", f"url.{base}.insteadOf", "https://git.example.com/")
    repo.git("config", "remote.origin.pushurl", "git@elsewhere.example.com:x/y.git")
    assert digests(build(repo, registry="other")) == expected
    assert source_of(repo, "app", "other") == "https://git.example.com/org/mono"


@pytest.mark.stories
def test_no_credential_is_in_what_is_pushed_or_said(repo: Repo, tmp_path: Path) -> None:
    repo.git("remote", "set-url", "origin", "http://user:s3cret@127.0.0.1:1/org/mono.git")
    for arguments in (["build"], ["build", "--json"], ["--debug", "build"]):
        ran = subprocess.run(
            [sys.executable, "-m", "invoke", *arguments],
            cwd=repo.path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "s3cret" not in ran.stdout + ran.stderr
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head, "refs/heads/other"))
    ran_there = inv(repo, "build", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert "s3cret" not in ran_there.said + job.output.read_text() + job.summary.read_text()
    for path in (repo.path / ".registry").rglob("*"):
        assert path.is_dir() or b"s3cret" not in path.read_bytes()
