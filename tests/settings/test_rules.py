"""Rules and clusters as people write them."""

from typing import Any

import pytest

from flux.promotion.gates.rule import Auto, Merge, OnFailure
from flux.promotion.gates.window import read_window
from flux.settings.rules import FollowedClusters, clusters, rule, rules

FULL: dict[object, object] = {
    "after": "at",
    "soak": "2h",
    "healthy": True,
    "auto": "patch",
    "windows": ["Mon-Thu 08:00-15:00 Europe/Oslo"],
    "merge": "auto",
    "on_failure": "rollback",
}


def test_every_part() -> None:
    windows = (read_window("Mon-Thu 08:00-15:00 Europe/Oslo"),)
    assert dict(rule(FULL)) == {
        "after": "at",
        "soak": 7200,
        "healthy": True,
        "auto": Auto.PATCH,
        "windows": windows,
        "merge": Merge.AUTO,
        "on_failure": OnFailure.ROLLBACK,
    }
    assert dict(rule({"windows": "Mon-Thu 08:00-15:00 Europe/Oslo"})) == {"windows": windows}
    assert rule({}) == ()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"sook": "2h"}, "'sook' is not a part of a rule; parts are after, soak, healthy, auto, windows, "),
        ({"environments": ["x"]}, "'environments' is not a part of a rule"),
        ({"soak": 2}, "`soak`: 2 has no unit: write it as 30m"),
        ({"soak": "2 hours"}, "`soak`: write it as 30m"),
        ({"soak": True}, "`soak`: True has no unit"),
        ({"healthy": "yes"}, "`healthy`: 'yes' is neither true nor false"),
        ({"auto": "always"}, "`auto`: 'always' is not one of never, patch, minor, major, prerelease"),
        ({"auto": False}, "`auto`: False is not one of"),
        ({"auto": ["patch"]}, "is not one of"),
        ({"merge": "yes"}, "`merge`: 'yes' is not one of person, auto"),
        ({"on_failure": "ignore"}, "`on_failure`: 'ignore' is not one of stop, rollback"),
        ({"windows": []}, "`windows`: it has to be a list of windows"),
        ({"windows": [7]}, "`windows`: it has to be a list of windows"),
        (
            {"windows": ["Mon"]},
            "`windows`: 'Mon' is not a window: write it as 'Mon-Thu 08:00",
        ),
        ({"windows": ["Mon 08:00-15:00 Oslo"]}, "`windows`: 'Oslo' is not a time zone"),
        ({"after": 7}, "`after` cannot be 7"),
    ],
)
def test_what_is_refused(given: dict[object, object], fault: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the texts are compared
        rule(given)
    assert fault in str(caught.value)


def test_rules_per_artifact() -> None:
    assert rules({"eso": {"prod": {"auto": "patch"}}}) == {"eso": {"prod": (("auto", Auto.PATCH),)}}
    assert rules("") == rules({}) == {}


@pytest.mark.parametrize("wrong", [{"eso": {"prod": "auto"}}, {"eso": []}, ["eso"]])
def test_rules_are_mappings(wrong: object) -> None:
    with pytest.raises(ValueError, match="is not a mapping"):
        rules(wrong)


def test_clusters() -> None:
    read = clusters({"prod": {"names": ["eu", "us"], "reporters": ["flux-reporter[bot]"]}, "at": ["eu"]})
    assert read == {
        "prod": FollowedClusters(("eu", "us"), ("flux-reporter[bot]",)),
        "at": FollowedClusters(("eu",)),
    }
    assert clusters({"prod": {"reporters": "a,b"}}) == {"prod": FollowedClusters((), ("a", "b"))}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"prod": {"name": ["eu"]}}, "'name' is not a part of it; parts are names, reporters"),
        ({"prod": ["e u"]}, "'e u' is not a name of a cluster"),
        ({"prod": ["eu/x"]}, "'eu/x' is not a name of a cluster"),
        ({"prod": ["eu", "eu"]}, "'eu' is listed twice"),
        ({"prod": 7}, "7 is not a mapping"),
        ([], "[] is not a mapping"),
    ],
)
def test_what_is_refused_of_clusters(given: Any, fault: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the texts are compared
        clusters(given)
    assert fault in str(caught.value)
