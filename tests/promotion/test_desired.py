"""The desired state: read as a whole, or not at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.finding import Level
from flux.errors import DesiredStateError
from flux.promotion.desired import Desired, check_desired, find_stray, parse_artifact, parse_desired

PATH = "flux/releaseconfig.json"
ENVIRONMENTS = ("at_ring1", "tt_ring1", "prod_ring1")
_ARTIFACTS = st.sampled_from(["app", "db", "cert-manager", "a-v1", "x.y", "a_b"])
_VERSIONS = st.sampled_from(["1.0.0", "0.0.0", "1.0.0-rc.1", "1.0.0-0a.x-y", "10.20.30"])
_STATES = st.dictionaries(_ARTIFACTS, st.dictionaries(st.sampled_from(ENVIRONMENTS), _VERSIONS))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | _VERSIONS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | _ARTIFACTS | st.sampled_from(ENVIRONMENTS), inner, max_size=3)
    ),
    max_leaves=8,
)


def found(content: bytes | str, artifacts: list[str] | None = None) -> list[tuple[str, int, str]]:
    raw = content if isinstance(content, bytes) else content.encode()
    return [(f.level, f.line, f.message) for f in check_desired(PATH, raw, ENVIRONMENTS, artifacts)]


def read(content: bytes) -> Desired:
    """What is desired where no artifact has an environment that is not known."""
    desired = parse_desired(PATH, content)
    for artifact, versions in desired.items():
        if error := find_stray(PATH, artifact, versions, ENVIRONMENTS, content):
            raise error
    return desired


def refused(content: bytes | str) -> str:
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(DesiredStateError) as error:
        read(raw)
    assert error.value.exit_code == 1
    assert error.value.hint == "fix it on the branch; `inv check` shows all"
    return error.value.message


def test_a_missing_file_is_an_empty_one() -> None:
    assert parse_desired(PATH, None) == {}
    assert parse_desired(PATH, b"{}") == {}
    assert parse_desired(PATH, b' {"app": {}}\n') == {"app": {}}


@given(_STATES, st.sampled_from([None, 0, 2, "\t"]))
def test_what_is_written_is_read(state: dict[str, dict[str, str]], indent: int | str | None) -> None:
    content = json.dumps(state, indent=indent).encode()
    read = parse_desired(PATH, content)
    assert read == state
    # In the order of the file.
    assert [*read] == [*state]
    assert [[*versions] for versions in read.values()] == [[*versions] for versions in state.values()]


@given(_JSON)
def test_any_other_json_is_refused_or_is_a_state(document: Any) -> None:
    content = json.dumps(document).encode()
    errors = [finding for finding in found(content) if finding[0] == Level.ERROR]
    try:
        desired = read(content)
    except DesiredStateError as error:
        said = error.message
    else:
        said = ""
    assert said.startswith(PATH if errors else "")
    if said:
        return
    assert errors == []
    assert desired == document
    for versions in desired.values():
        assert {*versions} <= {*ENVIRONMENTS}


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_other_bytes_are_refused_or_are_a_state(content: bytes) -> None:
    try:
        desired = read(content)
    except DesiredStateError as refusal:
        said = refusal.message
    else:
        assert json.loads(content) == desired
        return
    assert said.startswith(PATH)


@given(_STATES, st.data())
def test_one_fault_is_enough(state: dict[str, dict[str, str]], data: st.DataObject) -> None:
    artifact = data.draw(st.sampled_from(["app", *state]))
    name, version = data.draw(
        st.sampled_from(
            [("at_ring9", "1.0.0"), ("at_ring1", "1.0"), ("at_ring1", "1.0.0+b"), ("at_ring1", 1)]
        )
    )
    faulty = {**state, artifact: {**state.get(artifact, {}), name: version}}
    assert artifact in refused(json.dumps(faulty))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"{PATH}:1: not JSON: it is empty"),
        ('{\n  "app": {\n    "at_ring1": "1.0.0",\n  }\n}', f"{PATH}:4: not JSON: "),
        ('{"app": {}\n', f"{PATH}:2: not JSON: "),
        ('\n\n{"app": {}} x', f"{PATH}:3: not JSON: unexpected 'x'"),
        ("{'app': {}}", f"{PATH}:1: not JSON: "),
        ("<<<<<<< HEAD\n{}", f"{PATH}:1: not JSON: "),
        ('{\n\n"app": {\n<<<<<<< HEAD\n', f"{PATH}:4: not JSON: "),
        (b'{\n"\xff": {}}', f"{PATH}:2: not UTF-8"),
        (b"\xef\xbb\xbf{}", f"{PATH}:1: not JSON: "),
        ('{"app": {}}'.encode("utf-16"), f"{PATH}:1: not UTF-8"),
        ("[" * 100_000, f"{PATH}:1: not JSON that anyone wrote: nested too deeply"),
        ("[]", f"{PATH}: must be an object of artifacts"),
        ("null", f"{PATH}: must be an object of artifacts"),
        ("NaN", f"{PATH}: must be an object of artifacts"),
        ('"1.0.0"', f"{PATH}: must be an object of artifacts"),
        ('{"app": "1.0.0"}', "app must have an object of environments"),
        ('{"app": null}', "app must have an object of environments"),
        ('{"app": {"at_ring2": "1.0.0"}}', "an unknown environment at_ring2; did you mean at_ring1?"),
        ('{"app": {"x": "1.0.0"}}', "app has an unknown environment x; known are at_ring1, tt_ring1, prod_"),
        # A phase is not an environment, and neither is what only looks like one.
        ('{"app": {"prod": "1.0.0"}}', "app has an unknown environment prod; "),
        ('{"app": {"At_ring1": "1.0.0"}}', "an unknown environment At_ring1; did you mean "),
        ('{"app": {" at_ring1": "1.0.0"}}', "an unknown environment "),
        ('{"app": {"latest": "1.0.0"}}', "an unknown environment latest"),
        ('{"app": {"at_ring1": "1.0"}}', 'app has "1.0" in at_ring1, which is not a semantic version'),
        ('{"app": {"at_ring1": "v1.0.0"}}', "not a semantic version"),
        ('{"app": {"at_ring1": "latest"}}', "not a semantic version"),
        ('{"app": {"at_ring1": ""}}', "not a semantic version"),
        ('{"app": {"at_ring1": "1.0.0\\n"}}', "not a semantic version"),
        ('{"app": {"at_ring1": "1.0.٣"}}', "not a semantic version"),
        ('{"app": {"at_ring1": 1.0}}', "1.0 in at_ring1, which is not a semantic version"),
        ('{"app": {"at_ring1": null}}', "null in at_ring1, which is not a semantic version"),
        ('{"app": {"at_ring1": {"a": 1}}}', "not a semantic version"),
        ('{"app": {"at_ring1": NaN}}', "NaN in at_ring1, which is not a semantic version"),
        ('{"app": {"at_ring1": "1.0.0+b"}}', "1.0.0+b in at_ring1: build metadata cannot be in an OCI tag"),
        ('{"app": {}, "app": {}}', "key 'app' appears twice"),
        ('{"app": {"at_ring1": "1.0.0", "at_ring1": "2.0.0"}}', "key 'at_ring1' appears twice"),
    ],
)
def test_refused(content: bytes | str, message: str) -> None:
    assert message in refused(content)


def test_a_number_longer_than_python_reads() -> None:
    assert refused('{"app": {"at_ring1": ' + "1" * 5000 + "}}").startswith(f"{PATH}")


@pytest.mark.parametrize(
    "artifact", ["", ".", "..", "../app", "a/b", "/etc", "App", "a\0", "a\n", "\ud800", "a b"]
)
def test_a_name_that_no_artifact_can_have(artifact: str) -> None:
    assert refused(json.dumps({artifact: {"at_ring1": "1.0.0"}})).startswith(f"{PATH}")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('{\n  "app": {\n    "at_ring9": "1.0.0"\n  }\n}', 3),
        ('{\n  "app": {\n    "at_ring1": "1.0"\n  }\n}', 3),
        ('{\n  "app": {},\n  "app": {}\n}', 3),
    ],
)
def test_the_line_of_what_is_wrong(content: str, line: int) -> None:
    assert refused(content).startswith(f"{PATH}:{line}: ")


def test_all_that_is_wrong_is_found() -> None:
    content = '{"app": {"at_ring1": "1", "x": "1.0.0"}, "db": [], "web": {}, "web": {"tt_ring1": "1.0.0+b"}}'
    assert [message.split(";")[0] for _, _, message in found(content)] == [
        "key 'web' appears twice",
        'app has "1" in at_ring1, which is not a semantic version',
        "app has an unknown environment x",
        "db must have an object of environments",
        "web has 1.0.0+b in tt_ring1: build metadata cannot be in an OCI tag",
    ]


def test_an_artifact_that_is_gone_is_a_warning_where_it_is_deployed() -> None:
    content = (
        '{"gone": {"at_ring1": "1.0.0", "prod_ring1": "1.0.0"}, "app": {"at_ring1": "1.0.0"}, "old": {}}'
    )
    assert found(content, ["app"]) == [
        ("warning", 0, "gone is not an artifact any more, but still deployed to at_ring1, prod_ring1")
    ]
    # It is still deployed, so its tags still follow.
    assert [*parse_desired(PATH, content.encode())] == ["gone", "app", "old"]
    assert found(content) == []


def test_an_environment_that_is_not_known_is_the_error_of_its_artifact_alone() -> None:
    content = (
        b'{\n  "app": {"at_ring1": "1.0.0"},\n  "db": {"at_ring1": "1.0.0",\n    "at_ring9": "2.0.0"}\n}'
    )
    desired = parse_desired(PATH, content)
    assert desired == {"app": {"at_ring1": "1.0.0"}, "db": {"at_ring1": "1.0.0", "at_ring9": "2.0.0"}}
    errors = {name: find_stray(PATH, name, desired[name], ENVIRONMENTS, content) for name in desired}
    assert errors["app"] is None
    said = f"{PATH}:4: db has an unknown environment at_ring9; did you mean at_ring1?"
    assert errors["db"]
    assert errors["db"].message == said
    moved = find_stray(PATH, "db", desired["db"], ENVIRONMENTS, b"{}")
    assert moved
    assert moved.message == said.replace(":4", "")


def test_one_artifact_is_read_without_those_of_others() -> None:
    content = b'{"app": {"at_ring1": "1.0.0"}, "db": {"at_ring1": "not looked at"}}'
    assert parse_artifact(PATH, content, "app") == {"at_ring1": "1.0.0"}
    assert parse_artifact(PATH, content, "web") == {}
    assert parse_artifact(PATH, None, "app") == {}


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"app": []}',
        '{"app": {}, "db": "1.0.0"}',
        '{"app": {}, "Not A Name": {}}',
        '{"app": {"at_ring1": "1.0"}}',
        '{"app": {"at_ring1": 1}}',
        '{"app": {"at_ring1": "1.0.0"}, "app": {"at_ring1": "2.0.0"}}',
        '{"app": {"at_ring1": "1.0.0", "at_ring1": "2.0.0"}}',
    ],
)
def test_a_file_in_which_one_artifact_cannot_be_read(content: str) -> None:
    with pytest.raises(DesiredStateError) as error:
        parse_artifact(PATH, content.encode(), "app")
    assert error.value.message == f"{PATH} has errors"
