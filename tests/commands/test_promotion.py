"""From a ticked box to a moved tag: issues, pull requests, promotions and rollbacks on both forges."""

import json
from datetime import timedelta

import pytest

from flux.errors import ForgeError, RequestError, UnpublishedError, UnvouchedError
from flux.monorepo.sources import Sources
from flux.promotion.boxes import mark
from flux.promotion.proposal import VersionChange
from flux.registry import open_registry
from flux.registry.target import Target
from flux.settings import Phase
from tests.commands.promoting import BOT, CONFIG, PERMISSIONS, PHASES, World, boxes
from tests.registry.images import image, push

TAG = "flux-oci-eso-v1.1.0"
BRANCH = "promote/eso-1.1.0"
ALL = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")


def diff(world: World, branch: str = BRANCH) -> list[str]:
    """The lines that a branch changes."""
    lines = world.bare.git("diff", "-U0", f"main...{branch}").splitlines()
    return [line.strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def registry_of(world: World, artifact: str = "eso") -> Target:
    return open_registry(world.registry, world.repo.path, 1, None).repository(artifact)


# The issue


def test_an_issue_has_a_box_for_each_environment_and_each_group(world: World) -> None:
    opened = world.open(TAG)
    assert opened.action == "opened"
    issue = world.issue()
    assert set(boxes(issue.body)) == {*ALL, "at", "prod"}
    assert not any(boxes(issue.body).values())
    assert "1.0.0" in issue.body
    assert "sha256:" in issue.body
    assert issue.labels == ("flux-release",)


def test_the_releases_author_is_the_assignee(hub: World) -> None:
    hub.open(TAG)
    assert hub.github
    (issue,) = (i for i in hub.github.repository("octo/monorepo").issues.values())
    assert [account.login for account in issue.assignees] == ["alice"]


def test_an_issue_is_found_open_or_closed_and_not_made_twice(world: World) -> None:
    world.open(TAG)
    assert world.open(TAG).action == "found"
    world.forge().edit_issue(1, open=False)
    assert world.open(TAG).action == "found"
    assert world.forge().issue(2) is None


def test_of_two_that_raced_the_younger_is_closed(hub: World) -> None:
    hub.open(TAG)
    first = hub.issue()
    assert hub.github

    def race() -> None:
        hub.forge("alice").create_issue(first.title, first.body, "flux-release", None)

    hub.github.repository("octo/monorepo").issues[1].comments.clear()
    hub.forge().edit_issue(1, body="somebody's")
    hub.github.call_at(1, race, only="POST */issues")
    opened = hub.open(TAG)
    assert opened.issue
    assert (opened.issue.number, opened.action) == (2, "found")
    assert [hub.issue(n).open for n in (2, 3)] == [True, False]


def test_an_outsiders_look_alike_is_no_issue_of_ours(hub: World) -> None:
    hub.open(TAG)
    body = hub.issue().body
    assert hub.github
    hub.github.repository("octo/monorepo").issues[1].comments.clear()
    hub.forge().edit_issue(1, body="gone")
    hub.forge("mallory").create_issue("Promote", body, "flux-release", None)
    hub.forge().edit_issue(2, body=None)
    assert hub.open(TAG).issue == hub.issue(3)


# Ticks


def test_a_tick_becomes_a_pull_request_of_one_line(world: World) -> None:
    world.open(TAG)
    applied = world.apply(world.tick("prod_ring1"))
    assert applied.proposed
    assert applied.proposed.action == "opened"
    assert applied.proposed.changes == (VersionChange("prod_ring1", "1.0.0", "1.1.0"),)
    assert diff(world) == ['-    "prod_ring1": "1.0.0",', '+    "prod_ring1": "1.1.0",']
    pull = world.pull()
    assert (pull.branch, pull.base) == (BRANCH, "main")
    assert world.issue().url in pull.body
    assert "| `prod_ring1` | 1.0.0 | 1.1.0 | up |" in pull.body
    assert "sha256:" in pull.body
    assert "+version: 1.1.0" in pull.body
    assert "eso 1.1.0" in pull.body


def test_ticking_more_adds_and_unticking_takes_away_until_nothing_is_left(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    world.apply(world.tick("at"))
    assert world.proposed()["eso"] == {
        "at_ring1": "1.1.0",
        "at_ring2": "1.1.0",
        "prod_ring1": "1.1.0",
        "prod_ring2": "1.0.0",
    }
    world.apply(world.untick("prod_ring1"))
    assert world.proposed()["eso"]["prod_ring1"] == "1.0.0"
    assert world.pull().title == "Promote eso 1.1.0 to at"
    applied = world.apply(world.untick("at"))
    assert applied.proposed
    assert applied.proposed.action == "closed"
    assert world.pulls() == []
    assert world.forge().branch(BRANCH) is None
    world.apply(world.tick("tt"))
    assert world.proposed()["eso"]["tt"] == "1.1.0"


def test_applying_again_changes_nothing(world: World) -> None:
    world.open(TAG)
    event = world.tick("prod")
    world.apply(event)
    before = (world.pull(), world.comments(), world.bare.git("for-each-ref"), world.issue().body)
    applied = world.apply(event)
    assert applied.proposed
    assert applied.proposed.action == "unchanged"
    assert before == (world.pull(), world.comments(), world.bare.git("for-each-ref"), world.issue().body)


def test_boxes_as_people_write_them(hub: World) -> None:
    hub.open(TAG)

    def edit(body: str) -> str:
        body = body.replace("- [ ] `tt`", "- [X] `tt`").replace("- [ ] **tt**", "- [X] **tt**")
        return "\r\n".join([*body.splitlines(), "", "Some words.", "- [x] prod_ring9 <script>"])

    event = hub.edit(edit)
    applied = hub.apply(event)
    assert applied.proposed
    assert [change.environment for change in applied.proposed.changes] == ["tt"]
    assert any("prod_ring9" in comment for comment in hub.comments())


def test_a_merged_promotion_reaches_the_registry_and_closes_its_issue(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at", "tt", "prod"))
    world.merge()
    world.tag()
    tags = world.tags()
    assert {tags[environment] for environment in ALL} == {tags["1.1.0"]}
    (synced,) = world.sync().promotions
    assert synced.closed
    assert not world.issue().open
    (comment,) = world.comments()
    assert comment.count("deployed") == len(ALL)
    assert world.forge().branch(BRANCH) is None
    assert world.sync().promotions == []


def test_the_issue_stays_open_while_an_environment_lags(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at", "tt", "prod_ring1"))
    world.merge()
    world.tag()
    (synced,) = world.sync().promotions
    assert not synced.closed
    assert world.issue().open
    world.desire(prod_ring2="1.2.0")
    assert world.sync().promotions[0].closed
    assert "1.2.0, which has replaced it" in world.comments()[0]


# The branch


def test_main_that_went_on_elsewhere_leaves_the_branch_alone(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at_ring1"))
    head = world.pull().head
    world.change({"README.md": "new\n"})
    world.desire("dashboard", at_ring1="0.1.0")
    world.sync()
    assert world.pull().head == head


def test_promotions_of_neighbouring_lines_do_not_conflict(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    head = world.pull().head
    world.desire(prod_ring2="1.0.1")
    (synced,) = world.sync().promotions
    assert synced.proposed
    assert synced.proposed.action == "updated"
    parents = world.bare.git("log", "-1", "--format=%P", BRANCH).split()
    assert parents == [world.bare.git("rev-parse", "main"), head]
    world.merge()
    assert world.desired["eso"]["prod_ring1"] == "1.1.0"
    assert world.desired["eso"]["prod_ring2"] == "1.0.1"


def test_an_environment_that_main_changed_is_dropped_and_unticked(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod"))
    world.desire(prod_ring1="1.0.1")
    (synced,) = world.sync().promotions
    assert synced.proposed
    assert dict(synced.proposed.dropped) == {"prod_ring1": "1.0.1"}
    assert world.proposed()["eso"]["prod_ring1"] == "1.0.1"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"
    assert boxes(world.issue().body) == {
        **dict.fromkeys(("at", *ALL), False),
        "prod": False,
        "prod_ring2": True,
    }
    assert any("`prod_ring1`" in comment and "1.0.1" in comment for comment in world.comments())
    world.merge()
    assert world.desired["eso"]["prod_ring1"] == "1.0.1"


def test_somebody_elses_commit_stops_the_automation(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    forge = world.forge("bob")
    head = forge.branch(BRANCH)
    assert head
    commit = forge.commit([head], {"README.md": b"mine\n"}, "Mine")
    assert forge.advance_branch(BRANCH, commit)
    applied = world.apply(world.tick("prod_ring2"))
    assert applied.failed
    assert forge.branch(BRANCH) == commit
    assert any("not the automation's" in comment for comment in world.comments(world.pull().number))


def test_main_merged_into_the_branch_by_hand_stops_nothing(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod_ring1"))
    world.change({"README.md": "new\n"})
    forge = world.forge("bob")
    head, tip = forge.branch(BRANCH), world.bare.git("rev-parse", "main")
    assert head
    merge = forge.commit([head, tip], {"README.md": b"new\n"}, "Merge branch 'main' into promote/eso-1.1.0")
    assert forge.advance_branch(BRANCH, merge)
    applied = world.apply(world.tick("prod_ring2"))
    assert applied.proposed
    assert applied.proposed.action == "updated"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"


def test_closing_the_pull_request_unticks_its_boxes_and_a_new_tick_begins_anew(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("prod", "tt"))
    closed = world.pull()
    world.close()
    world.sync()
    assert not any(boxes(world.issue().body).values())
    assert world.forge().branch(BRANCH) is None
    assert any(closed.url in comment and "closed" in comment for comment in world.comments())
    world.apply(world.tick("tt"))
    assert world.pull().number != closed.number
    assert world.proposed()["eso"]["prod_ring1"] == "1.0.0"


def test_a_tick_after_the_close_survives_it(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("tt", "prod_ring1"))
    world.close()
    event = world.untick("prod_ring1") if world.github is None else world.tick("prod_ring2")
    world.apply(event)
    if world.github:
        ticked = {name for name, tick in boxes(world.issue().body).items() if tick}
        assert ticked == {"prod_ring2"}
        assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"
    else:
        assert world.pulls() == [] or world.proposed()["eso"]["tt"] == "1.1.0"


def test_a_merged_branch_is_begun_anew(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("at"))
    world.merge()
    world.apply(world.tick("tt"))
    assert world.proposed()["eso"] == {**world.desired["eso"], "tt": "1.1.0"}
    assert world.bare.git("merge-base", "main", BRANCH) == world.bare.git("rev-parse", "main")


# Who may


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


def test_an_edit_of_the_marker_is_reverted_whole(hub: World) -> None:
    hub.open(TAG)
    body = hub.issue().body
    event = hub.edit(
        lambda text: text.replace("1.1.0", "1.0.0").replace("- [ ] `at_ring1`", "- [x] `at_ring1`")
    )
    applied = hub.apply(event)
    assert applied.undone
    assert hub.issue().body == body
    assert hub.pulls(None) == []
    hub.apply(event)
    assert len([c for c in hub.comments() if "marker" in c and "@bob" in c]) == 1


@pytest.mark.parametrize("login", ["trudy", "bob"])
def test_an_edit_that_nobody_can_read_is_reverted_whole(hub: World, login: str) -> None:
    hub.open(TAG)
    body = hub.issue().body
    applied = hub.apply(hub.edit(lambda text: mark(text, {"tt": True}) + "\x1b", login))
    assert applied.undone
    assert hub.issue().body == body
    assert hub.pulls(None) == []


def test_a_box_that_an_outsider_deletes_comes_back(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    body = hub.issue().body
    hub.apply(hub.edit(lambda text: "".join(x for x in text.splitlines(True) if "`tt`" not in x), "trudy"))
    assert hub.issue().body == body
    assert hub.proposed()["eso"]["tt"] == "1.1.0"


def test_an_altered_marker_whose_event_was_lost_promotes_nothing(hub: World) -> None:
    """Nobody sees it, so whoever ticks means another version than the body says."""
    hub.open(TAG)
    body = hub.issue().body
    hub.edit(lambda text: text.replace('"1.1.0"', '"1.0.0"'), login="trudy")
    applied = hub.apply(hub.tick("tt"))
    assert applied.undone
    assert hub.issue().body == body
    assert any("@bob" in comment and "altered" in comment for comment in hub.comments())
    hub.edit(lambda text: text.partition("\n")[2], login="trudy")
    assert not hub.reconcile().errors
    assert hub.pulls(None) == []
    assert hub.open(TAG).action == "found"
    hub.apply(hub.tick("tt"))
    assert hub.proposed()["eso"]["tt"] == "1.1.0"


def test_our_own_edits_are_ignored(hub: World) -> None:
    hub.open(TAG)
    applied = hub.apply(hub.tick("prod_ring1", login=None))  # type: ignore[arg-type]
    assert hub.pulls(None) == []
    assert BOT in applied.notices[0]


def test_an_unknown_bot_promotes_nothing(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    token = hub.github.app_token(issues="write", contents="write", pull_requests="write")
    hub.token, before = token, hub.token
    event = hub.tick("prod_ring1", login=None)  # type: ignore[arg-type]
    hub.token = before
    assert "flux-promoter[bot]" in hub.apply(event).undone[0]
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


def test_an_old_event_run_again_does_what_is_right_today(hub: World) -> None:
    hub.open(TAG)
    event = hub.tick("prod_ring1")
    hub.apply(event)
    hub.merge()
    hub.tag()
    assert hub.github
    hub.github.advance(timedelta(hours=1))
    hub.roll_back("eso", "prod_ring1")
    hub.merge()
    hub.tag()
    hub.sync()
    assert not boxes(hub.issue().body)["prod_ring1"]
    hub.apply(event)
    assert hub.pulls() == []
    hub.apply(hub.tick("prod_ring1"))
    assert hub.proposed()["eso"]["prod_ring1"] == "1.1.0"


def test_a_tick_that_main_overtook_is_taken_back(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.github.advance(timedelta(hours=-2))
    event = hub.tick("prod_ring1")
    hub.github.advance(timedelta(hours=2))
    desired = hub.desired
    desired["eso"]["prod_ring1"] = "1.0.1"
    hub.repo.write(CONFIG, json.dumps(desired, indent=2) + "\n")
    hub.repo.git("commit", "-qam", "now")
    hub.repo.push("origin", "main")
    applied = hub.apply(event)
    assert applied.undone
    assert not boxes(hub.issue().body)["prod_ring1"]
    assert hub.pulls(None) == []


def test_a_scheduled_run_unticks_what_nobody_vouches_for(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.tick("prod_ring1")
    hub.reconcile()
    assert boxes(hub.issue().body)["prod_ring1"]
    hub.github.advance(timedelta(hours=-2))
    hub.untick("tt")
    hub.github.advance(timedelta(hours=2))
    done = hub.reconcile()
    assert not done.errors
    assert any("prod_ring1" in what for what in done.repaired)
    assert not boxes(hub.issue().body)["prod_ring1"]
    assert hub.proposed()["eso"]["tt"] == "1.1.0"
    assert any("tick it again" in comment for comment in hub.comments())


def test_unpublished_is_not_promoted(world: World) -> None:
    tag = world.release("eso", "1.2.0", publish=False)
    world.open(tag)
    event = world.tick("prod_ring1")
    with pytest.raises(UnpublishedError, match="not published"):
        world.apply(event)
    assert world.pulls(None) == []
    assert any("not published yet" in comment for comment in world.comments())
    with pytest.raises(RequestError, match="not published"):
        world.promote("eso", "prod_ring1", "1.2.0")


# By name, from a terminal


def test_promote_takes_the_newest_stable_release(world: World) -> None:
    world.release("eso", "1.2.0-rc.1")
    proposed = world.promote("eso", "prod")
    assert proposed.promotion.version == "1.1.0"
    assert world.proposed()["eso"]["prod_ring2"] == "1.1.0"


def test_promote_links_the_issue_and_tells_it(world: World) -> None:
    world.open(TAG)
    world.promote("eso", "prod")
    assert world.issue().url in world.pull().body
    assert world.pull().url in world.comments()[0]


def test_promote_names_what_is_near(world: World) -> None:
    with pytest.raises(RequestError, match=r"did you mean eso\?"):
        world.promote("esso", "prod")
    with pytest.raises(RequestError, match="prod"):
        world.promote("eso", "prodd")


def test_only_who_may_write_promotes(hub: World) -> None:
    with pytest.raises(RequestError, match="carol may not promote"):
        hub.promote("eso", "prod", login="carol")
    assert hub.pulls(None) == []


def test_the_order_of_phases(world: World) -> None:
    world.open(TAG)
    proposed = world.promote("eso", "prod")
    assert proposed.action == "opened"
    assert "[!WARNING]" in world.pull().body
    strict = world.with_(require_order=True)
    with pytest.raises(RequestError, match="prod is not due: tt"):
        strict.promote("eso", "prod")
    strict.promote("eso", "at")
    world.close()


def test_a_tick_before_its_phase_is_undone_where_the_order_is_required(hub: World) -> None:
    strict = hub.with_(require_order=True)
    strict.open(TAG)
    applied = strict.apply(strict.tick("at_ring1", "prod_ring1"))
    assert applied.undone
    assert strict.proposed()["eso"] == {**strict.desired["eso"], "at_ring1": "1.1.0"}
    assert not boxes(strict.issue().body)["prod_ring1"]


def test_roll_back_goes_to_the_version_before(world: World) -> None:
    world.promote("eso", "prod")
    world.merge()
    world.tag()
    proposed = world.roll_back("eso", "prod")
    assert proposed.promotion.version == "1.0.0"
    pull = world.pull()
    assert pull.title == "Roll back eso to 1.0.0 in prod"
    assert "rollback" in pull.body
    assert "down" in pull.body
    world.sync()
    assert world.pull() == pull
    world.merge()
    world.tag()
    assert world.tags()["prod_ring1"] == world.tags()["1.0.0"]


def test_nothing_to_roll_back_to(world: World) -> None:
    with pytest.raises(RequestError, match="no other version in tt"):
        world.roll_back("eso", "tt")


def test_a_downgrade_is_marked(world: World) -> None:
    world.promote("eso", "prod")
    world.merge()
    world.promote("eso", "prod_ring1", "1.0.0")
    assert "**down**" in world.pull().body
    assert "Taken back from 1.1.0" in world.pull().body


# Reconcile


def test_reconcile_does_what_is_due_and_then_nothing(world: World) -> None:
    tag = world.release("eso", "1.2.0", publish=False)
    done = world.reconcile()
    assert not done.errors
    assert f"{tag}: pushed" in done.repaired or f"{tag}: tagged" in done.repaired
    if world.github:
        assert f"{tag}: opened issue 1" in done.repaired
    again = world.reconcile()
    assert (again.repaired, again.errors) == ([], [])
    tags = world.tags()
    digests = {about: image.partition("@")[2] for about, image in again.digests.items()}
    assert again.digests == done.digests
    assert digests.keys() == {"dashboard", "eso", "eso 1.0.0", "eso 1.2.0"}, "tip, desired, newest"
    assert {name: digests[f"eso {name}"] for name in ("1.0.0", "1.2.0")} == {
        name: tags[name] for name in ("1.0.0", "1.2.0")
    }


def test_reconcile_vouches_for_no_content_but_the_releases(world: World) -> None:
    """What its digests name is signed."""
    world.release("eso", "1.2.0")
    assert "eso 1.2.0" in world.reconcile().digests
    target = registry_of(world)
    for version in ("1.0.0", "1.2.0"):
        push(target, image(version.encode()), version)
    done = world.reconcile()
    assert done.digests.keys() == {"dashboard", "eso"}
    assert [about for about, _ in done.errors] == ["flux-oci-eso-v1.0.0", "flux-oci-eso-v1.2.0"]
    assert all(isinstance(error, UnvouchedError) for _, error in done.errors)


def test_reconcile_vouches_for_no_release_of_a_commit_that_is_not_mains(world: World) -> None:
    world.repo.git("checkout", "--quiet", "-b", "side")
    world.repo.commit("side", files={"artifacts/eso/x.yaml": "evil: 1\n"})
    world.repo.git("tag", "flux-oci-eso-v1.3.0")
    with world.opened() as monorepo:
        evil = Sources(monorepo, monorepo.git.head()).image_of("eso")
    if world.github:
        world.repo.git("push", "--quiet", "origin", "flux-oci-eso-v1.3.0")
    world.repo.git("checkout", "--quiet", "main")
    push(registry_of(world), evil, "1.3.0")
    done = world.reconcile()
    assert "eso 1.3.0" not in done.digests
    ((about, error),) = done.errors
    assert about == "flux-oci-eso-v1.3.0"
    assert isinstance(error, UnvouchedError)
    assert "which is not on the first-parent line of main" in error.message


def test_reconcile_undoes_what_main_was_forced_back_from(hub: World) -> None:
    assert hub.github
    hub.github.advance(timedelta(hours=-2))
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.merge()
    hub.github.advance(timedelta(hours=2))
    hub.bare.git("update-ref", "refs/heads/main", "main~1")
    undone = "issue 1: tt: the tick got lost on its way; tick it again if it is still wanted"
    assert undone in hub.reconcile().repaired
    assert hub.reconcile().repaired == []


def test_reconcile_opens_no_issue_for_old_releases(hub: World) -> None:
    assert hub.github
    hub.github.advance(timedelta(days=-8))
    hub.release("eso", "1.2.0")
    hub.github.advance(timedelta(days=8))
    hub.reconcile()
    assert hub.forge().issues("flux-release") == []


def test_what_publish_always_refuses_is_a_warning(world: World) -> None:
    world.repo.checkout("aside", create=True)
    world.repo.commit(files={"artifacts/eso/x.yaml": "aside\n"})
    world.repo.tag("flux-oci-eso-v9.0.0")
    if world.github:
        world.repo.push("origin", "flux-oci-eso-v9.0.0")
    world.repo.checkout("main")
    done = world.reconcile()
    assert not done.errors
    assert any("flux-oci-eso-v9.0.0" in notice for notice in done.notices)


# What lasts longer than one run


def test_what_was_asked_for_by_name_stays_whatever_the_boxes_say(world: World) -> None:
    world.open(TAG)
    world.promote("eso", "prod")
    assert not world.reconcile().errors
    world.apply(login="alice" if world.github else None)
    assert world.proposed()["eso"]["prod_ring1"] == "1.1.0"
    world.apply(world.tick("tt"))
    assert set(world.proposed()["eso"].items()) >= {("tt", "1.1.0"), ("prod_ring2", "1.1.0")}


def test_an_environment_that_is_no_more_leaves_the_others_to_go_on(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("tt", "prod"))
    fewer = world.with_(phases=(*PHASES[:2], Phase("prod", ("prod_ring2",))))
    desired = world.desired
    del desired["eso"]["prod_ring1"]
    world.change({CONFIG: json.dumps(desired, indent=2) + "\n"})
    (synced,) = fewer.sync().promotions
    assert not synced.error
    assert fewer.proposed()["eso"] == {**desired["eso"], "tt": "1.1.0", "prod_ring2": "1.1.0"}
    fewer.merge()
    assert fewer.desired["eso"]["tt"] == "1.1.0"


def test_deleting_the_branch_unticks_as_closing_does(hub: World) -> None:
    hub.open(TAG)
    hub.apply(hub.tick("tt", "prod"))
    closed = hub.pull()
    assert hub.forge("bob").delete_branch(BRANCH, closed.head)
    assert hub.pulls() == []
    (synced,) = hub.sync().promotions
    assert synced.undone
    assert not any(boxes(hub.issue().body).values())
    assert any(closed.url in comment for comment in hub.comments())


def test_a_stopped_promotion_is_one_that_failed(world: World) -> None:
    world.open(TAG)
    world.apply(world.tick("tt"))
    forge = world.forge("bob")
    head = forge.branch(BRANCH)
    assert head
    assert forge.advance_branch(BRANCH, forge.commit([head], {"README.md": b"mine\n"}, "Mine"))
    assert [synced.error for synced in world.sync().failed]
    assert world.reconcile().errors


def test_a_box_that_an_outsider_takes_away_comes_back_unticked_or_not(hub: World) -> None:
    hub.open(TAG)
    body = hub.issue().body
    hub.apply(hub.edit(lambda text: "".join(x for x in text.splitlines(True) if "prod" not in x), "trudy"))
    assert hub.issue().body == body


def test_an_old_event_of_someone_who_left_leaves_what_is_proposed(hub: World) -> None:
    hub.open(TAG)
    event = hub.tick("tt")
    hub.apply(event)
    assert hub.github
    del hub.github.repository("octo/monorepo").collaborators["bob"]
    hub.apply(event)
    assert boxes(hub.issue().body)["tt"]
    assert hub.proposed()["eso"]["tt"] == "1.1.0"


def test_an_untick_counts_though_the_version_is_not_published_any_more(local: World) -> None:
    local.open(TAG)
    local.apply(local.tick("tt"))
    local.edit(lambda body: mark(body, {"tt": False, "prod_ring1": True}))
    (local.repo.path / ".registry/eso/index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": []})
    )
    with pytest.raises(UnpublishedError, match="not published"):
        local.apply()
    assert local.pulls() == []


def test_a_phase_before_its_time_is_left_out_where_the_order_is_required(local: World) -> None:
    strict = local.with_(require_order=True)
    strict.open(TAG)
    applied = strict.apply(strict.tick("at", "prod"))
    assert strict.proposed()["eso"] == {**strict.desired["eso"], "at_ring1": "1.1.0", "at_ring2": "1.1.0"}
    assert any("prod_ring1, prod_ring2 left out" in notice for notice in applied.notices)


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


def test_one_registry_that_fails_leaves_the_other_artifacts_to_be_published(local: World) -> None:
    tag = local.release("eso", "1.2.0", publish=False)
    local.release("dashboard", "0.1.0", publish=False)
    (local.repo.path / ".registry/dashboard").mkdir(parents=True, exist_ok=True)
    (local.repo.path / ".registry/dashboard/index.json").write_text("not JSON")
    done = local.reconcile()
    assert any(what.startswith(f"{tag}: ") for what in done.repaired)
    assert any(about == "dashboard" for about, _ in done.errors)
