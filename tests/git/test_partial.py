"""A partial clone brings what a command needs with at most three fetches, however long the history is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flux.commands.board import read_board
from flux.commands.build import plan_build
from flux.commands.changed import list_changed
from flux.commands.check import check_artifacts
from flux.commands.list import list_artifacts
from flux.commands.reconcile import Reconciler
from flux.commands.release import plan_release
from flux.environments.log import read_log
from flux.environments.status import find_status
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.publishing import publish_release
from flux.settings import Phase, Settings
from tests.git.counted import fetches
from tests.monorepos import opened
from tests.repo import Repo

MOST = 3
TAG = "flux-oci-app-v1.0.0"


def nothing(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A history in which artifacts, the settings, the rules of files and the desired state change."""
    repo = Repo(tmp_path_factory.mktemp("history") / "repo")
    for n in range(24):
        name = ("app", "db", "web")[n % 3]
        files = {f"artifacts/{name}/base/x.yaml": f"n: {n}\n", f"artifacts/{name}/{n}.yaml": f"m: {n}\n"}
        if n % 4 == 0:
            files["invoke.yaml"] = f"flux:\n  ignore: [docs, n{n}]\n"
        if n % 6 == 5:
            desired = {"app": {"at_ring1": f"1.0.{n}" if n < 20 else "1.0.0"}}
            files["flux/releaseconfig.json"] = json.dumps(desired)
        files["artifacts/.gitattributes"] = f"*.n{n} text\n"
        repo.commit(f"feat: {n}", files=files)
        if n == 10:
            repo.tag(TAG)
        if n == 2:
            repo.tag("flux-oci-db-v0.9.0")
        if n > 10:  # each has files of its own
            repo.tag(f"flux-oci-{name}-v1.{n}.0")
    repo.bare_origin().git("config", "uploadpack.allowFilter", "true")
    return repo


@pytest.fixture
def origin(whole: Repo) -> Repo:
    return Repo(whole.path.with_name("repo.git"), bare=True)


def build_changed(monorepo: Monorepo) -> object:
    results = plan_build(monorepo, [], True, "HEAD~9").build(nothing).results
    return sorted(result.digest or str(result.error) for result in results)


def reconcile(monorepo: Monorepo) -> object:
    done = Reconciler(monorepo).reconcile()
    assert sum(TAG[:8] in did for did in done.repaired) > 2 * MOST
    return done.repaired, [str(error) for error in done.errors], done.missing


def show_board(monorepo: Monorepo) -> object:
    artifacts = read_board(monorepo, 0).artifacts
    return [(one.name, one.places, one.comparisons) for one in artifacts]


def publish(monorepo: Monorepo) -> object:
    result = publish_release(monorepo, TAG).result
    return result and (result.digest, result.tags)


COMMANDS: dict[str, Callable[[Monorepo], object]] = {
    "changed": lambda monorepo: list_changed(monorepo, "HEAD~9", with_files=False),
    "changed --diff": lambda monorepo: list_changed(monorepo, "HEAD~9", with_files=True),
    "build --changed": build_changed,
    "list": list_artifacts,
    "check": lambda monorepo: check_artifacts(monorepo, []),
    "status": lambda monorepo: find_status(monorepo, []).rows,
    "status ARTIFACT": lambda monorepo: find_status(monorepo, ["app"]).rows,
    "publish": publish,
    "log": read_log,
    "release": lambda monorepo: plan_release(monorepo, "web", "minor", allow_unchanged=True),
    "board": show_board,
    "reconcile": reconcile,
}


def run(clone: Path, images: Path, command: str) -> object:
    phases = (Phase("at", ("at_ring1",)),)
    settings = Settings(registry=str(images), phases=phases, forge="local")
    with opened(clone, settings) as monorepo:
        return COMMANDS[command](monorepo)


@pytest.mark.stories
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("filter_", ["tree:0", "blob:none"])
def test_a_command_brings_at_once_what_it_needs(
    whole: Repo, origin: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, filter_: str
) -> None:
    clone = origin.clone(tmp_path / "clone", f"--filter={filter_}")
    trace = tmp_path / "trace"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    found = run(clone.path, tmp_path / "images", command)
    assert fetches(trace) <= MOST
    trace.unlink()
    assert run(clone.path, tmp_path / "others", command) == found
    assert fetches(trace) == 0, "what was brought is here"
    monkeypatch.delenv("GIT_TRACE2_EVENT")
    assert run(whole.path, tmp_path / "whole", command) == found
