"""What was decided is known, wherever it was recorded."""

import pytest

from flux.promotion.proposal import Promotion
from flux.proposals.authority import Authority
from flux.proposals.branches import PromotionBranches
from flux.proposals.issues import PromotionIssues
from flux.proposals.recorded_decisions import known_of
from tests.commands.deciding import TAG
from tests.commands.promoting import World

ESO = Promotion("eso", "1.1.0")


def known(world: World, number: int | None) -> list[tuple[str, tuple[str, ...]]]:
    with world.opened() as monorepo:
        authority = Authority(monorepo)
        found = known_of(
            PromotionBranches(monorepo, authority), PromotionIssues(monorepo, authority), ESO, number
        )
    return [(decision.who, decision.environments) for decision in found]


@pytest.mark.parametrize("is_open", [True, False], ids=["with an issue", "without one"])
def test_by_commits_by_comments_and_by_what_is_over(hub: World, is_open: bool) -> None:
    number = None
    if is_open:
        opened = hub.open(TAG).issue
        number = opened.number if opened else None
    hub.promote("eso", "tt", "1.1.0", "alice")
    hub.close()
    hub.sync()
    assert known(hub, number) == [("alice", ("tt",))]
    hub.promote("eso", "prod_ring1", "1.1.0", "bob")
    hub.promote("eso", "prod_ring1", "1.1.0", "alice")
    assert sorted(known(hub, number)) == [
        ("alice", ("prod_ring1",)),
        ("alice", ("tt",)),
        ("bob", ("prod_ring1",)),
    ]
