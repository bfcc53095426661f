"""The clusters' word: who may say it, what it changes, and what changes nothing."""

from pathlib import Path

import pytest

from flux.errors import RequestError
from tests.commands.progressing import REPORTER, Progress, followed
from tests.commands.promoting import World


@pytest.fixture
def progress(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Progress:
    """1.1.0 is in the first phase."""
    found = Progress(followed(world), tmp_path, monkeypatch)
    found.world.desire(at_ring1="1.1.0", at_ring2="1.1.0")
    assert not found.world.tag().failed
    return found


def test_a_cluster_says_that_it_runs(progress: Progress) -> None:
    assert set(progress.states().values()) == {"unknown"}
    told = progress.say("at_ring1", "1.1.0")
    assert told.healths["eso"].state == "running"
    assert progress.states()["at_ring1"] == "running"
    assert progress.states()["at_ring2"] == "unknown"
    progress.wait(10)
    assert progress.say("at_ring1", "1.1.0", "failure").healths["eso"].state == "failing"
    assert progress.states()["at_ring1"] == "failing"
    assert progress.status().lags(1e9)


@pytest.mark.parametrize("sender", ["eve", "flux-reporter", "other[bot]"])
def test_nobody_else_may_say_so(progress: Progress, sender: str) -> None:
    payload = progress.payload("at_ring1", "1.1.0", sender=sender)
    told = progress.take(payload, posted=sender.endswith("[bot]"))
    assert told.notices == (f"{sender} may not report for at_ring1: nothing changes",)
    assert progress.states()["at_ring1"] == "unknown"


def test_another_digest_changes_nothing(progress: Progress) -> None:
    told = progress.say("at_ring1", "1.0.0")
    assert not told.healths
    assert "nothing changes" in str(told.notices[0])
    assert progress.states()["at_ring1"] != "running"


def test_a_status_that_is_none_of_ours_changes_nothing(progress: Progress) -> None:
    payload = {**progress.payload("at_ring1", "1.1.0"), "context": "ci/\x1b[31mbuild"}
    told = progress.take(payload)
    assert told.notices == ("'ci/\\x1b[31mbuild' is not a cluster's status: nothing changes",)


def test_all_clusters_have_to_say_so(progress: Progress) -> None:
    clusters = progress.world.settings.clusters
    two = {**clusters, "at_ring1": type(clusters["at_ring1"])(("eu", "us"), (REPORTER,))}
    progress.world = progress.world.with_(clusters=two)
    progress.say("at_ring1", "1.1.0")
    assert progress.states()["at_ring1"] == "waiting"
    assert not progress.status().lags(1800)
    progress.wait(1900)
    assert progress.status().lags(1800)
    progress.say("at_ring1", "1.1.0", cluster="us")
    assert progress.states()["at_ring1"] == "running"


def test_deployments_say_what_became_of_them(progress: Progress) -> None:
    forge = progress.world.forge()
    made = {each.environment: each for each in forge.deployments("flux:eso")}
    assert made["at_ring1"].payload["version"] == "1.1.0"
    assert forge.deployment_state(made["at_ring1"].id) == "in_progress"
    progress.say("at_ring1", "1.1.0")
    assert forge.deployment_state(made["at_ring1"].id) == "success"
    progress.say("at_ring2", "1.1.0", "failure")
    assert forge.deployment_state(made["at_ring2"].id) == "failure"


def test_there_has_to_be_a_status(world: World, tmp_path: Path) -> None:
    from flux.commands.ack import acknowledge

    with world.opened() as monorepo, pytest.raises(RequestError, match="there is no status to read"):
        acknowledge(monorepo, None)
    (tmp_path / "event.json").write_text("[]")
    with world.opened() as monorepo, pytest.raises(RequestError):
        acknowledge(monorepo, str(tmp_path / "event.json"))
