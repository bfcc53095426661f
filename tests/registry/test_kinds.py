"""A kind of registry is one row: whoever asks about kinds asks the table."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from docs import generate, settings_schema
from flux.commands.doctor import examine
from flux.errors import SettingError
from flux.monorepo.workflows import rendered
from flux.registry import host_of, open_registry
from flux.registry.folder.registry import LayoutRegistry
from flux.registry.kind import RegistryKind, RegistrySetting
from flux.registry.kinds import REGISTRY_KINDS
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Registry
from flux.settings import Settings, read_settings
from tests.commands.invoking import build, monorepo


class MadeUpKind(RegistryKind):
    beginning = "shelf:"
    allowed = "shelf:NUMBER"
    pattern = "shelf:[0-9]+"

    def read(self, location: str) -> str:
        if not location.removeprefix(self.beginning).isdecimal():
            raise ValueError("a shelf has a number")
        return location

    def open(self, setting: RegistrySetting) -> Registry:
        return LayoutRegistry(setting.location, setting.root / setting.location.replace(":", "-"))

    def host(self, location: str) -> str:
        return "shelves.example"


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row that adds a kind."""
    monkeypatch.setitem(REGISTRY_KINDS, MadeUpKind.beginning, MadeUpKind())


@pytest.mark.parametrize(
    ("location", "kind", "name", "host"),
    [
        ("oci://127.0.0.1:9/prefix", RemoteRegistry, "127.0.0.1:9/prefix/app", "127.0.0.1:9"),
        ("images", LayoutRegistry, "images/app", ""),
        ("./oci:", LayoutRegistry, "./oci:/app", ""),
    ],
)
def test_a_registry_is_opened_by_its_kind(
    location: str, kind: type[Registry], name: str, host: str, tmp_path: Path
) -> None:
    registry = open_registry(location, tmp_path, jobs=1, insecure=None)
    assert isinstance(registry, kind)
    assert registry.name("app") == name
    assert host_of(location) == host


@pytest.mark.usefixtures("made_up")
def test_a_new_row_is_a_value_of_the_setting_in_schema_and_docs() -> None:
    assert read_settings({"registry": "shelf:7"}, {}).registry == "shelf:7"
    with pytest.raises(SettingError) as raised:
        read_settings({"registry": "shelf:x"}, {})
    assert raised.value.message == "flux.registry cannot be 'shelf:x' (a shelf has a number)"
    assert (
        raised.value.hint == "allowed is a folder, or oci://HOST[:PORT]/PATH in lower case, or shelf:NUMBER"
    )
    with pytest.raises(SettingError, match="a registry begins with oci:// or shelf:"):
        read_settings({"registry": "https://registry.example"}, {})
    schema = Draft202012Validator(settings_schema.schema())
    assert schema.is_valid({"flux": {"registry": "shelf:7"}})
    assert not schema.is_valid({"flux": {"registry": "shelf:x"}})
    assert "shelf:NUMBER" in generate.settings()


@pytest.mark.usefixtures("made_up")
def test_a_new_row_is_pushed_to_and_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "x: 1\n"})
    monkeypatch.chdir(repo.path)
    settings = {"registry": "shelf:7", "forge": "local"}
    (line,) = (line for line in examine(settings, {}) if line.subject == "registry")
    assert line.message == "shelf:7/app can be read and written, but none of the artifacts has an image there"
    assert not build(repo, registry="shelf:7").failed
    (line,) = (line for line in examine(settings, {}) if line.subject == "registry")
    assert line.message == "shelf:7/app can be read and written"
    assert (repo.path / "shelf-7" / "app" / "index.json").exists()
    assert "shelves.example" in rendered("release-flux-artifact.yml", Settings(registry="shelf:7"))
