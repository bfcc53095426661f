"""`inv status`: the map of what each environment should have, and what it has."""

from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from flux.errors import (
    DesiredStateError,
    ForgeError,
    RegistryError,
    RegistryUnreachableError,
    TipUnknownError,
)
from flux.forge.forge import Forge, PullRequest
from flux.forge.github.forge import GitHubForge
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.commands.drifting import run, settled
from tests.commands.faulty import Faulty, refuse
from tests.commands.helpers import break_origin, in_actions, inv, one_table
from tests.commands.releasing import CONFIG, status, tag
from tests.commands.tagging import FIRST, MORE, MOVED, SECOND, World, leave_behind
from tests.commands.tagging import either as either
from tests.commands.tagging import kind as kind
from tests.commands.tagging import seed as seed
from tests.commands.tagging import world as world
from tests.github.fixtures import RunGitHub
from tests.github.fixtures import run_github as run_github
from tests.repo import Repo


def look(world: World, *names: str, **more: Any) -> Any:
    return status(world.repo, *names, registry=world.place.location, **more)


def drifting(world: World) -> None:
    """FIRST in place, SECOND desired, and one tag at an image that is not a version's."""
    world.want(FIRST)
    tag(world.repo, registry=world.place.location)
    world.repo.commit(files={"artifacts/db/x.yaml": "db: unreleased\n"})
    world.repo.push("origin", "HEAD:main")
    inv(world.repo, "build", "-a", "db", env={"INVOKE_FLUX_REGISTRY": world.place.location})
    target = world.open().repository("db")
    unreleased = target.fetch_manifest("latest")
    assert unreleased
    target.push_manifest(unreleased, "at_ring1")
    world.want(SECOND)


def cells(out: str, artifact: str) -> list[str]:
    (line,) = [line for line in out.splitlines() if line.strip().startswith(artifact)]
    return [cell for cell in line.split("  ") if cell.strip()]


def test_drift(either: World) -> None:
    drifting(either)
    before = either.place.writes()
    found = look(either)
    assert found.drifts
    app, db = found.rows
    latest = either.tags()["db"]["latest"]
    # The version that is there, else the digest.
    assert app.has == {"at_ring1": "1.1.0", "prod_ring1": "1.0.0"}
    assert db.has == {"at_ring1": latest}
    assert db.steps["prod_ring1"].old is None
    assert either.place.writes() == before
    tag(either.repo, registry=either.place.location)
    assert not look(either).drifts


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


def test_the_newest_release_and_what_is_beyond(world: World) -> None:
    settled(world)
    rows = {row.artifact: (row.release, row.commits_since) for row in look(world).rows}
    assert rows == {"app": ("2.0.0-rc.1", 0), "db": ("2.0.0", 0)}
    for number in range(3):
        world.repo.commit(files={"artifacts/app/x.yaml": f"more: {number}\n", "README": str(number)})
    world.repo.commit(files={"artifacts/new/x.yaml": "new: 1\n"})
    world.repo.push("origin", "HEAD:main")
    rows = {row.artifact: (row.release, row.commits_since) for row in look(world).rows}
    assert rows == {"app": ("2.0.0-rc.1", 3), "db": ("2.0.0", 0), "new": (None, None)}
    # Of a clone that is behind, and shallow.
    clone = world.origin.clone(world.repo.path.parent / "clone", "--depth=1")
    found = status(clone, registry=world.place.location)
    assert {row.artifact: (row.release, row.commits_since) for row in found.rows} == rows


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
        "promotions": [],
    }
    assert run(world, "--json", "--check").document == done.document
    only = run(world, "--json", "-a", "db").document
    (db,) = only["artifacts"]
    assert db["since"].keys() == {"at_ring1", "prod_ring1"}
    assert {**db, "since": {}} == done.document["artifacts"][1]
    assert only["tags"] == [tag for tag in done.document["tags"] if tag["artifact"] == "db"]


def test_a_tag_that_nobody_desires(world: World) -> None:
    settled(world)
    world.want({"app": FIRST["app"]})
    found = look(world)
    assert found.rows[1].has == {"at_ring1": "1.0.0"}
    assert not found.drifts


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


@pytest.mark.stories
@pytest.mark.parametrize("error", [RegistryError, RegistryUnreachableError])
def test_a_failure_at_every_call_in_turn(world: World, error: type[RegistryError]) -> None:
    """The rest of the map is shown."""
    drifting(world)
    number = 0
    while True:
        number += 1
        faulty = Faulty(world.open(), number, refuse(error))
        found = look(world, wrapped=faulty, jobs=1)
        if not faulty.hit:
            break
        assert [row.artifact for row in found.rows] == ["app", "db"]
        assert found.drifts
    assert number > 10


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


class Unreachable:
    """A forge that says nothing."""

    def pull_requests(self, *arguments: Any, **more: Any) -> list[PullRequest]:
        raise ForgeError("GitHub does not answer", "try again later")


def test_a_forge_that_is_not_to_be_reached(world: World) -> None:
    settled(world)
    forge: Any = Unreachable()
    found = look(world, forge=forge)
    assert found.notices == ["open promotions are not shown: GitHub does not answer"]
    assert len(found.rows) == 2
    assert found.promotions is None


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
