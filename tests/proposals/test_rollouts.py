"""What nobody recorded is recorded later, and never counts from before."""

from pathlib import Path

import pytest

from flux.errors import ForgeError
from flux.forge.forge import Forge
from flux.proposals.gate_states import GateStates
from flux.proposals.rollouts import Rollouts
from flux.settings.rules import FollowedClusters as Clusters
from tests.commands.progressing import REPORTER, Progress, followed
from tests.commands.promoting import World


def test_a_move_that_a_killed_run_did_not_record(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress = Progress(followed(world), tmp_path, monkeypatch)
    progress.world.desire(at_ring1="1.1.0")
    progress.world.tag()
    progress.world.release("eso", "1.1.1")
    progress.world.desire(at_ring1="1.1.1")
    world.tag()  # without rules: nothing is recorded
    progress.wait(3600)
    with progress.world.opened() as monorepo:
        courses = GateStates(monorepo)
        assert Rollouts(monorepo, courses).adopt("eso")
        courses.forget("eso")
        stay = courses.state("eso").last_stay("at_ring1")
        assert not Rollouts(monorepo, courses).adopt("eso")
    assert stay
    assert stay.version == "1.1.1"
    assert abs(stay.since - progress.now) < 60, "not since it was merged"


def test_what_a_later_move_has_followed_is_inactive(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where no cluster reports, and where nobody said anything of some of them."""
    progress = Progress(
        followed(world, clusters={"at_ring1": Clusters(("eu",), (REPORTER,))}), tmp_path, monkeypatch
    )
    for version in ("1.1.0", "1.1.1", "1.1.2"):
        if version != "1.1.0":
            progress.world.release("eso", version)
        progress.world.desire(at_ring1=version, at_ring2=version)
        progress.world.tag()
    progress.say("at_ring1", "1.1.2")
    progress.world.reconcile()
    forge = progress.world.forge()
    states: dict[str, list[str]] = {"at_ring1": [], "at_ring2": []}
    for made in forge.deployments("flux:eso"):
        states[made.environment].append(forge.deployment_state(made.id))
    assert states == {name: ["inactive", "inactive", "success"] for name in states}


def test_what_the_forge_refuses_is_told(
    local: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing:
        def __init__(self, forge: Forge) -> None:
            self._forge = forge

        def __getattr__(self, name: str) -> object:
            return getattr(self._forge, name)

        def set_deployment_state(self, *arguments: object) -> None:
            raise ForgeError("it may not")

    progress = Progress(followed(local), tmp_path, monkeypatch)
    progress.world.desire(at_ring1="1.1.0")
    progress.world.tag()
    progress.world.between = Refusing  # type: ignore[assignment]
    told = progress.say("at_ring1", "1.1.0").advanced
    assert "the deployment of eso to at_ring1: it may not" in map(str, told.notices)
