"""Each setting is one entry: a type that takes its default, and sentences that say what it is for."""

from dataclasses import fields

import pytest

from flux.settings.derived import Settings
from flux.settings.settings import ENTRIES

NAMES = sorted(ENTRIES)


def test_an_entry_is_a_setting() -> None:
    assert set(NAMES) == {field.name for field in fields(Settings)} - {"named"}


def test_a_default_that_can_change_is_not_shared() -> None:
    one, other = Settings(), Settings()
    assert one.rules == other.rules == {}
    assert one.rules is not other.rules
    assert one == other


@pytest.mark.parametrize("name", NAMES)
def test_each_is_described_in_sentences(name: str) -> None:
    description = ENTRIES[name].description
    assert description.endswith(".")
    assert description[0].isupper() or description[0] == "`"
    assert description.isprintable()
    assert "  " not in description


@pytest.mark.parametrize("name", NAMES)
def test_a_default_can_be_written_down(name: str) -> None:
    default = getattr(Settings(), name)
    if default in ("", None):
        return  # which is that nothing is set
    written = [phase.name for phase in default] if name == "phases" else default
    assert ENTRIES[name].type.read(written) == default
