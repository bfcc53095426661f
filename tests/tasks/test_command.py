"""A command does what its flags say: `--dry`, a third word, and options that would do nothing."""

from pathlib import Path

import pytest

from flux.tasks import ns
from flux.tasks.command import Command
from tests.commands.invoking import Finished, in_actions, inv, monorepo
from tests.commands.tagging import FIRST, World
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world


def run(world: World, *arguments: str, **env: str) -> Finished:
    return inv(world.repo, *arguments, env={"INVOKE_FLUX_REGISTRY": world.place.location, **env})


@pytest.mark.parametrize("arguments", [("--dry", "tag"), ("-R", "tag"), ("tag", "--dry"), ("tag", "-n")])
def test_dry_moves_nothing(world: World, arguments: tuple[str, ...]) -> None:
    world.want(FIRST)
    before = world.place.writes()
    done = run(world, *arguments)
    assert done.code == 0, done.said
    assert "4 would move" in done.out
    assert world.place.writes() == before
    assert world.environments() == {"app": {}, "db": {}}
    assert run(world, "tag").code == 0
    assert world.environments() == FIRST


@pytest.mark.parametrize(
    "command",
    [
        ("build",),
        ("release", "app", "9.0.0"),
        ("publish", "flux-oci-app-v3.0.0"),
        ("issue", "flux-oci-app-v3.0.0"),
        ("promote", "app", "prod", "1.1.0"),
        ("reconcile",),
    ],
)
def test_dry_writes_nothing_by_any_command(command: tuple[str, ...], tmp_path: Path, world: World) -> None:
    world.want(FIRST)
    world.repo.commit("more", files={"artifacts/app/y.yaml": "more: 1\n"})
    world.repo.tag("flux-oci-app-v3.0.0")
    world.repo.commit("still more", files={"artifacts/app/z.yaml": "still: 1\n"})
    world.repo.push("origin", "HEAD:main", "flux-oci-app-v3.0.0")
    refs, writes = world.origin.git("show-ref"), world.place.writes()
    done = run(world, "--dry", *command)
    assert done.code == 0, done.said
    assert world.place.writes() == writes
    assert world.origin.git("show-ref") == refs
    assert not (world.repo.path / ".forge").exists()
    assert run(world, *command).code == 0
    issues = world.repo.path / ".forge"
    assert (world.place.writes(), world.origin.git("show-ref"), issues.exists()) != (writes, refs, False)


@pytest.mark.parametrize(
    "arguments",
    [
        *(("-w", "tag"), ("-p", "tag"), ("-e", "tag"), ("-T", "5", "tag"), ("--hide=both", "tag")),
        *(("tag", "-d"), ("tag", "--version"), ("tag", "-V"), ("tag", "-D", "2"), ("tag", "--", "app")),
        *(
            ("tag", "-a"),
            ("tag", "-a", ""),
            ("log", "--since", "--jsn"),
            ("tag", "build", "-a"),
            ("--dry", "demo"),
        ),
    ],
)
def test_what_would_do_nothing_is_refused(world: World, arguments: tuple[str, ...], tmp_path: Path) -> None:
    world.want(FIRST)
    before = world.place.writes()
    done = run(world, *arguments)
    assert (done.code, done.out) == (2, "")
    said, hint = done.err.splitlines()
    assert said.startswith("error: ")
    assert hint.startswith("hint: ")
    assert world.place.writes() == before
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    assert run(world, *arguments, **job.env).out.startswith("::error::")


def test_configuration_of_other_tasks_does_no_harm(tmp_path: Path) -> None:
    """Somebody's own ~/.invoke.yaml sets what `inv` does elsewhere."""
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})
    (tmp_path / ".invoke.yaml").write_text("run: {pty: true, echo: true, warn: true}\n")
    assert inv(repo, "list", env={"HOME": str(tmp_path)}).code == 0


def test_a_third_word(world: World) -> None:
    world.want(FIRST)
    as_word = run(world, "promote", "app", "prod", "1.1.0", "--json", "-n")
    as_option = run(world, "promote", "app", "prod", "--version", "1.1.0", "--json", "-n")
    assert as_word.code == 0, as_word.said
    assert as_word.document == as_option.document
    assert "1.1.0" in as_word.out
    assert run(world, "diff", "app", "prod", "2.0.0-rc.1", "--json").document["version"] == "2.0.0-rc.1"


def test_every_command_says_how_it_is_used() -> None:
    typed = {aliases[0] if aliases else name: ns[name] for name, aliases in ns.task_names.items()}
    for name, command in typed.items():
        assert isinstance(command, Command)
        assert command.typed == name
        assert command.example.split()[0] == name
        shown = command.shown_usage("flux-artifacts")
        assert " ".join(shown.split()) == f"Usage: flux-artifacts {command.usage}"
        assert max(map(len, shown.splitlines())) <= 80
        assert "[-a\n" not in shown


def test_help_shows_the_order(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {})
    said = inv(repo, "promote", "--help").out
    assert said == inv(repo, "--help", "promote").out
    usage = "Usage: inv promote ARTIFACT ENVIRONMENT [VERSION] [--override REASON] [-n] [-j]"
    assert usage in " ".join(said.split())
    assert "For example: inv promote eso prod 3.10.0" in said
    assert "[-a NAME]" in inv(repo, "build", "--help").out


def test_compiled_modules_are_kept_but_not_beside_tasks_py(tmp_path: Path) -> None:
    """Invoke writes no bytecode. Some installers compile nothing, and no command should do it again."""
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})
    repo.write("own.py", "")
    repo.write("tasks.py", "from flux.tasks import ns\nimport own\n")
    kept = tmp_path / "kept"
    env = {"PYTHONPYCACHEPREFIX": str(kept), "PYTHONDONTWRITEBYTECODE": ""}
    assert inv(repo, "list", env=env).code == 0
    assert list(kept.rglob("flux/git/clone.*.pyc"))
    assert not list(kept.rglob("own.*.pyc"))
    assert (
        inv(repo, "list", env=env | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": f"{kept}2"}).code
        == 0
    )
    assert not Path(f"{kept}2").exists()
