"""What GitHub says of itself as a kind of forge."""

import pytest

from flux.commands import doctor
from flux.forge.github.kind import GitHubKind
from flux.forge.place import Place

THERE = Place("github", "https://api.github.com", "o/n")
ELSEWHERE = Place("github", "https://ghe.example/api/v3", "o/n")


def test_doctor_has_all_its_checks() -> None:
    assert GitHubKind().checks == doctor._OF_FORGES.keys()


@pytest.mark.parametrize(
    ("place", "environment", "fix"),
    [
        (THERE, {"GITHUB_TOKEN": "x"}, "set GITHUB_TOKEN to a token with write access and the scope `repo`"),
        (
            THERE,
            {"GH_TOKEN": ""},
            "`gh auth refresh --scopes repo`, or set GH_TOKEN to a token with write access and the scope"
            " `repo`",
        ),
        (
            ELSEWHERE,
            {},
            "`gh auth refresh --hostname ghe.example --scopes repo`, or set GH_TOKEN to a token with write"
            " access and the scope `repo`",
        ),
    ],
)
def test_how_to_get_a_better_token(place: Place, environment: dict[str, str], fix: str) -> None:
    assert GitHubKind().token_fix(place, environment) == fix
