"""Commands as functions on real repositories, and as `inv` in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from flux.commands.build import plan_build
from flux.event import Event, PullRequestCommits, Push
from flux.monorepo.builder import Build
from flux.monorepo.changed import Changed, find_changed
from flux.monorepo.image_result import ImageResult
from flux.settings import Settings
from tests import warm
from tests.documents import require_valid, result
from tests.monorepos import opened
from tests.outputs import read_outputs
from tests.repo import Repo

ZEROS = "0" * 40
_SECONDS = 120
NOWHERE = "file:///nonexistent/origin.git"
TERMINAL = Event(actions=False, change=None, output=None, summary=None)

# What a file may be named, if only one asks for it.
HOSTILE_NAMES = [
    "two words.yaml",
    " leading and trailing ",
    'quo"te.yaml',
    "apostrophe's.yaml",
    "new\nline.yaml",
    "\nfirst.yaml",
    "last\n",
    "tab\tbed.yaml",
    "carriage\rreturn",
    "--output=x",
    "-z",
    ":!a",
    ":(exclude)*",
    ":100644 100644 a b M",
    "*",
    "[a-z].yaml",
    "back\\slash",
    "café.yaml",
    "cafe\N{COMBINING ACUTE ACCENT}.yaml",
    "\N{LINE SEPARATOR}\N{NEXT LINE}.yaml",
    "日本語.yaml",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.yaml",
    "\x1b[31mred",
    os.fsdecode(b"caf\xe9.yaml"),
    os.fsdecode(b"\xff\xfe"),
    "$(touch x)",
    "`touch x`",
    "${{ github.token }}",
    "a|b",
    "#",
    "%0A::error::x",
    "::add-mask::x",
    "::stop-commands::x",
    " ::warning::x",
    "##[add-mask]x",
    "x" * 250,
]


def actions(change: Push | PullRequestCommits | None, output: Path | None = None) -> Event:
    return Event(actions=True, change=change, output=output, summary=None)


def push(before: str | None, after: str | None, ref: str = "refs/heads/main") -> Event:
    return actions(Push(ref, before, after))


def pull_request(base: str, head: str) -> Event:
    return actions(PullRequestCommits(base, head))


def changed(repo: Repo | Path, event: Event = TERMINAL, since: str | None = None, **settings: Any) -> Changed:
    path = repo.path if isinstance(repo, Repo) else repo
    with opened(path, Settings(**settings), event) as monorepo:
        return find_changed(monorepo, since)


def build(
    repo: Repo | Path,
    *names: str,
    event: Event = TERMINAL,
    only_changed: bool = False,
    since: str | None = None,
    dry_run: bool = False,
    on_result: Callable[[ImageResult], object] = lambda result: None,
    **settings: Any,
) -> Build:
    path = repo.path if isinstance(repo, Repo) else repo
    if event.actions:
        settings.setdefault("named", frozenset({"registry"}))
    with opened(path, Settings(**settings), event, dry_run=dry_run) as monorepo:
        plan = plan_build(monorepo, names, only_changed, since)
        return plan.build(on_result)


@dataclass(frozen=True)
class Finished:
    """A process that ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that it printed."""
        return json.loads(self.out)

    @property
    def result(self) -> Any:
        """The document without what every document has."""
        return result(self.document)

    @property
    def said(self) -> str:
        return self.out + self.err


def inv(
    folder: Repo | Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    python: str = sys.executable,
    umask: int = -1,
) -> Finished:
    """`inv` as people run it, in `folder`; never with a traceback."""
    path = folder.path if isinstance(folder, Repo) else folder
    environment = {**os.environ, **(env or {})}
    if python == sys.executable and warm.is_like_ours(environment):
        done = warm.run(arguments, path, environment, umask, _SECONDS)
    else:
        command = [python, "-m", "invoke", *arguments]
        done = subprocess.run(
            command, cwd=path, env=environment, capture_output=True, umask=umask, timeout=_SECONDS
        )
    finished = Finished(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )
    assert "Traceback" not in finished.said, finished.said
    require_valid(arguments, finished.out)
    return finished


def monorepo(path: Path, files: Mapping[str, str | bytes], settings: Mapping[str, Any] | None = None) -> Repo:
    """A monorepo that `inv` runs in: its two files at the root, and its first commit."""
    repo = Repo(path)
    repo.write("tasks.py", "from flux.tasks import ns\n")
    repo.write("invoke.yaml", json.dumps({"flux": dict(settings or {})}))
    repo.write(".gitignore", "/.registry/\n__pycache__/\n")
    repo.commit("first", files=files)
    return repo


@dataclass(frozen=True)
class Actions:
    """The variables and files of one job of GitHub Actions."""

    env: dict[str, str]
    output: Path
    summary: Path

    @property
    def outputs(self) -> dict[str, Any]:
        return read_outputs(self.output)


def in_actions(folder: Path, name: str, payload: Mapping[str, Any] | str) -> Actions:
    """As if the event `name` had started a job."""
    folder.mkdir(parents=True, exist_ok=True)
    event, output, summary = folder / "event.json", folder / "output", folder / "summary.md"
    event.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    output.touch()
    summary.touch()
    env = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    return Actions(env, output, summary)


def commands(printed: str) -> list[str]:
    """The lines that the runner of GitHub Actions obeys: it trims them, and knows an older form as well.

    https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    return [line for line in printed.splitlines() if line.strip().startswith("::") or "##[" in line]


def one_table(summary: str, rows: int) -> None:
    """That a summary is a heading, one table and at most a list of errors, all of them plain text."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(summary)
    kinds = [token.type for token in tokens]
    assert kinds[:4] == ["heading_open", "inline", "heading_close", "table_open"]
    assert kinds.count("table_open") == 1
    after = {
        kind.removesuffix("_open").removesuffix("_close") for kind in kinds[kinds.index("table_close") + 1 :]
    }
    assert after <= {"bullet_list", "list_item", "paragraph", "inline"}
    assert kinds.count("tr_open") == 1 + rows
    for token in tokens:
        assert {child.type for child in token.children or ()} <= {"text", "text_special"}, token.content


def push_payload(before: str, after: str, ref: str = "refs/heads/main") -> dict[str, Any]:
    return {"ref": ref, "before": before, "after": after, "forced": False, "commits": []}


def pull_request_payload(base: str, head: str) -> dict[str, Any]:
    return {"number": 1, "pull_request": {"base": {"ref": "main", "sha": base}, "head": {"sha": head}}}


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Variables of this process, put back in the end whatever became of them."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def break_origin(repo: Repo) -> None:
    repo.git("remote", "set-url", "origin", NOWHERE)


def collect(repo: Repo) -> None:
    """Delete every object that no ref reaches."""
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "--quiet", "--prune=now")


def actions_checkout(origin: Repo, to: Path, commit: str, ref: str = "main", depth: int = 1) -> Repo:
    """A clone as actions/checkout makes it: `depth` commits (0 for all), and a single ref."""
    clone = Repo(to)
    clone.git("remote", "add", "origin", origin.path.as_uri())
    shallow = [f"--depth={depth}"] if depth else []
    where = f"refs/remotes/pull/{ref}" if "/" in ref else f"refs/remotes/origin/{ref}"
    clone.git("fetch", "--quiet", "--no-tags", "--prune", *shallow, "origin", f"+{commit}:{where}")
    clone.git("checkout", "--quiet", "--force", *(["--detach"] if "/" in ref else ["-B", ref]), where)
    return clone


def crowded(program: Path, seconds: float, last: str = "true") -> Callable[[], list[int]]:
    """Put a program there that runs for a while, ending with the command `last`; gives, for each time that it
    ran, how many of it ran at once."""
    folder = program.parent / f"{program.name}-running"
    (folder / "now").mkdir(parents=True)
    program.write_text(
        f"#!/bin/sh\ncd {folder}\n>now/$$; ls now | wc -l >$$; sleep {seconds}; rm now/$$\n{last}\n"
    )
    program.chmod(0o755)
    return lambda: [int(file.read_text()) for file in folder.iterdir() if file.is_file()]
