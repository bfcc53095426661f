"""Whose the commits of a branch are."""

import json

import pytest

from flux.git.history import Message
from flux.promotion.ledger import MOST_AHEAD, Decision, How
from flux.promotion.proposal import Promotion
from flux.promotion.texts.commits import commit_message
from flux.proposals.authority import Authority
from flux.proposals.commit_authors import CommitAuthors
from tests.commands.deciding import (
    BRANCH,
    NAMED,
    OURS,
    TAG,
    forged,
    proposed,
)
from tests.commands.promoting import BOT, CONFIG, PERMISSIONS, World


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


@pytest.mark.parametrize("who", ["helper[bot]", BOT, "alice"])
def test_an_app_that_nobody_has_named_vouches_for_nobody(hub: World, who: str) -> None:
    assert hub.github
    hub.open(TAG)
    hub.token, own = hub.github.app_token("helper", **PERMISSIONS), hub.token
    commit = forged(hub, OURS.format(NAMED.format(who)), None)
    hub.token = own
    assert commit in hub.github.repository("octo/monorepo").signed
    assert hub.sync().failed
    assert hub.pulls(None) == []


def test_a_persons_own_signature_vouches_for_nothing(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    commit = forged(hub, OURS.format(NAMED.format("bob")))
    hub.github.repository("octo/monorepo").signed.add(commit)
    assert hub.sync().failed
    assert hub.pulls(None) == []


@pytest.mark.parametrize("author", ["automation", "alice"])
def test_what_somebody_squashes_is_not_the_word_of_who_opened_it(hub: World, author: str) -> None:
    """GitHub signs it, names who opened the pull request as its author, and lets others type the message."""
    assert hub.github
    hub.open(TAG)
    message = OURS.format(NAMED.format("alice"))
    content = hub.bare.git("show", f"main:{CONFIG}").replace('"prod_ring1": "1.0.0"', '"prod_ring1": "1.1.0"')
    tip, bob = hub.bare.git("rev-parse", "main"), hub.forge("bob")
    assert bob.create_branch("any", bob.commit([tip], {CONFIG: content.encode()}, "Any"))
    assert bob.create_branch(BRANCH, tip)
    opener = hub.forge() if author == "automation" else hub.forge(author)
    pull = opener.create_pull_request("Any", "", "any", BRANCH)
    title, _, text = message.partition("\n\n")
    hub.github.repo_as("bob").get_pull(pull.number).merge(text, title, merge_method="squash")
    assert hub.bare.git("log", "-1", "--format=%B", BRANCH).strip() == message.strip()
    assert hub.sync().failed
    assert [pull.branch for pull in hub.pulls(None)] == ["any"]


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


def test_what_somebody_took_back_is_not_proposed_by_another_commit(hub: World) -> None:
    """Whose own commit asks for something else."""
    hub.open(TAG)
    hub.apply(hub.tick("prod_ring1", "tt", login="alice"))
    hub.apply(hub.untick("prod_ring1", login="alice"))
    forge = hub.forge("bob")
    text = hub.proposed()
    text["eso"] |= {"prod_ring1": "1.1.0", "at_ring1": "1.1.0"}
    message = OURS.format("Requested-by: bob; name at_ring1; 1764449999\n")
    content = (json.dumps(text, indent=2) + "\n").encode()
    commit = forge.commit([hub.pull().head], {CONFIG: content}, message)
    forge.vouch(commit)
    assert forge.advance_branch(BRANCH, commit)
    assert hub.apply(hub.tick("at_ring2")).failed


@pytest.mark.parametrize("ahead", [0, 10**6])
def test_a_word_of_tomorrow_is_nobodys(hub: World, ahead: int) -> None:
    assert hub.github
    hub.open(TAG)
    time = int(hub.forge().now()) + ahead
    commit = forged(hub, OURS.format(f"Requested-by: bob; name prod_ring1; {time}\n"))
    made = hub.github.repo_as("bob").get_commit(commit)
    made.create_status("success", context="flux-artifacts/made")
    assert bool(hub.sync().failed) is bool(ahead)


def test_a_branch_that_records_nobody_at_all_is_not_ours(hub: World) -> None:
    assert hub.github
    hub.open(TAG)
    made = hub.github.repo_as("bob").get_commit(forged(hub, OURS.format("")))
    made.create_status("success", context="flux-artifacts/made")
    assert hub.sync().failed
    assert hub.pulls(None) == []


def test_whose_word_a_commit_is(hub: World) -> None:
    promotion = Promotion("eso", "1.1.0")
    with hub.with_(promoters={"prod": ("alice",)}).opened() as monorepo:
        authority = Authority(monorepo)

    def counts(maker: str | None, who: str, environment: str, time: int = 100) -> bool:
        decision = Decision(who, How.NAME, (environment,), time)
        text = commit_message(promotion, [environment], False, [decision])
        known = {"c" * 40: [maker]} if maker else {}
        makers = CommitAuthors(authority, promotion, known, lambda: 100.0)
        found = makers.decisions(Message("c" * 40, (), text))
        assert found in ([decision], None)
        return found is not None

    assert counts("alice", "Alice", "prod_ring1")
    assert not counts("bob", "bob", "prod_ring1"), "who is none of its promoters"
    assert counts("bob", "bob", "at_ring1", 100 + MOST_AHEAD)
    assert not counts("bob", "bob", "at_ring1", 101 + MOST_AHEAD), "which has not come yet"
    assert not counts("bob", "alice", "at_ring1")
    assert counts(BOT, "alice", "prod_ring1", 9999)
    assert not counts("helper[bot]", "helper[bot]", "at_ring1")
    assert not counts(None, "alice", "prod_ring1"), "nobody knows who made it"
