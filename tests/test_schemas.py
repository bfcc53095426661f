"""The JSON Schemas of what `--json` prints and of the settings: they are whole, and they are true."""

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from invoke.program import Program
from jsonschema import Draft202012Validator

from flux.settings.settings import ENTRIES
from flux.tasks import ns
from tests import documents
from tests.commands.invoking import monorepo

COMMANDS = {ns[name].typed: ns[name] for name in ns.task_names}


def names_of(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object inside of a schema."""
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from names_of(value)
    if isinstance(schema, dict) and {"type", "properties"} <= schema.keys():
        yield schema


def test_each_command_has_its_schema_in_the_package() -> None:
    with_json = {name for name, command in COMMANDS.items() if "--json" in command.options}
    assert with_json == documents.NAMES
    for name in (*with_json, "settings"):
        assert json.loads((files("flux") / "schemas" / f"{name}.json").read_text())


@pytest.mark.parametrize("name", sorted(documents.NAMES))
def test_a_schema_is_one_and_describes_what_every_document_has(name: str) -> None:
    schema = documents.read_schema(name)
    Draft202012Validator.check_schema(schema)
    properties = schema["properties"].keys()
    assert {"schema", "notices", "errors"} <= properties
    assert ("--dry-run" in COMMANDS[name].options) == ({"dry_run", "would"} <= properties)
    required = schema["if"]["required"]
    assert set(required) < properties
    for each in names_of(schema):
        assert set(each.get("required", ())) <= each["properties"].keys()


def test_parts_of_one_name_are_the_same_everywhere() -> None:
    parts: dict[str, Any] = {}
    for name in documents.NAMES:
        for part, schema in documents.read_schema(name)["$defs"].items():
            assert parts.setdefault(part, schema) == schema, f"{part} in {name}"


def test_a_field_that_no_schema_names_is_found() -> None:
    bare: dict[str, Any] = {"schema": 1, "notices": [], "errors": []}
    assert documents.faults("reconcile", {**bare, "repaired": []}) == []
    assert documents.faults("reconcile", {**bare, "repaired": [], "more": 1}) != []
    assert documents.faults("reconcile", {**bare, "schema": 2, "repaired": []}) != []
    assert documents.faults("reconcile", bare) != [], "neither a result nor an error"
    assert documents.faults("tag", {**bare, "commit": "0" * 40}) != [], "half a result"


def test_every_command_that_is_refused_prints_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"}, {"nonesuch": 1})
    monkeypatch.chdir(repo.path)
    for name, command in COMMANDS.items():
        words = [a.names[0] for a in command.get_arguments() if a.positional]
        argv = ["inv", name, *("1" if word == "number" else word for word in words), "--json"]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as ended:
            Program(version="0").run(argv)
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert documents.faults(name, document) == [], name
        if name == "doctor":  # it says what is wrong with settings as one of its lines
            assert ended.value.code == 1
        else:
            assert (ended.value.code, documents.result(document)) == (2, {}), name
            assert "nonesuch" in document["errors"][0]["message"]


# Settings

VALUES: list[Any] = [
    *("", "main", "a b", "1.0", "2", "2.9", "v2.9.4", "github", "flux", "azure", "eso", "true", "/x", "../x"),
    *("a/b", ".", "./a/", "oci://ghcr.io/o", "https://x.example/y", "http://u:p@x", "{artifact}-v{version}"),
    *(True, False, 0, 1, 64, 65, -1, 2.9, None, [], ["a"], ["a", "b"], [1], [["a"]], ["a b"], [""], {}),
    *(
        {"at": ["at_ring1"]},
        {"at": None},
        {"at": [], "tt": []},
        {"a b": []},
        {"at": "x"},
        [{"at": ["b"]}, "c"],
        *({"at": {"environments": ["b"], "soak": "1d12h"}}, {"at": {"soak": 3}}, {"at": {"soak": "d"}}),
        *({"at": {"auto": "patch", "merge": "auto", "healthy": True}}, {"at": {"auto": "all"}}),
        *({"at": {"names": ["eu"], "reporters": ["x"]}}, {"at": ["eu", "eu"]}, {"at": {"names": ["-"]}}),
        *(
            {"eso": {"prod": {"auto": "never", "windows": ["Mon-Thu 08:00-15:00 Europe/Oslo"]}}},
            {"eso": {"at": 1}},
        ),
    ),
]


def is_read(name: str, value: Any, *, or_explained: bool = False) -> bool:
    """Whether a value is read, or refused for a reason of its own, which no schema can tell."""
    try:
        ENTRIES[name].type.read(value)
    except ValueError as error:
        return or_explained and bool(str(error))
    return True


@pytest.fixture(scope="module")
def settings() -> Draft202012Validator:
    return Draft202012Validator(documents.read_schema("settings"))


def test_what_the_schema_of_settings_allows_can_be_read(settings: Draft202012Validator) -> None:
    """But for what no schema can tell, such as a name that is listed twice."""
    allowed = {
        (name, json.dumps(value))
        for name, value in product(ENTRIES, VALUES)
        if settings.is_valid({"flux": {name: value}}) and not is_read(name, value, or_explained=True)
    }
    assert allowed == set()


def test_what_it_refuses_is_refused(settings: Draft202012Validator) -> None:
    """But for what only a variable has to say as text, and for other spellings."""
    for name, value in product(ENTRIES, VALUES):
        if not isinstance(value, str | int | float | dict) and not settings.is_valid({"flux": {name: value}}):
            assert not is_read(name, value), (name, value)
    assert not settings.is_valid({"flux": {"nonesuch": 1}})
    assert settings.is_valid({"flux": None})
    assert settings.is_valid({"run": {"echo": True}})


def test_the_settings_of_this_repository_name_the_schema(settings: Draft202012Validator) -> None:
    import yaml

    root = Path(__file__).parent.parent
    text = (root / "invoke.yaml").read_text()
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (root / named).samefile(documents.SCHEMAS / "settings.json")
    assert list(settings.iter_errors(yaml.safe_load(text))) == []
