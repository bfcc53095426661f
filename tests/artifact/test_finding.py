"""A finding says how bad it is in the words of GitHub's annotations."""

from flux.artifact.finding import Finding, Level
from flux.errors import ContentError


def test_levels_are_commands_of_workflows() -> None:
    assert [f"::{level}::" for level in Level] == ["::error::", "::warning::"]


def test_a_finding_of_a_whole_file_has_no_line() -> None:
    assert Finding(Level.ERROR, "x.yaml", "no") == Finding(Level.ERROR, "x.yaml", "no", 0)
    assert len({Finding(Level.ERROR, "x.yaml", "no", line) for line in (0, 1, 1)}) == 2


def test_the_finding_of_an_error_names_the_path_once_and_keeps_the_hint() -> None:
    assert Finding.of("a/x", ContentError("a/x is a link", "remove it")) == Finding(
        Level.ERROR, "a/x", "is a link", hint="remove it"
    )
    assert Finding.of("a", ContentError("a/x is a link")) == Finding(Level.ERROR, "a", "a/x is a link")
