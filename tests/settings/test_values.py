"""Plain values, from YAML and from variables."""

from collections.abc import Callable

import pytest

from flux.settings import values


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (values.text, " a b ", "a b"),
        (values.folder, "./a/b/", "a/b"),
        (values.folder, "./", "."),
        (values.folder, ".a", ".a"),
        (values.file, "a/b.json", "a/b.json"),
        (values.names, "a, b,,", ("a", "b")),
        (values.names, ["a", " b "], ("a", "b")),
        (values.names, "", ()),
        (values.patterns, ["*.md", "!keep.md"], ("*.md", "!keep.md")),
        (values.jobs, 1, 1),
        (values.jobs, " 64 ", 64),
        (values.flag, True, True),
        (values.flag, "FALSE", False),
        (values.flag, "1", True),
        (values.promoters, "", {}),
        (
            values.promoters,
            {"at": ["alice"], "prod": "bob,carol"},
            {"at": ("alice",), "prod": ("bob", "carol")},
        ),
        (values.version, "v2.9.4-rc.1", "2.9.4-rc.1"),
        (values.version, 2, "2"),
        (values.expression, "^a+$", "^a+$"),
        (values.one_of("a", "b"), "b", "b"),
    ],
)
def test_what_is_read(read: Callable[[object], object], value: object, expected: object) -> None:
    assert read(value) == expected


@pytest.mark.parametrize(
    ("read", "value", "fault"),
    [
        *[(values.text, value, "") for value in ("", " ", "a\nb", "\x1b", 7, None, ["a"])],
        *[(values.folder, value, "") for value in ("/a", "a/../b", "..", "a//b", "a/./b", "")],
        *[(values.file, value, "") for value in (".", "./", "/x")],
        *[(values.names, value, "") for value in (7, None, {"a": 1}, [7], [""])],
        *[(values.jobs, value, "") for value in (0, 65, -1, True, 1.0, "x", "1.5", "9" * 5000, "", None)],
        *[(values.flag, value, "") for value in ("yes", 1, 0, None, "")],
        *[(values.promoters, value, "") for value in ("alice", ["alice"], {"at": 7}, {7: ["a"]}, None)],
        (values.version, 2.1, "write it in quotes"),
        *[(values.version, value, "") for value in ("2.x", "2.9.4.1", "", True, None, -1)],
        *[(values.expression, value, "it is not a regular expression") for value in ("(", "a{2,1}", "[")],
        *[(values.one_of("a", "b"), value, "") for value in ("c", "", None, 7)],
    ],
)
def test_what_is_refused(read: Callable[[object], object], value: object, fault: str) -> None:
    """In words of ours: nothing of what Python says reaches a message."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the texts are compared
        read(value)
    assert str(caught.value) == fault


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the library's
        values.patterns(["!"])
