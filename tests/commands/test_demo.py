"""`inv demo` plays in a monorepo that makes it hard."""

import json
import re
import resource
from pathlib import Path

import pytest

from flux.commands.demo import begin_demo, set_stage
from flux.demo.stage import Chosen
from flux.demo.story import plan_demo
from flux.errors import RequestError
from flux.settings import Phase, Settings, read_settings
from tests.commands.invoking import Finished, inv, monorepo
from tests.monorepos import opened
from tests.repo import Repo

GITCONFIG = """\
[user]
useConfigOnly = true
[commit]
gpgSign = true
[tag]
gpgSign = true
[core]
hooksPath = {hooks}
autocrlf = true
editor = false
[merge]
ff = only
[clone]
defaultRemoteName = upstream
rejectShallow = true
[protocol "file"]
allow = never
[filter "lfs"]
clean = cat
smudge = false
required = true
"""


SETTINGS = {
    "sources": "components",
    "releaseconfig": "deploy/state.json",
    "registry": "oci://registry.invalid/flux",
    "branch": "trunk",
    "release_tag": "{artifact}/{version}",
    "phases": [{"test": ["test_eu"]}, "prod"],
    "promoters": {"test": ["alice"], "prod": ["bob"]},
    "require_order": True,
    "require_signature": True,
    "forge": "github",
    "publisher": "flux",
}


@pytest.fixture
def hard(tmp_path: Path) -> Repo:
    """A monorepo of other settings, released and deployed before, at a commit of no branch and with
    uncommitted work."""
    repo = monorepo(
        tmp_path / "monorepo",
        {
            "components/app/it's odd.yaml": "x: 1",
            "components/db/x.yaml": "x: 1\n",
            "components/db/big.bin": "version https://git-lfs.github.com/spec/v1\n",
            "components/db/.gitattributes": "*.bin filter=lfs\n",
            "deploy/state.json": json.dumps({"app": {"prod": "1.2.0"}, "gone": {"prod": "3.0.0"}}),
        },
        SETTINGS,
    )
    repo.tag("app/1.2.0")
    repo.checkout("topic", create=True)
    repo.commit(files={"components/db/y.yaml": "y: 1\n"})
    repo.git("remote", "add", "origin", "https://github.invalid/octo/monorepo.git")
    repo.git("checkout", "--quiet", "--detach")
    repo.write("components/app/new.yaml", "new: 1\n")
    return repo


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """A machine on which nobody has said who they are, where hooks and keys would stop every commit, in a job
    of GitHub Actions."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "post-checkout", "post-merge"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "gitconfig").write_text(GITCONFIG.format(hooks=hooks))
    (tmp_path / "temporary").mkdir()
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    return {
        "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"),
        "TMPDIR": str(tmp_path / "temporary"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "release",
        "GITHUB_REPOSITORY": "octo/monorepo",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }


def state(repo: Repo) -> tuple[str, ...]:
    return (
        repo.head,
        repo.git("status", "--porcelain"),
        repo.git("for-each-ref"),
        repo.git("config", "--list"),
    )


def typed(done: Finished) -> list[str]:
    return [line.removeprefix("$ ") for line in done.out.splitlines() if line.startswith("$ ")]


def processor_seconds() -> float:
    """What the processes that this one has waited for have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.stories
def test_the_whole_story(hard: Repo, machine: dict[str, str], tmp_path: Path) -> None:
    before = state(hard)
    start = processor_seconds()
    done = inv(hard, "demo", env=machine)
    assert done.code == 0, done.said
    assert processor_seconds() - start < 30  # whatever else this machine does
    assert state(hard) == before
    assert (tmp_path / "output").read_bytes() == (tmp_path / "summary").read_bytes() == b""

    # What is shown: every command and what it printed, and the folder at the end.
    assert "not in the demo: components/app/new.yaml" in done.out
    settings = read_settings(SETTINGS, {})
    plan = plan_demo(settings, Chosen("app", "components/app/it's odd.yaml", False), {"app/1.2.0": "0" * 40})
    assert typed(done)[1:-5] == [command for scene in plan.scenes for command in scene.typed]
    said = re.split(r"(?m)^\$ .*\n", done.out)
    for command, expected in {
        "inv build": "pushed",
        "inv publish": "same digest as",
        "inv issue app": ".forge/issues/1.md",
        "grep": "[x] `test_eu`",
        "inv issue.apply": "opened pull request 2, .forge/pulls/2.md",
        "git merge": "deploy/state.json",
        "inv tag": "moved",
        "inv issue.sync": "1 of 2",
        "inv status": "No drift.",
        "inv board": ".board/index.html",
    }.items():
        (at,) = (i for i, line in enumerate(typed(done)[:-5]) if line.startswith(command))
        assert expected in said[at + 1], command

    # What is left: a clone that leads nowhere, with the version deployed.
    folder = Path(done.out.splitlines()[-1])
    assert folder.parent == tmp_path / "temporary"
    clone = Repo(folder)
    assert clone.git("remote") == ""
    assert clone.git("for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/trunk"
    assert clone.git("log", "-1", "--format=%an") == "inv demo"
    variables = {**machine, "GITHUB_ACTIONS": "", **plan.variables}
    (tag,) = inv(folder, "status", "--json", env=variables).document["tags"]
    assert (tag["artifact"], tag["environment"], tag["version"], tag["action"]) == (
        *("app", "test_eu", "1.3.0"),
        "unchanged",
    )
    assert inv(folder, *typed(done)[-1].split()[1:], env=variables).code == 0  # as it says to try


def test_a_command_that_fails_is_the_end(hard: Repo, machine: dict[str, str], tmp_path: Path) -> None:
    hard.git("rm", "--quiet", "--cached", "tasks.py")
    hard.commit("forget how to run it", files={".gitignore": "tasks.py\n__pycache__/\n"})
    del machine["GITHUB_ACTIONS"]
    done = inv(hard, "demo", "--folder", str(tmp_path / "kept"), env=machine)
    assert done.code == 1
    *_, error, hint = done.err.splitlines()
    assert "Can't find any collection named 'tasks'!" in done.said
    assert error == "error: `inv build --since HEAD~1` failed with exit code 1, so the demo stops"
    assert hint == f"hint: {tmp_path / 'kept'} keeps what was done so far"
    assert typed(done)[-1] == "inv build --since HEAD~1"
    assert Repo(tmp_path / "kept").git("log", "-1", "--format=%s") == "feat(app): a comment, for the demo"


def test_what_is_not_committed_is_left_out(hard: Repo, tmp_path: Path) -> None:
    """The clone has a branch of the settings' name, where nothing is deployed."""
    with opened(hard, read_settings(SETTINGS, {})) as found:
        stage = set_stage(found, [], progress=False)
        begin_demo(found, stage, tmp_path / "clone")
    assert stage.chosen == Chosen("app", "components/app/it's odd.yaml", is_closed=False)
    assert stage.left_out == ["components/app/new.yaml"]
    assert Repo(tmp_path / "clone").git("show", "trunk:deploy/state.json") == "{}"


def test_rules_need_a_phase_to_go_on_to(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "x: 1\n"})
    with (
        opened(repo, Settings(phases=(Phase("prod", ("prod",)),))) as found,
        pytest.raises(RequestError, match="there is only one phase"),
    ):
        set_stage(found, [], progress=True)
