"""A type of settings reads what it says, and refuses the rest in words."""

import pytest
from jsonschema import Draft202012Validator

from flux.settings import types
from flux.settings.types import SettingType

TYPES = {name: value for name, value in vars(types).items() if isinstance(value, SettingType)}


@pytest.mark.parametrize("name", TYPES)
def test_what_is_allowed_is_said_in_a_line(name: str) -> None:
    assert TYPES[name].allowed
    assert TYPES[name].allowed.isprintable()
    Draft202012Validator.check_schema(dict(TYPES[name].schema))
    with pytest.raises(ValueError):  # noqa: PT011 - many texts
        TYPES[name].read({"no": object()})


def test_a_choice_names_its_words() -> None:
    choice = types.PROVIDER
    assert choice.allowed == "generic, azure, aws or gcp"
    assert choice.schema == {"enum": ["generic", "azure", "aws", "gcp"]}
    assert choice.read("aws") == "aws"
    assert types.MODE.allowed == "act or observe"


def test_rules_and_clusters_are_read() -> None:
    assert types.RULES.read({"eso": {"prod": {"healthy": True}}}) == {"eso": {"prod": (("healthy", True),)}}
    assert types.CLUSTERS.read({"prod": ["eu"]})["prod"].names == ("eu",)
