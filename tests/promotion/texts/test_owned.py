"""Our part of a pull request is kept up to date, and people's words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.texts.owned import PullRequestText, put_in, room_beside

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=60)


@given(words, words)
def test_what_is_ours_is_replaced_and_nothing_else(before: str, after: str) -> None:
    new = put_in("Promote eso 1.1.0 to at", "| part | one |")
    assert "| part | one |" in new.body
    edited = PullRequestText(new.title, f"{before}\n{new.body}\n{after}")
    again = put_in("Promote eso 1.1.0 to tt", "| part | two |", edited)
    assert again.title == "Promote eso 1.1.0 to tt"
    assert again.body.startswith(f"{before}\n")
    assert again.body.endswith(f"\n{after}")
    assert "| part | one |" not in again.body
    assert put_in("Promote eso 1.1.0 to tt", "| part | two |", again) == again
    assert room_beside(again.body) >= len(before) + len(after)


def test_the_whole_of_it() -> None:
    assert put_in("Promote eso to <at> --", "the part\n") == PullRequestText(
        "Promote eso to <at> --",
        '<!-- flux-request: "Promote eso to \\u003cat\\u003e -\\u002d" -->\n'
        "the part\n"
        "<!-- end of flux-request -->",
    )


def test_a_title_that_somebody_changed_is_theirs() -> None:
    new = put_in("ours", "part")
    theirs = PullRequestText("theirs", new.body)
    assert put_in("ours, too", "other", theirs).title == "theirs"
    assert put_in("ours, too", "other", put_in("ours, too", "other", theirs)).title == "theirs"


@given(st.text(max_size=80))
def test_any_title_is_read_back(title: str) -> None:
    new = put_in(title, "part")
    assert put_in("next", "part", new).title == "next"
    assert new.body.count("-->") == 2


def test_a_description_from_before_is_replaced() -> None:
    for old in (
        "| Environment | From | To | |\n| --- |\n",
        "**This is a rollback** of `eso` to 1.0.0.\n",
        "",
    ):
        assert put_in("title", "part", PullRequestText("old", old)) == put_in("title", "part")


@pytest.mark.parametrize("body", ["Because of #12.", "<!-- flux-request: broken -->\nmine"])
def test_where_our_part_was_taken_out_it_comes_back_below(body: str) -> None:
    found = put_in("title", "part", PullRequestText("mine", body))
    assert found.body.startswith(f"{body}\n\n<!-- flux-request: ")
    assert put_in("title", "part", found).body == found.body


def test_words_of_ours_in_what_is_shown_end_nothing() -> None:
    """As in the difference of a file that has them."""
    begin, end = put_in("x", "part").body.split("\npart\n")
    part = f"```diff\n+{end}\n {begin}\n```"
    there = put_in("title", part)
    assert (
        put_in("title", part, PullRequestText("title", f"{there.body}\nmine")).body == f"{there.body}\nmine"
    )


def test_nothing_of_peoples_is_lost_where_the_end_was_taken_out() -> None:
    old = put_in("title", "old part")
    torn = old.body.rpartition("\n")[0] + "\nmine\n"
    found = put_in("title", "new part", PullRequestText("title", torn))
    again = put_in("title", "newer part", PullRequestText("title", f"{found.body}\nalso mine"))
    assert "\nmine\n" in again.body
    assert again.body.endswith("\nalso mine")
    assert again.body.count("new part") == 0
    assert again.body.count("newer part") == 1
