"""ci.yml, as far as it is about artifacts: what reviewers see of a pull request."""

from tests.actions.conftest import Monorepo


def test_a_pull_request_shows_what_it_changes(monorepo: Monorepo) -> None:
    repo, github = monorepo.repo, monorepo.github
    monorepo.runners.left_out |= {"build"}
    repo.checkout("topic", create=True)
    repo.commit(files={"artifacts/eso/at/kustomization.yaml": "resources: [missing.yaml]\n"})
    repo.push()
    github.pushed("bob")
    github.repo_as("bob").create_pull(title="Topic", body="", head="topic", base="main")
    # What main got since is none of it.
    repo.checkout("main")
    monorepo.change("dashboard")
    (job,) = monorepo.runners.settle()
    assert job.result == "failure", "it is not fit to publish"
    assert "artifacts/eso/at/kustomization.yaml" in job.log
    assert "missing.yaml" in job.log
    assert "<details><summary>eso</summary>\n\n```diff" in job.summary, "what changed is shown all the same"
    assert "+resources: [missing.yaml]" in job.summary
    assert "dashboard" not in job.summary.partition("### Changed artifacts")[2]
