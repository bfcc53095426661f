"""Commands say how much they are going to do before they do it, and of each thing that it is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from flux.commands.board import read_board
from flux.commands.check import check_artifacts
from flux.commands.reconcile import Reconciler
from flux.environments.converge import converge
from flux.environments.status import find_status
from flux.monorepo.monorepo import Monorepo
from flux.settings import Settings
from flux.working import Working, silently
from tests.commands.invoking import monorepo
from tests.monorepos import opened

COMMANDS: dict[str, Callable[[Monorepo, Working], object]] = {
    "board": lambda context, working: read_board(context, 0, working),
    "check": lambda context, working: check_artifacts(context, [], working),
    "reconcile": lambda context, working: Reconciler(context).reconcile(working),
    "status": lambda context, working: find_status(context, [], working),
    "tag": lambda context, working: converge(context, [], working),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_bar_is_full_when_all_is_done(tmp_path: Path, command: str) -> None:
    bars: list[tuple[int, list[object]]] = []

    @contextmanager
    def working(what: str, total: int) -> Iterator[Callable[[object], object]]:
        done: list[object] = []
        yield done.append
        bars.append((total, done))

    files = {f"artifacts/{name}/config.yaml": "a: 1\n" for name in ("dns", "eso", "mesh")}
    repo = monorepo(tmp_path / "repo", files)
    with opened(repo, Settings(registry=str(tmp_path / "images"))) as context:
        COMMANDS[command](context, working)
    assert bars
    assert all(total == len(done) > 1 for total, done in bars)


def test_without_a_terminal_nobody_is_told() -> None:
    with silently("looking", 2) as on_done:
        assert on_done("eso") is None
