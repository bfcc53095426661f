"""What detectors read is data, and so is what they find."""

from flux.adoption.clues import Clues, Finding, Gap


def test_what_is_not_said_is_nothing() -> None:
    clues = Clues([], {})
    assert (list(clues.tags), clues.repository, dict(clues.fleet)) == ([], "", {})


def test_findings_are_values() -> None:
    assert Finding("branch", "main", "x") == Finding("branch", "main", "x")
    assert Gap("a", "b") != Gap("a", "c")
