"""From a commit to a cluster, by workflows alone; and what goes wrong on the way."""

import json
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flux.promotion.boxes import read_boxes
from tests import parts
from tests.actions.conftest import Monorepo
from tests.actions.jobs import Job
from tests.conftest import need
from tests.github.state import Role
from tests.github.world import Event

TAG = "flux-oci-eso-v1.0.0"
RELEASED = ("dispatch", "publish", "issue", "advance")
"""The jobs that follow a release."""
BRANCH = "promote/eso-1.0.0"
GIT = "GET /octo/monorepo/info/refs"
CONFIG = "flux/releaseconfig.json"


def ran(jobs: list[Job]) -> dict[str, str]:
    """What became of each job, which all should end well."""
    results = {job.name: job.result for job in jobs}
    assert set(results.values()) <= {"success"}, "\n".join(f"{job}\n{job.log}" for job in jobs)
    return results


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_ticked_box_reaches_the_cluster(monorepo: Monorepo, tmp_path: Path) -> None:
    runners = monorepo.runners
    monorepo.change("eso")
    assert ran(runners.settle()) == {"build": "success"}
    monorepo.release(TAG)
    assert ran(runners.settle()) == dict.fromkeys(RELEASED, "success")
    issue = monorepo.issue()
    assert issue.user.login == "github-actions[bot]"
    assert [label.name for label in issue.labels] == ["flux-release"]
    assert [person.login for person in issue.assignees] == ["alice"]

    monorepo.tick("prod_ring2")
    (applied,) = runners.settle()
    assert ran([applied]) == {"apply": "success"}
    (pull,) = monorepo.pulls()
    assert (pull.head.ref, pull.user.login) == (BRANCH, "github-actions[bot]")
    assert monorepo.desired(BRANCH) == {"eso": {"prod_ring2": "1.0.0"}}
    assert pull.html_url in applied.summary

    monorepo.merge()
    (tagged,) = runners.settle()
    assert ran([tagged]) == {"tag": "success"}
    tags = monorepo.tags("eso")
    assert tags["prod_ring2"] == tags["1.0.0"] == tags["latest"]
    assert f"{tags['1.0.0']}"[:19] in tagged.summary
    assert f"{monorepo.github.url}/octo/monorepo/commit/{tagged.event.payload['after']})" in tagged.summary
    (comment,) = monorepo.issue().get_comments()
    assert "| `prod_ring2` | ✅ deployed |" in comment.body

    # What a cluster gets is what was reviewed.
    pulled = tmp_path / "pulled"
    pulled.mkdir()
    flux = [need(parts.flux), "pull", "artifact", f"{monorepo.registry}/eso:prod_ring2", f"--output={pulled}"]
    subprocess.run(flux, check=True, capture_output=True)
    archived = tmp_path / "archived.tar"
    monorepo.repo.git("archive", f"--output={archived}", TAG, "artifacts/eso")
    with tarfile.open(archived) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    source = contents(tmp_path / "source/artifacts/eso")
    assert source.pop("CHANGELOG.md"), "left out by this repository's settings"
    assert contents(pulled) == source


def boxes(monorepo: Monorepo) -> set[str]:
    """Which are ticked."""
    return {box.name for box in read_boxes(monorepo.issue().body) if box.ticked}


def desire(monorepo: Monorepo, **versions: str) -> Event:
    """Edit the desired state by hand; the event of the push."""
    monorepo.update()
    monorepo.repo.commit(files={CONFIG: json.dumps({"eso": versions})})
    monorepo.push()
    return monorepo.github.events[-1]


def test_people_who_tick_in_one_second(monorepo: Monorepo) -> None:
    """Two who may both get their environment; who may not is told so, and rides with nobody."""
    monorepo.published(TAG)
    monorepo.tick("tt_ring1", by="trudy")
    monorepo.tick("at_ring1", by="alice")
    monorepo.tick("prod_ring1", by="bob")
    events = [event for event in monorepo.github.events if event.name == "issues" and event.starts][-3:]
    monorepo.runners.skip()
    with ThreadPoolExecutor() as pool:
        jobs = [job for ran in pool.map(monorepo.runners.run, events) for job in ran]
    assert [job.result for job in jobs] == ["success"] * 3, [job.log for job in jobs]
    assert monorepo.desired(BRANCH) == {"eso": {"at_ring1": "1.0.0", "prod_ring1": "1.0.0"}}
    assert len(monorepo.pulls()) == 1
    assert boxes(monorepo) == {"at_ring1", "prod_ring1"}
    assert [c for c in monorepo.issue().get_comments() if "@trudy" in c.body and "`write`" in c.body]


def test_old_jobs_run_again_do_what_is_right_today(monorepo: Monorepo) -> None:
    runners = monorepo.runners
    monorepo.published(TAG, "flux-oci-eso-v1.1.0")
    monorepo.tick("prod_ring1", by="bob")
    ticked = monorepo.github.events[-1]
    monorepo.tick("prod_ring1", by="bob", tick=False)
    unticked = monorepo.github.events[-1]
    runners.skip()
    for event, by, result in (
        (unticked, "bob", "success"),
        (ticked, "trudy", "failure"),  # who may not promote
        (ticked, "alice", "success"),
    ):
        (applied,) = runners.run(event, by=by)
        assert applied.result == result, applied.log
    assert monorepo.pulls() == [], "what was unticked since is not proposed, whoever runs the job again"

    last_week, today = desire(monorepo, prod_ring1="1.0.0"), desire(monorepo, prod_ring1="1.1.0")
    runners.skip()
    for event, again in ((today, None), (last_week, "trudy")):
        (job,) = runners.run(event, by=again)
        assert job.result == "success", job.log
        tags = monorepo.tags("eso")
        assert tags["prod_ring1"] == tags["1.1.0"] != tags["1.0.0"]


def test_a_job_of_a_tick_run_again_by_somebody_else(monorepo: Monorepo) -> None:
    """Both who ticked and who runs the job again have to be allowed to, now."""
    runners, people = monorepo.runners, monorepo.github.repository("octo/monorepo").collaborators
    monorepo.published(TAG)
    monorepo.tick("prod_ring1", by="bob")
    first = monorepo.github.events[-1]
    runners.skip()
    (held,) = runners.run(first, by="trudy")
    assert held.result == "failure", held.log
    assert "trudy ran its job again, and may not promote there" in held.log
    assert [c for c in monorepo.issue().get_comments() if "trudy ran its job again" in c.body]
    assert monorepo.pulls() == []
    assert boxes(monorepo) == {"prod_ring1"}, "it is bob's still"
    (applied,) = runners.run(first, by="alice")
    assert applied.result == "success", applied.log
    assert monorepo.desired(BRANCH) == {"eso": {"prod_ring1": "1.0.0"}}

    monorepo.tick("prod_ring2", by="bob")
    second = monorepo.github.events[-1]
    runners.skip()
    people["bob"] = Role.READ
    (refused,) = runners.run(second, by="alice")
    assert refused.result == "success", refused.log
    assert f"### Undone in [issue 1]({monorepo.issue().html_url})" in refused.summary
    assert "prod_ring2" not in boxes(monorepo)
    assert monorepo.desired(BRANCH) == {"eso": {"prod_ring1": "1.0.0"}}
    assert [c for c in monorepo.issue().get_comments() if "@bob" in c.body and "`write`" in c.body]


@pytest.mark.parametrize(
    "tag",
    [
        "flux-oci-$(touch${IFS}MARK)-v1.0.0",
        'flux-oci-eso-v1.0.0"||touch${IFS}MARK||"',
        "flux-oci-`touch${IFS}MARK`-v1.0.0",
    ],
)
def test_what_a_tag_is_called_is_never_run(monorepo: Monorepo, tag: str) -> None:
    mark = monorepo.runners.folder / "mark"
    monorepo.release(tag.replace("MARK", str(mark)))
    jobs = {job.name for job in monorepo.runners.settle()}
    assert jobs == {"dispatch", "issue", "publish"}
    assert not mark.exists()
    assert list(monorepo.github.repo_as("alice").get_issues()) == []


def test_an_artifact_that_is_gone_is_still_what_is_desired(monorepo: Monorepo) -> None:
    monorepo.published(TAG)
    monorepo.update()
    monorepo.repo.remove("artifacts/eso")
    monorepo.repo.commit(files={CONFIG: '{"eso": {"prod_ring1": "1.0.0"}}'})
    monorepo.push()
    jobs = monorepo.runners.settle()
    assert ran(jobs) == {"build": "success", "tag": "success"}
    tags = monorepo.tags("eso")
    assert tags["prod_ring1"] == tags["1.0.0"]


def test_a_prerelease_can_be_promoted(monorepo: Monorepo) -> None:
    monorepo.release("flux-oci-eso-v1.0.0-rc.1")
    assert ran(monorepo.runners.settle()) == dict.fromkeys(RELEASED, "success")
    monorepo.tick("at_ring1")
    assert ran(monorepo.runners.settle()) == {"apply": "success"}
    assert monorepo.desired("promote/eso-1.0.0-rc.1") == {"eso": {"at_ring1": "1.0.0-rc.1"}}


def test_what_was_killed_half_way_is_finished(monorepo: Monorepo) -> None:
    """A job of a tick by running it again, for it is somebody's; all else by the schedule."""
    github, runners = monorepo.github, monorepo.runners
    runners.kill_at(GIT)
    monorepo.change("eso")
    (killed,) = runners.settle()
    assert killed.result == "killed"
    # Of these the events are lost.
    monorepo.release(TAG)
    runners.skip()
    assert ran(runners.schedule()) == {"reconcile": "success"}
    tags = monorepo.tags("eso")
    assert tags["1.0.0"] == tags["latest"]

    monorepo.tick("prod_ring2")
    event = github.events[-1]
    runners.kill_at("POST */pulls")
    (killed,) = runners.settle()
    assert killed.result == "killed"
    assert monorepo.pulls() == []
    assert ran(runners.run(event)) == {"apply": "success"}
    assert monorepo.desired(BRANCH) == {"eso": {"prod_ring2": "1.0.0"}}

    monorepo.merge()
    runners.kill_at(GIT, 2)
    (killed,) = runners.settle()
    assert (killed.name, killed.result) == ("tag", "killed")
    assert "prod_ring2" not in monorepo.tags("eso")
    assert ran(runners.schedule()) == {"reconcile": "success"}
    tags = monorepo.tags("eso")
    assert tags["prod_ring2"] == tags["1.0.0"]
    (quiet,) = runners.schedule()
    assert "Nothing was due" in quiet.log


def test_a_tick_where_the_label_is_gone_fails_its_job_and_an_outsiders_starts_none(
    monorepo: Monorepo,
) -> None:
    runners = monorepo.runners
    monorepo.published(TAG)
    body = monorepo.issue().body
    monorepo.issue().remove_from_labels("flux-release")
    runners.skip()
    monorepo.tick("tt_ring1", by="bob")
    (failed,) = runners.settle()
    assert (failed.name, failed.result) == ("apply", "failure"), failed.log
    assert [c for c in monorepo.issue().get_comments() if "Nothing is promoted from here" in c.body]
    assert monorepo.pulls() == []
    theirs = monorepo.github.repo_as("mallory").create_issue("Promote eso 1.0.0", body=body)
    theirs.edit(body=body.replace("- [ ]", "- [x]"))
    assert runners.settle() == []
