"""`inv status`: the map of what each environment should have, and what it has."""

from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from flux.commands.status import is_wrong
from flux.errors import (
    DesiredStateError,
    TipUnknownError,
)
from flux.forge.forge import Forge, PullRequest
from flux.forge.github.forge import GitHubForge
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.commands.drifting import drifting, look, run, settled
from tests.commands.invoking import break_origin, in_actions, inv, one_table
from tests.commands.releasing import CONFIG, tag
from tests.commands.tagging import FIRST, MORE, MOVED, World, leave_behind
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.github.fixtures import RunGitHub
from tests.github.fixtures import run_github as run_github
from tests.repo import Repo


def cells(out: str, artifact: str) -> list[str]:
    (line,) = [line for line in out.splitlines() if line.strip().startswith(artifact)]
    return [cell for cell in line.split("  ") if cell.strip()]


def test_what_it_says(world: World) -> None:
    drifting(world)
    latest = world.tags()["db"]["latest"]
    assert latest
    done = run(world)
    assert done.code == 0
    said = [cell.strip() for cell in cells(done.out, "app")]
    assert said == ["app", "2.0.0-rc.1", "2.0.0-rc.1 ≠ 1.1.0", "1.1.0", "1.1.0 ≠ 1.0.0"]
    said = [cell.strip() for cell in cells(done.out, "db")]
    assert said == ["db", "2.0.0", "1", f"2.0.0 ≠ {latest[:19]}", "1.0.0 ≠ nothing"]
    assert done.out.endswith("4 of 5 environment tags drift.\n")
    tag(world.repo, registry=world.place.location)
    assert run(world).out.endswith("No drift.\n")


def test_the_map_is_as_narrow_as_can_be(world: World) -> None:
    world.want({"app": {"at_ring2": "1.1.0"}})
    header, _, app, *rest = run(world).out.splitlines()
    assert {"at_ring1", "at_ring2", "prod_ring1"} & {*header.split()} == {"at_ring2"}
    assert cells(app, "app")[1].strip() == "2.0.0-rc.1"
    assert "Nothing is in at_ring1, prod_ring1." in rest


def test_one_artifact_has_a_line_for_each_environment(world: World) -> None:
    drifting(world)
    title, header, _, *rest = run(world, "-a", "app").out.splitlines()
    assert title == "app: release 2.0.0-rc.1, 0 commits since"
    assert header.split() == ["Environment", "Version", "Since", "Digest"]
    assert [line.split()[0] for line in rest[:3]] == ["at_ring1", "at_ring2", "prod_ring1"]
    tags = world.tags()["app"]
    assert all((tags[line.split()[0]] or "")[:19] in line for line in rest[:3])


def test_a_release_that_is_not_on_the_line(world: World) -> None:
    """It is none."""
    settled(world)
    world.repo.checkout("topic", create=True)
    world.repo.commit("topic")
    world.repo.tag("flux-oci-app-v3.0.0")
    world.repo.push("origin", "flux-oci-app-v3.0.0")
    world.repo.checkout("main")
    said = [cell.strip() for cell in cells(run(world).out, "app")]
    assert said[:3] == ["app", "2.0.0-rc.1", "1.1.0"]
    said = [cell.strip() for cell in cells(run(world).out, "db")]
    assert said[:3] == ["db", "2.0.0", "1.0.0"]


def test_json_is_that_of_a_dry_tag_and_more(world: World) -> None:
    drifting(world)
    done = run(world, "--json")
    assert done.code == 0
    env = {"INVOKE_FLUX_REGISTRY": world.place.location}
    dry = inv(world.repo, "tag", "--dry-run", "--json", env=env)
    keys = ["artifact", "environment", "version", "from", "to", "action"]
    assert [*done.document["tags"][0]] == [*keys, "cluster"]
    assert [{key: tag[key] for key in keys} for tag in done.document["tags"]] == dry.document["tags"]
    nobody = {"state": "unknown", "since": None, "message": "", "returned": False}
    assert done.result == {
        "tags": [{**tag, "cluster": nobody} for tag in dry.document["tags"]],
        "artifacts": [
            {
                "artifact": "app",
                "release": "2.0.0-rc.1",
                "commits_since": 0,
                "has": {"at_ring1": "1.1.0", "prod_ring1": "1.0.0"},
                "since": {},
                "requests": {},
            },
            {
                "artifact": "db",
                "release": "2.0.0",
                "commits_since": 1,
                "has": {"at_ring1": world.tags()["db"]["latest"]},
                "since": {},
                "requests": {},
            },
        ],
        "freezes": [],
        "promotions": [],
    }
    assert run(world, "--json", "--check").document == done.document
    only = run(world, "--json", "-a", "db").document
    (db,) = only["artifacts"]
    assert db["since"].keys() == {"at_ring1", "prod_ring1"}
    assert {**db, "since": {}} == done.document["artifacts"][1]
    assert only["tags"] == [tag for tag in done.document["tags"] if tag["artifact"] == "db"]


def test_the_summary(world: World, tmp_path: Path) -> None:
    drifting(world)
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    done = run(world, **job.env)
    assert done.code == 0, done.said
    summary, promotions = job.summary.read_text().split("### Open promotions\n")
    one_table(summary.rstrip("\n"), rows=2)
    assert summary.startswith("### Artifacts by environment\n")
    assert promotions == "\nNone.\n\n"


def test_the_tip_and_the_state(world: World) -> None:
    world.want("{")
    with pytest.raises(DesiredStateError):
        look(world)
    break_origin(world.repo)
    with pytest.raises(TipUnknownError):
        look(world)
    assert run(world, "--check").code == 1


@pytest.mark.parametrize(("settings", "path"), [(MOVED, "deploy/state.json"), (MORE, CONFIG)])
def test_settings_that_changed_since_the_checkout(world: World, settings: dict[str, Any], path: str) -> None:
    leave_behind(world, settings, FIRST, path)
    done = run(world)
    assert done.code == 0
    assert "the settings have changed on main since" in done.err
    assert "No drift." not in done.out
    assert run(world, "--check").code == 1
    world.repo.git("pull", "--quiet", "origin", "main")
    assert run(world, "--check").code == 0


def test_a_state_that_only_newer_settings_know(world: World) -> None:
    """Nothing is to be mended there."""
    leave_behind(world, MORE, {"app": {"dr": "1.0.0"}})
    done = run(world)
    assert done.code == 1
    assert "the settings have changed on main since" in done.err
    assert "unknown environment" not in done.err


# The registry


def test_a_registry_that_is_not_there(world: World) -> None:
    settled(world)
    world.repo.commit(files={"artifacts/new/x.yaml": "new: 1\n"})
    world.repo.push("origin", "HEAD:main")
    for option in ([], ["--check"], ["--json"]):
        done = run(world, *option, INVOKE_FLUX_REGISTRY="oci://127.0.0.1:1/none")
        assert done.code == 1
        assert option == ["--json"] or "127.0.0.1:1" in done.err  # it says why
    done = run(world, INVOKE_FLUX_REGISTRY="oci://127.0.0.1:1/none")
    assert "1.1.0 ?" in done.out
    assert done.out.endswith("? it is not known what the registry has.\n")
    assert "drift" not in done.out
    done = run(world, "-a", "new", INVOKE_FLUX_REGISTRY="oci://127.0.0.1:1/none")
    assert done.code == 1
    assert "drift" not in done.out.lower()


# Open promotions


def pulls(forge: Forge, repo: Repo) -> list[PullRequest]:
    """Three promotions, of which two are open, and others' pull requests."""
    made = []
    for branch in (
        *("promote/app-2.0.0-rc.1", "promote/db-2.0.0", "promote/db-1.0.0"),
        *("topic", "promoted/app-1.0.0", "promote/gone-1.0.0", "promote/app-topic"),
    ):
        tip = forge.branch("main")
        assert tip
        commit = forge.commit([tip], {branch.replace("/", "-"): b"x\n"}, f"Change {branch}")
        assert forge.create_branch(branch, commit)
        made.append(forge.create_pull_request(f"Pull <{branch}>", "", branch, "main"))
    forge.edit_pull_request(made[1].number, open=False)
    return made


def place(pull: PullRequest, world: World) -> str:
    """A file's path from the monorepo, or a URL."""
    return pull.url.removeprefix(f"{world.repo.path.as_uri()}/")


def shows_open_promotions(world: World, made: list[PullRequest], folder: Path, **env: str) -> None:
    """As lines, in the document and with links in a job's summary; of the named artifacts only."""
    app, _, db = made[:3]
    done = run(world, **env)
    assert [line for line in done.out.splitlines() if line.startswith("open: ")] == [
        f"open: Pull <promote/app-2.0.0-rc.1> {place(app, world)}",
        f"open: Pull <promote/db-1.0.0> {place(db, world)}",
    ]
    assert run(world, "--json", "-a", "db", **env).document["promotions"] == [
        {"artifact": "db", "version": "1.0.0", "number": db.number, "title": db.title, "url": db.url}
    ]
    job = in_actions(folder, "workflow_dispatch", {})
    assert run(world, **job.env, **env).code == 0
    summary = job.summary.read_text().partition("### Open promotions\n")[2]
    tokens = MarkdownIt("commonmark").enable("table").parse(summary)
    links = [child for token in tokens for child in token.children or () if child.type == "link_open"]
    # Markdown has no links to files.
    assert [link.attrs["href"] for link in links] == [u for u in (app.url, db.url) if u.startswith("http")]
    texts = [child.content for token in tokens for child in token.children or () if child.content]
    assert "".join(texts).count("Pull <promote/db-1.0.0> #") == 1, texts


def test_open_promotions_of_the_local_forge(world: World, tmp_path: Path) -> None:
    settled(world)
    with Clone(world.repo.path) as repository:
        made = pulls(LocalForge(repository.root, repository), world.repo)
    shows_open_promotions(world, made, tmp_path / "job")


def test_open_promotions_on_github(world: World, run_github: RunGitHub, tmp_path: Path) -> None:
    settled(world)
    with run_github(world.origin.path) as server:
        token = server.token("alice")
        made = pulls(GitHubForge(server.url, "octo/monorepo", token), world.repo)
        env = {name: value for name, value in server.environment(token).items() if name != "GITHUB_ACTIONS"}
        shows_open_promotions(world, made, tmp_path / "job", INVOKE_FLUX_FORGE="github", **env)


def test_a_request_is_for_the_environments_that_it_changes(world: World) -> None:
    settled(world)
    promoted = inv(
        world.repo, "promote", "db", "at_ring2", env={"INVOKE_FLUX_REGISTRY": world.place.location}
    )
    assert promoted.code == 0, promoted.said
    assert run(world, "--json", "-a", "db").document["artifacts"][0]["requests"] == {"at_ring2": [1]}
    assert run(world, "--json").document["artifacts"][0]["requests"] == {}


@pytest.mark.stories
@pytest.mark.parametrize(
    "env",
    [
        {"GITHUB_REPOSITORY": "octo/monorepo"},
        {"GITHUB_REPOSITORY": "octo/monorepo", "GH_TOKEN": "x", "GITHUB_API_URL": "http://127.0.0.1:1"},
    ],
    ids=["no token", "unreachable"],
)
def test_without_the_forge_the_rest_is_shown(world: World, env: dict[str, str]) -> None:
    settled(world)
    done = run(world, INVOKE_FLUX_FORGE="github", **env)
    assert done.code == 0
    assert "No drift." in done.out
    assert "not shown: " in done.err
    document = run(world, "--json", INVOKE_FLUX_FORGE="github", **env).document
    assert len(document["tags"]) == 4
    assert document["promotions"] is None


def test_drift_is_wrong_only_where_it_is_asked_about(world: World) -> None:
    settled(world)
    assert not is_wrong(look(world), checks=True)
    drifting(world)
    assert [is_wrong(look(world), checks=checks) for checks in (False, True)] == [False, True]
