"""A tick counts for the person who made it, in whatever order jobs run, and for nobody else."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from flux.errors import ForgeError
from flux.event import Event
from flux.promotion.boxes import mark
from tests.commands.promoting import BOT, CONFIG, PERMISSIONS, World, boxes

TAG = "flux-oci-eso-v1.1.0"
BRANCH = "promote/eso-1.1.0"

either_order = pytest.mark.parametrize("first", [0, 1], ids=["in order", "the later one first"])


def run(world: World, events: list[Event], first: int) -> None:
    """Let the jobs of two events run, the second one first where that is asked for."""
    for event in events[::-1] if first else events:
        world.apply(event)


def ticked(world: World) -> set[str]:
    return {name for name, tick in boxes(world.issue().body).items() if tick}


def proposed(world: World) -> set[str]:
    """What the open pull request proposes; none where there is none."""
    if not world.pulls():
        assert world.forge().branch(BRANCH) is None
        return set()
    was = world.desired["eso"]
    return {e for e, v in world.proposed()["eso"].items() if was.get(e) != v}


def said(world: World, *words: str) -> bool:
    return any(all(word in comment for word in words) for comment in world.comments())


# Two edits, two jobs


@either_order
def test_a_tick_that_may_not_be_does_not_hold_what_a_promoter_unticked(hub: World, first: int) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt", login="alice"))
    events = [world.untick("prod_ring1", login="alice"), world.tick("prod_ring1", login="bob")]
    run(world, events, first)
    assert proposed(world) == ticked(world) == {"tt"}
    assert said(world, "@bob", "prod_ring1", "promoters")


@either_order
def test_a_writers_tick_counts_though_a_triager_unticked_it(hub: World, first: int) -> None:
    hub.open(TAG)
    run(hub, [hub.tick("prod_ring1"), hub.untick("prod_ring1", login="trudy")], first)
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}
    assert said(hub, "@trudy", "prod_ring1")


@either_order
def test_a_tick_is_no_longer_wanted_once_it_is_withdrawn(hub: World, first: int) -> None:
    """Whoever unticks comes first, when there is no branch yet to record it on."""
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    run(hub, [tick, hub.untick("prod_ring1")], first)
    assert proposed(hub) == ticked(hub) == set()
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_of_three_who_may_the_last_word_counts(hub: World, order: tuple[int, ...]) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    events = [
        hub.tick("prod_ring1", login="alice"),
        hub.untick("prod_ring1", login="bob"),
        hub.tick("prod_ring1", login="alice"),
    ]
    for number in order:
        hub.apply(events[number])
    assert proposed(hub) == ticked(hub) == {"prod_ring1", "tt"}


@either_order
def test_a_bots_tick_is_undone_like_anybody_elses(hub: World, first: int) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt"))
    withdrawn = hub.untick("prod_ring1")
    token, hub.token = hub.token, hub.github.app_token("helper", **PERMISSIONS)
    bots = hub.tick("prod_ring1", login=None)  # type: ignore[arg-type]
    hub.token = token
    run(hub, [withdrawn, bots], first)
    assert proposed(hub) == ticked(hub) == {"tt"}
    assert said(hub, "helper[bot]", "prod_ring1")


def test_unticking_one_ring_under_its_ticked_phase_takes_that_ring_out(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod", "prod_ring1", "prod_ring2"))
    world.apply(world.untick("prod_ring1"))
    if world.github:
        assert proposed(world) == ticked(world) == {"prod_ring2"}


@either_order
def test_unticking_a_phase_leaves_a_ring_that_has_its_own_tick(hub: World, first: int) -> None:
    hub.open(TAG)
    run(hub, [hub.tick("prod", "prod_ring1"), hub.untick("prod")], first)
    assert proposed(hub) == ticked(hub) == {"prod_ring1"}


def test_a_tick_for_an_artifact_that_was_removed_is_taken_back(world: World) -> None:
    world.open(TAG)
    world.update()
    world.repo.remove("artifacts/eso")
    world.repo.commit("remove eso")
    if world.github:
        world.repo.push("origin", "main")
        world.github.pushed("bob")
    applied = world.apply(world.tick("prod_ring1"))
    assert applied.undone
    assert proposed(world) == ticked(world) == set()
    assert said(world, "prod_ring1", "no artifact any more")


# What an issue is about


def retitled(world: World, title: str) -> None:
    assert world.github
    world.github.repository("octo/monorepo").issues[1].title = title


def test_an_issue_whose_title_was_changed_promotes_nothing_and_says_so(hub: World) -> None:
    hub.open(TAG)
    retitled(hub, "Promote eso 1.0.0")
    applied = hub.apply(hub.tick("prod_ring1"))
    assert applied.failed
    assert proposed(hub) == set()
    assert said(hub, "Nothing is promoted", "Promote eso 1.1.0")
    assert hub.sync().failed
    assert len([c for c in hub.comments() if "its title was" in c]) == 1
    retitled(hub, "Promote eso 1.1.0")
    assert not hub.apply(hub.tick("tt")).failed
    assert proposed(hub) == {"tt"}


def test_title_and_marker_changed_together_aim_at_nothing_else(hub: World) -> None:
    hub.open(TAG)
    hub.edit(lambda body: body.replace('"1.1.0"', '"1.0.0"'), login="trudy")
    retitled(hub, "Promote eso 1.0.0")
    assert hub.apply(hub.tick("at_ring2")).failed
    assert hub.pulls(None) == []


@pytest.mark.parametrize("login", ["bob", "mallory"])
def test_somebody_elses_comment_aims_an_issue_nowhere(hub: World, login: str) -> None:
    assert hub.github
    hub.open(TAG)
    comment = hub.github.repository("octo/monorepo").issues[1].comments.pop()
    text = comment.body.replace("standing eso 1.1.0", "standing eso 1.0.0")
    hub.forge(login).create_comment(1, text)
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == {"prod_ring1"}


def test_a_promotion_whose_release_is_gone_is_none(world: World) -> None:
    world.open(TAG)
    world.bare.git("tag", "-d", TAG)
    assert world.apply(world.tick("prod_ring1")).failed
    assert world.pulls(None) == []
    assert said(world, "there is no release", TAG)


# Nothing goes quiet


def test_labels_have_no_case(world: World) -> None:
    world.with_(label="Flux-Release").open(TAG)
    world.apply(world.tick("prod_ring1"))
    assert proposed(world) == {"prod_ring1"}
    assert not world.sync().failed


@pytest.mark.parametrize("what", ["label", "author"])
def test_a_tick_where_nothing_comes_of_it_is_answered(hub: World, what: str) -> None:
    assert hub.github
    hub.open(TAG)
    issue = hub.github.repository("octo/monorepo").issues[1]
    if what == "label":
        issue.labels.clear()
    else:
        issue.author = hub.github.add_person("dave")
    applied = hub.apply(hub.tick("prod_ring1"))
    assert applied.failed
    assert proposed(hub) == set()
    assert said(hub, "Nothing is promoted from here", "label" if what == "label" else "dave")
    assert not hub.apply(hub.edit(lambda body: f"{body}\nwords\n")).failed
    assert not hub.apply(hub.tick("tt", login="trudy")).failed
    assert len([c for c in hub.comments() if "promoted from here" in c]) == 1


def test_on_a_locked_issue_what_may_not_be_is_undone_all_the_same(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.github.repository("octo/monorepo").issues[1].locked = True
    before = hub.comments()
    applied = hub.apply(hub.tick("prod_ring1", login="trudy"))
    assert applied.undone
    assert ticked(hub) == set()
    assert any("locked" in notice and "unlock" in notice for notice in applied.notices)
    applied = hub.apply(hub.tick("tt"))
    assert not applied.failed
    assert proposed(hub) == {"tt"}
    assert not hub.sync().failed
    assert len(hub.comments()) == len(before)


def test_an_archived_repository_is_said_to_be_one(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.github.repository("octo/monorepo").archived = True
    with pytest.raises(ForgeError, match="archived") as refused:
        hub.apply(event)
    assert "unarchive" in refused.value.hint


@pytest.mark.parametrize("login", ["trudy", "bob"])
@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("what", ["all", "boxes"])
def test_a_body_that_was_wiped_gets_its_boxes_back(hub: World, login: str, heard: bool, what: str) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    before = hub.issue().body
    names = set(boxes(before))
    event = hub.edit(lambda body: "" if what == "all" else body.partition("\n")[0], login)
    if heard:
        hub.apply(event)
        assert hub.issue().body == before
    else:
        hub.sync()
        assert set(boxes(hub.issue().body)) == names
    assert proposed(hub) == {"tt"}
    hub.apply(hub.tick("prod_ring1"))
    assert proposed(hub) == {"tt", "prod_ring1"}


def test_a_prerelease_that_goes_to_the_last_phase_is_marked(local: World) -> None:
    local.release("eso", "1.2.0-rc.1")
    local.promote("eso", "tt", "1.2.0-rc.1")
    assert "prerelease" not in local.pull().body
    local.promote("eso", "prod_ring1", "1.2.0-rc.1")
    assert "1.2.0-rc.1 is a **prerelease**, and `prod` is the last phase." in local.pull().body
    assert "1.2.0-rc.1 is not yet in `tt`, which comes before `prod`." in local.pull().body


def test_what_people_write_into_a_pull_request_stays(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    pull, forge = world.pull(), world.forge("bob")
    who = "bob" if world.github else "Test <test@example.com>"
    assert f"Requested-by: `{who}` for `prod_ring1`" in pull.body
    forge.edit_pull_request(
        pull.number, title="For #12", body=f"Because of #12.\n\n{pull.body}\n\nSee there."
    )
    world.apply(world.tick("tt"))
    after = world.pull()
    assert after.title == "For #12"
    assert after.body.startswith("Because of #12.\n")
    assert after.body.rstrip().endswith("See there.")
    assert after.body.count("| `tt` |") == after.body.count("| `prod_ring1` |") == 1
    world.sync()
    assert world.pull() == after


def test_what_github_actions_wrote_stays_ours_when_an_app_takes_over(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    world = hub.with_(automation=("flux-promoter[bot]",))
    world.token = hub.github.app_token(**PERMISSIONS)
    world.apply(world.tick("prod_ring1"))
    assert proposed(world) == {"prod_ring1", "tt"}


# At the same time


@pytest.mark.parametrize("other", ["trudy", "bob"])
def test_an_edit_that_ours_overwrites_is_not_lost(hub: World, other: str) -> None:
    """A person saves between our reading of the issue and our writing."""
    assert hub.github
    hub.open(TAG)
    first = hub.tick("prod_ring1", login="trudy")
    events: list[Event] = []

    def meanwhile() -> None:
        def change(body: str) -> str:
            return f"{mark(body, {'tt': True})}\nLooks good to me.\n"

        events.append(hub.edit(change, other))

    hub.github.call_at(1, meanwhile, only="PATCH */issues/1")
    hub.apply(first)
    assert "Looks good" not in hub.issue().body
    hub.apply(events[0])
    assert "Looks good to me." in hub.issue().body
    assert said(hub, f"@{other}", "put back")
    assert proposed(hub) == ticked(hub) == ({"tt"} if other == "bob" else set())
    before = hub.issue().body
    hub.apply(events[0])
    assert hub.issue().body == before


def test_an_edit_that_overwrites_ours_is_undone_again(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    event = hub.tick("prod_ring1", login="trudy")
    stale = hub.issue().body

    def meanwhile() -> None:
        hub.forge("bob").edit_issue(1, body=f"{stale}\nthanks\n")

    hub.github.call_at(3, meanwhile, only="GET */issues/1")
    hub.apply(event)
    assert ticked(hub) == set()
    assert "thanks" in hub.issue().body


# By the forge's clock


def pushed(world: World, date: str, **versions: str) -> None:
    """A commit to main by hand, with a date of its committer's."""
    desired = world.desired
    desired["eso"].update(versions)
    world.update()
    world.repo.commit("desire", files={CONFIG: json.dumps(desired, indent=2) + "\n"}, date=date)
    world.repo.push("origin", "main")
    assert world.github
    world.github.pushed("bob")


def test_a_commit_dated_tomorrow_blocks_nobody(hub: World) -> None:
    hub.open(TAG)
    pushed(hub, "2099-01-01T00:00:00Z", prod_ring1="1.0.1")
    assert not hub.apply(hub.tick("prod_ring1")).undone
    assert proposed(hub) == {"prod_ring1"}


@pytest.mark.parametrize("date", ["2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_merge_counts_from_when_the_forge_made_it(hub: World, date: str) -> None:
    """The clock of whoever made the commit says nothing."""
    assert hub.github
    hub.release("eso", "1.2.0")
    hub.open(TAG)
    early = hub.tick("prod_ring1")
    hub.github.advance(timedelta(minutes=5))
    hub.promote("eso", "prod_ring1", "1.2.0")
    hub.merge()
    redated(hub, date)
    assert hub.apply(early).undone
    assert proposed(hub) == ticked(hub) == set()
    hub.github.advance(timedelta(minutes=5))
    assert not hub.apply(hub.tick("prod_ring1")).undone
    assert proposed(hub) == {"prod_ring1"}


def redated(world: World, date: str) -> None:
    """Let the last commit of main be one of this date."""
    assert world.github
    git = world.repo.git
    git("commit", "--quiet", "--amend", "--no-edit", "--date", date, date=date)
    git("push", "--quiet", "--force", "origin", "main")
    (pull,) = [pull for pull in world.github.repository("octo/monorepo").pulls if pull.merged]
    pull.merge_commit = world.repo.head


# Once


@pytest.mark.parametrize("end", ["close", "delete", "merge"])
def test_an_old_job_that_runs_again_applies_nothing_twice(hub: World, end: str) -> None:
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.apply(event)
    pull = hub.pull()
    if end == "merge":
        hub.merge()
        hub.sync()
        hub.desire(prod_ring1="1.0.0")
    elif end == "close":
        hub.close()
        hub.sync()
    else:
        assert hub.forge("bob").delete_branch(BRANCH, pull.head)
    applied = hub.apply(event)
    assert hub.pulls() == []
    assert hub.forge().branch(BRANCH) is None
    assert any("before" in notice for notice in applied.notices) or applied.undone


def test_who_decided_is_in_the_commits(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1", "tt"))
    world.apply(world.untick("tt"))
    messages = world.bare.git("log", "--format=%B", f"main..{BRANCH}")
    who = "bob" if world.github else "Test <test@example.com>"
    assert f"Requested-by: {who}; tick tt prod_ring1; issue 1; " in messages
    assert f"Withdrawn-by: {who}; untick tt; issue 1; " in messages
    world.promote("eso", "at_ring1")
    who = "alice" if world.github else who
    assert f"Requested-by: {who}; name at_ring1; " in world.bare.git("log", "-1", "--format=%B", BRANCH)


# Again


@pytest.mark.parametrize("who", ["trudy", "bob", "", BOT])
def test_a_job_that_is_run_again_needs_somebody_who_may(hub: World, who: str) -> None:
    world = hub.with_(promoters={"prod": ("alice",)})
    world.open(TAG)
    event = replace(world.tick("prod_ring1", login="alice"), rerun_by=who)
    applied = world.apply(event)
    assert any("ran this again" in notice for notice in applied.notices)
    assert proposed(world) == set()
    assert ticked(world) == {"prod_ring1"}, "it is alice's still"


def test_who_runs_a_job_again_answers_for_it(hub: World) -> None:
    hub.open(TAG)
    event = replace(hub.tick("prod_ring1", login="bob"), rerun_by="alice")
    hub.apply(event)
    assert "Requested-by: alice; tick prod_ring1;" in hub.bare.git("log", "-1", "--format=%B", BRANCH)
    hub.close()
    hub.sync()
    assert hub.apply(replace(event, rerun_by="bob")).proposed
    assert proposed(hub) == set()


def test_running_a_job_again_makes_nobodys_tick_anothers(hub: World) -> None:
    hub.open(TAG)
    event = replace(hub.tick("prod_ring1", login="trudy"), rerun_by="alice")
    assert hub.apply(event).undone
    assert proposed(hub) == ticked(hub) == set()


# Whose work it is


def forged(world: World, message: str) -> str:
    """A branch of a person's, with our words."""
    forge = world.forge("bob")
    tip = world.bare.git("rev-parse", "main")
    content = world.bare.git("show", f"main:{CONFIG}").replace(
        '"prod_ring1": "1.0.0"', '"prod_ring1": "1.1.0"'
    )
    commit = forge.commit([tip], {CONFIG: content.encode()}, message)
    assert forge.create_branch(BRANCH, commit)
    return commit


OURS = "Promote eso 1.1.0 to prod_ring1\n\n{}Promotion: eso 1.1.0\n"
NAMED = "Requested-by: {}; name prod_ring1; 1764449999\n"


@pytest.mark.parametrize("who", ["", *map(NAMED.format, ("alice", BOT, "bob"))])
def test_a_branch_that_a_person_pushed_with_our_words_is_not_ours(hub: World, who: str) -> None:
    assert hub.github
    hub.open(TAG)
    commit = forged(hub, OURS.format(who))
    assert hub.sync().failed
    assert hub.pulls(None) == []
    assert hub.forge().branch(BRANCH) == commit
    assert hub.apply(hub.tick("tt")).failed
    assert hub.pulls(None) == []


def test_a_commit_with_the_automations_name_is_not_the_automations(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    message = hub.bare.git("log", "-1", "--format=%B", BRANCH)
    email = hub.bare.git("log", "-1", "--format=%ae", BRANCH)
    hub.repo.git("fetch", "--quiet", "origin", BRANCH)
    hub.repo.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    text = hub.proposed()
    text["eso"]["prod_ring2"] = "1.1.0"
    hub.repo.write(CONFIG, json.dumps(text, indent=2) + "\n")
    identity = ("-c", f"user.name={BOT}", "-c", f"user.email={email}")
    hub.repo.git(*identity, "commit", "-qam", message.replace("prod_ring1", "prod_ring1, prod_ring2"))
    hub.repo.push("origin", f"HEAD:{BRANCH}")
    hub.update()
    assert hub.apply(hub.tick("tt")).failed


def test_a_person_answers_for_what_a_command_of_theirs_commits(hub: World) -> None:
    hub.open(TAG)
    hub.promote("eso", "prod_ring1", login="alice")
    hub.apply(hub.tick("tt"))
    assert proposed(hub) == {"prod_ring1", "tt"}


def test_a_status_of_somebody_elses_vouches_for_nobody(hub: World) -> None:
    hub.open(TAG)
    commit = forged(hub, OURS.format(NAMED.format("alice")))
    assert hub.github
    hub.github.repo_as("bob").get_commit(commit).create_status("success", context="flux-artifacts/made")
    assert hub.sync().failed
    assert hub.pulls(None) == []


def test_a_merge_that_brings_what_nobody_asked_for_stops_the_branch(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1"))
    hub.change({"README.md": "new\n"})
    text = hub.bare.git("show", f"{BRANCH}:{CONFIG}").replace('"1.0.0"', '"1.1.0"')
    forge, tip = hub.forge("bob"), hub.bare.git("rev-parse", "main")
    merge = forge.commit([hub.pull().head, tip], {CONFIG: text.encode(), "README.md": b"new\n"}, "Merge main")
    assert forge.advance_branch(BRANCH, merge)
    assert hub.apply(hub.tick("tt")).failed


@pytest.mark.parametrize("author", [BOT, "bob", "trudy"])
def test_a_noted_decision_counts_of_whom_it_is_and_as_it_was_written(hub: World, author: str) -> None:
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    hub.apply(hub.untick("prod_ring1", login="bob"))
    noted = next(c for c in hub.github.repository("octo/monorepo").issues[1].comments if "Noted" in c.body)
    noted.author = replace(noted.author, login=author)
    hub.apply(tick)
    assert proposed(hub) == (set() if author != "trudy" else {"prod_ring1"})


def test_a_noted_decision_that_somebody_edited_proves_nothing(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    tick = hub.tick("prod_ring1", login="alice")
    hub.apply(hub.untick("prod_ring1", login="bob"))
    noted = next(c for c in hub.github.repository("octo/monorepo").issues[1].comments if "Noted" in c.body)
    hub.github.advance(timedelta(seconds=2))
    hub.forge("bob").edit_comment(1, noted.id, noted.body.replace("bob", "alice"))
    hub.apply(tick)
    assert proposed(hub) == {"prod_ring1"}
