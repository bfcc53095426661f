"""The texts about freezes, and those of the pull request for a freeze or unfreeze."""

from collections.abc import Sequence

from flux.promotion.gates.freeze import Freeze

_MOST_TITLE = 200

FREEZE_BODY = "While a freeze stands, no pull request is opened and no tag moves in what it names."


def frozen_by(freeze: Freeze) -> str:
    """Return why no other version may go to what a freeze names."""
    return f"{freeze.phase or 'every phase'} is frozen by {freeze.by}: {freeze.reason}"


def freeze_title(there: Sequence[Freeze], freezes: Sequence[Freeze]) -> str:
    """Return what changes from the freezes that are there to the new ones, newest first."""
    new = [each for each in freezes if each not in there][::-1]
    kept = {each.phase for each in freezes}
    ended = dict.fromkeys(each.phase for each in there if each.phase not in kept)
    said = [f"Freeze {each.phase or 'every phase'}: {each.reason}" for each in new]
    if ended:
        said.append(f"Unfreeze {', '.join(phase or 'every phase' for phase in ended)}")
    return "; ".join(said)[:_MOST_TITLE]
