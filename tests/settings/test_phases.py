"""Phases, and which names environments may have."""

import pytest

from flux.errors import SettingError
from flux.settings import read_settings
from flux.settings.phases import phases
from flux.settings.settings import Phase


@pytest.mark.parametrize(
    "name", ["v", "decade", "a" * 65, "deadbeef-1", "latest1", "x1.0.0", "at.sigs", "_", "9x", "x" * 128]
)
def test_names_of_environments(name: str) -> None:
    assert read_settings({"phases": [name]}, {}).environments == (name,)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        *[(name, "cannot be an OCI tag") for name in ("x" * 129, "-at", ".at", "at/1", "at:1", "été", "a+b")],
        *[(name, "reads as a version") for name in ("1", "v1", "1.0", "1.0.0", "v1.0.0-rc.1", "2026-01")],
        *[(name, "reads as a commit") for name in ("deadbee", "0a0a0a0", "a" * 64, "a" * 40)],
        *[(name, "reads as a signature") for name in ("at.sig", "at.att", "at.sbom")],
    ],
)
def test_names_that_are_those_of_other_tags(name: str, fault: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({"phases": [name]}, {})
    assert caught.value.message == f"flux.phases cannot be [{name!r}] ({name!r} {fault})"


@pytest.mark.parametrize("value", [{"at": ["x"], "tt": ["x"]}, ["at", "at"], {"at": ["tt"], "tt": ["r1"]}])
def test_a_name_is_there_once(value: object) -> None:
    with pytest.raises(ValueError, match="is there twice"):
        phases(value)


def test_a_phase_may_be_its_one_environment() -> None:
    assert phases({"at": ["at"], "prod": ["r1"]}) == (Phase("at", ("at",)), Phase("prod", ("r1",)))
