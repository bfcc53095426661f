"""The schema of the settings is what `python -m docs.generate` writes, and knows every default."""

from dataclasses import fields

from docs import settings_schema
from flux.settings import Settings
from flux.settings.table import READERS


def test_it_is_not_stale() -> None:
    written = settings_schema.FILE.read_text(encoding="utf-8")
    assert written == settings_schema.text(), "run `python -m docs.generate`"


def test_every_setting_has_a_form_and_its_default() -> None:
    assert settings_schema.FORMS.keys() == READERS.keys()
    described = settings_schema.schema()["properties"]["flux"]["properties"]
    for field in fields(Settings):
        if "default" in described.get(field.name, {}):
            read = READERS[field.name][0](described[field.name]["default"])
            assert read == field.default, field.name
    assert described["jobs"]["default"] == 16
    assert described["phases"]["default"] == ["at", "tt", "prod"]
