"""Generates the JSON Schema of invoke.yaml. Editors complete and check settings with it."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from flux.settings import Settings
from flux.settings.settings import ENTRIES

FILE = Path(__file__).parent.parent / "flux" / "schemas" / "settings.json"


def schema() -> dict[str, Any]:
    """Return the schema. It allows other keys beside `flux:`, since Invoke reads the same file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "invoke.yaml of flux-artifacts",
        "type": "object",
        "properties": {
            "flux": {
                "type": ["object", "null"],
                "properties": {name: _setting(name) for name in ENTRIES},
                "additionalProperties": False,
            }
        },
    }


def _setting(name: str) -> dict[str, Any]:
    (field,) = (field for field in fields(Settings) if field.name == name)
    known = isinstance(field.default, str | bool | int | tuple) and field.default not in ("", ())
    default = {"default": _plain(field.default)} if known else {}
    entry = ENTRIES[name]
    described = f"{entry.description} Allowed: {entry.type.allowed}."
    return {"description": described, **entry.type.schema, **default}


def _plain(value: Any) -> Any:
    """Return a default in the form that invoke.yaml has."""
    if isinstance(value, tuple):
        return [each if isinstance(each, str) else each.name for each in value]
    return value


def text() -> str:
    return json.dumps(schema(), indent=2) + "\n"
