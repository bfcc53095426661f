"""What people are told about their ticks: who, what, why, and what to do."""

import pytest

from flux.promotion.order import Skipped
from flux.promotion.texts import notices


@pytest.mark.parametrize(("login", "mention"), [("alice", "@alice"), ("Alice Smith", "Alice Smith")])
def test_a_login_is_notified_and_a_name_is_not(login: str, mention: str) -> None:
    assert notices.mention(login) == mention
    assert notices.edit_undone(login, "took boxes away") == (
        f"{mention}: this edit took boxes away, so it was undone as a whole."
    )
    assert notices.edit_refused(login).startswith(f"{mention}: an earlier edit had altered the hidden")
    assert notices.ticks_undone(login, {"at": "no permission", "prod": "bob decides"}) == (
        f"{mention} may not promote here, so this was undone: `at`: no permission; `prod`: bob decides."
    )


def test_reasons_of_unticks() -> None:
    assert notices.unticked(["at", "tt"], notices.ROLLED_BACK) == (
        "Unticked `at`, `tt`: it was rolled back since."
    )
    assert notices.pull_request_closed("https://x/7") == "https://x/7 was closed"
    assert notices.main_has("2.0.0") == "main has 2.0.0 for it now"
    assert notices.main_has(None) == "main has no version for it now"
    assert notices.comes_first(["at", "tt"], "1.0.0") == "at, tt comes first and does not have 1.0.0"


@pytest.mark.parametrize(("now", "has"), [("2.0.0", "2.0.0"), (None, "none")])
def test_going_back_is_a_command(now: str | None, has: str) -> None:
    said = notices.had_it("eso", "prod", "1.0.0", now)
    assert said == (f"prod had 1.0.0 and has {has} since: `inv promote eso prod --version 1.0.0` goes back")


@pytest.mark.parametrize(
    ("has_request", "remedy"), [(True, "merge or close its pull request"), (False, "delete the branch")]
)
def test_somebody_elses_commit(has_request: bool, remedy: str) -> None:
    said = notices.foreign_commit("promote/eso-1.0.0", "a" * 40, has_request)
    assert said == (
        f"promote/eso-1.0.0 has a commit that is not the automation's, {'a' * 12}, "
        f"and is left as it is: {remedy}, or take the commit off the branch"
    )


def test_what_is_skipped_reads_the_right_way_round() -> None:
    assert notices.skipped("3.11.0", Skipped("tt", ("tt_ring1", "tt_ring2"), ("prod",))) == (
        "3.11.0 is not yet in `tt_ring1`, `tt_ring2` (phase `tt`), which come before `prod`."
    )
    assert notices.skipped("3.11.0", Skipped("tt", ("tt",), ("uat", "prod"))) == (
        "3.11.0 is not yet in `tt`, which comes before `uat`, `prod`."
    )
    assert "**prerelease**" in notices.prerelease("1.0.0-rc.1", "prod")
