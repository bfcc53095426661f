"""The desired state with other versions, and everything else as it was."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import DesiredStateError
from flux.promotion.desired import parse_desired
from flux.promotion.desired_edit import set_versions

ORDER = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")
_ARTIFACTS = st.sampled_from(["app", "cert-manager", "db", "eso", "x.y"])
_VERSIONS = st.sampled_from(["1.0.0", "1.0.0-rc.1", "10.20.30"])
_CHANGES = st.dictionaries(st.sampled_from(ORDER), _VERSIONS, max_size=3)
_STATES = st.dictionaries(_ARTIFACTS, st.dictionaries(st.sampled_from(ORDER), _VERSIONS))
_SPACE = st.sampled_from(["", "", " ", "  ", "\t", "\n", "\n  ", "\r\n    ", " \n\n  ", "\n \r\n", "\r"])
# As `json.dumps` takes them: what people and programs format such files with.
_STYLES: list[dict[str, Any]] = [
    {"indent": 2},
    {"indent": 4},
    {"indent": 0},
    {"indent": "\t"},
    {"indent": 1, "separators": (",", ":")},
    {},
    {"separators": (",", ":")},
]

State = Mapping[str, Mapping[str, str]]


@st.composite
def texts(draw: st.DrawFn, state: State) -> bytes:
    """A state with whitespace anywhere, and some letters of its strings escaped."""

    def string(value: str) -> str:
        letters = (rf"\u{ord(c):04x}" if draw(st.integers(0, 9)) == 0 else c for c in value)
        return f'"{"".join(letters)}"'

    def written(value: object) -> str:
        if not isinstance(value, dict):
            return string(str(value))
        members = [
            f"{draw(_SPACE)}{string(key)}{draw(_SPACE)}:{draw(_SPACE)}{written(inner)}{draw(_SPACE)}"
            for key, inner in value.items()
        ]
        return f"{{{','.join(members) or draw(_SPACE)}}}"

    return f"{draw(_SPACE)}{written(state)}{draw(_SPACE)}".encode()


def after(state: State, artifact: str, versions: Mapping[str, str]) -> dict[str, dict[str, str]]:
    changed = {name: dict(inner) for name, inner in state.items()}
    if versions:
        changed[artifact] = {**state.get(artifact, {}), **versions}
    return changed


def in_order(state: State) -> dict[str, dict[str, str]]:
    return {
        name: {environment: inner[environment] for environment in ORDER if environment in inner}
        for name, inner in sorted(state.items())
    }


def edited(content: str, artifact: str, **versions: str) -> str:
    return set_versions(content.encode(), artifact, versions, ORDER).decode()


def only_difference(old: str, new: str) -> tuple[str, str]:
    """The one place that differs, in the old text and in the new."""
    before = common(old, new)
    behind = common(old[before:][::-1], new[before:][::-1])
    return old[before : len(old) - behind], new[before : len(new) - behind]


def common(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


@given(st.data(), _STATES, _ARTIFACTS, _CHANGES)
def test_only_what_is_asked_for_changes(
    data: st.DataObject, state: State, artifact: str, versions: Mapping[str, str]
) -> None:
    content = data.draw(texts(state))
    new = set_versions(content, artifact, versions, ORDER)
    read = parse_desired("", new)
    assert read == after(state, artifact, versions)
    # Those that were there are in the order that they had.
    assert [name for name in read if name in state] == [*state]
    for name, inner in state.items():
        assert [environment for environment in read[name] if environment in inner] == [*inner]
    assert set_versions(new, artifact, versions, ORDER) == new


@given(st.data(), _STATES, _ARTIFACTS, st.sampled_from(ORDER), _VERSIONS)
def test_one_environment_is_one_place_in_one_line(
    data: st.DataObject, state: State, artifact: str, environment: str, version: str
) -> None:
    content = data.draw(texts(state)).decode()
    new = edited(content, artifact, **{environment: version})
    old_part, new_part = only_difference(content, new)
    if state.get(artifact, {}).get(environment) == version:
        assert content == new
    elif environment in state.get(artifact, {}):
        assert "\n" not in old_part + new_part
    elif state.get(artifact) or (state and artifact not in state):
        assert old_part == ""  # only added
    else:
        assert old_part.strip() == ""  # what an empty object had inside


@given(_STATES.map(in_order), _ARTIFACTS, _CHANGES, st.sampled_from(_STYLES), st.sampled_from(["", "\n"]))
def test_a_file_in_one_style_and_in_order_stays_so(
    state: State, artifact: str, versions: Mapping[str, str], style: dict[str, Any], end: str
) -> None:
    content = json.dumps(state, **style) + end
    new = set_versions(content.encode(), artifact, versions, ORDER).decode()
    expected = in_order(after(state, artifact, versions))
    if not state:
        style = {"indent": 2}  # nothing to go by
    assert new == json.dumps(expected, **style) + end
    crlf = set_versions(content.replace("\n", "\r\n").encode(), artifact, versions, ORDER).decode()
    if state or end:
        assert crlf == new.replace("\n", "\r\n")


@given(_STATES, _ARTIFACTS, _CHANGES.filter(bool))
def test_indented_a_new_environment_is_a_new_line(
    state: State, artifact: str, versions: Mapping[str, str]
) -> None:
    old = json.dumps(after(state, artifact, {"tt": "0.1.0"}), indent=2).splitlines()
    new = edited("\n".join(old), artifact, **versions).splitlines()
    present = {"tt", *state.get(artifact, {})}
    assert len(new) - len(old) == len(versions.keys() - present)
    # A comma behind the last one, at most, and the lines with another version.
    gone = [line for line in old if line not in new]
    assert len(gone) <= len(versions.keys() & present) + 1


def test_a_missing_file_is_written() -> None:
    versions = {"prod_ring1": "1.0.0", "at_ring1": "1.1.0"}
    assert set_versions(None, "app", versions, ORDER).decode() == (
        '{\n  "app": {\n    "at_ring1": "1.1.0",\n    "prod_ring1": "1.0.0"\n  }\n}\n'
    )


@pytest.mark.parametrize(
    ("content", "new"),
    [
        # A new environment goes where the order says, by those that are there.
        ('{"app": {"tt": "1.0.0"}}', '{"app": {"at_ring2": "2.0.0", "tt": "1.0.0"}}'),
        ('{"app": {"at_ring1": "1.0.0"}}', '{"app": {"at_ring1": "1.0.0", "at_ring2": "2.0.0"}}'),
        (
            '{"app": {"tt": "1.0.0", "at_ring1": "1.0.0", "prod_ring1": "1.0.0"}}',
            '{"app": {"tt": "1.0.0", "at_ring1": "1.0.0", "at_ring2": "2.0.0", "prod_ring1": "1.0.0"}}',
        ),
        (
            '{"app": {"prod_ring1": "1.0.0", "tt": "1.0.0"}}',
            '{"app": {"prod_ring1": "1.0.0", "at_ring2": "2.0.0", "tt": "1.0.0"}}',
        ),
        # A new artifact goes by its name, else last.
        ('{"a":{},"db":{"tt":"1.0.0"}}', '{"a":{},"app":{"at_ring2":"2.0.0"},"db":{"tt":"1.0.0"}}'),
        ('{"db": {}, "a": {}}', '{"db": {}, "a": {}, "app": {"at_ring2": "2.0.0"}}'),
        # An empty object is written as its neighbours are, else as the whole is.
        (
            '{\n  "app": {},\n  "db": {"tt": "1.0.0"}\n}',
            '{\n  "app": {"at_ring2": "2.0.0"},\n  "db": {"tt": "1.0.0"}\n}',
        ),
        ('{\n\t"app": {}\n}', '{\n\t"app": {\n\t\t"at_ring2": "2.0.0"\n\t}\n}'),
        ('{ "app": {} }', '{ "app": { "at_ring2": "2.0.0" } }'),
        ("\n{\r\n}", '\n{\r\n  "app": {\r\n    "at_ring2": "2.0.0"\r\n  }\r\n}'),
        # Blank lines between phases stay between them.
        (
            '{"app": {\n  "at_ring1": "1.0.0",\n\n  "tt": "1.0.0"\n}}',
            '{"app": {\n  "at_ring1": "1.0.0",\n  "at_ring2": "2.0.0",\n\n  "tt": "1.0.0"\n}}',
        ),
        # Commas that begin a line.
        (
            '{"app": { "at_ring1": "1.0.0"\n       , "tt": "1.0.0"\n       }}',
            '{"app": { "at_ring1": "1.0.0"\n       , "at_ring2": "2.0.0"\n       , "tt": "1.0.0"\n       }}',
        ),
        # Another spelling of the key, and of the same version.
        ('{"app": {"at\\u005fring2" :"1.0.0"}}', '{"app": {"at\\u005fring2" :"2.0.0"}}'),
        ('{"\\u0061pp": {"at_ring2": "2\\u002e0.0"}}', '{"\\u0061pp": {"at_ring2": "2\\u002e0.0"}}'),
    ],
)
def test_where_it_goes(content: str, new: str) -> None:
    assert edited(content, "app", at_ring2="2.0.0") == new


@pytest.mark.parametrize("content", ["", "[]", '{"app": {"at": "1"}}', '{"app": {}, "app": {}}', "\ufeff{}"])
def test_what_cannot_be_read_is_not_edited(content: str) -> None:
    with pytest.raises(DesiredStateError, match=r"^the desired state"):
        edited(content, "app", tt="1.0.0")


@pytest.mark.parametrize(
    ("artifact", "version"), [("../app", "1.0.0"), ("app", "latest"), ("app", "1.0.0+b")]
)
def test_what_could_not_be_read_again_is_not_written(artifact: str, version: str) -> None:
    with pytest.raises(DesiredStateError):
        edited("{}", artifact, tt=version)


def test_an_environment_that_is_not_known_stays_as_it_is() -> None:
    assert edited('{"app": {"dr": "1.0.0"}}', "app", tt="2.0.0") == '{"app": {"dr": "1.0.0", "tt": "2.0.0"}}'
    assert json.loads(
        edited('{"app": {"dr": "1.0.0", "tt": "1.0.0"}}', "app", tt="2.0.0", prod_ring1="1.0.0")
    ) == {"app": {"dr": "1.0.0", "tt": "2.0.0", "prod_ring1": "1.0.0"}}
