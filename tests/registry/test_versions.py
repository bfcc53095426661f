"""Which published version an image is."""

from pathlib import Path
from threading import Barrier

import pytest

from flux.registry.folder.layout import LayoutTarget
from flux.registry.versions import versions_of

TAGS = {"1.0.0": "a", "1.1.0": "b", "1.10.0": "c", "1.2.0": "c", "2.0.0-rc.1": "d", "at": "e", "latest": "f"}


class Looked(LayoutTarget):
    """A repository that has TAGS. `asked` are those that were looked at, `together` of them at once."""

    def __init__(self, together: int = 1) -> None:
        super().__init__(Path("/nowhere"))
        self.asked: list[str] = []
        self._barrier = Barrier(together, timeout=10)

    def resolve(self, tag: str) -> str | None:
        self.asked.append(tag)
        self._barrier.wait()
        return TAGS[tag]


@pytest.mark.parametrize("jobs", [1, 2, 8])
@pytest.mark.parametrize(
    ("digests", "likely", "found"),
    [
        ({"a"}, [], {"a": "1.0.0"}),
        ({"c"}, [], {"c": "1.10.0"}),
        ({"c"}, ["1.2.0", "9.9.9"], {"c": "1.2.0"}),
        ({"a", "d", "e", "x"}, ["1.2.0"], {"a": "1.0.0", "d": "2.0.0-rc.1"}),
        (set(), ["1.0.0"], {}),
    ],
)
def test_one_of_the_likely_or_the_highest(
    digests: set[str], likely: list[str], found: dict[str, str], jobs: int
) -> None:
    assert versions_of(Looked(), TAGS, digests, jobs, likely) == found


def test_no_more_is_asked_than_is_needed() -> None:
    target = Looked()
    assert versions_of(target, TAGS, {"d"}, 1) == {"d": "2.0.0-rc.1"}
    assert versions_of(target, TAGS, {"b"}, 1, ["1.1.0"]) == {"b": "1.1.0"}
    assert versions_of(target, TAGS, set(), 8) == {}
    assert target.asked == ["2.0.0-rc.1", "1.1.0"]


def test_several_are_asked_at_once() -> None:
    """A digest that no version has is looked for among all."""
    target = Looked(together=5)
    assert versions_of(target, TAGS, {"x"}, 5) == {}
    assert sorted(target.asked) == ["1.0.0", "1.1.0", "1.10.0", "1.2.0", "2.0.0-rc.1"]
