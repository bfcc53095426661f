"""The JSON Schemas of settings with parts. `tests/test_schemas.py` holds them against the readers."""

import pytest
from jsonschema import Draft202012Validator

from flux.settings.schemas import SCHEMAS
from flux.settings.settings import ENTRIES


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("artifacts", [{"path": "apps/*", "name": "{name}"}, "clusters"], {"path": "apps", "nonesuch": 1}),
        ("phases", {"prod": {"environments": ["prod"], "soak": "1d12h"}}, {"prod": {"soak": "soon"}}),
        ("rules", {"eso": {"prod": {"merge": "auto"}}}, {"eso": {"prod": {"merge": "never"}}}),
        ("clusters", {"prod": {"names": ["eu"], "reporters": ["x"]}}, {"prod": {"name": "eu"}}),
    ],
)
def test_parts_are_checked(name: str, right: object, wrong: object) -> None:
    schema = Draft202012Validator(dict(SCHEMAS[name]))
    assert SCHEMAS[name] is ENTRIES[name].type.schema
    assert schema.is_valid(right)
    assert not schema.is_valid(wrong)
