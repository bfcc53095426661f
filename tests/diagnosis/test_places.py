"""Clones, origins and registries that are otherwise."""

import shlex
from pathlib import Path

import pytest

from flux.diagnosis.check_line import Line, Rating
from flux.diagnosis.places import check_registry
from flux.monorepo.workflows import rendered
from flux.settings import Settings
from tests import parts
from tests.commands.invoking import (
    actions_checkout,
    break_origin,
)
from tests.diagnosis.examining import found, health, only, the
from tests.monorepos import opened
from tests.registry.scripted import scripted
from tests.repo import Repo
from tests.servers import Answer


def test_no_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", only(tmp_path / "bin", "git"))
    lines = found()
    assert health(lines) == {"kustomize": ["warning"], "clone": ["problem"], "the rest": ["warning"]}
    assert the(lines, "clone").fix == "run this in a clone of the monorepo"


def test_a_clone_without_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Repo(tmp_path / "new").path)
    lines = found()
    assert (the(lines, "clone").message, the(lines, "clone").fix) == (
        "this repository has no commit yet",
        "commit something first",
    )
    assert set(lines) == {"settings", "packages", "kustomize", "git", "clone", "the rest"}


def test_an_origin_that_ssh_may_not_read(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("remote", "add", "origin", "git@127.0.0.1:octo/monorepo.git")
    said = "git@127.0.0.1: Permission denied (publickey)."
    monkeypatch.setenv("GIT_SSH_COMMAND", f"sh -c 'echo {shlex.quote(said)} >&2; exit 255' --")
    assert said in the(found(), "origin").message


def test_a_shallow_clone(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("second")
    clone = actions_checkout(repo, tmp_path / "clone", repo.head)
    monkeypatch.chdir(clone.path)
    clone_line = the(found(), "clone")
    assert clone_line.health is Rating.WARNING
    assert "`git fetch --unshallow`" in clone_line.fix
    clone.git("fetch", "--quiet", "--unshallow")
    assert the(found(), "clone").health is Rating.OK


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_a_partial_clone(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    address = repo.path.as_uri()
    repo.git("clone", "--quiet", f"--filter={left_out}", address, str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    line = the(found(), "clone")
    assert line == Line(
        "clone",
        Rating.WARNING,
        f"it is partial ({left_out}): missing objects are fetched when a command needs them",
        "clone it again, without `--filter`",
    )


def test_origin(repo: Repo) -> None:
    assert the(found(), "origin").message == f"main is at {repo.head[:12]} here, since there is no origin"
    repo.bare_origin()
    assert the(found(), "origin").message == f"main is at {repo.head[:12]} at origin"
    absent = the(found({"branch": "trunk"}), "origin")
    assert absent.health is Rating.PROBLEM
    assert "it has no branch 'trunk'" in absent.message
    assert "`flux.branch`" in absent.fix
    break_origin(repo)
    assert the(found(), "origin").health is Rating.PROBLEM


def test_urls_of_origin_that_disagree(repo: Repo) -> None:
    """Git would fetch from one place and push to others."""
    repo.bare_origin()
    own = repo.git("remote", "get-url", "origin")
    repo.git("remote", "set-url", "--add", "origin", own)
    assert the(found({"forge": "local"}), "origin").health is Rating.OK
    repo.git("remote", "set-url", "--push", "origin", "https://user:pa55word@git.example.com/octo/fork")
    problem, line = found({"forge": "local"})["origin"]
    assert (problem.health, line.health) == (Rating.PROBLEM, Rating.OK)
    assert "https://git.example.com/octo/fork" in problem.message
    assert "pa55word" not in problem.message
    assert "set-url --delete" in problem.fix


@pytest.mark.parametrize("url", ["https://user:pa/ss@git.example.com/octo/m", "codecommit::eu-west-1://m"])
def test_a_host_that_cannot_be_told(repo: Repo, url: str) -> None:
    repo.git("remote", "add", "origin", url)
    repo.git("config", f"url.{repo.path.as_uri()}.insteadOf", url)  # a mirror that answers
    lines = found()
    problem, tip = lines["origin"]
    assert (problem.health, tip.health) == (Rating.PROBLEM, Rating.OK)
    assert "its URL names no host" in problem.message
    assert the(lines, "forge").health is Rating.WARNING
    assert "pa/ss" not in repr(lines)


@pytest.mark.parametrize("said", ["", "local"])
def test_a_host_that_is_no_forge(repo: Repo, said: str) -> None:
    """Files take its place in silence only where somebody said so."""
    repo.bare_origin()
    own = repo.git("remote", "get-url", "origin")
    repo.git("remote", "set-url", "origin", "ssh://git@gitlab.example.com/octo/m")
    repo.git("config", f"url.{own}.insteadOf", "ssh://git@gitlab.example.com/octo/m")
    line = the(found({"forge": said} if said else {}), "forge")
    assert line.health is (Rating.OK if said else Rating.WARNING)
    if not said:
        assert "no forge is known at https://gitlab.example.com/octo/m" in line.message
        assert "`forge: local`" in line.fix


def test_tags_that_look_like_releases(repo: Repo) -> None:
    repo.tag("flux-oci-app-v1.0.0")
    repo.tag("v3.0.0")
    assert "releases" not in found()
    repo.tag("flux-oci-app-v1.1")
    repo.tag("app/2.0.0")
    line = the(found(), "releases")
    assert line.health is Rating.WARNING
    assert "app/2.0.0 (right is flux-oci-app-v2.0.0)" in line.message
    assert "flux-oci-app-v1.1 (right is flux-oci-app-v1.1.0)" in line.message
    assert "{artifact}/{version}" in line.fix


@pytest.mark.parametrize("password", ["pa55word", "x/pa55word", "x#pa55word", "x@pa55word", "x?/@pa55word"])
def test_a_password_in_the_url_of_origin_is_not_shown(repo: Repo, password: str) -> None:
    """Nor what is behind a character of it that should have been escaped."""
    repo.git("remote", "add", "origin", f"http://user:{password}@127.0.0.1:9/x")
    assert "pa55word" not in repr(found())


def test_no_artifacts(repo: Repo) -> None:
    line = the(found({"sources": "components"}), "sources")
    assert (line.health, line.message) == (Rating.WARNING, "there are no artifacts in components")
    assert "`sources`" in line.fix


def test_a_registry(repo: Repo, registry_server: parts.Registry) -> None:
    location = f"{registry_server.host}/doctor"
    line = the(found({"registry": f"oci://{location}"}), "registry")
    assert line.message.startswith(f"{location}/app can be read and written")
    left = [
        path for path in registry_server.storage.rglob("doctor/**/*") if path.name in ("link", "startedat")
    ]
    assert left == []


def test_a_registry_that_is_not_there(repo: Repo) -> None:
    line = the(found({"registry": "oci://127.0.0.1:9/x"}), "registry")
    assert line.health is Rating.PROBLEM
    assert line.message.startswith("127.0.0.1:9 does not answer")
    assert "`inv registry.up`" in line.fix


def test_a_registry_that_asks_for_a_login(repo: Repo) -> None:
    with scripted(Answer(401, b"", [("WWW-Authenticate", 'Basic realm="x"')])) as server:
        line = the(found({"registry": f"oci://{server.host}/x"}), "registry")
    assert line.health is Rating.PROBLEM
    assert "none were found for it" in line.message
    assert (
        line.fix == f"log in with `docker login {server.host}`, or without Docker `oras login {server.host}`"
    )


def test_a_registry_that_may_only_be_read(repo: Repo) -> None:
    denied = Answer(403, b'{"errors": [{"code": "DENIED", "message": "no"}]}')
    with scripted(*[Answer(200, b'{"tags": []}')] * 2, denied) as server:
        line = the(found({"registry": f"oci://{server.host}/x"}), "registry")
    assert line.health is Rating.PROBLEM
    assert line.message == f"{server.host} does not let this account push: DENIED no"
    assert "docker login" in line.fix


def test_a_folder_that_cannot_be_written(repo: Repo) -> None:
    repo.write("images", "a file is in the way")
    line = the(found({"registry": "images"}), "registry")
    assert line.health is Rating.PROBLEM
    assert "images" in line.message
    assert "`flux.registry`" in line.fix


def test_a_registry_that_has_none_of_the_artifacts(repo: Repo, registry_server: parts.Registry) -> None:
    prefix = f"oci://{registry_server.host}/nothing-here"
    line = the(found({"registry": prefix}), "registry")
    assert line.health is Rating.WARNING
    assert "none of" in line.message
    assert "`registry`" in line.fix


def test_a_registry_that_only_jobs_use(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "https://github.com/Acme/mono.git")
    with opened(repo, Settings()) as monorepo:
        (line,) = check_registry(monorepo, ["app"])
    assert line.health is Rating.WARNING
    assert line.message == ".registry/app is used here, but jobs on github.com use oci://ghcr.io/acme/mono"
    assert line.fix == "set `registry: oci://ghcr.io/acme/mono` in invoke.yaml"


def test_a_workflow_that_the_settings_would_write_otherwise(repo: Repo) -> None:
    assert "rendered workflows" not in found()
    name = "manage-flux-releases.yml"
    repo.write(f".github/workflows/{name}", rendered(name, Settings()))
    line = the(found(), "rendered workflows")
    assert (line.health, line.message.partition(" ")[0]) == (Rating.WARNING, name)
    assert "`inv init --force --uses OWNER/flux-artifacts@COMMIT`" in line.fix
    repo.write(f".github/workflows/{name}", rendered(name, Settings(), "octo/flux-artifacts@v1"))
    assert "rendered workflows" not in found()
    line = the(found({"label": "other"}), "rendered workflows")
    assert (line.health, line.message) == (Rating.WARNING, f"{name} do not match the settings")
    assert "`inv init --force`" in line.fix
