"""Every setting has a reader, and says what it allows."""

from dataclasses import fields

from flux.settings import Settings
from flux.settings.table import READERS
from tests.settings.test_reading import RIGHT, WRONG, settings_in


def test_every_setting_has_a_reader_and_says_what_it_allows() -> None:
    assert READERS.keys() == {field.name for field in fields(Settings)} - {"named"}
    assert all(allowed for _, allowed in READERS.values())


def test_every_setting_has_right_and_wrong_forms() -> None:
    assert {name for name, *_ in RIGHT} == READERS.keys()
    wrong = {name for bad in map(settings_in, WRONG) if isinstance(bad, dict) for name in bad}
    assert wrong >= READERS.keys()
