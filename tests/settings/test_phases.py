"""Phases and their environments, in each of the forms that people write."""

import pytest

from flux.settings.phases import Follow, Phase, moving_tag, phases

AT, PROD = Phase("at", ("at",)), Phase("prod", ("prod_1", "prod_2"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("at", (AT,)),
        (" at , ", (AT,)),
        (["at"], (AT,)),
        (["at", {"prod": ["prod_1", "prod_2"]}], (AT, PROD)),
        ({"at": None, "prod": ["prod_1", "prod_2"]}, (AT, PROD)),
        ([{"at": [], "prod": ("prod_1", "prod_2")}], (AT, PROD)),
        ({"at": ["at"]}, (AT,)),
        ({"at": {"soak": "2h"}}, (Phase("at", ("at",), (("soak", 7200),), is_ruled=True),)),
        ([{"at": {"environments": ["x"]}}], (Phase("at", ("x",), is_ruled=True),)),
        ([], ()),
        ({}, ()),
        ({"edge": {"follow": "tip"}}, (Phase("edge", (), following=(("edge", Follow.TIP),)),)),
        (
            {"at": ["x", {"y": {"follow": "tip"}}, {"name": "z", "follow": "stable"}]},
            (Phase("at", ("x",), following=(("y", Follow.TIP), ("z", Follow.STABLE))),),
        ),
    ],
)
def test_forms(value: object, expected: tuple[Phase, ...]) -> None:
    assert phases(value) == expected


_NO_ENVIRONMENT = "an environment is a name, or has a `name` and what it shall `follow`"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (7, ""),
        (None, ""),
        ({"at": "at_1"}, ""),
        (
            {"at": {"at_1": None}},
            "at: 'at_1' is not a part of a rule; parts are environments, after, soak, healthy, "
            "auto, windows, merge, on_failure",
        ),
        ({"at": {"environments": "at_1"}}, ""),
        ({"at": {"soak": 2}}, "at: `soak`: 2 has no unit: write it as 30m, 2h or 1d12h"),
        ([["at"]], ""),
        ([7], ""),
        ("at,at", "'at' is listed twice"),
        ({"at": ["x", "x"]}, "'x' is listed twice"),
        ({"at": ["x"], "tt": ["x"]}, "'x' is listed twice"),
        ({"at": ["x", "tt"], "tt": ["y"]}, "'tt' is listed twice"),
        ({"at": [{"x": {"follow": "tip", "soak": "1h"}}]}, _NO_ENVIRONMENT),
        ({"at": [{"x": None}]}, _NO_ENVIRONMENT),
        ({"at": {"follow": "main"}}, "`follow` cannot be 'main': it is tip or stable"),
        ({"at": ["x", {"x": {"follow": "tip"}}]}, "'x' is listed twice"),
        ({"at": ["1.0.0"]}, "'1.0.0' looks like a version"),
        ({"a/b": ["x"]}, "'a/b' cannot be an OCI tag"),
    ],
)
def test_what_is_refused(value: object, fault: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the texts are compared
        phases(value)
    assert str(caught.value) == fault


@pytest.mark.parametrize("value", [None, False, "", "none", "false"])
def test_there_may_be_no_tag_of_the_tip(value: object) -> None:
    assert moving_tag(value) == ""


@pytest.mark.parametrize("value", ["1.0.0", "0123456789ab", "a/b", True, 7])
def test_what_cannot_be_the_tag_of_the_tip(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - an environment's own tests have the texts
        moving_tag(value)
