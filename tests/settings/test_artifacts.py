"""The entries of the setting `artifacts`: their names have to be those of repositories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.name import name_fault
from flux.artifact.prepare import Prepare
from flux.settings.artifacts import artifacts

_PLAIN = st.sampled_from(["apps", "*", "a-*", "**", "[", "[z-a]", ".", "..", "", "B", "?x", "x*[ab]"])
_PATHS = st.lists(_PLAIN, max_size=4).map("/".join)


@given(_PATHS, st.none() | st.sampled_from(["{name}", "{parent}-{name}", "{path}", "x", "X", "{}", ""]))
def test_any_entry_is_read_or_refused(path: str, name: str | None) -> None:
    given = {"path": path} | ({} if name is None else {"name": name})
    try:
        (entry,) = artifacts([given])
    except ValueError:
        return
    assert entry.glob.is_fixed or entry.glob.parts[-1] != "**"
    assert not entry.glob.is_fixed or not name_fault(entry.named("/".join(entry.glob.top)))


def test_one_entry_needs_no_list() -> None:
    assert artifacts({"path": "apps/*"}) == artifacts("apps/*") == artifacts(["apps/*"])


@pytest.mark.parametrize("many", [["a/*"] * 1001, [{"path": "a/*", "exclude": ["x"] * 1001}]])
def test_it_is_bounded(many: list[object]) -> None:
    with pytest.raises(ValueError, match="are allowed"):
        artifacts(many)


def test_a_build_step_of_an_entry() -> None:
    (entry,) = artifacts(
        {"path": "apps/*", "prepare": " make {name} ", "output": "./out/", "inputs": "/base/,!x"}
    )
    assert entry.prepare == Prepare("make {name}", "out", ("/base/", "!x"))
    with pytest.raises(ValueError, match="put them in a script"):
        artifacts({"path": "apps/*", "prepare": "x" * 2001})
