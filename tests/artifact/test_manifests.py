"""YAML manifests: valid or not, in which line, with which secret."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.finding import Finding, Level
from flux.artifact.manifests import check_manifests, is_manifest, load, mappings, parse_mapping

SECRET = "kind: Secret\nmetadata: {name: a}\n"


def found(content: str | bytes) -> list[Finding]:
    return list(check_manifests("x.yaml", content if isinstance(content, bytes) else content.encode()))


def errors(content: str | bytes) -> list[tuple[str, int]]:
    return [(finding.message, finding.line) for finding in found(content) if finding.level == Level.ERROR]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.yaml", True),
        ("d/a.yml", True),
        ("Kustomization", True),
        ("d/Kustomization", True),
        ("a.json", False),
        ("yaml", False),
        ("MyKustomization", False),
        ("a.YAML", False),
        ("a.yaml.tmpl", False),
    ],
)
def test_what_is_a_manifest(path: str, expected: bool) -> None:
    assert is_manifest(path) == expected


@pytest.mark.parametrize(
    "content", ["", "---\n", "a: 1\n---\nb: 2\n", "# only a comment\n", "[1, 2]\n", "&a [*a]\n"]
)
def test_what_is_valid(content: str) -> None:
    assert found(content) == []


@pytest.mark.parametrize(
    ("content", "message", "line"),
    [
        ("a: [1\nb: 2\n", "not YAML: ", 2),
        ("a: 1\n\tb: 2\n", "not YAML: ", 2),
        ("a: *nowhere\n", "not YAML: ", 1),
        (b"a: 1\nb: \xff\n", "not UTF-8", 2),
        (b"a: 1\nb: \x07\n", "not YAML: ", 2),
        ("a: 1\nb: 2\na: 3\n", "key 'a' appears twice", 3),
        ("a: 1\n---\nb:\n- c: 1\n  c: 2\n", "key 'c' appears twice", 5),
        ("a: " + "[" * 600 + "]" * 600, "not YAML: nested too deeply", 1),
    ],
)
def test_what_is_wrong_and_where(content: str | bytes, message: str, line: int) -> None:
    ((said, at),) = errors(content)
    assert said.startswith(message)
    assert at == line


def test_a_key_that_is_there_thrice_is_two_findings_and_a_merge_is_none() -> None:
    assert len(errors("a: 1\na: 2\na: 3\n")) == 2
    assert errors("x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n") == []
    assert errors("a: {a: 1}\nb: {a: 1}\n") == [], "each mapping has its own"


def test_aliases_cost_nothing() -> None:
    """Each is the same node again: nine levels of nine would be hundreds of millions."""
    levels = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    started = time.process_time()
    assert found("\n".join(levels)) == []
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (SECRET + "data: {a: eA==}\n", [3]),
        (SECRET + "stringData:\n  a: b\n", [4]),
        (SECRET + "data: {a: eA==}\nstringData: {a: b}\n", [3, 4]),
        (SECRET, []),
        (SECRET + "data: {}\n", []),
        (SECRET + "data: {a: ENC}\nsops: {}\n", []),
        ("kind: ConfigMap\ndata: {a: b}\n", []),
        ("kind: List\nitems:\n- kind: Secret\n  data: {a: eA==}\n", [4]),
        ("kind: SecretList\nitems:\n- kind: Secret\n  data: {a: eA==}\n- kind: Secret\n", [4]),
        ("items:\n- kind: Secret\n  data: {a: eA==}\n", []),
    ],
)
def test_a_secret_in_plain_text_is_a_warning(content: str, lines: list[int]) -> None:
    warnings = found(content)
    assert [finding.line for finding in warnings] == lines
    assert all(finding.level == Level.WARNING and "plain text" in finding.message for finding in warnings)


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        (b"a: 1\n", {"a": 1}),
        (b"a: 1\n---\nb: [\n", {"a": 1}),
        (b"", None),
        (b"[1]\n", None),
        (b"a: [\n", None),
        (b"\xff", None),
        (b"a: 2024-99-99\n", None),
    ],
)
def test_the_first_document_as_a_mapping(content: bytes, mapping: object) -> None:
    assert parse_mapping(content) == mapping


def test_documents_come_up_to_the_first_error() -> None:
    documents = load(b"a: 1\n---\nb: 2\n---\nc: [\n")
    assert [next(documents), next(documents)] == [{"a": 1}, {"b": 2}]


@given(st.text(alphabet="ab:-[]{}&*!|> \n'\"#", max_size=60))
def test_any_text_is_judged(text: str) -> None:
    for finding in found(text):
        assert 0 <= finding.line <= text.count("\n") + 1


def test_every_mapping_once() -> None:
    """However deep it is, and where an alias names it again."""
    shared = {"c": 1}
    documents = [{"a": [{"b": shared}, shared]}, ["text", {"d": None}], None, 3]
    found = list(mappings(documents))
    assert len(found) == 4
    assert [set(node) for node in found].count({"c"}) == 1
    assert {key for node in found for key in node} == set("abcd")
