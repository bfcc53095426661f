"""What decides about progress: who may report and record, and what counts of it."""

import pytest

from flux.forge.forge import Forge
from flux.forge.reporting import CommitStatus
from flux.promotion.clusters.status import StatusName
from flux.promotion.gates.move import Move
from flux.promotion.gates.state import Wanted
from flux.proposals.gate_states import GateStates, commit_of
from flux.settings.rules import FollowedClusters
from tests.commands.promoted import registry_of
from tests.commands.promoting import World


def record(forge: Forge, environment: str = "prod_ring1", version: str = "1.0.0", **changed: str) -> None:
    move = Move("eso", environment, version, "sha256:" + "a" * 64, "", forge.now())
    forge.create_deployment("main", environment, "flux:eso", {**move.payload, **changed}, "")


def test_moves_that_somebody_who_may_has_recorded(world: World) -> None:
    record(world.forge())
    record(world.forge(), version="1.1.0", artifact="other")
    record(world.forge(), environment="nowhere")
    record(world.forge(), digest="x")
    with world.opened() as monorepo:
        assert [move.version for move in GateStates(monorepo).moves("eso")] == ["1.0.0"]


def test_a_move_to_what_main_never_wanted_is_none(hub: World) -> None:
    """Whoever may write can record one."""
    record(hub.forge("bob"), version="1.1.0")
    with hub.opened() as monorepo:
        stays = GateStates(monorepo).state("eso").stays["prod_ring1"]
    assert [stay.version for stay in stays] == ["1.0.0"]


def test_a_record_of_a_person_counts_in_their_own_commands_alone(hub: World) -> None:
    record(hub.forge("bob"))
    for login, counted in (("bob", 1), ("alice", 0), (None, 0)):
        with hub.opened(login=login) as monorepo:
            assert len(GateStates(monorepo).moves("eso")) == counted


def test_a_persons_own_word_on_the_time_of_a_move_counts_for_nothing(hub: World) -> None:
    forge = hub.forge("bob")
    record(forge, moved=f"{forge.now() - 3600:.3f}")
    with hub.opened(login="bob") as monorepo:
        (move,) = GateStates(monorepo).moves("eso")
    assert move.time >= forge.now() - 60


def test_what_was_never_recorded_counts_since_main_wanted_it(local: World) -> None:
    with local.opened() as monorepo:
        state = GateStates(monorepo).state("eso")
    (stay,) = state.stays["prod_ring1"]
    (wanted,) = state.wanted["prod_ring1"]
    assert (stay.version, stay.since) == ("1.0.0", wanted.time)
    assert "tt" not in state.stays
    assert isinstance(wanted, Wanted)


def test_a_tag_that_has_something_else_is_no_stay(local: World) -> None:
    local.desire(prod_ring1="1.1.0")
    with local.opened() as monorepo:
        state = GateStates(monorepo).state("eso")
    assert "prod_ring1" not in state.stays


def test_reports_are_of_accounts_that_the_settings_name(local: World) -> None:
    manifest = registry_of(local).fetch_manifest("1.0.0")
    assert manifest
    forge = local.forge()
    told = [("eve", "success"), ("Reporter", "success"), ("reporter", "odd"), ("promoter[bot]", "failure")]
    told.append(("github-actions[bot]", "success"))  # which the settings do not name here
    for at, (creator, state) in enumerate(told):
        name = StatusName("eso", "prod_ring1", manifest.digest, "eu")
        forge.keep_status(commit_of(manifest), CommitStatus(0, str(name), state, "", creator, float(at)))
    clusters = {"prod_ring1": FollowedClusters(("eu",), ("reporter",))}
    world = local.with_(clusters=clusters, automation=("promoter[bot]",))
    with world.opened() as monorepo:
        reports = GateStates(monorepo).state("eso").reports
    assert [(each.time, str(each.state)) for each in reports] == [(1, "success"), (3, "failure")]


def test_a_stay_about_which_nobody_was_asked_counts_for_nothing(
    local: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it failed is not known."""
    local.desire(at_ring1="1.1.0")
    for at, version in enumerate(("1.0.0", "1.1.0", "1.0.0", "1.1.0")):
        digest, commit = f"sha256:{at}" + "a" * 63, f"{at}" * 40
        record(local.forge(), "at_ring1", version, digest=digest, commit=commit)
    for most, counted in ((30, "0123"), (1, "23")):
        monkeypatch.setattr("flux.proposals.cluster_reports._MOST_ON_THEIR_WAY", most)
        with local.opened() as monorepo:
            stays = GateStates(monorepo).state("eso").stays["at_ring1"]
        assert [stay.digest[7] for stay in stays] == [*counted]


def test_the_course_is_that_of_the_settings(local: World) -> None:
    with local.opened() as monorepo:
        assert GateStates(monorepo).course("eso").groups == local.settings.groups
