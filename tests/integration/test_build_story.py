"""A whole monorepo, built into a real registry; what goes over the wire is in the registry's own log."""

import json
import re
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.commands.invoking import Finished, in_actions, inv, push_payload
from tests.parts import Registry, RunRegistry
from tests.repo import Repo

ROOT = Path(__file__).parents[2]
_REQUEST = re.compile(r'"(?P<method>[A-Z]+) /v2/(?P<path>\S*) HTTP/1\.1" (?P<status>\d+)')


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """This repository's artifacts and settings, with a history and an origin of their own."""
    repo = Repo(tmp_path / "repo")
    shutil.copytree(ROOT / "artifacts", repo.path / "artifacts")
    for name in ("tasks.py", "invoke.yaml"):
        shutil.copy(ROOT / name, repo.path)
    repo.commit("everything")
    repo.bare_origin()
    return repo


@pytest.fixture
def server(run_registry: RunRegistry, tmp_path: Path) -> Any:
    with run_registry(tmp_path / "registry") as registry:
        yield registry


def build(repo: Repo, server: Registry, *arguments: str, **env: str) -> Finished:
    registry = {"INVOKE_FLUX_REGISTRY": f"oci://{server.host}/team/platform"}
    return inv(repo, "build", "--json", *arguments, env=registry | env)


class Log:
    """The requests since it was last asked, by artifact."""

    def __init__(self, server: Registry) -> None:
        self._server = server
        self._read = 0
        self.requests()

    def requests(self) -> dict[str, list[str]]:
        lines = self._server.log.read_text().splitlines()
        new, self._read = lines[self._read :], len(lines)
        found: dict[str, list[str]] = {}
        for match in filter(None, map(_REQUEST.search, new)):
            if match["path"]:
                repository, _, what = re.split(r"/(manifests|blobs|tags)/", match["path"], maxsplit=1)
                name = repository.removeprefix("team/platform/")
                found.setdefault(name, []).append(f"{match['method']} {what.partition('?')[0]}")
        return found


def results(ran: Finished) -> dict[str, dict[str, Any]]:
    return {result["artifact"]: result for result in ran.document["artifacts"]}


def stored(server: Registry, artifact: str) -> dict[str, str]:
    """The tags as the registry's own storage has them."""
    folder = server.storage / f"docker/registry/v2/repositories/team/platform/{artifact}/_manifests/tags"
    return {tag.name: (tag / "current/link").read_text() for tag in folder.iterdir()}


def test_the_story(repo: Repo, server: Registry) -> None:
    names = sorted(path.name for path in (repo.path / "artifacts").iterdir() if path.is_dir())
    assert len(names) >= 6
    log = Log(server)

    plan = build(repo, server, "--dry-run")
    assert plan.code == 0
    assert all(request.startswith("GET ") for requests in log.requests().values() for request in requests)
    assert not (server.storage / "docker/registry/v2/repositories").exists()

    first = build(repo, server)
    assert first.code == 0, first.said
    assert first.result == plan.result
    requests = log.requests()
    assert set(requests) == set(names)
    commit = repo.head[:12]
    counts = sorted(len(requests[name]) for name in names)
    assert counts[-1] <= 9, "the first of all finds out whether the registry takes several tags at once"
    assert counts[-2] <= 8, requests
    for name in names:
        written = [request for request in requests[name] if request.startswith("PUT ")]
        assert written[-2:] == [f"PUT {commit}", "PUT latest"], "the commit tag is written before latest"
        result = results(first)[name]
        assert result["action"] == "pushed"
        assert result["repository"] == f"{server.host}/team/platform/{name}"
        assert stored(server, name) == {commit: result["digest"], "latest": result["digest"]}

    again = build(repo, server)
    assert again.code == 0
    assert {result["action"] for result in results(again).values()} == {"unchanged"}
    assert log.requests() == {name: ["GET latest"] for name in names}, "one request says all"

    # One change touches one repository.
    with (repo.path / "artifacts/eso/base/helmrelease.yaml").open("a") as file:
        file.write("# changed\n")
    before, after = repo.head, repo.commit("change eso")
    repo.push()
    changed = build(repo, server, "--since", before)
    assert set(results(changed)) == {"eso"}
    requests = log.requests()
    assert set(requests) == {"eso"}
    assert len(requests["eso"]) <= 9  # the first of this run, too
    assert stored(server, "eso") == {
        commit: results(first)["eso"]["digest"],
        after[:12]: results(changed)["eso"]["digest"],
        "latest": results(changed)["eso"]["digest"],
    }
    everything = build(repo, server)
    assert Counter(result["action"] for result in results(everything).values()) == {"unchanged": len(names)}
    assert log.requests() == {name: ["GET latest"] for name in names}

    # A file that is left out changes nothing.
    with (repo.path / "artifacts/eso/CHANGELOG.md").open("a") as file:
        file.write("news\n")
    head = repo.commit("news of eso")
    repo.push()
    assert results(build(repo, server, "--since", after)) == {}
    assert results(build(repo, server))["eso"]["revision"] == f"main@sha1:{after}"
    assert head[:12] not in stored(server, "eso")
    log.requests()

    # Back to what it was: the content is there, so no layer goes over the wire again.
    repo.git("revert", "--no-edit", after)
    repo.push()
    back = build(repo, server)
    requests = log.requests()
    assert not [request for request in requests["eso"] if request.startswith("PUT uploads/")]
    assert results(back)["eso"]["diff_id"] == results(first)["eso"]["diff_id"]
    assert stored(server, "eso")["latest"] == results(back)["eso"]["digest"]
    assert {name: len(made) for name, made in requests.items() if name != "eso"} == dict.fromkeys(
        set(names) - {"eso"}, 1
    )


def test_an_older_commit_costs_one_request_and_moves_nothing(repo: Repo, server: Registry) -> None:
    start = repo.head
    build(repo, server)
    repo.commit(files={"artifacts/eso/base/new.yaml": "x: y\n"})
    repo.push()
    newest = results(build(repo, server))["eso"]["digest"]
    repo.checkout(start)
    log = Log(server)
    kept = build(repo, server, "-a", "eso")
    assert results(kept)["eso"]["action"] == "kept"
    assert log.requests() == {"eso": [f"GET {start[:12]}"]}
    assert stored(server, "eso")["latest"] == newest


def test_in_actions(repo: Repo, server: Registry, tmp_path: Path) -> None:
    before = repo.head
    after = repo.commit(
        files={"artifacts/eso/base/new.yaml": "x: y\n", "artifacts/policies/new.yaml": "x: y\n"}
    )
    repo.push()
    job = in_actions(tmp_path / "job", "push", push_payload(before, after))
    ran = build(repo, server, "--changed", **job.env)
    assert ran.code == 0, ran.said
    assert job.outputs["digests"] == {
        name: f"{server.host}/team/platform/{name}@{results(ran)[name]['digest']}"
        for name in ("eso", "policies")
    }
    assert job.outputs["digests"].keys() == {"eso", "policies"}


def test_other_tools_read_what_we_pushed(repo: Repo, server: Registry, skopeo: str, tmp_path: Path) -> None:
    digest = results(build(repo, server, "-a", "eso"))["eso"]["digest"]
    place = f"docker://{server.host}/team/platform/eso"
    raw = subprocess.run(
        [skopeo, "inspect", "--raw", "--tls-verify=false", f"{place}:latest"], check=True, capture_output=True
    ).stdout
    assert json.loads(raw)["layers"][0]["mediaType"].startswith("application/vnd.cncf.flux.content")
    subprocess.run(
        [skopeo, "copy", "--quiet", "--src-tls-verify=false", f"{place}@{digest}", f"oci:{tmp_path}/copy:x"],
        check=True,
    )


@pytest.mark.parametrize("host", ["127.0.0.1:1", "registry.invalid"])
def test_a_registry_that_is_down_is_said_once_and_soon(repo: Repo, tmp_path: Path, host: str) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, repo.head))
    for env in ({}, job.env):
        for arguments in (("build",), ("build", "--json"), ("build", "--dry-run")):
            start = time.monotonic()
            ran = inv(repo, *arguments, env={"INVOKE_FLUX_REGISTRY": f"oci://{host}/team", **env})
            assert time.monotonic() - start < 5
            assert ran.code == 1
            said = ran.err if "--json" in arguments else ran.said  # the document has it for each
            assert said.count("does not answer") == 1, said


def test_a_registry_that_answers_nothing_is_said_soon(repo: Repo) -> None:
    """A host that drops what is sent to it: 192.0.2.0/24 is for documentation (RFC 5737)."""
    start = time.monotonic()
    ran = inv(repo, "build", env={"INVOKE_FLUX_REGISTRY": "oci://192.0.2.1/team"})
    assert ran.code == 1
    assert time.monotonic() - start < 5


def test_a_registry_that_goes_down_halfway(repo: Repo, run_registry: RunRegistry, tmp_path: Path) -> None:
    """The next run, when it is up again, finishes the job."""
    with run_registry(tmp_path / "registry") as server:
        first = build(repo, server, "-a", "eso,policies")
        assert first.code == 0
    storage = server.storage
    down = build(repo, server)
    assert down.code == 1
    assert {result["action"] for result in results(down).values()} == {"failed"}
    with run_registry(tmp_path / "again", storage={"filesystem": {"rootdirectory": str(storage)}}) as server:
        up = build(repo, server)
    assert up.code == 0, up.said
    actions = {name: result["action"] for name, result in results(up).items()}
    assert {name for name, action in actions.items() if action == "unchanged"} == {"eso", "policies"}
    assert set(actions.values()) == {"unchanged", "pushed"}
