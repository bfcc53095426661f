"""Two people: one asks, and another approves what is there now."""

from typing import Any

import pytest

from flux.commands.request.check import Checked, check_request
from flux.errors import RequestError
from flux.promotion.faults import ForeignCommit, MayNotAsk, Outlived, Removed, Unapproved
from flux.promotion.refusal import NotPromoter
from flux.report.request.check import document
from tests.commands.promoting import BOT, World
from tests.promises.test_forged_promotion import untag

pytestmark = pytest.mark.stories

TAG = "flux-oci-eso-v1.1.0"


def check(world: World, number: int | None = None) -> Checked:
    with world.opened() as monorepo:
        return check_request(monorepo, number or world.pull().number)


def review(world: World, login: str, event: str = "APPROVE") -> Any:
    assert world.github
    token = world.token if login == BOT else world.github.token(login)
    return world.github.repo_with(token).get_pull(world.pull().number).create_review(event=event, body="x")


@pytest.fixture
def asked(hub: World) -> World:
    """By bob, for production, which needs two people."""
    world = hub.with_(two_person=("prod",))
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    return world


def test_somebody_else_has_to_approve(asked: World) -> None:
    (fault,) = check(asked).faults
    assert fault == Unapproved(("prod_ring1",), ("bob",), asked.pull().head)
    review(asked, "bob")
    (fault,) = check(asked).faults
    assert fault == Unapproved(("prod_ring1",), ("bob",), asked.pull().head, ("bob",))
    review(asked, "alice")
    assert check(asked).faults == []


@pytest.mark.parametrize("login", ["trudy", "carol", BOT])
def test_whose_approval_is_nobodys(asked: World, login: str) -> None:
    if login != BOT:
        review(asked, login)
    else:
        assert asked.github
        pull = asked.github.repository("octo/monorepo").pulls[0]
        review(asked, "alice")
        pull.reviewed[0].author = pull.author
    assert check(asked).faults


def test_an_approval_is_of_what_was_there(asked: World) -> None:
    review(asked, "alice")
    asked.apply(asked.tick("tt"))
    assert check(asked).faults
    review(asked, "alice")
    assert check(asked).faults == []


@pytest.mark.parametrize("event", ["REQUEST_CHANGES", "COMMENT"])
def test_an_approval_that_is_taken_back_is_none(asked: World, event: str) -> None:
    made = review(asked, "alice")
    review(asked, "alice", event)
    assert bool(check(asked).faults) == (event == "REQUEST_CHANGES")
    made.dismiss("no")
    assert check(asked).faults


def test_all_who_asked_are_one_side(asked: World) -> None:
    asked.apply(asked.tick("prod_ring2", login="alice"))
    review(asked, "alice")
    assert check(asked).faults


def test_other_phases_need_nobody(hub: World) -> None:
    world = hub.with_(two_person=("prod",))
    world.open(TAG)
    world.apply(world.tick("tt"))
    assert check(world).faults == []
    everywhere = world.with_(two_person=True)
    assert check(everywhere).faults
    assert check(hub).faults == []


def test_who_asked_has_to_be_a_promoter_still(asked: World) -> None:
    review(asked, "alice")
    (fault,) = check(asked.with_(promoters={"prod": ("alice",)})).faults
    assert fault == MayNotAsk("bob", "prod_ring1", NotPromoter("prod", ("alice",)))


def test_for_a_commit_of_somebody_elses_nobody_answers(asked: World) -> None:
    review(asked, "alice")
    forge, head = asked.forge("bob"), asked.pull().head
    assert forge.advance_branch(asked.pull().branch, forge.commit([head], {"README.md": b"x\n"}, "Mine"))
    review(asked, "alice")
    (fault,) = check(asked).faults
    assert fault == ForeignCommit(asked.pull().head)


def test_what_is_no_promotion_needs_nothing(hub: World) -> None:
    forge = hub.forge("bob")
    commit = forge.commit([hub.bare.git("rev-parse", "main")], {"README.md": b"x\n"}, "Mine")
    assert forge.create_branch("mine", commit)
    number = forge.create_pull_request("Mine", "", "mine", "main").number
    assert document(check(hub.with_(two_person=True), number)) == {
        "pull_request": {"number": number, "url": forge.pull_request(number).url, "head": commit},  # type: ignore[union-attr]
        "promotion": False,
        "faults": [],
    }
    with pytest.raises(RequestError, match="no pull request 99"):
        check(hub, 99)


def test_a_clone_alone_has_nobody_to_approve(local: World) -> None:
    world = local.with_(two_person=True)
    world.open(TAG)
    world.apply(world.tick("tt"))
    assert check(world).faults


def test_a_version_that_is_gone_from_the_registry_speaks_against_it(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("at_ring1"))
    assert check(hub).faults == []
    untag(hub, "1.1.0")
    (fault,) = check(hub).faults
    assert str(fault) == "eso 1.1.0 is not published, so it cannot be promoted"
    hub.publish(TAG)
    assert check(hub).faults == []


def test_an_artifact_that_was_removed_goes_up_no_more(hub: World) -> None:
    hub.promote("eso", "prod_ring1")
    assert check(hub).faults == []
    hub.update()
    hub.repo.remove("artifacts/eso")
    hub.repo.commit("remove eso")
    hub.repo.push("origin", "main")
    (fault,) = check(hub).faults
    assert fault == Removed("eso")
    hub.close()
    hub.sync()
    hub.desire(at_ring1="1.1.0")
    hub.roll_back("eso", "at_ring1")
    assert check(hub).faults == []


def test_an_environment_that_there_is_not_speaks_against_it(hub: World) -> None:
    hub.promote("eso", "prod_ring1")
    hub.desire(prod_ring9="1.0.0")
    (fault,) = check(hub).faults
    assert "eso has an unknown environment prod_ring9" in str(fault)


@pytest.mark.parametrize("is_open", [True, False], ids=["with an issue", "without one"])
def test_who_asks_by_command_for_what_is_there_already_asks_too(hub: World, is_open: bool) -> None:
    world = hub.with_(two_person=("prod",))
    if is_open:
        world.open(TAG)
    world.promote("eso", "prod_ring1", "1.1.0", "bob")
    world.promote("eso", "prod_ring1", "1.1.0", "alice")
    assert "Requested-by: `alice` for `prod_ring1`" in world.pull().body
    world.sync()
    assert "Requested-by: `alice` for `prod_ring1`" in world.pull().body
    review(world, "alice")
    (fault,) = check(world).faults
    assert fault == Unapproved(("prod_ring1",), ("alice", "bob"), world.pull().head, ("alice",))


def test_who_asked_for_a_pull_request_that_is_over_may_approve_the_next(hub: World) -> None:
    world = hub.with_(two_person=("prod",))
    world.open(TAG)
    for asks in ("alice", "bob"):
        world.apply(world.tick("prod_ring1", login=asks))
        approves = {"alice": "bob", "bob": "alice"}[asks]
        review(world, approves)
        assert check(world).faults == []
        if asks == "alice":
            world.promote("eso", "prod_ring1", "1.1.0", "alice")
            world.close()
            world.sync()


@pytest.mark.parametrize("is_open", [True, False], ids=["with an issue", "without one"])
@pytest.mark.parametrize("opens", [True, False])
def test_a_branch_that_is_brought_back_as_it_was_asks_for_nothing(
    hub: World, is_open: bool, opens: bool
) -> None:
    """Whoever may push can restore an old commit of the automation's, which says that alice asked."""
    world = hub.with_(two_person=("prod",), promoters={"prod": ("alice",)})
    if is_open:
        world.open(TAG)
    world.promote("eso", "prod_ring1", "1.1.0", "alice")
    old = world.pull().head
    world.promote("eso", "tt", "1.1.0", "alice")
    world.close()
    world.sync()
    forge = world.forge("bob")
    assert forge.create_branch("promote/eso-1.1.0", old)
    if not opens:
        world.sync()
        assert world.pulls() == []
        assert forge.branch("promote/eso-1.1.0") is None
        return
    forge.create_pull_request("Mine", "", "promote/eso-1.1.0", "main")
    review(world, "alice")
    (fault,) = check(world).faults
    assert isinstance(fault, Outlived)
    assert world.sync().failed


def test_what_was_taken_back_before_speaks_against_an_old_commit(hub: World) -> None:
    world = hub.with_(two_person=("prod",))
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt"))
    old = world.pull().head
    world.apply(world.untick("prod_ring1"))
    forge, pull = world.forge("bob"), world.pull()
    assert forge.delete_branch(pull.branch, pull.head)
    assert forge.create_branch(pull.branch, old)
    forge.create_pull_request("Mine", "", pull.branch, "main")
    review(world, "alice")
    assert check(world).faults
