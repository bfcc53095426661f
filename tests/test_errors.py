"""What is said of bad inputs, word for word."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands.invoking import Finished, in_actions, inv, monorepo
from tests.repo import Repo
from tests.servers import Answer, Server, serve

_BAD = sorted((Path(__file__).parent / "bad_inputs").glob("*.yaml"))

_MOST_LINES = 2

_NO_HEAD = ("none", "empty", "bare")
_REPEATED = ("registry-html-500", "registry-is-busy")
"""The requests to these are tried again, which takes seconds."""


@dataclass(frozen=True)
class Bad:
    """One file of bad_inputs.

    `run` is what is given to `inv`, in a monorepo of the artifacts `app` and `db` with `files` on top, or in
    a clone of it of some kind, after the git commands in `git`; with `untracked` files, `env`, an `event` of
    Actions, or a `server` for a registry, which gives one answer to all. HEAD12, MAIN12, HOST and FOLDER in
    `says` stand for this run's.
    """

    run: list[str]
    exit: int
    says: str
    files: dict[str, str]
    untracked: dict[str, str]
    git: list[list[str]]
    clone: str
    env: dict[str, str]
    event: dict[str, str] | None
    server: dict[str, Any] | None


def read(path: Path) -> Bad:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    defaults: dict[str, Any] = {
        "files": {},
        "untracked": {},
        "git": [],
        "clone": "none of these",
        "env": {},
        "event": None,
        "server": None,
    }
    return Bad(**(defaults | document))


def clone_of(repo: Repo, kind: str, folder: Path) -> Path:
    if kind == "shallow":
        return repo.clone(folder / "clone", "--depth=1").path
    if kind == "bare":
        return repo.clone(folder / "clone", "--bare").path
    if kind in ("none", "empty"):
        path = folder / "clone"
        path.mkdir()
        if kind == "empty":
            Repo(path)
        return path
    return repo.path


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.stories) if path.stem in _REPEATED else path for path in _BAD],
    ids=lambda path: path.stem,
)
def test_a_bad_input(path: Path, tmp_path: Path) -> None:
    bad = read(path)
    files = {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")}
    repo = monorepo(tmp_path / "repo", {**files, **bad.files})
    repo.commit()
    folder = clone_of(repo, bad.clone, tmp_path)
    for name in ("tasks.py", "invoke.yaml"):
        if not (folder / name).exists():
            (folder / name).write_bytes((repo.path / name).read_bytes())
    for command in bad.git:
        blob = repo.git("rev-parse", "HEAD:tasks.py")
        Repo(folder).git(*(argument.replace("BLOB", blob) for argument in command))
    for name, content in bad.untracked.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    env = dict(bad.env)
    if bad.event:
        env |= in_actions(
            tmp_path / "job", bad.event["name"], bad.event["payload"].replace("NESTED", "[" * 100_000)
        ).env
    with ExitStack() as stack:
        server = Server("registry.example")
        if bad.server:
            headers = [(name, value) for name, value in bad.server.get("headers", {}).items()]
            answer = Answer(bad.server["status"], bad.server.get("body", "").encode(), headers)
            server = stack.enter_context(serve(lambda request: answer))
            env["INVOKE_FLUX_REGISTRY"] = f"oci://{server.host}/x"
        before = sorted(folder.iterdir())
        finished = inv(folder, *bad.run, env=env)
    head = (
        "" if bad.clone in ("none", "empty", "bare") else Repo(folder).git("rev-parse", "--short=12", "HEAD")
    )
    main = repo.git("for-each-ref", "--format=%(objectname:short=12)", "refs/heads/main")
    says = bad.says.replace("HEAD12", head).replace("MAIN12", main)
    says = says.replace("HOST", server.host).replace("FOLDER", str(folder))
    assert said(finished, env) == says.splitlines()
    assert finished.code == bad.exit
    if bad.exit == 2:
        assert sorted(folder.iterdir()) == before  # nothing was written


def said(finished: Finished, env: dict[str, str]) -> list[str]:
    """The lines for people; in Actions these are workflow commands, on standard output."""
    if "GITHUB_ACTIONS" in env:
        assert finished.err == ""
        return finished.out.splitlines()
    return finished.err.splitlines()


def test_every_bad_input_has_one_error_and_at_most_one_hint() -> None:
    assert len(_BAD) > 60
    for path in _BAD:
        lines = read(path).says.splitlines()
        kinds = [line.split(":")[0] for line in lines]
        assert kinds in (["error"], ["error", "hint"], [""]), path.name
        assert all(line.isprintable() and line == line.strip() for line in lines), path.name
        assert kinds != [""] or lines[0].startswith("::error::"), path.name


def test_with_json_there_is_nothing_but_the_document(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x": "x", "artifacts/App/x": "x"})
    for command in ("list", "changed", "check", "build"):
        option = ["--since=nonsense"] if command in ("changed", "build") else []
        finished = inv(repo, command, "--json", *option, *(["-a", "nope"] if command == "check" else []))
        assert finished.out == "" or json.loads(finished.out)
        assert len(finished.err.splitlines()) <= _MOST_LINES
    finished = inv(repo, "build", "--json")
    assert finished.code == 1
    errors = [artifact.get("error", {}).get("message") for artifact in finished.document["artifacts"]]
    assert errors == [
        "'App' cannot be an OCI repository: it has 'A' at character 1; "
        "allowed are a-z, 0-9 and . _ - between them",
        None,
    ]


def test_debug_adds_the_traceback(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x": "x"})
    plain = inv(repo, "changed", "--since=nonsense")
    command = [sys.executable, "-m", "invoke", "--debug", "changed", "--since=nonsense"]
    debug = subprocess.run(command, cwd=repo.path, capture_output=True, text=True)
    assert debug.returncode == plain.code
    assert "Traceback (most recent call last)" in debug.stderr
    assert plain.err in debug.stderr


def test_without_git(tmp_path: Path) -> None:
    finished = inv(monorepo(tmp_path / "repo", {}), "list", env={"PATH": str(tmp_path)})
    assert finished.code == 1
    assert finished.err.splitlines() == [
        "error: git was not found",
        "hint: install git, or add it to PATH",
    ]


@pytest.mark.parametrize(
    "arguments", [("list",), ("build",), ("build", "--json"), ("check",), ("tag",), ("status",)], ids=" ".join
)
def test_a_reader_that_goes_away(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """As `inv build | head -1` does."""
    repo = monorepo(tmp_path / "repo", {f"artifacts/{n}/x.yaml": "x: 1\n" for n in "abcdefgh"})
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "invoke", *arguments]
    done = subprocess.run(command, cwd=repo.path, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert len(done.stderr.splitlines()) <= (10 if "--json" in arguments else _MOST_LINES)


@pytest.mark.parametrize(
    "arguments", [("list",), ("build",), ("build", "--json"), ("check",), ("tag",), ("status",)], ids=" ".join
)
def test_a_disk_that_is_full(arguments: tuple[str, ...], tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/a/x.yaml": "x: 1\n"})
    with open("/dev/full", "w") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "invoke", *arguments]
        done = subprocess.run(command, cwd=repo.path, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr
