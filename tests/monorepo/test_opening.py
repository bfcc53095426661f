"""What a command works on is opened once, and a command that only reads cannot write."""

from pathlib import Path

import pytest

from flux.errors import RequestError
from flux.event import TERMINAL
from flux.forge.dry import DryForge
from flux.forge.local.forge import LocalForge
from flux.monorepo.opening import open_clone, open_monorepo
from flux.registry.dry import DryRegistry
from flux.settings import Settings
from tests.commands.invoking import monorepo
from tests.repo import Repo

SETTINGS = Settings(registry=".registry", forge="local")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The folder that this process is in."""
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "app: 1\n"})
    monkeypatch.chdir(repo.path)
    return repo


@pytest.mark.parametrize(
    ("dry_run", "pushes", "writes"),
    [(False, True, True), (False, False, False), (True, True, False), (True, False, False)],
)
def test_only_a_command_that_pushes_can_push(here: Repo, dry_run: bool, pushes: bool, writes: bool) -> None:
    with open_monorepo(SETTINGS, TERMINAL, dry_run=dry_run, pushes=pushes) as found:
        assert isinstance(found.registry, DryRegistry) != writes
        assert found.registry is found.registry


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_dry_run_only_notes_what_it_would_write_to_the_forge(here: Repo, dry_run: bool) -> None:
    with open_monorepo(SETTINGS, TERMINAL, dry_run=dry_run) as found:
        assert isinstance(found.forge, DryForge if dry_run else LocalForge)
        assert not found.would_have
        found.forge.create_issue("Promote app", "body", "flux", None)
        assert len(found.would_have) == dry_run
    assert (here.path / ".forge").exists() != dry_run


def test_from_a_folder_below(here: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here.path / "artifacts/app")
    with open_monorepo(SETTINGS, TERMINAL) as found:
        assert found.git.root == here.path
        assert found.tip == here.head


def test_no_clone(tmp_path: Path) -> None:
    with pytest.raises(RequestError), open_clone(SETTINGS, TERMINAL, tmp_path):
        pass
