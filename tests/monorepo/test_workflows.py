"""The workflows that come with this package, with the settings of a monorepo in them."""

from importlib import metadata
from typing import Any

import pytest
import yaml

from flux.adoption.workflows import WORKFLOWS
from flux.artifact.folder import SourceEntry
from flux.monorepo import workflows
from flux.settings import Settings


@pytest.mark.parametrize("name", WORKFLOWS)
def test_each_is_rendered(name: str) -> None:
    assert yaml.safe_load(workflows.rendered(name, Settings(), "acme/tool@0123"))


def test_what_starts_a_build_is_where_artifacts_are() -> None:
    several = Settings(
        artifacts=(SourceEntry("apps/*"), SourceEntry("apps/x/*"), SourceEntry("clusters/local"))
    )
    whole = Settings(artifacts=(SourceEntry(".", "all"), SourceEntry("apps/*")), registry="oci://r.io/o")
    for settings, paths in ((several, ["apps/**", "clusters/local/**"]), (whole, ["**"])):
        text = workflows.rendered(WORKFLOWS[0], settings)
        assert yaml.safe_load(text)[True]["push"]["paths"] == [*paths, "invoke.yaml"]
    assert "registry: r.io," in text


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('{"url": "https://github.com/acme/tool.git", "vcs_info": {"commit_id": "01"}}', "acme/tool@01"),
        ('{"url": "https://elsewhere.io/acme/tool", "vcs_info": {"commit_id": "01"}}', ""),
        ('{"url": "file:///x", "dir_info": {}}', ""),
        ("{", ""),
        ("[]", ""),
        (None, ""),
    ],
)
def test_where_it_was_installed_from(
    told: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return told

    found: Any = lambda name: Installed()  # noqa: E731
    monkeypatch.setattr(workflows, "distribution", found)
    assert workflows.installed_from() == expected


def test_a_checkout_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(workflows, "distribution", missing)
    assert workflows.installed_from() == ""
