"""A kind of forge is one row: whoever asks about kinds asks the table."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from docs import generate, settings_schema
from flux.commands.doctor import examine
from flux.errors import ForgeError, SettingError
from flux.forge import find_given_token, find_origin_token, find_place, forge_at, has_reports
from flux.forge.forge import Forge
from flux.forge.github.forge import GitHubForge
from flux.forge.kind import ForgeKind, Variables
from flux.forge.kinds import FORGE_KINDS, WITHOUT_SERVER
from flux.forge.local.forge import LocalForge
from flux.forge.local.git import Git
from flux.forge.place import ForgeClues, Place
from flux.git.clone import Clone
from flux.monorepo.opening import find_forge_place, open_forge
from flux.settings import Settings, read_settings
from tests.forge import conftest
from tests.monorepos import opened
from tests.repo import Repo

CLUES = ForgeClues("https://forge.example/o/n.git")


class MadeUpForge(LocalForge):
    """A forge that has no one but us to tell it from the local one."""

    def lacks(self) -> list[str] | None:
        return None


class MadeUpKind(ForgeKind):
    name = "madeup"
    title = "Made Up"
    own_server = "Made Up Enterprise"
    permissions = "everything: write"
    checks = frozenset({"automation"})

    def is_there(self, clues: ForgeClues) -> bool:
        return "//forge.example/" in (clues.origin or "")

    def find(self, clues: ForgeClues) -> Place:
        return Place(self.name, "https://api.forge.example", "o/n")

    def open(self, place: Place, git: Git, environment: Variables) -> Forge:
        return MadeUpForge(git.root, git)

    def given_token(self, environment: Variables) -> str:
        return environment.get("MADE_UP_TOKEN", "")

    def login_token(self, place: Place, environment: Variables) -> str:
        return "a token of the CLI"

    def has_reports(self, root: Path) -> bool:
        return (root / "reports").exists()


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row that adds a kind."""
    monkeypatch.setitem(FORGE_KINDS, MadeUpKind.name, MadeUpKind())


def open_at(clone: Path, kind: str, **environment: str) -> Forge:
    return forge_at(
        find_place(kind, ForgeClues(None, "http://127.0.0.1:9", "o/n")), Clone(clone), environment
    )


def test_a_forge_is_opened_by_its_kind(local: conftest.Place) -> None:
    assert isinstance(open_at(local.repo.path, "local"), LocalForge)
    assert isinstance(open_at(local.repo.path, "github", GH_TOKEN="secret"), GitHubForge)
    with pytest.raises(ForgeError, match=r"there is no token for 127\.0\.0\.1:9"):
        open_at(local.repo.path, "github")


def test_each_row_is_under_its_name_and_one_needs_no_clue() -> None:
    assert {name: row.name for name, row in FORGE_KINDS.items()} == {name: name for name in FORGE_KINDS}
    assert find_place("", ForgeClues()) == Place(WITHOUT_SERVER)


def test_every_kind_of_the_setting_has_a_row() -> None:
    for kind in FORGE_KINDS:
        assert read_settings({"forge": kind}, {}).forge == kind
    with pytest.raises(SettingError) as raised:
        read_settings({"forge": "nonesuch"}, {})
    assert raised.value.hint == "allowed is github or local"


@pytest.mark.usefixtures("made_up")
def test_a_new_row_is_a_value_of_the_setting_in_schema_and_docs() -> None:
    assert read_settings({"forge": "madeup"}, {}).forge == "madeup"
    with pytest.raises(SettingError) as raised:
        read_settings({"forge": "nonesuch"}, {})
    assert raised.value.hint == "allowed is github, local or madeup"
    schema = Draft202012Validator(settings_schema.schema())
    assert schema.is_valid({"flux": {"forge": "madeup"}})
    assert not schema.is_valid({"flux": {"forge": "nonesuch"}})
    assert "github, local or madeup" in generate.settings()
    assert "`everything: write`" in generate.permissions()


@pytest.mark.usefixtures("made_up")
def test_a_new_row_is_found_and_opened(repo: Repo) -> None:
    repo.git("remote", "add", "origin", str(CLUES.origin))
    with opened(repo.path, Settings()) as monorepo:
        assert find_forge_place(monorepo) == Place("madeup", "https://api.forge.example", "o/n")
        assert isinstance(open_forge(monorepo), MadeUpForge)
    assert find_place("", ForgeClues("https://elsewhere.example/o/n")).kind == WITHOUT_SERVER
    assert find_given_token({"MADE_UP_TOKEN": "secret"}) == "secret"
    assert find_given_token({"MADE_UP_TOKEN": "secret", "GH_TOKEN": "first"}) == "first"
    found = find_origin_token("", CLUES, server_url="https://github.com", environment={})
    assert found == ("https://forge.example", "a token of the CLI")
    assert not has_reports(repo.path)
    repo.write("reports", "")
    assert has_reports(repo.path)


@pytest.mark.usefixtures("made_up")
def test_doctor_looks_at_what_a_new_row_says(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)
    lines = {line.subject: line.message for line in examine({"forge": "madeup"}, {})}
    assert lines["forge"] == (
        "o/n as Test <test@example.com>; Made Up does not say what such a token may do: "
        "it needs everything: write"
    )
    assert "automation" in lines
    assert not {"workflows", "branch", "release tags"} & lines.keys()


@pytest.mark.usefixtures("made_up")
def test_doctor_says_how_to_choose_a_new_row(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("remote", "add", "origin", "https://elsewhere.example/o/n")
    repo.git("config", f"url.{repo.path.as_uri()}.insteadOf", "https://elsewhere.example/o/n")
    monkeypatch.chdir(repo.path)
    (line,) = (line for line in examine(None, {}) if line.subject == "forge")
    assert line.fix == (
        "set `forge: github` in invoke.yaml for GitHub Enterprise, `forge: madeup` in invoke.yaml for Made "
        "Up Enterprise, otherwise `forge: local`"
    )
