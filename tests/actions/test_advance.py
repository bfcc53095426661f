"""A cluster's word starts a job, which does what the rules allow; a lost event costs until the hour."""

import json
from typing import Any

import yaml

from flux.promotion.clusters.status import StatusName
from flux.proposals.gate_check import RULES_CHECK
from flux.proposals.gate_states import commit_of
from flux.registry import open_registry
from tests.actions.conftest import Monorepo
from tests.commands.progressing import REPORTER

FIRST, SECOND = "flux-oci-eso-v1.0.0", "flux-oci-eso-v1.0.1"
CONFIG = "flux/releaseconfig.json"


def ruled(monorepo: Monorepo) -> dict[str, Any]:
    """This repository's settings, with a rule that asks for the clusters' word."""
    document: dict[str, Any] = yaml.safe_load((monorepo.repo.path / "invoke.yaml").read_text())
    document["flux"]["phases"] = [
        {"at": ["at_ring1"]},
        {"prod": {"environments": ["prod_ring1"], "healthy": True, "auto": "major"}},
    ]
    document["flux"]["clusters"] = {"at_ring1": {"names": ["eu"], "reporters": [REPORTER]}}
    return document


def say(monorepo: Monorepo, environment: str, state: str, *, by: str = REPORTER, context: str = "") -> None:
    """What Flux's notification-controller posts."""
    target = open_registry(monorepo.registry, monorepo.repo.path, 1, None).repository("eso")
    manifest = target.fetch_manifest(environment)
    assert manifest
    name = context or str(StatusName("eso", environment, manifest.digest, "eu"))
    token = monorepo.github.app_token(by.removesuffix("[bot]"), statuses="write")
    commit = monorepo.github.repo_with(token).get_commit(commit_of(manifest))
    commit.create_status(state, context=name, description=f"reconciliation {state}")


def test_what_a_cluster_says_lets_a_version_go_on(monorepo: Monorepo) -> None:
    runners = monorepo.runners
    monorepo.published(FIRST, SECOND)
    monorepo.update()
    desired = {"eso": {"at_ring1": "1.0.1"}}
    settings = yaml.safe_dump(ruled(monorepo))
    monorepo.repo.commit("rules", files={"invoke.yaml": settings, CONFIG: json.dumps(desired)})
    monorepo.push()
    jobs = {job.name: job for job in runners.settle()}
    assert jobs["tag"].result == "success", jobs["tag"].log
    assert monorepo.pulls() == []

    say(monorepo, "at_ring1", "success", context="ci/build")
    assert {job.result for job in runners.settle() if job.name == "advance"} <= {"skipped"}
    say(monorepo, "at_ring1", "success", by="stranger[bot]")
    (job,) = (job for job in runners.settle() if job.name == "advance")
    assert job.result == "success", job.log
    assert "stranger[bot] may not report for at_ring1: nothing changes" in job.log
    assert monorepo.pulls() == []

    say(monorepo, "at_ring1", "success")
    (job,) = (job for job in runners.settle() if job.name == "advance")
    assert job.result == "success", job.log
    (pull,) = monorepo.pulls()
    assert pull.head.ref == "promote/eso-1.0.1"
    assert monorepo.desired("promote/eso-1.0.1") == {"eso": {"at_ring1": "1.0.1", "prod_ring1": "1.0.1"}}

    # Of this word the event is lost. The hour tells on the pull request that it may not go on.
    say(monorepo, "at_ring1", "failure")
    runners.skip()
    (job,) = (job for job in runners.schedule() if job.name == "reconcile")
    assert job.result == "success", job.log
    (pull,) = monorepo.pulls()
    said = monorepo.github.repository("octo/monorepo").statuses[pull.head.sha]
    assert [each.state for each in said if each.context == RULES_CHECK] == ["success", "failure"]
