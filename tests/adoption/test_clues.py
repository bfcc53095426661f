"""What detectors read is data, and so is what they find."""

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.errors import SettingError


def test_what_is_not_said_is_nothing() -> None:
    clues = Clues([], {})
    assert (list(clues.tags), clues.repository, dict(clues.fleet)) == ([], "", {})


def test_findings_are_values() -> None:
    assert ProposedSetting("branch", "main", "x") == ProposedSetting("branch", "main", "x")
    assert Gap("a", "b") != Gap("a", "c")


def test_a_gap_holds_the_error_that_it_comes_from() -> None:
    error = SettingError("a", "b")
    gap = Gap(error)
    assert (gap.found, gap.message, gap.hint) == (error, "a", "b")
    assert (Gap("c", "d").message, Gap("c", "d").hint) == ("c", "d")
