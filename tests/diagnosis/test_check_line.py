"""Whatever happens is a line."""

from typing import Any

import pytest

from flux.diagnosis.check_line import Diagnosis, Line, Rating
from flux.errors import ForgeError
from tests.diagnosis.examining import asked, found, health, the
from tests.github.server import GitHub
from tests.repo import Repo


class Odd:
    """A forge all of whose answers are beyond belief."""

    def __getattr__(self, name: str) -> Any:
        def answer(*arguments: object) -> Any:
            raise RecursionError(f"in {name}")

        return answer


def test_what_nobody_foresaw_is_a_line_too(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **named: object) -> Any:
        raise ZeroDivisionError("nobody foresaw this")

    for name in (
        "flux.kustomize.find_kustomize",
        "importlib.metadata.requires",
        "flux.git.home.Home.tip",
        "flux.monorepo.artifacts.artifacts_at",
        "flux.commands.doctor._open_target_registry",
        "flux.registry.container.Engine",
    ):
        monkeypatch.setattr(name, fail)
    monkeypatch.setattr("flux.commands.doctor._open_forge", lambda monorepo: Odd())
    lines = found()
    bad = ["packages", "kustomize", "origin", "engine", "registry", "forge"]
    assert {subject for subject in bad if health(lines).get(subject) == ["problem"]} == set(bad)
    assert health(lines)["sources"] == ["problem", "warning"]
    assert the(lines, "engine").message == "could not be checked: ZeroDivisionError: nobody foresaw this"
    assert the(lines, "forge").message == "could not be checked: RecursionError: in lacks"


@pytest.mark.parametrize("name", ["find_faults", "read_event"])
def test_what_nobody_foresaw_at_the_door(repo: Repo, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail(*arguments: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(f"flux.commands.doctor.{name}", fail)
    subject = "settings" if name == "find_faults" else "event"
    assert health(found())[subject] == ["problem"]


def test_a_forge_that_breaks_off_in_the_middle(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from flux.forge.github.forge import GitHubForge

    def fail(*arguments: object) -> Any:
        raise ForgeError("GitHub broke off", "run it again")

    for name in ("protection", "workflows_may_propose", "has_account", "tag_rules", "keepers"):
        monkeypatch.setattr(GitHubForge, name, fail)
    lines = asked(github, monkeypatch, github.token("alice"))
    for subject in ("workflows", "branch", "reviews", "approvals", "release tags", "app key", "automation"):
        line = the(lines, subject)
        assert isinstance(line.found, ForgeError)
        assert (line.health, line.message, line.fix) == (Rating.PROBLEM, "GitHub broke off", "run it again")


def test_a_diagnosis_fails_for_a_problem_alone() -> None:
    lines = [Line("x", health, "x") for health in Rating]
    assert Diagnosis(lines).failed
    assert not Diagnosis(lines[:2]).failed
