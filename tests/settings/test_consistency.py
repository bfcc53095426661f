"""Rules that do not fit the phases that there are."""

from typing import Any

import pytest

from flux.errors import SettingError
from flux.settings import read_settings

PHASES = [{"at": {"auto": "minor"}}, "tt", {"prod": ["p1", "p2"]}]


def test_what_fits() -> None:
    rules = {"eso": {"prod": {"after": "at", "soak": "1h"}, "tt": {"healthy": True}}}
    settings = read_settings({"phases": PHASES, "rules": rules, "clusters": {"p2": ["eu"]}}, {})
    assert settings.rule("eso", "prod").after == "at"
    assert settings.rule("eso", "tt").after == "at"
    assert settings.rule("other", "prod").is_plain
    assert settings.has_rules


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        (
            {"rules": {"eso": {"live": {}}}},
            "flux.rules for eso names 'live', which is not a phase",
            "phases are at, tt, prod",
        ),
        (
            {"clusters": {"prod": ["eu"]}},
            "flux.clusters names 'prod', which is not an environment",
            "environments are at, tt, p1, p2",
        ),
        (
            {"rules": {"eso": {"tt": {"after": "prod"}}}},
            "flux.rules for eso: tt comes `after` 'prod', which is not a phase before it",
            "phases before it are at",
        ),
        (
            {"rules": {"eso": {"tt": {"after": "tt"}}}},
            "flux.rules for eso: tt comes `after` 'tt', which is not a phase before it",
            "phases before it are at",
        ),
        (
            {"phases": [{"at": {"after": "at"}}]},
            "flux.phases: at comes `after` 'at', which is not a phase before it",
            "it is the first: leave `after` out",
        ),
        (
            {"phases": [{"at": {"soak": "1h"}}, "prod"]},
            "flux.phases: at asks for `soak` or `healthy`, and no phase comes before it",
            "they are asked of the phase before: leave them out of the first",
        ),
    ],
)
def test_what_does_not(given: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({"phases": PHASES, **given}, {})
    assert (caught.value.message, caught.value.hint) == (message, hint)
