"""What `--json` prints, held against the schemas that the package has."""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parent.parent / "flux" / "schemas"
NAMES = {path.name.removesuffix(".json") for path in SCHEMAS.glob("*.json")} - {"settings"}
ENVELOPE = ("schema", "dry_run", "would", "notices", "errors")
"""What every document may have, beside its result."""


def read_schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return schema


@cache
def strict(name: str) -> Draft202012Validator:
    """A command's schema in which no field may be that it does not name."""
    return Draft202012Validator(_closed(read_schema(name)))


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **closed} if {"type", "properties"} <= closed.keys() else closed


def faults(name: str, document: object) -> list[str]:
    """What is wrong with a command's document."""
    return [f"{error.json_path}: {error.message}" for error in strict(name).iter_errors(document)]


def require_valid(arguments: Sequence[str], printed: str) -> None:
    """That each command of a line printed the document that its schema describes, and nothing else."""
    told = commands(arguments)
    # A command before may have printed for people.
    found = documents(printed) if told and printed.startswith("{") else []
    assert len(found) <= len(told), printed
    for name, document in zip(told, found, strict=False):
        assert faults(name, document) == [], printed


def commands(arguments: Sequence[str]) -> list[str]:
    """The commands of a line that have `--json`."""
    named, told = "", []
    for word in arguments:
        if word in NAMES:
            named = word
        elif named and re.fullmatch(r"--json|-[a-z]*j", word):
            told.append(named)
    return told


def documents(printed: str) -> list[Any]:
    """Every document that a line of commands printed."""
    found, at, decoder = [], 0, json.JSONDecoder()
    while at < len(printed.rstrip()):
        document, at = decoder.raw_decode(printed, at + len(printed[at:]) - len(printed[at:].lstrip()))
        found.append(document)
    return found


def result(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what every document may have."""
    return {key: value for key, value in document.items() if key not in ENVELOPE}
