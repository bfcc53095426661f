"""`inv check`: what is wrong with artifacts, and kustomize is of the same opinion."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flux.commands.check import check_artifacts
from flux.errors import RequestError
from tests import parts
from tests.commands.check.case import MAP
from tests.commands.checking import CASES, lines, only, run_check
from tests.commands.checking import everything as everything
from tests.commands.checking import renderer as renderer
from tests.commands.invoking import monorepo
from tests.conftest import need
from tests.monorepos import opened
from tests.repo import Repo


def matches(expected: str, line: str) -> bool:
    return bool(re.fullmatch(".*".join(map(re.escape, expected.split("…"))), line))


@pytest.fixture(scope="module")
def checked(everything: Repo, renderer: tuple[str, ...]) -> dict[str, list[str]]:
    """What is found of each case."""
    found = run_check(everything, ignore=("docs.yaml",))
    assert sorted(found.artifacts) == sorted(CASES)
    assert found.notices == []
    grouped: dict[str, list[str]] = {name: [] for name in CASES}
    for finding, line in zip(found.findings, lines(found), strict=True):
        name, _, path = finding.path.removeprefix("artifacts/").partition("/")
        grouped[name].append(line.replace(finding.path, path or ".", 1))
    return grouped


@pytest.mark.parametrize("name", CASES)
def test_a_case(name: str, checked: dict[str, list[str]]) -> None:
    expected, found = CASES[name].found, checked[name]
    assert len(expected) == len(found), found
    for line in expected:
        assert any(matches(line, other) for other in found), (line, found)


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].renders])
def test_kustomize_is_of_that_opinion(name: str, everything: Repo, renderer: tuple[str, ...]) -> None:
    for folder, renders in CASES[name].renders.items():
        path = everything.path / "artifacts" / name / folder
        command = [*renderer, "--load-restrictor", "LoadRestrictionsNone", str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode == 0) == renders, done.stderr


def test_no_message_has_a_place_of_this_machine(checked: dict[str, list[str]]) -> None:
    """A scratch folder, or a line of somebody's log."""
    said = [line for found in checked.values() for line in found]
    assert [line for line in said if "/tmp" in line or "command failed" in line or "\n" in line] == []


@pytest.mark.parametrize("program", [parts.kustomize, parts.kubectl])
def test_either_kustomize_says_the_same(
    program: Callable[[], str], everything: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch, **{program.__name__: need(program)})
    names = ("unknown-field", "patch-of-nothing", "an-error-of-many-lines", "two-of-them")
    for name in names:
        (line,) = lines(run_check(everything, name))
        (expected,) = CASES[name].found
        assert matches(expected.replace("error ", f"error artifacts/{name}/"), line), line


@pytest.mark.parametrize(
    "programs",
    [
        {},
        {"kustomize": "#!/bin/sh\necho v4.5.7\n"},
        {"kubectl": '#!/bin/sh\necho \'{"kustomizeVersion": "v4.5.7"}\'\n'},
        {"kubectl": "#!/bin/sh\necho '{}'\n"},
        {"kubectl": "#!/bin/sh\necho '[]'\n"},
        {"kubectl": "#!/bin/sh\nexit 1\n", "kustomize": "#!/bin/sh\nexit 1\n"},
        {"kubectl": "#!/nonexistent\n"},
    ],
)
def test_without_kustomize_the_rest_is_checked(
    programs: dict[str, str], everything: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch, **programs)
    found = run_check(everything, "unknown-field", "missing", "twice", "secrets")
    assert found.notices == ["kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH"]
    assert sorted(map(str, lines(found))) == sorted(
        line.replace(" ", f" artifacts/{name}/", 1)
        for name in ("missing", "twice", "secrets")
        for line in CASES[name].found
    )


def test_the_commit_is_checked_and_not_the_working_tree(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/a.yaml": MAP})
    repo.write("artifacts/app/a.yaml", "a: [")
    repo.write("artifacts/new/a.yaml", "a: [")
    repo.write("flux/releaseconfig.json", "no JSON")
    found = run_check(repo)
    assert (found.artifacts, lines(found), found.failed) == (["app"], [], False)


def test_some_artifacts(everything: Repo) -> None:
    found = run_check(everything, "twice", "lfs")
    assert found.artifacts == ["lfs", "twice"]
    assert {finding.path.split("/")[1] for finding in found.findings} == {"lfs", "twice"}
    with pytest.raises(RequestError, match=r"there is no artifact 'twise' at .*; did you mean twice\?"):
        run_check(everything, "twise")


def test_no_artifacts(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"README.md": "x"})
    assert run_check(repo).artifacts == []


def test_the_artifacts_of_this_repository_are_fit(renderer: tuple[str, ...]) -> None:
    root = Path(__file__).parents[3]
    if not (root / ".git").exists():
        pytest.skip("not a clone")
    with opened(root) as monorepo:
        assert lines(check_artifacts(monorepo, ())) == []
