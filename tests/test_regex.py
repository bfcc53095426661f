"""A regular expression is compiled when it is first used, and does what `re` does."""

import re

import pytest

from flux.regex import regex


def test_it_does_what_a_compiled_one_does() -> None:
    words = regex("(?P<word>[a-z]+)", re.IGNORECASE)
    for _ in range(2):
        found = words.search("12 Ab c")
        assert found
        assert found["word"] == "Ab"
        assert words.fullmatch("a b") is None
        assert words.findall("a B") == ["a", "B"]
        assert words.sub("x", "a b") == "x x"
    assert (words.pattern, words.groups) == ("(?P<word>[a-z]+)", 1)
    assert regex(rb"(.)\0").split(b"a\0b") == [b"", b"a", b"b"]


def test_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[object] = []
    ours = re.compile

    def compile_(source: str, flags: int) -> "re.Pattern[str]":
        compiled.append(source)
        return ours(source, flags)

    monkeypatch.setattr(re, "compile", compile_)
    waiting = regex("a+")
    assert compiled == []
    assert waiting.fullmatch("aa")
    assert waiting.fullmatch("aa")
    assert compiled == ["a+"]


def test_one_that_is_wrong_is_wrong_when_it_is_used() -> None:
    with pytest.raises(re.error):
        regex("(").search("x")
