"""A registry in a container: what was done, and the setting to use."""

import pytest

from flux.commands.registry.up import LocalRegistry, Up
from flux.registry.container import Contained
from flux.report.registry.up import document, show_up
from tests.report.showing import Stage

REGISTRY = Contained("registry:3", 5001, True)


@pytest.mark.parametrize(
    ("action", "dry_run", "said"),
    [
        (Up.CREATED, False, "created"),
        (Up.STARTED, False, "started again"),
        (Up.RUNNING, False, "runs already"),
        (Up.CREATED, True, "would be created"),
        (Up.STARTED, True, "would be started again"),
        (Up.RUNNING, True, "runs already"),
    ],
)
def test_up(stage: Stage, action: Up, dry_run: bool, said: str) -> None:
    local = LocalRegistry(REGISTRY, action)
    shown = stage.log(lambda report: show_up(report, local, dry_run))
    place = "oci://127.0.0.1:5001"
    assert shown.lines == [
        f"{place}: {said}, registry:3",
        f"set `registry: {place}` in invoke.yaml, or `export INVOKE_FLUX_REGISTRY={place}`",
    ]
    assert stage.json(lambda report: show_up(report, local, dry_run)).document == document(local)
