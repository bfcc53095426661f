"""The whole story on a clone: what is planned, and that it plays in a monorepo that makes it hard."""

import json
import re
import resource
import subprocess
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

import pytest
import yaml

from docs.picture import COLUMNS, LONG, PICTURE, SCENES, make_monorepo, shown_commands, shown_lines
from flux.commands.demo import Chosen, Demo, beginnings, choose, plan_demo
from flux.errors import RequestError
from flux.promotion.boxes import ticked
from flux.promotion.gates.freeze import Freeze, render_freezes
from flux.promotion.proposal import Promotion
from flux.promotion.texts.issue import News, issue_body
from flux.settings import Phase, Settings, read_settings
from tests.commands.helpers import Finished, inv, monorepo
from tests.monorepos import opened
from tests.repo import Repo

CHOSEN = Chosen("app", "artifacts/app/x.yaml")


def chosen(tmp_path: Path, files: Mapping[str, str], *names: str, **settings: str) -> Chosen:
    repo = Repo(tmp_path / "repo")
    repo.commit(files=files)
    with opened(repo, Settings(**settings)) as monorepo:  # type: ignore[arg-type]
        return choose(monorepo, names)


def commands(demo: Demo) -> list[str]:
    return [command for scene in demo.scenes for command in scene.typed]


# What is changed


def test_the_artifact_is_the_first_that_is_fit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.symlink("artifacts/a-link/link.yaml", "x")
    files = {
        "artifacts/a-link/x.yaml": "x: 1\n",
        "artifacts/b-text/README.md": "no manifest\n",
        "artifacts/c-left-out/x.yaml": "x: 1\n",
        "artifacts/d-v1.0.0/x.yaml": "x: 1\n",
        "artifacts/e/deep/er/a.yaml": "x: 1\n",
        "artifacts/e/deep/b.yml": "x: 1",
        "artifacts/f/x.yaml": "x: 1\n",
    }
    repo.commit(files=files)
    settings = Settings(ignore=("c-left-out", "/x.yaml"), release_tag="{artifact}-v{version}")
    with opened(repo, settings) as monorepo:
        found = choose(monorepo, ())
    assert found == Chosen("e", "artifacts/e/deep/b.yml", is_closed=False)


def test_the_artifact_can_be_named(tmp_path: Path) -> None:
    files = {f"artifacts/{name}/x.yaml": "x: 1\n" for name in ("app", "db")}
    assert chosen(tmp_path, files, "db") == Chosen("db", "artifacts/db/x.yaml")


@pytest.mark.parametrize("files", [{"README": "x"}, {"artifacts/app/README": "x"}])
def test_nothing_to_change(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(RequestError, match="there is no artifact"):
        chosen(tmp_path, files)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, {}),
        ("{ }\n", {}),
        ('{"app": {"prod": "1.0.0"}}', {"state.json": b"{}\n"}),
        ("{", {"state.json": b"{}\n"}),
    ],
)
def test_nothing_is_desired_in_the_beginning(
    tmp_path: Path, content: str | None, expected: dict[str, bytes]
) -> None:
    repo = Repo(tmp_path)
    repo.commit(files={"state.json": content} if content else {})
    with opened(tmp_path, Settings(releaseconfig="state.json")) as monorepo:
        assert beginnings(monorepo) == expected


def test_nothing_is_frozen_in_the_beginning(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit(files={"flux/freezes.json": render_freezes([Freeze("holidays", "alice")]).decode()})
    with opened(tmp_path, Settings()) as monorepo:
        assert beginnings(monorepo) == {"flux/freezes.json": render_freezes([])}


# What is typed


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), "0.1.0"),
        (("flux-oci-app-v1.2.3", "flux-oci-db-v7.0.0", "v9.0.0"), "1.3.0"),
        (("flux-oci-app-v1.2.3", "flux-oci-app-v2.0.0-rc.1"), "2.0.0"),
    ],
)
def test_the_version_is_the_next_minor(tags: tuple[str, ...], expected: str) -> None:
    typed = commands(plan_demo(Settings(), CHOSEN, dict.fromkeys(tags, "0" * 40)))
    assert f"inv publish flux-oci-app-v{expected}" in typed
    assert f"git merge promote/app-{expected}" in typed


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), {"REGISTRY": ".registry", "FORGE": "local"}),
        (
            Settings(
                registry="oci://ghcr.io/x", forge="github", publisher="flux", promoters={"at": ("alice",)}
            ),
            {"REGISTRY": ".registry", "FORGE": "local", "PUBLISHER": "builtin", "PROMOTERS": ""},
        ),
    ],
)
def test_the_variables_keep_it_on_this_machine(settings: Settings, expected: dict[str, str]) -> None:
    variables = plan_demo(settings, CHOSEN, {}).variables
    assert variables == {f"INVOKE_FLUX_{name}": value for name, value in expected.items()}
    overridden = read_settings({"promoters": {"at": "alice"}}, variables)
    assert (overridden.registry, overridden.forge) == (".registry", "local")
    if settings.promoters:
        assert not overridden.promoters


@pytest.mark.parametrize(
    ("phases", "further"),
    [
        ((Phase("at", ("at_ring1", "at_ring11")), Phase("prod", ("prod",))), "at"),
        ((Phase("test-eu.1", ("test-eu.1",)), Phase("prod", ("prod_a", "prod_b"))), "prod"),
        ((Phase("prod", ("prod",)),), ""),
    ],
)
def test_the_tick_is_that_of_the_first_environment(
    phases: tuple[Phase, ...], further: str, tmp_path: Path
) -> None:
    settings = Settings(phases=phases)
    plan = plan_demo(settings, CHOSEN, {})
    issue = tmp_path / ".forge/issues/1.md"
    issue.parent.mkdir(parents=True)
    issue.write_text(issue_body(Promotion("app", "0.1.0"), News(), settings.groups, {}))
    for command in commands(plan):
        if command.startswith(("sed ", "grep ")):
            subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert ticked(issue.read_text(), settings.groups) == {settings.environments[0]}
    assert [c for c in plan.afterwards if "promote" in c] == (
        [f"inv promote app {further}"] if further else []
    )


def the_plan(folder: Path) -> Demo:
    """What the demo types in the repository that the pictures show."""
    make_monorepo(folder)
    settings = read_settings(yaml.safe_load((folder / "invoke.yaml").read_text())["flux"], {})
    with opened(folder, settings) as monorepo:
        return plan_demo(settings, choose(monorepo, ()), {})


def test_the_long_picture_shows_what_is_typed_and_why(tmp_path: Path) -> None:
    """`nox -s docs` draws it anew."""
    plan = the_plan(tmp_path)
    picture = LONG.read_text(encoding="utf-8")
    export, *typed = shown_commands(picture)
    assert export == "export " + " ".join(f"{name}={value}" for name, value in plan.variables.items())
    assert typed == [command for scene in plan.scenes for command in scene.typed]
    whys = [line.removeprefix("# ") for line in shown_lines(picture) if line.startswith("# ")]
    assert whys[2:] == [scene.why for scene in plan.scenes]


def test_the_picture_of_the_readme_shows_four_scenes(tmp_path: Path) -> None:
    typed = [command for scene in the_plan(tmp_path).scenes for command in scene.typed]
    shown = [command for command in typed if f"{command} ".startswith(tuple(f"{s} " for s in SCENES))]
    lines = shown_lines(PICTURE.read_text(encoding="utf-8"))
    assert len(shown) == 4
    assert shown_commands(PICTURE.read_text(encoding="utf-8")) == shown
    assert len(lines) <= 40, "which fits a screen"
    folded = [line for before, line in pairwise(lines) if len(before) == COLUMNS and line]
    assert folded == [], "in a terminal of 80 columns"


@pytest.mark.parametrize("path", [PICTURE, LONG], ids=lambda path: path.name)
def test_a_picture_tells_nothing_of_the_machine_and_fetches_nothing(path: Path) -> None:
    picture = path.read_text(encoding="utf-8")
    assert gettempdir() not in picture
    assert "http" not in picture.replace("http://www.w3.org/", "").replace("https://www.textualize.io", "")


# The story

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
    assert typed(done)[1:-5] == commands(plan)
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
