"""What people are told about their ticks: who, what, why, and what to do."""

import inspect

import pytest

from flux.errors import FluxError
from flux.promotion.clusters.health import Failure, Health, Running
from flux.promotion.ledger import Decision, How
from flux.promotion.phase_order import Skipped
from flux.promotion.refusal import NeedsPermission, NotPromoter
from flux.promotion.texts import notices
from flux.promotion.undoing import Alteration, Loss

SAID: dict[str, list[tuple[str, str]]] = {
    "edit_undone": [
        (
            notices.edit_undone("alice", Alteration.BOXES),
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
            notices.ticks_undone(
                "alice", {"at": NeedsPermission("write"), "prod": NotPromoter("prod", ("bob",))}
            ),
            "@alice may not promote here, so this was undone: `at`: that needs the permission `write`; "
            "`prod`: the promoters of prod are bob.",
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
    "not_proposed": [
        (
            notices.not_proposed(FluxError("eso has an unknown environment at_ring9")),
            "What was ticked is not proposed: eso has an unknown environment at\\_ring9. Tick it again when "
            "that is fixed.",
        ),
    ],
    "removed": [
        (
            notices.removed("eso"),
            "eso: the artifact is gone; what is deployed of it can be rolled back.",
        ),
    ],
    "stray": [
        (
            notices.stray(FluxError("eso has an unknown environment dr")),
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
            notices.unticked(["at", "tt"], Loss.ROLLED_BACK),
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
    "not_published": [
        (
            notices.not_published("eso", "1.0.0"),
            "The registry does not have `eso` 1.0.0 any more. If this is merged, the environments keep what "
            "they have. Publish the version again first, or close this pull request.",
        ),
    ],
    "fails": [
        (
            notices.fails("prod", "1.0.0", Health(Running.FAILING, 1, Failure(("eso", "eu"), "@all"))),
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
    "issues_with": [
        (
            notices.issues_with("flux-release"),
            "the issues with the label `flux-release` that `inv issue TAG` opens",
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
