"""Rules, and the steps between versions."""

import pytest
from semver import Version

from flux.promotion.gates.rule import Auto, Rule, step_between


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.0.0", "1.0.1", "patch"),
        ("1.0.0", "1.1.0", "minor"),
        ("1.0.9", "2.0.0", "major"),
        ("1.0.0", "1.0.1-rc.1", "prerelease"),
        ("1.0.1-rc.1", "1.0.1", "patch"),
        ("0.1.0", "0.2.0", "minor"),
        (None, "0.0.1", "patch"),
        (None, "0.1.0", "minor"),
        (None, "1.0.0", "major"),
    ],
)
def test_steps(old: str | None, new: str, step: str) -> None:
    assert step_between(old, Version.parse(new)) == step


def test_what_each_allows() -> None:
    steps = [Auto.PATCH, Auto.MINOR, Auto.MAJOR, Auto.PRERELEASE]
    allowed = {auto: [step.value for step in steps if auto.allows(step)] for auto in Auto}
    assert allowed == {
        "never": [],
        "patch": ["patch"],
        "minor": ["patch", "minor"],
        "major": ["patch", "minor", "major"],
        "prerelease": ["patch", "minor", "major", "prerelease"],
    }


def test_a_plain_rule_asks_for_nothing() -> None:
    assert Rule().is_plain
    assert not Rule(after="at").is_plain
