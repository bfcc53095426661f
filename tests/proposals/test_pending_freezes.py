"""What is proposed to be frozen joins what main has."""

from flux.promotion.gates.freeze import Freeze
from flux.proposals.authority import Authority
from flux.proposals.pending_freezes import FREEZE_BRANCH, PendingFreezes, environments_of, pending_freezes
from tests.commands.promoting import World

OURS, THEIRS, NEW = (Freeze("x", "alice", phase) for phase in ("at", "tt", "prod"))


def test_what_main_will_have() -> None:
    assert PendingFreezes().after((OURS,)) == (OURS,)
    assert PendingFreezes(added=(NEW,), removed=(THEIRS,)).after((OURS, THEIRS)) == (OURS, NEW)
    assert PendingFreezes(added=(NEW,), removed=(THEIRS,)).after((OURS, NEW)) == (OURS, NEW)


def test_what_cannot_be_read_joins_nothing(hub: World) -> None:
    forge, tip = hub.forge("alice"), hub.bare.git("rev-parse", "main")
    assert forge.create_branch(FREEZE_BRANCH, forge.commit([tip], {"flux/freezes.json": b"{"}, "mine"))
    forge.create_pull_request("Mine", "", FREEZE_BRANCH, "main")
    with hub.opened(login="alice") as monorepo:
        assert pending_freezes(monorepo, Authority(monorepo)) == PendingFreezes()
        assert environments_of(monorepo, ["tt"]) == {"tt"}
        assert environments_of(monorepo, ["live"]) == environments_of(monorepo, [""]) >= {"at_ring1", "tt"}
