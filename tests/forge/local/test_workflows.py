"""There are none."""

from tests.forge.conftest import Place


def test_starting_a_workflow_does_nothing(local: Place) -> None:
    local.forge.dispatch("release.yml", "main", {"tag": "x"})
