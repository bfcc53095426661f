"""The schema of the settings is what `python -m docs.generate` writes, and knows every default."""

from dataclasses import fields

from docs import settings_schema
from flux.settings import Settings
from flux.settings.settings import ENTRIES


def test_it_is_not_stale() -> None:
    written = settings_schema.FILE.read_text(encoding="utf-8")
    assert written == settings_schema.text(), "run `python -m docs.generate`"


def test_it_has_every_setting_and_its_default() -> None:
    described = settings_schema.schema()["properties"]["flux"]["properties"]
    assert described.keys() == ENTRIES.keys()
    for field in fields(Settings):
        if "default" in described.get(field.name, {}):
            read = ENTRIES[field.name].type.read(described[field.name]["default"])
            assert read == field.default, field.name
    assert described["jobs"]["default"] == 16
    assert described["phases"]["default"] == ["at", "tt", "prod"]
