"""Issues of an earlier system say where promotions are made now, and no tick of theirs goes unanswered."""

from flux.event import Event
from tests.commands.promoted import TAG
from tests.commands.promoting import World
from tests.github import faults

BODY = """<!-- start-env-list -->
- [x] Deploy to at_ring1
- [ ] Deploy to at_ring2
- [ ] Deploy to tt
<!-- stop-env-list -->
"""


def old(world: World, title: str = f"Release {TAG}", login: str | None = None) -> int:
    issue = world.forge(login).create_issue(title, BODY, world.settings.label, None)
    return issue.number


def tick(world: World, number: int, *names: str, login: str = "bob") -> Event:
    def change(body: str) -> str:
        for name in names:
            body = body.replace(f"[ ] Deploy to {name}", f"[x] Deploy to {name}")
        return body

    return world.edit(change, login, number)


def test_one_comment_with_a_link_to_ours(world: World) -> None:
    number = old(world)
    opened = world.open(TAG)
    assert opened.issue
    synced = world.sync()
    assert any(f"issue {number}: it is of an earlier system" in str(notice) for notice in synced.notices)
    world.sync()
    (comment,) = world.comments(number)
    assert opened.issue.url in comment
    assert world.issue(number).body == BODY
    assert len(world.pulls()) == 0


def test_each_tick_is_undone_and_answered_once(world: World) -> None:
    world.open(TAG)
    number = old(world)
    world.sync()
    for answers in (1, 2):
        tick(world, number, "at_ring2")
        world.sync()
        world.sync()
        assert world.issue(number).body == BODY
        said = [comment for comment in world.comments(number) if "`at_ring2`" in comment]
        assert len(said) == answers
    assert world.pulls() == []


def test_an_edit_is_answered_to_its_sender(hub: World) -> None:
    number = old(hub)
    applied = hub.apply(tick(hub, number, "tt"), number)
    assert any("unticked tt" in str(notice) for notice in applied.notices)
    first, second = hub.comments(number)
    assert "Promotions are made on" in first
    assert "@bob: nothing was promoted by ticking `tt`" in second
    assert hub.issue(number).body == BODY
    hub.sync()
    assert len(hub.comments(number)) == 2
    assert hub.pulls() == []


def test_a_look_alike_of_an_outsider_gets_no_word(hub: World) -> None:
    assert hub.github
    number = (
        hub.github.client(hub.github.token("trudy")).get_repo("octo/monorepo").create_issue("x", BODY).number
    )
    hub.forge("bob").create_issue("y", "z", hub.settings.label, None)
    hub.github.client(hub.github.token("bob")).get_repo("octo/monorepo").get_issue(number).add_to_labels(
        hub.settings.label
    )
    hub.sync()
    assert hub.comments(number) == []


def test_a_tick_in_a_closed_issue_is_answered_too(hub: World) -> None:
    number = old(hub)
    hub.forge().edit_issue(number, open=False)
    hub.sync()
    hub.apply(hub.edit(lambda body: body + "more", number=number), number)
    assert hub.comments(number) == []
    hub.apply(tick(hub, number, "tt"), number)
    first, second = hub.comments(number)
    assert "Promotions are made on" in first
    assert "@bob: nothing was promoted by ticking `tt`" in second
    assert hub.issue(number).body == BODY + "more"
    hub.sync()
    assert len(hub.comments(number)) == 2


def test_an_earlier_system_may_have_had_an_app_of_its_own(hub: World) -> None:
    assert hub.github
    token = hub.github.app_token("old-releaser", issues="write")
    repo = hub.github.repo_with(token)
    number = repo.create_issue("Release", BODY, labels=[hub.settings.label]).number
    hub.apply(tick(hub, number, "tt"), number)
    assert ["@bob: nothing was promoted" in comment for comment in hub.comments(number)] == [False, True]
    hub.sync()
    assert len(hub.comments(number)) == 2
    assert hub.pulls() == []


def test_an_issue_that_refuses_comments_stays_as_it_is(hub: World) -> None:
    """As a locked issue does. The others are answered, and so is this one later."""
    assert hub.github
    locked, other = old(hub), old(hub)
    hub.github.fail_next(faults.error(403), only=f"POST /repos/octo/monorepo/issues/{locked}/comments")
    for comments in (0, 1):
        hub.sync()
        assert [len(hub.comments(number)) for number in (locked, other)] == [comments, 1]
        assert hub.issue(locked).body == BODY
