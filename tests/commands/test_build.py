"""Building and pushing: the same commit gives the same digest, `latest` is main's, and a run that was cut
short, late or repeated leaves nothing wrong behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flux.errors import HistoryMissingError, RequestError
from flux.event import Event
from flux.monorepo.builder import Build
from flux.monorepo.image_result import ImageResult
from flux.registry.folder.layout import LayoutTarget
from flux.report.build import document
from flux.settings import Settings
from tests.commands.helpers import (
    HOSTILE_NAMES,
    TERMINAL,
    ZEROS,
    actions,
    actions_checkout,
    break_origin,
    build,
    commands,
    environment,
    in_actions,
    inv,
    monorepo,
    one_table,
    pull_request,
    push,
    push_payload,
)
from tests.commands.test_oracle import Made, histories, imported
from tests.monorepos import opened
from tests.repo import Repo

FILES = {
    "artifacts/app/kustomization.yaml": "resources: [base]\n",
    "artifacts/app/base/deployment.yaml": "kind: Deployment\n" * 50,
    "artifacts/db/kustomization.yaml": "resources: []\n",
    "artifacts/web/kustomization.yaml": "resources: []\nnamePrefix: web-\n",
    "README.md": "all of it\n",
}
NAMES = ["app", "db", "web"]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Three artifacts, and an origin that has them."""
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    return repo


@pytest.fixture
def origin(repo: Repo) -> Repo:
    return Repo(repo.path.with_name("repo.git"), bare=True)


def edit(repo: Repo, *names: str, push: bool = False) -> str:
    """A commit that changes these artifacts."""
    for name in names:
        path = repo.path / f"artifacts/{name}/kustomization.yaml"
        path.write_text(path.read_text() + "# more\n")
    commit = repo.commit(f"edit {names}")
    if push:
        repo.push()
    return commit


def tags(repo: Repo, artifact: str, registry: str = ".registry") -> dict[str, str | None]:
    target = LayoutTarget(repo.path / registry / artifact)
    return {tag: target.resolve(tag) for tag in target.tags()}


def by_name(built: Build) -> dict[str, ImageResult]:
    return {result.artifact: result for result in built.results}


def each_action(built: Build) -> dict[str, str]:
    return {result.artifact: result.action for result in built.results}


def digests(built: Build) -> dict[str, str | None]:
    assert not built.failed, built.failed
    return {result.artifact: result.digest for result in built.results}


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file's identity, time of change and content."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }


# Promise 1: same commit, same digest


def test_what_a_build_says(repo: Repo) -> None:
    ran = inv(repo, "build", "--json")
    assert ran.code == 0
    assert list(ran.document) == ["artifacts"]
    assert [result["artifact"] for result in ran.document["artifacts"]] == NAMES
    for result in ran.document["artifacts"]:
        assert list(result) == [
            *("artifact", "repository", "digest", "diff_id", "revision", "tags", "action"),
        ]
        name = result["artifact"]
        assert result["repository"] == f".registry/{name}"
        assert result["revision"] == f"main@sha1:{repo.head}"
        assert result["tags"] == [repo.head[:12], "latest"]
        assert result["action"] == "pushed"
        assert tags(repo, name) == {repo.head[:12]: result["digest"], "latest": result["digest"]}


MACHINES: list[dict[str, Any]] = [
    {"umask": 0o077},
    {"umask": 0o000},
    {"env": {"TZ": "Asia/Kathmandu"}},
    {"env": {"TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"}},
    {"env": {"PYTHONHASHSEED": "1"}},
    {"env": {"PYTHONHASHSEED": "2", "PYTHONOPTIMIZE": "2"}},
    {"env": {"SOURCE_DATE_EPOCH": "0", "USER": "someone", "HOME": "/nonexistent"}},
    {"env": {"INVOKE_FLUX_JOBS": "1"}},
    {"env": {"INVOKE_FLUX_JOBS": "64"}},
]


def test_another_machine_gives_the_same_digests(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    repo.write("artifacts/app/run.sh", "#!/bin/sh\n", executable=True)
    repo.commit(files={"artifacts/app/é \n.yaml": "x"})
    repo.push()
    expected = inv(repo, "build", "--json")
    for number, machine in enumerate(MACHINES):
        previous = os.umask(machine.get("umask", 0o022))
        try:
            clone = origin.clone(tmp_path / f"some where {number}" / "else")
        finally:
            os.umask(previous)
        assert inv(clone, "build", "--json", **machine).document == expected.document, machine


def test_another_place_gives_the_same_digests(repo: Repo, tmp_path: Path) -> None:
    expected = digests(build(repo))
    linked = tmp_path / "linked"
    repo.git("worktree", "add", "--quiet", "--detach", str(linked))
    assert digests(build(linked)) == expected
    assert digests(build(repo.path / "artifacts/app", registry=str(tmp_path / "below"))) == expected
    bare_of_files = repo.clone(tmp_path / "bare of files", "--no-checkout")
    assert digests(build(bare_of_files)) == expected


def test_dirt_in_the_worktree_is_not_built(repo: Repo) -> None:
    expected = digests(build(repo, registry="clean"))
    repo.write("artifacts/app/kustomization.yaml", "modified")
    repo.write("artifacts/app/untracked.yaml", "untracked")
    repo.write("artifacts/app/.env", "ignored")
    repo.write("artifacts/db/staged.yaml", "staged")
    repo.git("add", "artifacts/db/staged.yaml")
    (repo.path / "artifacts/app/base/deployment.yaml").chmod(0o777)
    repo.remove("artifacts/web")
    repo.write("artifacts/new/x.yaml", "x")
    repo.write(".gitattributes", "* filter=dirty\n")
    repo.git("add", ".gitattributes")
    assert digests(build(repo, registry="dirty")) == expected


def test_no_file_of_the_worktree_is_touched(repo: Repo) -> None:
    repo.write("artifacts/app/kustomization.yaml", "modified")
    before = {
        name: state for name, state in snapshot(repo.path).items() if name != "." and ".git/" not in name
    }
    build(repo, registry=str(repo.path.with_name("elsewhere")))
    after = {name: state for name, state in snapshot(repo.path).items() if name in before}
    del before[".git"], after[".git"]
    assert after == before


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_shallow_clone_gives_the_same_digests(repo: Repo, origin: Repo, tmp_path: Path, depth: int) -> None:
    edit(repo, "app")
    repo.commit(files={"README.md": "other\n"})
    edit(repo, "db", push=True)
    expected = build(repo)
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    assert document(build(clone)) == document(expected)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_without_its_origin_pushes_nothing(
    repo: Repo, origin: Repo, tmp_path: Path, depth: int
) -> None:
    edit(repo, "app")
    edit(repo, "app", push=True)
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    break_origin(clone)
    with pytest.raises(HistoryMissingError) as raised:
        build(clone)
    assert "fetch-depth: 0" in raised.value.hint
    assert not (clone.path / ".registry").exists()
    if depth > 1:  # what changed within its own history needs none
        assert each_action(build(clone, "app"))["app"] == "pushed"


@pytest.mark.parametrize("filter_", ["blob:none", "tree:0", "blob:limit=10"])
def test_a_partial_clone_gives_the_same_digests(
    repo: Repo, origin: Repo, tmp_path: Path, filter_: str
) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    expected = digests(build(repo))
    clone = origin.clone(tmp_path / "clone", f"--filter={filter_}", "--sparse")
    assert not (clone.path / "artifacts").exists()
    assert digests(build(clone)) == expected


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


def test_no_credential_is_in_what_is_pushed_or_said(repo: Repo, tmp_path: Path) -> None:
    repo.git("remote", "set-url", "origin", "http://user:s3cret@127.0.0.1:1/org/mono.git")
    for arguments in ([], ["--json"], ["--debug"]):
        ran = subprocess.run(
            [sys.executable, "-m", "invoke", *arguments[1:], "build", *arguments[:1]],
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


def test_a_later_commit_that_leaves_an_artifact_alone(repo: Repo) -> None:
    first = repo.head
    expected = build(repo)
    repo.commit(files={"README.md": "other", "artifacts/README.md": "beside"})
    repo.commit(
        files={"artifacts/app/logo.png": "not published", "artifacts/app/.gitattributes": "* -text\n"}
    )
    repo.push()
    again = build(repo)
    assert set(each_action(again).values()) == {"unchanged"}
    assert digests(again) == digests(expected)
    assert all(result.revision == f"main@sha1:{first}" for result in again.results)
    assert digests(build(repo, registry="fresh")) == digests(expected)
    assert set(tags(repo, "app")) == {first[:12], "latest"}, "a commit that left it alone adds no tag"


def test_a_change_that_was_taken_back(repo: Repo) -> None:
    """A to B to A: the content of A, at another revision."""
    start = repo.head
    first = digests(build(repo))
    second = edit(repo, "app", push=True)
    build(repo)
    back = repo.commit(files=FILES)
    repo.push()
    built = build(repo)
    result = by_name(built)["app"]
    assert result.revision == f"main@sha1:{back}"
    assert set(tags(repo, "app")) == {start[:12], second[:12], back[:12], "latest"}
    assert tags(repo, "app")["latest"] == tags(repo, "app")[back[:12]] == result.digest
    assert tags(repo, "app")[start[:12]] == first["app"]
    assert set(each_action(build(repo)).values()) == {"unchanged"}


def test_a_change_that_was_taken_back_before_it_was_built(repo: Repo) -> None:
    """The registry has that content already: nothing is pushed, the tags are brought up to date."""
    first = digests(build(repo))
    edit(repo, "app")
    back = repo.commit(files=FILES)
    repo.push()
    built = build(repo)
    assert each_action(built)["app"] == "tagged"
    assert tags(repo, "app")[back[:12]] == tags(repo, "app")["latest"] == first["app"]
    before = snapshot(repo.path / ".registry")
    assert set(each_action(build(repo)).values()) == {"unchanged"}
    assert snapshot(repo.path / ".registry") == before


def test_two_artifacts_of_equal_content(repo: Repo) -> None:
    repo.commit(files={f"artifacts/{name}/x.yaml": "same" for name in ("twin-a", "twin-b")})
    repo.push()
    built = by_name(build(repo))
    assert built["twin-a"].action == built["twin-b"].action == "pushed"
    assert built["twin-a"].digest == built["twin-b"].digest
    assert tags(repo, "twin-a") == tags(repo, "twin-b")


@pytest.mark.parametrize("where", ["global", "info", "xdg", "worktree"])
def test_attributes_of_this_machine_do_not_matter(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    expected = digests(build(repo, registry="plain"))
    mine = "* text eol=crlf\n*.yaml filter=lfs working-tree-encoding=UTF-16\n"
    match where:
        case "global":
            (tmp_path / "attributes").write_text(mine)
            repo.git("config", "core.attributesFile", str(tmp_path / "attributes"))
        case "info":
            (repo.path / ".git/info").mkdir(exist_ok=True)
            (repo.path / ".git/info/attributes").write_text(mine)
        case "xdg":
            monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
            (tmp_path / "git").mkdir()
            (tmp_path / "git/attributes").write_text(mine)
        case "worktree":
            repo.write(".gitattributes", mine)
            repo.write("artifacts/app/.gitattributes", mine)
    repo.git("config", "core.autocrlf", "true")
    assert digests(build(repo, registry="other")) == expected


@given(history=histories(), ignore=st.sampled_from([(), ("CHANGELOG.md", "docs/"), ("*", "!*.yaml")]))
@hypothesis_settings(max_examples=15)
def test_any_history_in_any_clone_gives_the_same_digests(
    history: list[Made], ignore: tuple[str, ...]
) -> None:
    assume(any("/" in path for path in history[-1].tree))
    with TemporaryDirectory() as folder:
        repo, hashes = imported(Path(folder) / "repo", history, "artifacts/")
        repo.git("checkout", "--quiet", "-B", "main", hashes[-1])
        origin = repo.bare_origin()
        expected = build(repo, ignore=ignore)
        assert not [result for result in expected.results if result.error]
        clone = actions_checkout(origin, Path(folder) / "clone", hashes[-1])
        assert document(build(clone, ignore=ignore)) == document(expected)
        repo.commit(files={"elsewhere/x": "x"})
        repo.push()
        later = build(repo, ignore=ignore, registry="later")
        assert digests(later) == digests(expected)
        assert set(each_action(build(repo, ignore=ignore)).values()) <= {"unchanged"}


# Promise 2: converge, don't replay


def test_the_second_run_writes_nothing(repo: Repo) -> None:
    build(repo)
    before = snapshot(repo.path / ".registry")
    again = build(repo)
    assert set(each_action(again).values()) == {"unchanged"}
    assert snapshot(repo.path / ".registry") == before
    for name in NAMES:
        assert by_name(again)[name].tags == (repo.head[:12], "latest")


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_anywhere_is_finished_by_the_next(
    tmp_path: Path, signal_: signal.Signals
) -> None:
    files = {
        f"artifacts/artifact-{number:03}/{part}.yaml": f"{number} {part}\n" * 500
        for number in range(60)
        for part in range(5)
    }
    repo = monorepo(tmp_path / "repo", files)
    expected = document(build(repo, registry="expected"))["artifacts"]
    cut_short = 0
    for wait in (0.005, 0.02, 0.05, 0.1):
        process = subprocess.Popen(
            [sys.executable, "-m", "invoke", "build"],
            cwd=repo.path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        there = len(list((repo.path / ".registry").glob("*/index.json")))
        while (
            process.poll() is None
            and len(list((repo.path / ".registry").glob("*/index.json"))) <= there
            and time.monotonic() < deadline
        ):
            time.sleep(0.005)
        time.sleep(wait)
        process.send_signal(signal_)
        _, errors = process.communicate(timeout=30)
        assert "Traceback" not in errors, errors
        cut_short += process.returncode != 0
        for index in (repo.path / ".registry").glob("*/index.json"):
            json.loads(index.read_text())
    assert cut_short
    final = build(repo)
    assert not final.failed
    assert [result["digest"] for result in document(final)["artifacts"]] == [r["digest"] for r in expected]
    for result in final.results:
        assert tags(repo, result.artifact) == dict.fromkeys(result.tags, result.digest)
    assert set(each_action(build(repo)).values()) == {"unchanged"}


def test_what_was_lost_from_the_registry_comes_back(repo: Repo) -> None:
    expected = digests(build(repo))
    (repo.path / ".registry/app").rename(repo.path / ".registry/gone")
    built = build(repo)
    assert each_action(built) == {"app": "pushed", "db": "unchanged", "web": "unchanged"}
    assert digests(built) == expected


@pytest.mark.parametrize("tag", ["latest", "commit"])
def test_a_tag_that_is_elsewhere_comes_back(repo: Repo, tag: str) -> None:
    build(repo)
    name = "latest" if tag == "latest" else repo.head[:12]
    app, db = (LayoutTarget(repo.path / ".registry" / artifact) for artifact in ("app", "db"))
    other = db.fetch_manifest("latest")
    expected = app.resolve("latest")
    assert other
    app.push_manifest(other, name)
    build(repo)
    assert app.resolve("latest") == expected
    if tag == "latest":
        assert app.resolve(repo.head[:12]) == expected


def test_a_second_run_on_a_commit_that_is_not_the_tip_keeps_what_is(repo: Repo) -> None:
    start = repo.head
    edit(repo, "app", push=True)
    build(repo)
    repo.checkout(start)
    assert each_action(build(repo)) == {"app": "pushed", "db": "unchanged", "web": "unchanged"}
    before = snapshot(repo.path / ".registry")
    assert each_action(build(repo)) == {"app": "kept", "db": "unchanged", "web": "unchanged"}
    assert snapshot(repo.path / ".registry") == before


# Promise 4: `latest` is main's


def test_an_older_commit_leaves_latest_where_it_is(repo: Repo) -> None:
    start = repo.head
    build(repo, registry="first")
    newer = edit(repo, "app", push=True)
    latest = digests(build(repo))["app"]
    repo.checkout(start)
    result = by_name(build(repo))["app"]
    assert result.action == "pushed"
    assert result.tags == (start[:12],)
    assert tags(repo, "app") == {newer[:12]: latest, "latest": latest, start[:12]: result.digest}


def test_a_rerun_of_an_old_push_after_a_newer_one(repo: Repo, tmp_path: Path) -> None:
    start = repo.head
    build(repo)
    second = edit(repo, "app", push=True)
    third = edit(repo, "app", push=True)
    expected = by_name(build(repo))["app"].digest
    job = in_actions(tmp_path / "job", "push", push_payload(start, second))
    ran = inv(repo, "build", "--changed", "--json", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert ran.code == 0
    (result,) = ran.document["artifacts"]
    assert (result["action"], result["tags"]) == ("pushed", [second[:12]])
    assert tags(repo, "app")["latest"] == tags(repo, "app")[third[:12]] == expected


def test_a_feature_branch_leaves_latest_where_it_is(repo: Repo) -> None:
    latest = digests(build(repo))
    repo.checkout("feature", create=True)
    feature = edit(repo, "app")
    repo.push()
    for event in (TERMINAL, push(None, feature, "refs/heads/feature")):
        result = by_name(build(repo, event=event))["app"]
        assert result.tags == (feature[:12],)
        assert tags(repo, "app")["latest"] == latest["app"]
        assert tags(repo, "app")[feature[:12]] == result.digest


def test_a_merge_of_a_branch_that_was_built_is_tagged_and_not_pushed_again(repo: Repo) -> None:
    build(repo)
    repo.checkout("feature", create=True)
    feature = edit(repo, "app")
    digest = by_name(build(repo))["app"].digest
    repo.checkout("main")
    merge = repo.merge("feature")
    repo.push()
    result = by_name(build(repo))["app"]
    assert result.revision == f"main@sha1:{merge}"
    assert result.tags == (merge[:12], "latest")
    assert tags(repo, "app")["latest"] == tags(repo, "app")[merge[:12]] == result.digest
    assert tags(repo, "app")[feature[:12]] == digest


def test_a_pull_request_leaves_latest_where_it_is(repo: Repo) -> None:
    latest = digests(build(repo))
    base = repo.head
    repo.checkout("feature", create=True)
    head = edit(repo, "app")
    repo.checkout("main")
    repo.git("checkout", "--quiet", "--detach")
    repo.merge("feature")
    built = build(repo, event=pull_request(base, head), only_changed=True)
    assert [result.artifact for result in built.results] == ["app"]
    assert "latest" not in by_name(built)["app"].tags
    assert tags(repo, "app")["latest"] == latest["app"]


def test_a_force_push_takes_latest_back(repo: Repo) -> None:
    start = repo.head
    first = digests(build(repo))
    edit(repo, "app", push=True)
    build(repo)
    repo.git("reset", "--quiet", "--hard", start)
    repo.push("--force", "origin", "main")
    built = build(repo)
    assert each_action(built)["app"] == "tagged"
    assert tags(repo, "app")["latest"] == first["app"]
    assert set(each_action(build(repo)).values()) == {"unchanged"}


def test_a_commit_that_a_force_push_dropped_does_not_get_latest(repo: Repo) -> None:
    start = repo.head
    dropped = edit(repo, "app", push=True)
    repo.push("--force", "origin", f"{start}:main")
    result = by_name(build(repo))["app"]
    assert result.tags == (dropped[:12],)
    assert "latest" not in tags(repo, "app")


def test_a_tip_that_nobody_can_ask_for_leaves_latest_where_it_is(repo: Repo) -> None:
    latest = digests(build(repo))
    newer = edit(repo, "app", push=True)
    break_origin(repo)
    built = build(repo)
    assert by_name(built)["app"].tags == (newer[:12],)
    assert tags(repo, "app")["latest"] == latest["app"]
    assert tags(repo, "app")[newer[:12]] == by_name(built)["app"].digest
    assert len(built.notices) == 1
    assert "`latest` stays" in built.notices[0]
    ran = inv(repo, "build", "--json")
    assert ran.code == 0
    assert "`latest` stays" in ran.err


def test_commits_that_origin_does_not_have_yet(repo: Repo) -> None:
    latest = digests(build(repo))
    ahead = edit(repo, "app")
    result = by_name(build(repo))["app"]
    assert (result.action, result.tags) == ("pushed", (ahead[:12],))
    assert tags(repo, "app")["latest"] == latest["app"]
    repo.push()
    result = by_name(build(repo))["app"]
    assert (result.action, result.tags) == ("tagged", (ahead[:12], "latest"))
    assert tags(repo, "app")["latest"] == result.digest


def test_the_branch_of_the_settings_is_the_one(repo: Repo) -> None:
    repo.checkout("release/1", create=True)
    edit(repo, "app", push=True)
    assert "latest" not in by_name(build(repo))["app"].tags
    built = build(repo, branch="release/1", registry="other")
    assert by_name(built)["app"].revision == f"release/1@sha1:{repo.head}"
    assert "latest" in by_name(built)["app"].tags


def test_an_artifact_that_the_tip_does_not_have(repo: Repo) -> None:
    start = repo.head
    latest = digests(build(repo))
    repo.remove("artifacts/app")
    repo.commit()
    repo.push()
    assert set(each_action(build(repo))) == {"db", "web"}
    repo.checkout(start)
    assert each_action(build(repo))["app"] == "kept"
    assert tags(repo, "app")["latest"] == latest["app"]
    repo.checkout("main")
    back = repo.commit(files=FILES)
    repo.push()
    result = by_name(build(repo))["app"]
    assert result.revision == f"main@sha1:{back}"
    assert result.tags == (back[:12], "latest")


def once(act: Callable[[], object]) -> Callable[[ImageResult], None]:
    """Act when the first artifact is done: after the tip was asked for, before the run ends."""
    done: list[ImageResult] = []

    def on_result(result: ImageResult) -> None:
        done.append(result)
        if len(done) == 1:
            act()

    return on_result


def elsewhere(repo: Repo, origin: Repo) -> Repo:
    return origin.clone(repo.path.with_name("elsewhere"))


@pytest.mark.parametrize("jobs", [1, 8])
def test_a_tip_that_moves_while_a_newer_run_has_pushed(repo: Repo, origin: Repo, jobs: int) -> None:
    other = elsewhere(repo, origin)
    registry = str(repo.path / ".registry")

    def newer_run() -> None:
        edit(other, "app", "web", push=True)
        build(other, registry=registry)

    built = build(repo, on_result=once(newer_run), jobs=jobs)
    expected = tags(repo, "app")[other.head[:12]]
    assert tags(repo, "app")["latest"] == expected != by_name(built)["app"].digest
    assert tags(repo, "web")["latest"] == tags(repo, "web")[other.head[:12]]
    assert tags(repo, "db")["latest"] == tags(repo, "db")[repo.head[:12]]
    assert set(each_action(build(other, registry=registry)).values()) == {"unchanged"}


def test_a_tip_that_moves_while_the_newer_run_has_yet_to_begin(repo: Repo, origin: Repo) -> None:
    other = elsewhere(repo, origin)
    build(repo, on_result=once(lambda: edit(other, "app", push=True)))
    assert set(tags(repo, "app")) == {repo.head[:12], "latest"}
    build(other, registry=str(repo.path / ".registry"))
    assert tags(repo, "app")["latest"] == tags(repo, "app")[other.head[:12]]


def test_a_tip_that_moves_twice_and_back(repo: Repo, origin: Repo) -> None:
    start = repo.head
    other = elsewhere(repo, origin)
    registry = str(repo.path / ".registry")

    def newer_runs() -> None:
        edit(other, "app", push=True)
        build(other, registry=registry)
        other.push("--force", "origin", f"{start}:main")

    built = build(repo, on_result=once(newer_runs))
    build(repo)  # the tip that this run saw before and after is the same: it is the next that sees
    assert tags(repo, "app")["latest"] == by_name(built)["app"].digest == tags(repo, "app")[start[:12]]


def test_a_tip_that_moves_elsewhere_changes_nothing(repo: Repo, origin: Repo) -> None:
    other = elsewhere(repo, origin)

    def unrelated() -> None:
        other.commit(files={"README.md": "other"})
        other.push()

    built = build(repo, on_result=once(unrelated))
    assert all(result.tags == (repo.head[:12], "latest") for result in built.results)


def test_a_tip_that_is_lost_while_building(repo: Repo) -> None:
    built = build(repo, on_result=once(lambda: break_origin(repo)))
    assert not built.failed
    assert len(built.notices) == 1
    assert "`latest`" in built.notices[0]


def test_a_registry_that_breaks_when_the_tip_has_moved(repo: Repo, origin: Repo) -> None:
    """What was done is still said, and what was not is said to have failed."""
    other = elsewhere(repo, origin)

    def newer_run() -> None:
        edit(other, "app", push=True)
        build(other, "app", registry=str(repo.path / ".registry"))
        (repo.path / ".registry/app/index.json").write_text("{")

    # One at a time, so that app is done before and not looked at again until the end.
    built = build(repo, on_result=once(newer_run), jobs=1)
    assert each_action(built) == {"app": "failed", "db": "pushed", "web": "pushed"}


def test_an_old_and_a_new_run_at_the_same_time(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    old = origin.clone(tmp_path / "old")
    new_commit = edit(repo, *NAMES, push=True)
    command = [sys.executable, "-m", "invoke", "build"]
    registry = {**os.environ, "INVOKE_FLUX_REGISTRY": str(repo.path / ".registry")}
    for _ in range(3):
        running = [
            subprocess.Popen(command, cwd=folder.path, env=registry, stdout=subprocess.DEVNULL)
            for folder in (old, repo, old, repo)
        ]
        assert [process.wait(60) for process in running] == [0] * 4
        for name in NAMES:
            there = tags(repo, name)
            assert there["latest"] == there[new_commit[:12]]
        for name in ("app", "web"):
            LayoutTarget(repo.path / ".registry" / name)  # from nothing again
            (repo.path / ".registry" / name / "index.json").unlink()


# Promise 7: partial failure


def bad_artifacts(repo: Repo) -> dict[str, str]:
    """Artifacts that may not be published, each with the name of the file that is at fault."""
    lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 1\n"
    files: dict[str, str | bytes] = {
        "bad-lfs/chart.bin": lfs,
        "bad-filter/.gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        "bad-filter/chart.bin": "x",
        "bad-eol/.gitattributes": "*.bat text eol=crlf\n",
        "bad-eol/run.bat": "one\ntwo\n",
        "bad-encoding/.gitattributes": "*.txt text working-tree-encoding=UTF-16\n",
        "bad-encoding/x.txt": "x\n".encode("utf-16"),
        "bad-ident/.gitattributes": "*.c ident\n",
        "bad-ident/x.c": "/* $Id$ */\n",
    }
    for path, content in files.items():
        repo.write(f"artifacts/{path}", content)
    repo.symlink("artifacts/bad-link/deep/link.yaml", "../other.yaml")
    repo.write("artifacts/bad-link/other.yaml", "x")
    repo.write("artifacts/bad-sub/x.yaml", "x")
    repo.git("-c", "core.autocrlf=false", "add", "--all", "--renormalize", ".")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/bad-sub/vendor")
    repo.git("commit", "--quiet", "-m", "bad")
    return {
        "bad-lfs": "chart.bin",
        "bad-filter": "chart.bin",
        "bad-eol": "run.bat",
        "bad-encoding": "x.txt",
        "bad-ident": "x.c",
        "bad-link": "deep/link.yaml",
        "bad-sub": "vendor",
    }


def test_what_may_not_be_published_fails_by_name_and_the_others_go_out(repo: Repo) -> None:
    bad = bad_artifacts(repo)
    repo.push()
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result for result in ran.document["artifacts"]}
    assert set(found) == {*NAMES, *bad}
    for name in NAMES:
        assert found[name]["action"] == "pushed"
        assert "error" not in found[name]
    for name, file in bad.items():
        assert found[name]["action"] == "failed", name
        assert found[name]["digest"] is None
        assert found[name]["tags"] == []
        assert file in found[name]["error"]
        assert not (repo.path / ".registry" / name).exists()
        assert any(name in line and file in line for line in ran.err.splitlines())
    plain = inv(repo, "build")
    assert plain.code == 1
    for name, file in bad.items():
        assert f"{name}: {file}" in plain.err
    assert {
        result["action"] for result in inv(repo, "build", "--json", "-a", "app").document["artifacts"]
    } == {"unchanged"}


def test_in_actions_each_failure_is_an_annotation(repo: Repo, tmp_path: Path) -> None:
    bad = bad_artifacts(repo)
    repo.push()
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    ran = inv(repo, "build", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert ran.code == 1
    errors = [line for line in ran.out.splitlines() if line.startswith("::error")]
    for name in bad:
        assert any(name in line for line in errors)
    assert set(job.outputs) == {"digests"}
    assert set(job.outputs["digests"]) == set(NAMES)
    assert all(name in job.summary.read_text().replace("\\", "") for name in bad)


@pytest.mark.parametrize(
    "place", [".gitattributes", "artifacts/.gitattributes", "artifacts/app/.gitattributes"]
)
def test_attributes_that_are_committed_do_matter(repo: Repo, place: str) -> None:
    repo.commit(files={place: "**/deployment.yaml filter=lfs\n"})
    built = by_name(build(repo))
    assert built["app"].action == "failed"
    assert "base/deployment.yaml" in str(built["app"].error)
    assert built["db"].action == "pushed"
    assert by_name(build(repo, ignore=("deployment.yaml",), registry="other"))["app"].action == "pushed"


@pytest.mark.parametrize("filter_", ["blob:none"])
def test_committed_attributes_matter_in_a_partial_clone_too(
    repo: Repo, origin: Repo, tmp_path: Path, filter_: str
) -> None:
    origin.git("config", "uploadpack.allowFilter", "true")
    repo.commit(files={"artifacts/app/.gitattributes": "*.yaml filter=lfs\n"})
    repo.push()
    clone = origin.clone(tmp_path / "clone", f"--filter={filter_}", "--sparse")
    assert each_action(build(clone)) == {"app": "failed", "db": "pushed", "web": "pushed"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Application", "'A'"),
        ("my app", "' '"),
        ("café", "'é'"),
        ("a+b", "'+'"),
        ("a\nb", "'\\n'"),
        ("a,b", "','"),
        ("-app", "letter or digit"),
        ("app-", "letter or digit"),
        ("a..b", "separator"),
        ("x" * 129, "128"),
        (os.fsdecode(b"caf\xe9"), "character 4"),
    ],
)
def test_a_name_that_no_repository_can_have(repo: Repo, name: str, said: str) -> None:
    repo.commit(files={f"artifacts/{name}/x.yaml": "x"})
    repo.push()
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result for result in ran.document["artifacts"]}
    assert found[name]["action"] == "failed"
    assert said in found[name]["error"]
    assert {found[other]["action"] for other in NAMES} == {"pushed"}
    assert {path.name for path in (repo.path / ".registry").iterdir()} == set(NAMES)


def test_names_of_any_kind_are_only_names(repo: Repo, tmp_path: Path) -> None:
    """None of them can be published, and none is obeyed by what reads the log or the summary."""
    repo.commit(files={f"artifacts/{name}/{name}": "x" for name in HOSTILE_NAMES})
    repo.push()
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    ran = inv(repo, "build", env={**job.env, "INVOKE_FLUX_REGISTRY": ".registry"})
    assert ran.code == 1
    one_table(job.summary.read_text(), rows=len(NAMES) + len(HOSTILE_NAMES))
    obeyed = commands(ran.said)
    assert all(line.startswith("::error::") for line in obeyed), obeyed
    assert len(obeyed) == len(HOSTILE_NAMES)
    assert set(job.outputs["digests"]) == set(NAMES)


def test_a_registry_folder_that_is_broken_for_one_artifact(repo: Repo) -> None:
    build(repo)
    index = repo.path / ".registry/app/index.json"
    content = index.read_text()
    index.write_text(content[:-10])
    edit(repo, *NAMES, push=True)
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result for result in ran.document["artifacts"]}
    assert {name: result["action"] for name, result in found.items()} == {
        "app": "failed",
        "db": "pushed",
        "web": "pushed",
    }
    assert "index.json" in found["app"]["error"]
    index.write_text(content)
    assert each_action(build(repo)) == {"app": "pushed", "db": "unchanged", "web": "unchanged"}


def test_a_registry_that_is_a_file(repo: Repo) -> None:
    repo.write(".registry", "a file")
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    assert {result["action"] for result in ran.document["artifacts"]} == {"failed"}


def test_an_object_that_this_clone_lost(repo: Repo) -> None:
    """Its artifact fails by name, the others go out."""
    oid = repo.git("rev-parse", "HEAD:artifacts/app/base/deployment.yaml")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    ran = inv(repo, "build", "--json")
    assert ran.code == 1
    found = {result["artifact"]: result["action"] for result in ran.document["artifacts"]}
    assert found == {"app": "failed", "db": "pushed", "web": "pushed"}


def test_a_time_that_no_image_can_have(repo: Repo) -> None:
    path = "artifacts/late/x.yaml"
    repo.commit(files={path: "x"}, date="@999999999999 +0000")
    repo.push()
    ran = inv(repo, "build", "--json")
    found = {result["artifact"]: result["action"] for result in ran.document["artifacts"]}
    assert {found[name] for name in NAMES} == {"pushed"}
    assert ran.code == (1 if found["late"] == "failed" else 0)


# What is built


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], NAMES),
        (["-a", "web", "--artifact", "app"], ["app", "web"]),
        (["-a", "web,app"], ["app", "web"]),
        (["-a", "app,app", "--artifact=app"], ["app"]),
    ],
)
def test_artifacts_by_name(repo: Repo, arguments: list[str], expected: list[str]) -> None:
    ran = inv(repo, "build", "--json", "--dry-run", *arguments)
    assert ran.code == 0, ran.said
    assert [result["artifact"] for result in ran.document["artifacts"]] == expected


@pytest.mark.parametrize("name", ["ap", "App", "artifacts/app", "app/", "*", ".", "..", "README.md", "-x"])
def test_a_name_that_is_no_artifact(repo: Repo, name: str) -> None:
    ran = inv(repo, "build", "--json", f"--artifact={name}")
    assert (ran.code, ran.out) == (2, "")
    assert repr(name) in ran.err
    assert "app, db, web" in ran.err
    if name == "ap":
        assert "did you mean app?" in ran.err
    assert not (repo.path / ".registry").exists()


def test_one_unknown_name_among_known_ones_builds_nothing(repo: Repo) -> None:
    ran = inv(repo, "build", "-a", "app,dbb")
    assert ran.code == 2
    assert "did you mean db?" in ran.err
    assert not (repo.path / ".registry").exists()


@pytest.mark.parametrize("empty", ["", ",", " ", ", ,"])
def test_an_empty_name_is_not_all_of_them(repo: Repo, empty: str) -> None:
    """A workflow whose expression came out empty: `inv build -a "${{ matrix.artefact }}"`."""
    ran = inv(repo, "build", f"--artifact={empty}")
    assert ran.code == 2
    assert not (repo.path / ".registry").exists()


def test_only_what_changed(repo: Repo, tmp_path: Path) -> None:
    start = repo.head
    repo.tag("v1")
    edit(repo, "app")
    edit(repo, "db")
    assert set(each_action(build(repo, only_changed=True, registry="tip"))) == {"app", "db"}
    assert set(each_action(build(repo, "app", "web", only_changed=True, registry="both"))) == {"app"}
    assert build(repo, "web", only_changed=True, registry="none").results == []
    repo.push()
    assert build(repo, only_changed=True).results == []
    assert set(each_action(build(repo, only_changed=True, since="HEAD~1"))) == {"db"}
    assert set(each_action(build(repo, only_changed=True, event=push(start, repo.head)))) == {"app", "db"}
    ran = inv(repo, "build", "--since", "v1", "--json")
    assert [result["artifact"] for result in ran.document["artifacts"]] == ["app", "db"]
    nothing = inv(repo, "build", "--changed", "--json")
    assert (nothing.code, nothing.document) == (0, {"artifacts": []})
    assert not (repo.path / "none").exists()


def test_a_removed_artifact_is_not_built(repo: Repo) -> None:
    before = repo.head
    repo.remove("artifacts/app")
    repo.commit()
    repo.push()
    assert build(repo, only_changed=True, event=push(before, repo.head)).results == []
    with pytest.raises(RequestError, match="no artifact 'app'"):
        build(repo, "app")


def test_a_push_is_built_as_it_was_pushed_whatever_is_checked_out(repo: Repo) -> None:
    before = repo.head
    after = edit(repo, "app", push=True)
    expected = digests(build(repo, "app", registry="expected"))
    edit(repo, "app")
    built = build(repo, "app", event=push(before, after))
    assert built.commit == after
    assert digests(built) == expected


@pytest.mark.parametrize("only_changed", [True, False])
def test_a_push_that_a_shallow_checkout_of_the_branch_is_beyond(
    repo: Repo, origin: Repo, tmp_path: Path, only_changed: bool
) -> None:
    """`actions/checkout` with `ref: main`, and main went on before the job began."""
    before = repo.head
    after = edit(repo, "app", push=True)
    expected = digests(build(repo, "app", registry="expected"))
    edit(repo, "db", push=True)
    clone = actions_checkout(origin, tmp_path / "clone", repo.head)
    built = build(clone, event=push(before, after), only_changed=only_changed)
    assert by_name(built)["app"].digest == expected["app"]


def test_since_is_built_as_it_is_compared(repo: Repo) -> None:
    """What `--since` says is about HEAD, and so is what is built."""
    start = repo.head
    after = edit(repo, "app", push=True)
    head = repo.commit(files={"artifacts/new/x.yaml": "x"})
    built = build(repo, event=push(start, after), only_changed=True, since=start)
    assert set(each_action(built)) == {"app", "new"}
    assert built.commit == head


@pytest.mark.parametrize("sources", ["components", "a/b", "."])
def test_other_sources(tmp_path: Path, sources: str) -> None:
    prefix = "" if sources == "." else f"{sources}/"
    repo = Repo(tmp_path / "repo")
    repo.commit(files={f"{prefix}{path.removeprefix('artifacts/')}": text for path, text in FILES.items()})
    built = build(repo, sources=sources)
    assert set(each_action(built)) == set(NAMES)
    usual = Repo(tmp_path / "usual")
    usual.commit(files=FILES)
    assert {r.diff_id for r in built.results} == {r.diff_id for r in build(usual).results}


def test_sources_that_are_not_there(repo: Repo) -> None:
    """A typing error in a setting is not the same as nothing to do."""
    ran = inv(repo, "build", env={"INVOKE_FLUX_SOURCES": "artefacts"})
    assert "artefacts" in ran.err


def test_a_repository_without_artifacts(tmp_path: Path) -> None:
    repo = monorepo(tmp_path, {})
    ran = inv(repo, "build", "--json")
    assert (ran.code, ran.document) == (0, {"artifacts": []})


def test_a_push_that_removes_the_last_artifact(repo: Repo) -> None:
    before = repo.head
    repo.remove("artifacts")
    repo.commit()
    repo.push()
    assert build(repo, only_changed=True, event=push(before, repo.head)).results == []


# --dry-run


def test_a_dry_run_says_what_would_be_and_writes_nothing(repo: Repo, tmp_path: Path) -> None:
    before = snapshot(repo.path)
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    env = {**job.env, "INVOKE_FLUX_REGISTRY": ".registry"}
    plan = inv(repo, "build", "--dry-run", "--json", env=env)
    assert plan.code == 0
    assert {r["artifact"]: r["action"] for r in plan.document["artifacts"]} == dict.fromkeys(NAMES, "pushed")
    after = snapshot(repo.path)
    for state in (before, after):
        for name in [name for name in state if name.endswith(("__pycache__", ".pyc"))]:
            del state[name]
        state.pop(".", None)
    assert after == before
    assert not (repo.path / ".registry").exists()
    assert job.outputs == {}
    real = inv(repo, "build", "--json")
    assert real.document == plan.document
    edit(repo, "app", push=True)
    before = snapshot(repo.path / ".registry")
    plan = inv(repo, "build", "--dry-run", "--json")
    assert {r["artifact"]: r["action"] for r in plan.document["artifacts"]} == {
        "app": "pushed",
        "db": "unchanged",
        "web": "unchanged",
    }
    assert snapshot(repo.path / ".registry") == before
    assert "Would be" in inv(repo, "build", "-d").out or "would be" in inv(repo, "build", "--dry-run").out


def test_a_dry_run_finds_what_could_not_be_done(repo: Repo) -> None:
    bad = bad_artifacts(repo)
    repo.push()
    ran = inv(repo, "build", "--dry-run", "--json")
    assert ran.code == 1
    assert {r["artifact"] for r in ran.document["artifacts"] if r["action"] == "failed"} == set(bad)


# In Actions


@pytest.mark.parametrize("arguments", [(), ("--dry-run",), ("--changed",), ("-a", "app")])
def test_a_folder_that_goes_with_the_runner_is_refused(
    repo: Repo, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    ran = inv(repo, "build", "--json", *arguments, env=job.env)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("::error::")
    assert ".registry" in ran.err
    assert "oci://" in ran.err
    assert not (repo.path / ".registry").exists()


@pytest.mark.parametrize("named", ["variable", "file", "other"])
def test_a_folder_that_is_asked_for_by_name(repo: Repo, tmp_path: Path, named: str) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    env = dict(job.env)
    match named:
        case "variable":
            env["INVOKE_FLUX_REGISTRY"] = ".registry"
        case "other":
            env["INVOKE_FLUX_REGISTRY"] = str(tmp_path / "elsewhere")
        case "file":
            repo.write("invoke.yaml", "flux: {registry: .registry}\n")
    ran = inv(repo, "build", "--json", env=env)
    assert ran.code == 0, ran.said
    there = str(tmp_path / "elsewhere") if named == "other" else ".registry"
    assert job.outputs == {
        "digests": {
            result["artifact"]: f"{there}/{result['artifact']}@{result['digest']}"
            for result in ran.document["artifacts"]
        }
    }
    assert set(job.outputs["digests"]) == set(NAMES)
    assert "sha256:" in job.summary.read_text()


def test_ci_that_is_not_actions(repo: Repo) -> None:
    """The event's variables alone do not make it GitHub's."""
    ran = inv(repo, "build", "--json", env={"CI": "true", "GITHUB_EVENT_NAME": "push"})
    assert ran.code == 0


def test_an_event_without_commits_builds_what_is_checked_out(repo: Repo) -> None:
    edit(repo, "app")
    built = build(repo, event=actions(None))
    assert built.commit == repo.head


def test_a_deleted_branch_builds_nothing(repo: Repo) -> None:
    assert build(repo, event=push(repo.head, None, "refs/heads/x"), only_changed=True).results == []


# Promise 8: errors are for people


def failures(repo: Repo) -> Iterable[tuple[int, tuple[str, ...], dict[str, str]]]:
    yield 2, ("build", "-a", "nonesuch"), {}
    yield 2, ("build", "--since", "nonesuch"), {}
    yield 2, ("build",), {"INVOKE_FLUX_JOBS": "abc"}
    yield 2, ("build",), {"INVOKE_FLUX_NONESUCH": "x"}
    yield 2, ("build",), {"INVOKE_FLUX_REGISTRY": "https://x"}
    yield 1, ("build", "--changed"), {"INVOKE_FLUX_BRANCH": "nonesuch"}


def test_an_error_is_two_lines(repo: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    for code, arguments, env in failures(repo):
        ran = inv(repo, *arguments, env=env)
        assert (ran.code, ran.out) == (code, "")
        said, hint = ran.err.splitlines()
        assert said.startswith("error: ")
        assert hint.startswith("hint: ")
        there = inv(repo, *arguments, env={"INVOKE_FLUX_REGISTRY": ".registry", **job.env, **env})
        assert there.code == code
        assert there.said.startswith("::error::")
        assert len(there.said.splitlines()) == 1


def test_a_traceback_for_who_asks(repo: Repo) -> None:
    command = [sys.executable, "-m", "invoke", "--debug", "build", "-a", "nonesuch"]
    ran = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "Traceback" in ran.stderr


def test_a_failure_does_not_hide_in_a_chain(repo: Repo) -> None:
    bad_artifacts(repo)
    repo.push()
    assert inv(repo, "build", "changed").code == 1
    assert inv(repo, "changed", "build").code == 1


def test_an_error_of_git_is_one_of_ours(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    with environment(GIT_CONFIG_GLOBAL=str(repo.path / "broken")):
        (repo.path / "broken").write_text("[core\n")
        ran = inv(repo, "build", "--json")
    assert ran.code in (1, 2)
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ({}, "ghcr.io/octo/monorepo/app"),
        ({"registry": "elsewhere", "named": frozenset({"registry"})}, "elsewhere/app"),
        ({"registry": "oci://registry.example.com/x"}, "registry.example.com/x/app"),
    ],
)
def test_a_job_on_github_has_a_registry_of_its_own(named: dict[str, Any], place: str, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    event = Event(True, None, None, None, repository="Octo/monorepo")
    with opened(repo, Settings(**named), event) as monorepo:
        registry = monorepo.registry
    assert registry.name("app") == place
