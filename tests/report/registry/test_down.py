"""A registry in a container that was stopped or removed."""

import pytest

from flux.commands.registry.down import Down
from flux.report.registry.down import show_down
from tests.report.showing import Stage


@pytest.mark.parametrize("done", Down)
@pytest.mark.parametrize("dry_run", [False, True])
def test_down(stage: Stage, done: Down, dry_run: bool) -> None:
    (line,) = stage.log(lambda report: show_down(report, done, dry_run)).lines
    assert line.startswith("registry: ")
    assert ("would be" in line) == (dry_run and done in (Down.PURGED, Down.STOPPED))
    assert ("--purge" in line) == (done in (Down.STOPPED, Down.DOWN))
    assert stage.json(lambda report: show_down(report, done, dry_run)).document == {"action": str(done)}
