"""The workflows for registries that know a job by who it is differ from the others by that alone."""

import pytest
import yaml

from docs.oidc import FOLDER, NAMES, files


def test_they_are_as_the_others_are() -> None:
    """`python -m docs.generate` writes them."""
    assert [path.name for path, text in files().items() if path.read_text() != text] == []


@pytest.mark.parametrize("name", NAMES)
def test_who_logs_in_can_say_who_it_is_and_nothing_else_is_new(name: str) -> None:
    ours = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    oidc = yaml.safe_load((FOLDER / f"{name}-oidc.yml").read_text())
    for job, about in oidc["jobs"].items():
        before = ours["jobs"][job]["permissions"]
        logs_in = any("password" in step.get("with", {}) for step in about["steps"])
        assert about["permissions"] == before | ({"id-token": "write"} if logs_in else {})
        about["permissions"] = before
    assert oidc.pop("name") != ours.pop("name")
    assert oidc == ours
