"""Who may promote where."""

import pytest

from flux.errors import ForgeError, RequestError
from flux.promotion.refusal import NeedsPermission, NotPromoter
from flux.promotion.undoing import BoxUndone
from flux.proposals.authority import Authority
from tests.commands.promoted import TAG
from tests.commands.promoting import PERMISSIONS, World, boxes


def test_an_outsiders_tick_is_undone_by_name(hub: World) -> None:
    hub.open(TAG)
    event = hub.tick("prod_ring1", login="trudy")
    applied = hub.apply(event)
    assert applied.undone
    assert hub.pulls(None) == []
    assert not any(boxes(hub.issue().body).values())
    assert any("@trudy" in comment and "`write`" in comment for comment in hub.comments())
    before = hub.comments()
    hub.apply(event)
    assert hub.comments() == before


def test_an_outsiders_untick_is_undone(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    hub.apply(hub.untick("prod_ring1", login="trudy"))
    assert boxes(hub.issue().body)["prod_ring1"]
    assert hub.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_an_outsiders_tick_never_rides_along(hub: World) -> None:
    hub.open(TAG)
    theirs = hub.tick("prod", login="trudy")
    ours = hub.tick("at_ring1")
    hub.apply(ours)
    hub.apply(theirs)
    hub.apply(ours)
    assert hub.proposed()["eso"] == {**hub.desired["eso"], "at_ring1": "1.1.0"}
    assert {name for name, tick in boxes(hub.issue().body).items() if tick} == {"at_ring1"}


def test_two_people_in_one_second_both_get_their_environment(hub: World) -> None:
    hub.open(TAG)
    first, second = hub.tick("at_ring1", login="alice"), hub.tick("prod_ring1", login="bob")
    hub.apply(second)
    hub.apply(first)
    assert hub.proposed()["eso"]["at_ring1"] == hub.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_an_unknown_bot_promotes_nothing(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    token = hub.github.app_token(issues="write", contents="write", pull_requests="write")
    hub.token, before = token, hub.token
    event = hub.tick("prod_ring1", login=None)  # type: ignore[arg-type]
    hub.token = before
    assert hub.apply(event).undone == (
        BoxUndone("prod_ring1", "flux-promoter[bot]", NeedsPermission("write")),
    )
    assert hub.pulls(None) == []
    assert not any(boxes(hub.issue().body).values())


def test_a_permission_that_cannot_be_looked_up_undoes_nothing(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1", login="trudy")
    body = hub.issue().body
    from tests.github import faults

    hub.github.fail_next(faults.error(404), times=9, only="GET */collaborators/trudy/permission")
    with pytest.raises(ForgeError):
        hub.apply(event)
    assert hub.issue().body == body
    assert len(hub.comments()) == 1


def test_promoters_narrow_a_phase(hub: World) -> None:
    world = hub.with_(promoters={"prod": ("Alice",)})
    world.open(TAG)
    applied = world.apply(world.tick("at_ring1", "prod_ring1", login="bob"))
    assert applied.undone
    assert world.proposed()["eso"] == {**world.desired["eso"], "at_ring1": "1.1.0"}
    world.apply(world.tick("prod_ring1", login="alice"))
    assert world.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_only_who_may_write_promotes(hub: World) -> None:
    with pytest.raises(RequestError, match="carol may not promote"):
        hub.promote("eso", "prod", login="carol")
    assert hub.pulls(None) == []


def test_an_app_whose_token_runs_this_is_the_automation_though_nobody_names_it(hub: World) -> None:
    assert hub.github
    hub.token = hub.github.app_token(**PERMISSIONS)
    assert hub.open(TAG).action == "opened"
    assert hub.open(TAG).action == "found"
    hub.apply(hub.tick("tt"))
    assert hub.proposed()["eso"]["tt"] == "1.1.0"
    assert not hub.sync().failed


def test_another_app_that_nobody_names_opens_no_issue_of_ours(hub: World) -> None:
    assert hub.github
    hub.token, own = hub.github.app_token(**PERMISSIONS), hub.token
    hub.open(TAG)
    hub.token = own
    with pytest.raises(RequestError, match=r"flux-promoter\[bot\] has opened the issue"):
        hub.open(TAG)
    assert [issue.number for issue in hub.forge().issues("flux-release")] == [1]
    named = hub.with_(automation=("flux-promoter[bot]",))
    assert named.open(TAG).action == "found"


def test_why_somebody_may_not(hub: World) -> None:
    with hub.with_(promoters={"prod": ("Carol", "alice"), "tt": ()}).opened() as monorepo:
        authority = Authority(monorepo)
    assert authority.refusals("trudy", ["tt"]) == {"tt": NeedsPermission("write")}
    assert authority.refusals("Alice", ["prod", "prod_ring1"]) == {}
    assert authority.refusals("bob", ["at_ring1", "tt", "prod", "prod_ring2", "nowhere"]) == {
        "tt": NotPromoter("tt", ()),
        "prod": NotPromoter("prod", ("Carol", "alice")),
        "prod_ring2": NotPromoter("prod", ("Carol", "alice")),
    }


def test_a_command_says_who_may_not_and_what_to_do(hub: World) -> None:
    with hub.with_(promoters={"prod": ("alice",)}).opened(login="bob") as monorepo:
        authority = Authority(monorepo)
        assert authority.caller == "bob"
        authority.require(["at_ring1"])
        with pytest.raises(RequestError) as refused:
            authority.require(["at_ring1", "prod_ring1"])
    reason = "the promoters of prod are alice"
    assert refused.value.message == f"bob may not promote to prod_ring1: {reason}"
    assert refused.value.hint == "ask somebody who may"


def test_an_apps_token_is_none_of_the_promoters(hub: World) -> None:
    assert hub.github
    hub.token = hub.github.app_token(**PERMISSIONS)
    for promoters in (None, {}, {"prod": ("alice",), "at": ("bob",)}):
        with hub.with_(promoters=promoters).opened() as monorepo:
            authority = Authority(monorepo)
            assert authority.caller == monorepo.settings.automation[0]
            authority.require(["tt"])
            if not promoters:
                authority.require(["prod_ring1"])
    with pytest.raises(RequestError) as refused:
        authority.require(["prod_ring1", "at_ring2"])
    assert refused.value.message == "this token belongs to no person, and the phase at has promoters"
    assert refused.value.hint == "use the token of a person whom the setting `promoters` names"


def test_whose_text_is_ours(hub: World, local: World) -> None:
    with hub.with_(automation=("Promoter",)).opened(login="bob") as monorepo:
        authority = Authority(monorepo)
    assert authority.is_automation("bob")
    assert not authority.is_ours("bob"), "GitHub tells who has edited it since"
    for login, is_bot in {"promoter": True, "GitHub-Actions[bot]": True, "bob": False}.items():
        assert (authority.is_ours(login), authority.is_bot(login)) == (is_bot, is_bot)
    assert authority.is_bot("another[bot]")
    assert [authority.is_trusted(login) for login in ("promoter", "alice", "trudy", "")] == [
        *(True, True, False, False),
    ]
    with local.opened() as monorepo:
        caller = monorepo.forge.login()
        assert caller
        assert Authority(monorepo).is_ours(caller)
        assert not Authority(monorepo).is_ours("somebody")


def test_an_app_is_asked_who_it_is_only_about_a_bot(hub: World) -> None:
    """The answer costs a commit, which some tokens may not make."""
    assert hub.github

    def asked(token: str, login: str) -> tuple[bool, int]:
        assert hub.github
        hub.token, before = token, len(hub.github.requests)
        with hub.opened() as monorepo:
            answer = Authority(monorepo).is_automation(login)
        return answer, sum(each.method == "POST" for each in hub.github.requests[before:])

    able, unable = hub.github.app_token(**PERMISSIONS), hub.github.app_token(issues="write", contents="read")
    assert asked(able, "flux-promoter[bot]") == (True, 1)
    assert asked(able, "another[bot]") == (False, 1)
    assert asked(able, "alice") == (False, 0)
    assert asked(hub.github.token("bob"), "flux-promoter[bot]") == (False, 0)
    assert asked(unable, "flux-promoter[bot]") == (False, 1)
