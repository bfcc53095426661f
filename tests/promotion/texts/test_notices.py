"""What people are told about their ticks: who, what, why, and what to do."""

import inspect

import pytest

from flux.promotion.ledger import Decision, How
from flux.promotion.phase_order import Skipped
from flux.promotion.texts import notices

SAID: dict[str, list[tuple[str, str]]] = {
    "mention": [
        (notices.mention("alice"), "@alice"),
        (notices.mention("Alice Smith"), "Alice Smith"),
    ],
    "edit_undone": [
        (
            notices.edit_undone("alice", "took boxes away"),
            "@alice: this edit took boxes away, so it was undone as a whole.",
        ),
    ],
    "edit_refused": [
        (
            notices.edit_refused("Alice Smith"),
            "Alice Smith: an earlier edit had altered the hidden first line. It is restored. "
            "What you ticked was not applied: tick it again if you still want it.",
        ),
    ],
    "ticks_undone": [
        (
            notices.ticks_undone("alice", {"at": "no permission", "prod": "bob decides"}),
            "@alice may not promote here, so this was undone: `at`: no permission; `prod`: bob decides.",
        ),
    ],
    "held": [
        (
            notices.held("bob", "trudy", {"prod": "prod is for bob", "tt": "no"}),
            "@bob: your edit was not applied. trudy ran its job again, and may not promote there: `prod`: "
            "prod is for bob; `tt`: no. Tick or untick the box again.",
        ),
        (
            notices.held("bob", "", {"prod": "prod is for bob"}),
            "@bob: your edit was not applied. Nobody who is known ran its job again, and may not promote "
            "there: `prod`: prod is for bob. Tick or untick the box again.",
        ),
    ],
    "of_the_automation": [
        (
            notices.of_the_automation("alice"),
            "@alice: this tick does not count, because the automation uses a token of this account. "
            "Tick the box with another account, or give the automation its own account.",
        ),
    ],
    "put_back": [
        (
            notices.put_back("alice"),
            "@alice: the automation overwrote your edit. It is restored.",
        ),
    ],
    "disagreement": [
        (
            notices.disagreement("its title says eso 1.0.0"),
            "Nothing is promoted from here until the parts of this issue agree again: "
            "its title says eso 1.0.0.",
        ),
    ],
    "not_ours": [
        (
            notices.not_ours("it has no label"),
            "Nothing is promoted from here: it has no label. Fix that, then tick the box again.",
        ),
    ],
    "not_possible": [
        (
            notices.not_possible("eso has an unknown environment at_ring9"),
            "eso has an unknown environment at\\_ring9; tick it again when that is fixed",
        ),
    ],
    "not_proposed": [
        (
            notices.not_proposed("eso has an unknown environment at_ring9"),
            "What was ticked is not proposed: eso has an unknown environment at\\_ring9. Tick it again when "
            "that is fixed.",
        ),
    ],
    "stray": [
        (
            notices.stray("eso has an unknown environment dr"),
            "No tag of it moves until that is fixed: eso has an unknown environment dr.",
        ),
    ],
    "skipped": [
        (
            notices.skipped("3.11.0", Skipped("tt", ("tt_ring1", "tt_ring2"), ("prod",))),
            "3.11.0 is not yet in `tt_ring1`, `tt_ring2` (phase `tt`), which come before `prod`.",
        ),
        (
            notices.skipped("3.11.0", Skipped("tt", ("tt",), ("uat", "prod"))),
            "3.11.0 is not yet in `tt`, which comes before `uat`, `prod`.",
        ),
    ],
    "prerelease": [
        (
            notices.prerelease("1.0.0-rc.1", "prod"),
            "1.0.0-rc.1 is a **prerelease**, and `prod` is the last phase.",
        ),
    ],
    "unticked": [
        (
            notices.unticked(["at", "tt"], notices.ROLLED_BACK),
            "Unticked `at`, `tt`: it was rolled back since.",
        ),
    ],
    "noted": [
        (
            notices.noted(Decision("alice", How.TICK, ("at", "tt"), 1)),
            "Noted: `alice` wants `at`, `tt`. Nothing has to change for that now.",
        ),
        (
            notices.noted(Decision("a`b", How.UNTICK, ("at",), 1)),
            "Noted: `ab` does not want `at`. Nothing has to change for that now.",
        ),
    ],
    "pull_request_closed": [(notices.pull_request_closed("https://x/7"), "https://x/7 was closed")],
    "main_has": [
        (notices.main_has("2.0.0"), "main has 2.0.0 for it now"),
        (notices.main_has(None), "main has no version for it now"),
    ],
    "had_it": [
        (
            notices.had_it("eso", "prod", "1.0.0", "2.0.0"),
            "prod had 1.0.0 and has 2.0.0 since: `inv promote eso prod --version 1.0.0` goes back",
        ),
        (
            notices.had_it("eso", "prod", "1.0.0", None),
            "prod had 1.0.0 and has none since: `inv promote eso prod --version 1.0.0` goes back",
        ),
    ],
    "comes_first": [
        (notices.comes_first(["at", "tt"], "1.0.0"), "at, tt comes first and does not have 1.0.0"),
    ],
    "not_published": [
        (
            notices.not_published("eso", "1.0.0"),
            "The registry does not have `eso` 1.0.0 any more. If this is merged, the environments keep what "
            "they have. Publish the version again first, or close this pull request.",
        ),
    ],
    "fails": [
        (
            notices.fails("prod", "1.0.0", "eso in eu: @all"),
            "❌ `prod` fails with 1.0.0: eso in eu: \\@\u2060all. It goes to no later phase while it does.",
        ),
    ],
    "superseded": [
        (
            notices.superseded("1.1.0", "https://x/7"),
            "The rule takes 1.1.0 there instead: https://x/7. "
            "Nobody had asked for this version or approved it.",
        ),
    ],
    "left_to_people": [
        (
            notices.left_to_people("https://x/7"),
            "Auto-merge of https://x/7 is switched off: a person has to merge what it changes now.",
        ),
    ],
    "foreign_commit": [
        (
            notices.foreign_commit("promote/eso-1.0.0", "a" * 40, has_request),
            f"promote/eso-1.0.0 has a commit that is not the automation's, {'a' * 12}, "
            f"and stays as it is: {remedy}, or remove the commit from the branch",
        )
        for has_request, remedy in ((True, "merge or close its pull request"), (False, "delete the branch"))
    ],
    "outlived": [
        (
            notices.outlived("promote/eso-1.0.0", "https://x/7", "https://x/8"),
            "promote/eso-1.0.0 was the branch of https://x/7, which is over, so nothing on it counts. "
            "https://x/8 stays as it is: close it, then ask again for what you want",
        ),
    ],
    "same_promotion": [(notices.same_promotion("https://x/7"), "The same promotion is in https://x/7.")],
    "boxes_ignored": [
        (
            notices.boxes_ignored(["`prod` @all", "x" * 50]),
            f"Boxes that name no environment and are ignored: `prod @all`, `{'x' * 40}`.",
        ),
    ],
    "boxes_repeated": [
        (
            notices.boxes_repeated([f"e{number}" for number in range(12)]),
            f"Of these only the first box counts: {', '.join(f'`e{n}`' for n in range(10))} and 2 more.",
        ),
    ],
    "moved_on": [
        (
            notices.moved_on("https://x/7"),
            "Promotions are made on https://x/7 now. The boxes of this issue have no effect any more: a tick "
            "here is undone, and answered with a comment.",
        ),
    ],
    "tick_answered": [
        (
            notices.tick_answered(["at", "tt"], "@alice", "https://x/7"),
            "@alice: nothing was promoted by ticking `at`, `tt` here, and it is unticked. Tick it on "
            "https://x/7.",
        ),
        (
            notices.tick_answered(["at"], "", "https://x/7"),
            "nothing was promoted by ticking `at` here, and it is unticked. Tick it on https://x/7.",
        ),
    ],
}
"""Each function of the module, with what it says."""


@pytest.mark.parametrize("name", SAID)
def test_the_whole_of_it(name: str) -> None:
    for said, expected in SAID[name]:
        assert said == expected


def test_every_text_is_here() -> None:
    functions = inspect.getmembers(notices, inspect.isfunction)
    assert SAID.keys() == {
        name for name, each in functions if each.__module__ == notices.__name__ and name[0] != "_"
    }
