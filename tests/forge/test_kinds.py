"""A forge is opened by its kind."""

from pathlib import Path

import pytest

from flux.errors import ForgeError
from flux.forge import find_place, forge_at
from flux.forge.forge import Forge
from flux.forge.github.forge import GitHubForge
from flux.forge.local.forge import LocalForge
from flux.forge.place import Clues
from flux.git.clone import Clone
from tests.forge.conftest import Place


def open_at(clone: Path, kind: str, **environment: str) -> Forge:
    return forge_at(find_place(kind, Clues(None, "http://127.0.0.1:9", "o/n")), Clone(clone), environment)


def test_a_forge_is_opened_by_its_kind(local: Place) -> None:
    assert isinstance(open_at(local.repo.path, "local"), LocalForge)
    assert isinstance(open_at(local.repo.path, "github", GH_TOKEN="secret"), GitHubForge)
    with pytest.raises(ForgeError, match=r"there is no token for 127\.0\.0\.1:9"):
        open_at(local.repo.path, "github")
