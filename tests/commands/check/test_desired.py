"""`inv check`: what is wrong with the desired state."""

from dataclasses import replace
from pathlib import Path

import pytest

from flux.artifact.finding import Level
from flux.artifact.folder import SourceEntry
from flux.settings import Phase
from tests.commands.check.test_cases import matches
from tests.commands.checking import lines, run_check
from tests.commands.invoking import monorepo
from tests.repo import Repo

PHASES = (Phase("at", ("at_ring1", "at_ring2")), Phase("prod", ("prod",)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", []),
        ('{"app": {}}', []),
        ('{"app": {"at_ring1": "1.0.0", "prod": "2.0.0-rc.1"}}', []),
        (
            '{"app": {"at_ring3": "1.0.0"}}',
            ["error F:1: app has an unknown environment at_ring3; did you mean at_ring…?"],
        ),
        (
            '{"app": {"xyz": "1.0.0"}}',
            ["error F:1: app has an unknown environment xyz; known are at_ring1, at_ring2, prod"],
        ),
        (
            '{"app": {"prod": "1.0"}}',
            ['error F:1: app has "1.0" in prod, which is not a semantic version'],
        ),
        (
            '{"app": {"prod": "v1.0.0"}}',
            ['error F:1: app has "v1.0.0" in prod, which is not a semantic version'],
        ),
        ('{"app": {"prod": 1}}', ["error F:1: app has 1 in prod, which is not a semantic version"]),
        ('{"app": {"prod": null}}', ["error F:1: app has null in prod, which is not a semantic version"]),
        (
            '{"app": {"prod": "1.0.0+build"}}',
            ["error F:1: app has 1.0.0+build in prod: build metadata cannot be in an OCI tag"],
        ),
        (
            '{"app": {"prod": "1.0.0",\n"prod": "1.0.1"}}',
            ["error F:2: key 'prod' appears twice"],
        ),
        ('{"app": {},\n"app": {}}', ["error F:2: key 'app' appears twice"]),
        ('{\n"app": {\n},\n}', ["error F:4: not JSON: …"]),
        ("", ["error F:1: not JSON: …"]),
        ("\ufeff{}", ["error F:1: not JSON: …"]),
        (b'{\n"caf\xe9": {}}', ["error F:2: not UTF-8"]),
        ("[" * 100_000, ["error F:1: not JSON …"]),
        ("[]", ["error F: must be an object of artifacts"]),
        ("null", ["error F: must be an object of artifacts"]),
        ('{"app": ["1.0.0"]}', ["error F:1: app must have an object of environments"]),
        (
            '{"old": {"prod": "1.0.0", "at_ring1": "1.1.0"}}',
            ["warning F: old is not an artifact any more, but still deployed to prod, at_ring1"],
        ),
        ('{"old": {}}', []),
        (
            '{"app": {"prod": "x", "nope": "1.0.0"}, "old": {"prod": "1.0.0+a"}, "b": 1}',
            [
                'error F:1: app has "x" in prod, which is not a semantic version',
                "error F:1: app has an unknown environment nope; known are at_ring1, at_ring2, prod",
                "warning F: old is not an artifact any more, but still deployed to prod",
                "error F:1: old has 1.0.0+a in prod: build metadata cannot be in an OCI tag",
                "error F:1: b must have an object of environments",
            ],
        ),
    ],
)
def test_the_desired_state(content: str | bytes, expected: list[str], tmp_path: Path) -> None:
    repo = monorepo(tmp_path, {"artifacts/app/x": "", "state/wanted.json": content})
    found = run_check(repo, releaseconfig="state/wanted.json", phases=PHASES)
    said = lines(found)
    assert len(said) == len(expected), said
    for line, pattern in zip(said, expected, strict=True):
        assert matches(pattern.replace(" F", " state/wanted.json", 1), line), said
    assert found.failed == any(line.startswith("error") for line in expected)
    # It is not a part of any one artifact.
    assert run_check(repo, "app", releaseconfig="state/wanted.json", phases=PHASES).findings == []


def test_without_a_desired_state_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert run_check(monorepo(tmp_path, {"artifacts/app/x": ""})).findings == []


def test_one_that_the_settings_name_has_to_be_there(tmp_path: Path) -> None:
    repo = monorepo(tmp_path, {"artifacts/app/x": ""})
    found = run_check(repo, releaseconfig="state/wanted.json", named=frozenset({"releaseconfig"}))
    (finding,) = found.findings
    assert (finding.level, finding.path) == (Level.ERROR, "state/wanted.json")
    assert finding.message.startswith("is missing, and the setting `releaseconfig` names it")
    assert found.failed


def test_a_desired_state_in_an_artifact_is_a_warning(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "whole")
    repo.commit(files={"a.yaml": "a: 1\n", "flux/releaseconfig.json": "{}\n"})
    whole = SourceEntry(".", "all")
    state = "flux/releaseconfig.json"
    (finding,) = [one for one in run_check(repo, artifacts=(whole,)).findings if one.path == state]
    assert finding.level == Level.WARNING
    without = replace(whole, exclude=("/flux",))
    assert [one for one in run_check(repo, artifacts=(without,)).findings if one.path == state] == []


def test_settings_and_freezes_that_are_there_twice_are_errors(tmp_path: Path) -> None:
    """Invoke takes the last of two values without a word."""
    files = {
        "artifacts/app/x.txt": "1\n",
        "invoke.yaml": "flux:\n  two_person: [prod]\n  phases: {prod: null}\n  two_person: []\n",
        "flux/freezes.json": '{"freezes": [{"reason": "x", "by": "alice"}], "freezes": []}',
    }
    repo = Repo(tmp_path / "repo")
    repo.commit("start", files=files)
    assert lines(run_check(repo)) == [
        "error invoke.yaml:4: key 'two_person' appears twice",
        "error flux/freezes.json: cannot be read: it has the key 'freezes' twice",
    ]
