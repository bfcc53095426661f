"""A forge is opened by its kind."""

from pathlib import Path

import pytest

from flux.errors import ForgeError, SettingError
from flux.forge import find_place, forge_at
from flux.forge.forge import Forge
from flux.forge.github.forge import GitHubForge
from flux.forge.kinds import KINDS
from flux.forge.local.forge import LocalForge
from flux.forge.place import ForgeClues
from flux.git.clone import Clone
from flux.settings import read_settings
from tests.forge.conftest import Place


def open_at(clone: Path, kind: str, **environment: str) -> Forge:
    return forge_at(
        find_place(kind, ForgeClues(None, "http://127.0.0.1:9", "o/n")), Clone(clone), environment
    )


def test_a_forge_is_opened_by_its_kind(local: Place) -> None:
    assert isinstance(open_at(local.repo.path, "local"), LocalForge)
    assert isinstance(open_at(local.repo.path, "github", GH_TOKEN="secret"), GitHubForge)
    with pytest.raises(ForgeError, match=r"there is no token for 127\.0\.0\.1:9"):
        open_at(local.repo.path, "github")


def test_every_kind_of_the_setting_has_a_row() -> None:
    for kind in KINDS:
        read_settings({"forge": kind}, {})
    with pytest.raises(SettingError) as raised:
        read_settings({"forge": "nonesuch"}, {})
    assert all(kind in raised.value.message + raised.value.hint for kind in KINDS)
