"""What a state says does not depend on how it is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.past_states import States

A, B = '"a": {"at": "1.0.0"}', '"b": {"at": "2.0.0"}'
PIECES = st.sampled_from(
    ["{", "}", "},", ",", ":", '"a"', '"b"', '"},"', "1", "[", "]", " ", "\n", "\\", '"', A, B, f"{A}, {B}"]
)


def whole(content: bytes) -> object:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else None


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=4), st.booleans())
def test_it_is_what_json_says(texts: list[str], wrapped: bool) -> None:
    """Whatever came before it."""
    states = States()
    for text in texts:
        content = (f"{{{text}}}" if wrapped else text).encode()
        assert states.read(content) == whole(content)


@pytest.mark.parametrize(
    "text",
    [
        *(f"{{{A}, {B}}}", f" {{{A},{B} }}\n", f"{{{A}, }}", f"{{{A},, {B}}}", f"{{, {A}}}", f"{{{A}}}}}"),
        *(f"{{{A}, {B}, {A}}}", f'{{{A}, "a": 5, {B}}}', f'{{{A}, "c": "}},"}}', f'{{"c": {{{A}, {B}}}}}'),
        *('{"c": {"at": {"x": {}, "y": 1}}}', "{}", "[]", "{", "", f"{{{A}}} {{{B}}}", '{"a": {"at": NaN}}'),
    ],
)
def test_each_way_to_write_it(text: str) -> None:
    states = States()
    for content in (f"{{{B}, {A}}}".encode(), text.encode(), text.encode("utf-16"), text.encode("utf-8-sig")):
        assert states.read(content) == whole(content)


def test_what_is_the_same_is_read_once() -> None:
    states = States()
    one, other = (states.read(f'{{{A}, "b": {{"at": "{at}.0.0"}}}}'.encode()) for at in range(2))
    assert one
    assert other
    assert one["a"] is other["a"]
    assert (one["b"], other["b"]) == ({"at": "0.0.0"}, {"at": "1.0.0"})


@pytest.mark.parametrize("content", [b"\xff{}", b"[" * 100_000, b'{"a":' * 100_000 + b"},"])
def test_what_nobody_can_read(content: bytes) -> None:
    assert States().read(content) is None


def test_a_file_that_is_gone_has_nothing() -> None:
    assert States().read(None) == {}
