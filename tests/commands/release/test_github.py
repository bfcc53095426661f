"""`inv release` on GitHub, and beside another run."""

from pathlib import Path
from typing import Any

import pytest

from flux.errors import FluxError, GitError
from flux.event import Event
from flux.forge.local.forge import LocalForge
from flux.git.clone import Clone
from tests.commands.invoking import actions, inv
from tests.commands.release.asking import tags
from tests.commands.release.hub import ALL, Hub
from tests.commands.release.hub import hub as hub
from tests.commands.releasing import release
from tests.commands.to_release import repo as repo
from tests.repo import Repo


def test_on_github(hub: Hub) -> None:
    forge = hub.forge(hub.server.fine_grained_token("alice", contents="write"))
    _, first, made = release(hub.repo, "app", "1.0.0-rc.1", forge=forge)
    assert made
    assert (first.author, first.prerelease, first.commit) == ("alice", True, hub.repo.head)
    assert hub.origin.git("rev-parse", "flux-oci-app-v1.0.0-rc.1^{commit}") == hub.repo.head
    # Found by what origin has, though this clone never fetched the tag.
    assert tags(hub.repo) == {}
    _, again, made = release(hub.repo, "app", "1.0.0-rc.1", forge=forge)
    assert (again, made) == (first, False)
    _, stable, _ = release(hub.repo, "app", "1.0.0", forge=forge)
    assert not stable.prerelease
    release(hub.repo, "db", "3.0.0", forge=forge)
    assert hub.server.repository("octo/monorepo").latest is None
    assert hub.released.count("published") == 3
    assert hub.dispatched == []


def test_a_tag_without_a_release(hub: Hub) -> None:
    """A run that was killed between the two, or someone's `git push --tags`."""
    hub.repo.tag("flux-oci-app-v1.0.0")
    hub.repo.push("origin", "flux-oci-app-v1.0.0")
    forge = hub.forge(hub.server.fine_grained_token("alice", contents="write"))
    _, made, new = release(hub.repo, "app", "1.0.0", forge=forge)
    assert new
    assert made.commit == hub.repo.head
    assert not release(hub.repo, "app", "1.0.0", forge=forge)[2]


def test_a_token_without_the_permission(hub: Hub) -> None:
    forge = hub.forge(hub.server.fine_grained_token("alice", contents="read"))
    with pytest.raises(FluxError) as error:
        release(hub.repo, "app", "1.0.0", forge=forge)
    assert error.value.exit_code == 1
    assert "contents" in (error.value.message + error.value.hint).lower()


def test_under_the_jobs_own_token(hub: Hub, tmp_path: Path) -> None:
    env = {"INVOKE_FLUX_FORGE": "github"}
    job = hub.job(tmp_path / "job", hub.server.actions_token(**ALL))
    done = inv(hub.repo, "release", "app", "1.0.0", env={**job.env, **env})
    assert done.code == 0, done.said
    tag = {"tag": "flux-oci-app-v1.0.0"}
    workflows = ["release-flux-artifact.yml", "manage-flux-releases.yml"]
    assert hub.released == []  # it fires no event
    assert [name.rpartition("/")[2] for name, _ in hub.dispatched] == workflows
    assert [inputs for _, inputs in hub.dispatched] == [tag, tag]
    assert {e.payload["ref"] for e in hub.server.events if e.name == "workflow_dispatch"} == {
        "refs/heads/main"
    }
    assert job.outputs == tag
    assert "flux" in job.summary.read_text()
    # Again: what its event would have started may be what was lost.
    again = inv(hub.repo, "release", "app", "1.0.0", "--json", env={**job.env, **env})
    assert again.code == 0
    assert again.document["release"]["url"].startswith("http")
    assert len(hub.dispatched) == 4
    # A dry run starts nothing.
    hub.repo.commit("fix: more", files={"artifacts/app/x.yaml": "app: 9\n"})
    hub.repo.push()
    assert inv(hub.repo, "release", "app", "minor", "--dry-run", env={**job.env, **env}).code == 0
    assert len(hub.dispatched) == 4


def test_a_workflow_that_could_not_be_started(hub: Hub, tmp_path: Path) -> None:
    """The release is there, what should follow it is not: the same command again finishes that."""
    powerless = {**ALL, "actions": "read"}
    job = hub.job(tmp_path / "job", hub.server.actions_token(**powerless))
    job.env["INVOKE_FLUX_FORGE"] = "github"
    done = inv(hub.repo, "release", "app", "1.0.0", env=job.env)
    assert done.code == 1
    assert f"flux-oci-app-v1.0.0: released at {hub.repo.head[:12]}, http" in done.out
    for workflow in ("release-flux-artifact.yml", "manage-flux-releases.yml"):
        assert f"::error::GitHub did not start workflow {workflow} at main in octo/monorepo: " in done.out
    assert hub.dispatched == []
    job.env["GITHUB_TOKEN"] = hub.server.actions_token(**ALL)
    assert inv(hub.repo, "release", "app", "1.0.0", env=job.env).code == 0
    assert len(hub.dispatched) == 2


def test_a_monorepo_with_other_workflows(hub: Hub, tmp_path: Path) -> None:
    hub.repo.git("rm", "--quiet", ".github/workflows/manage-flux-releases.yml")
    hub.repo.commit("its own")
    hub.repo.push()
    job = hub.job(tmp_path / "job", hub.server.actions_token(**ALL))
    done = inv(hub.repo, "release", "app", "1.0.0", env={**job.env, "INVOKE_FLUX_FORGE": "github"})
    assert done.code == 0
    said = "::warning::manage-flux-releases.yml was not started: main has no such workflow"
    assert said in done.out.splitlines()
    assert len(hub.dispatched) == 1


def test_whose_release_starts_workflows(hub: Hub) -> None:
    """A person's token fires the event; outside of Actions nobody waits for one."""
    person, bot = hub.forge(hub.server.token("alice")), hub.forge(hub.server.actions_token(**ALL))
    in_a_job: Event = actions(None)
    release(hub.repo, "app", "1.0.0", forge=person, event=in_a_job)
    assert hub.dispatched == []
    release(hub.repo, "db", "1.0.0", forge=bot)
    assert hub.dispatched == []
    release(hub.repo, "db", "1.0.0", forge=bot, event=in_a_job)
    assert len(hub.dispatched) == 2


class Raced(LocalForge):
    """Another run tags a commit first, and has pushed that or is about to."""

    def __init__(self, clone: Clone, other: Repo, commit: str = "HEAD", pushed: bool = True) -> None:
        super().__init__(clone.root, clone)
        create = clone.create_tag

        def create_tag(name: str, *arguments: Any, **more: Any) -> None:
            other.tag(name, commit, message="the other's")
            if pushed:
                other.push("origin", name)
            create(name, *arguments, **more)

        clone.create_tag = create_tag


@pytest.mark.parametrize(("elsewhere", "pushed"), [(False, True), (False, False), (True, True)])
def test_a_release_that_another_run_makes_meanwhile_is_as_good(
    repo: Repo, tmp_path: Path, elsewhere: bool, pushed: bool
) -> None:
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other") if elsewhere else repo
    with Clone(repo.path) as git:
        _, made, is_new = release(repo, "app", "1.0.0", forge=Raced(git, other, pushed=pushed))
    assert (made.title, made.commit, is_new) == ("the other's", repo.head, not elsewhere)
    assert origin.git("rev-parse", made.tag) == repo.git("rev-parse", made.tag)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_release_of_another_commit_that_is_made_meanwhile_is_not(
    repo: Repo, tmp_path: Path, elsewhere: bool
) -> None:
    repo.commit("feat: more", files={"artifacts/app/more.yaml": "more: 1\n"})
    origin = repo.bare_origin()
    other = origin.clone(tmp_path / "other") if elsewhere else repo
    with Clone(repo.path) as git, pytest.raises(GitError, match="already exists"):
        release(repo, "app", "1.0.0", forge=Raced(git, other, "HEAD^"))
    assert origin.git("rev-parse", "flux-oci-app-v1.0.0^{commit}") == repo.git("rev-parse", "HEAD^")
