"""What every forge promises of statuses and deployments."""

import time

import pytest

from flux.forge.forge import Forge
from flux.forge.reporting import DeploymentState
from flux.promotion.clusters.status import StatusState
from tests.forge.conftest import Place


@pytest.fixture
def forge(place: Place) -> Forge:
    return place.forge


def test_a_status_is_said_and_read(place: Place) -> None:
    assert place.forge.statuses(place.tip) == []
    place.forge.set_status(place.tip, "flux-artifacts/rules", StatusState.FAILURE, "prod waits ☃")
    place.forge.set_status(place.tip, "flux-artifacts/rules", StatusState.SUCCESS, "")
    first, second = place.forge.statuses(place.tip)
    assert (first.context, first.state, first.description) == (
        "flux-artifacts/rules",
        "failure",
        "prod waits ☃",
    )
    assert (second.state, second.description, second.creator) == ("success", "", place.login)
    assert first.id < second.id
    assert abs(time.time() - second.created) < 60


def test_a_long_description_is_cut(place: Place) -> None:
    place.forge.set_status(place.tip, "x", StatusState.SUCCESS, "x" * 500)
    assert place.forge.statuses(place.tip)[0].description.startswith("x" * 140)


def test_a_commit_that_nobody_knows_has_no_status(forge: Forge) -> None:
    assert forge.statuses("0" * 39 + "1") == []


def test_statuses_are_of_one_commit(place: Place) -> None:
    other = place.start("topic")
    place.forge.set_status(other, "x", StatusState.SUCCESS, "")
    assert place.forge.statuses(place.tip) == []


def test_a_deployment_is_recorded_and_followed(place: Place) -> None:
    payload = {"artifact": "eso", "version": "1.0.0"}
    made = place.forge.create_deployment("main", "prod", "flux:eso", payload, "eso 1.0.0")
    assert (made.ref, made.environment, made.task, made.payload) == ("main", "prod", "flux:eso", payload)
    assert made.creator == place.login
    assert abs(time.time() - made.created) < 60
    assert place.forge.deployments("flux:eso") == [made]
    assert place.forge.deployment_state(made.id) == ""
    for state in DeploymentState:
        place.forge.set_deployment_state(made.id, state, "because")
        assert place.forge.deployment_state(made.id) == state


def test_deployments_are_of_one_task_the_oldest_first(forge: Forge) -> None:
    first = forge.create_deployment("main", "at", "flux:eso", {}, "")
    forge.create_deployment("main", "at", "flux:other", {}, "")
    second = forge.create_deployment("main", "prod", "flux:eso", {}, "")
    assert [each.id for each in forge.deployments("flux:eso")] == [first.id, second.id]
    every = forge.all_deployments()
    assert every
    assert {each.task for each in every} > {"flux:eso"}
    assert [each for each in every if each.task == "flux:eso"] == forge.deployments("flux:eso")


def test_one_that_succeeds_leaves_those_of_other_tasks_alone(forge: Forge) -> None:
    other = forge.create_deployment("main", "prod", "flux:other", {}, "")
    forge.set_deployment_state(other.id, DeploymentState.SUCCESS, "")
    made = forge.create_deployment("main", "prod", "flux:eso", {}, "")
    forge.set_deployment_state(made.id, DeploymentState.SUCCESS, "")
    assert forge.deployment_state(other.id) == "success"
