"""What detectors read is data, and so is what they find."""

from flux.adoption.clues import Clues, Gap, ProposedSetting


def test_what_is_not_said_is_nothing() -> None:
    clues = Clues([], {})
    assert (list(clues.tags), clues.repository, dict(clues.fleet)) == ([], "", {})


def test_findings_are_values() -> None:
    assert ProposedSetting("branch", "main", "x") == ProposedSetting("branch", "main", "x")
    assert Gap("a", "b") != Gap("a", "c")
