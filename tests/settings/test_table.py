"""Each setting has a reader that takes its default, and a line that says what it allows."""

from dataclasses import fields

import pytest

from flux.settings.settings import Settings
from flux.settings.table import READERS

NAMES = sorted(READERS)


def test_each_setting_has_a_reader() -> None:
    assert set(NAMES) == {field.name for field in fields(Settings)} - {"named"}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_allowed_is_said_in_a_line(name: str) -> None:
    read, allowed = READERS[name]
    assert allowed
    assert allowed.isprintable()
    with pytest.raises(ValueError):  # noqa: PT011 - many texts
        read({"no": object()})


@pytest.mark.parametrize("name", NAMES)
def test_a_default_can_be_written_down(name: str) -> None:
    default = getattr(Settings(), name)
    read, _ = READERS[name]
    if default in ("", None):
        return  # which is that nothing is set
    written = [phase.name for phase in default] if name == "phases" else default
    assert read(written) == default
