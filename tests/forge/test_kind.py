"""What a kind of forge says of itself if it says nothing else."""

from pathlib import Path

from flux.forge.forge import Forge
from flux.forge.kind import ForgeKind, Variables
from flux.forge.local.git import Git
from flux.forge.place import ForgeClues, Place


class Quiet(ForgeKind):
    name = "quiet"

    def find(self, clues: ForgeClues) -> Place:
        return Place(self.name, repository="o/n")

    def open(self, place: Place, git: Git, environment: Variables) -> Forge:
        raise NotImplementedError


def test_a_kind_needs_no_token_and_no_clue_leads_to_it(tmp_path: Path) -> None:
    kind = Quiet()
    place = kind.find(ForgeClues())
    assert not kind.is_there(ForgeClues("https://github.com/o/n", repository="o/n"))
    assert kind.given_token({"GH_TOKEN": "secret"}) == kind.login_token(place, {}) == ""
    assert kind.checks == frozenset()
    assert not kind.has_reports(tmp_path)


def test_whoever_has_no_login_is_an_app() -> None:
    kind = Quiet()
    place = kind.find(ForgeClues())
    assert kind.account(place, "alice") == "o/n as alice"
    assert kind.account(place, None) == "o/n as an App"
