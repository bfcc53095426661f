"""Which chain starts under which token: a test for each row of the table in docs/reference/workflows.md."""

import re
from pathlib import Path

import pytest
import yaml
from github.GithubException import GithubException

from tests.actions import test_release, test_story
from tests.actions.conftest import Monorepo
from tests.actions.driver import APP_KEY
from tests.actions.test_story import ran

ROOT = Path(__file__).parents[2]
TAG = "flux-oci-eso-v1.0.0"


def test_a_workflow_releases(monorepo: Monorepo) -> None:
    runners, token = monorepo.runners, monorepo.github.actions_token(contents="write", actions="write")
    monorepo.release(TAG, token=token)
    assert runners.settle() == []
    powerless = monorepo.github.repo_with(monorepo.github.actions_token(contents="write"))
    with pytest.raises(GithubException, match="not accessible"):
        powerless.get_workflow("release-flux-artifact.yml").create_dispatch("main", {"tag": TAG}, throw=True)
    for workflow in ("release-flux-artifact.yml", "manage-flux-releases.yml"):
        found = monorepo.github.repo_with(token).get_workflow(workflow)
        assert found.create_dispatch("main", {"tag": TAG}, throw=True)
    assert ran(runners.settle()) == dict.fromkeys(("publish", "issue", "advance"), "success")
    assert "1.0.0" in monorepo.tags("eso")
    assert monorepo.issue().title == "Promote eso 1.0.0"


def test_a_workflow_merges(monorepo: Monorepo) -> None:
    runners, github = monorepo.runners, monorepo.github
    monorepo.published(TAG)
    monorepo.tick("prod_ring2")
    assert ran(runners.settle()) == {"apply": "success"}
    (waiting,) = runners.waiting
    assert (waiting.name, waiting.action) == ("pull_request", "opened"), "checks that somebody has to approve"

    token = github.actions_token(contents="write", actions="write")
    monorepo.merge(token=token)
    assert runners.settle() == []
    assert "prod_ring2" not in monorepo.tags("eso")
    manage = github.repo_with(token).get_workflow("manage-flux-releases.yml")
    assert manage.create_dispatch("main", {}, throw=True)
    assert ran(runners.settle()) == {"reconcile": "success"}
    tags = monorepo.tags("eso")
    assert tags["prod_ring2"] == tags["1.0.0"]


def test_an_app_proposes_and_merges(monorepo: Monorepo) -> None:
    runners = monorepo.runners
    runners.variables["FLUX_APP"] = "Iv1.tests"
    runners.secrets["FLUX_APP_KEY"] = APP_KEY
    settings = yaml.safe_load((monorepo.repo.path / "invoke.yaml").read_text())
    settings["flux"]["automation"] = ["github-actions[bot]", "flux-promoter[bot]"]
    monorepo.prepare({"invoke.yaml": yaml.safe_dump(settings)})
    monorepo.published(TAG)
    monorepo.tick("prod_ring2")
    jobs = runners.settle()
    assert ran(jobs) == {"apply": "success", "artifacts": "success", "authority": "success"}, "its checks run"
    assert runners.waiting == []
    (pull,) = monorepo.pulls()
    assert pull.user.login == "flux-promoter[bot]"
    monorepo.merge(token=monorepo.github.app_token(contents="write"))
    assert ran(runners.settle()) == {"tag": "success"}
    tags = monorepo.tags("eso")
    assert tags["prod_ring2"] == tags["1.0.0"]
    assert monorepo.issue().comments == 1, "one comment, which is kept up to date"


def test_the_page_has_these_rows() -> None:
    tested = {
        "a person releases": test_story.test_a_ticked_box_reaches_the_cluster,
        "a person pushes a release tag": (
            test_release.test_tags_that_were_pushed_are_published_and_get_their_issues
        ),
        "a workflow releases, with `GITHUB_TOKEN`": test_a_workflow_releases,
        "a person ticks a box": test_story.test_a_ticked_box_reaches_the_cluster,
        "the pull request is opened with `GITHUB_TOKEN`": test_a_workflow_merges,
        "the pull request is opened with an App's token": test_an_app_proposes_and_merges,
        "a promotion's pull request is opened, changed or reviewed": test_an_app_proposes_and_merges,
        "a person merges": test_story.test_a_ticked_box_reaches_the_cluster,
        "a workflow merges, with `GITHUB_TOKEN`": test_a_workflow_merges,
        "an App merges": test_an_app_proposes_and_merges,
    }
    before, _, after = (ROOT / "docs/reference/workflows.md").read_text().partition("| what happens |")
    assert "`actions: write`" in before.rpartition("## ")[2]
    table = after.partition("\n\n")[0]
    assert re.findall(r"^\| (.+?) \|", table, re.MULTILINE) == list(tested)
