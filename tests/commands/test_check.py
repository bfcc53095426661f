"""`inv check`: what is wrong with artifacts and the desired state, and kustomize is of the same opinion."""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from flux.artifact.finding import Level
from flux.artifact.folder import SourceEntry
from flux.commands.check import check_artifacts
from flux.errors import RequestError
from flux.settings import Phase
from tests import parts
from tests.commands.checking import CASES, MAP, PLAIN, SECRET, lines, only, run_check
from tests.commands.checking import everything as everything
from tests.commands.checking import renderer as renderer
from tests.commands.helpers import in_actions, inv, monorepo, push_payload
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


# What is checked


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


# The desired state

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


# As a command


@pytest.fixture
def two(tmp_path: Path) -> Repo:
    """An error, a warning, and an odd name."""
    files = {
        "artifacts/app/a,b: c%.yaml": "a: 1\nb: [\n",
        "artifacts/db/kustomization.yaml": "resources: [s.yaml]\n",
        "artifacts/db/s.yaml": f"{SECRET}data:\n  a: Yg==\n",
        "flux/releaseconfig.json": '{"gone": {"prod": "1.0.0"}}',
    }
    return monorepo(tmp_path / "repo", files)


NOT_YAML = "not YAML: did not find expected node content"
GONE = "gone is not an artifact any more, but still deployed to prod"


def test_what_people_see(two: Repo) -> None:
    finished = inv(two, "check")
    assert finished.code == 1
    assert finished.err == ""
    assert finished.out.splitlines() == [
        f"error artifacts/app/a,b: c%.yaml:3: {NOT_YAML}",
        f"warning artifacts/db/s.yaml:5: a Secret has its data {PLAIN}",
        f"warning flux/releaseconfig.json: {GONE}",
        "2 artifacts checked: 1 error, 2 warnings.",
    ]
    finished = inv(two, "check", "-a", "db")
    assert finished.code == 0
    assert finished.out.splitlines()[-1] == "1 artifact checked: 0 errors, 1 warning."


def test_what_programs_see(two: Repo) -> None:
    finished = inv(two, "check", "--json")
    assert (finished.code, finished.err) == (1, "")
    assert finished.result == {
        "artifacts": ["app", "db"],
        "findings": [
            {"level": "error", "path": "artifacts/app/a,b: c%.yaml", "line": 3, "message": NOT_YAML},
            {
                "level": "warning",
                "path": "artifacts/db/s.yaml",
                "line": 5,
                "message": f"a Secret has its data {PLAIN}",
            },
            {"level": "warning", "path": "flux/releaseconfig.json", "line": None, "message": GONE},
        ],
    }
    assert inv(two, "check", "--json", "-a", "db").code == 0


def test_what_actions_sees(two: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, two.head))
    finished = inv(two, "check", env=job.env)
    assert (finished.code, finished.err) == (1, "")
    assert finished.out.splitlines() == [
        f"::error file=artifacts/app/a%2Cb%3A c%25.yaml,line=3::{NOT_YAML}",
        f"::warning file=artifacts/db/s.yaml,line=5::a Secret has its data {PLAIN}",
        f"::warning file=flux/releaseconfig.json::{GONE}",
        "2 artifacts checked: 1 error, 2 warnings.",
    ]
    summary = job.summary.read_text()
    assert summary.startswith("### 2 artifacts checked: 1 error, 2 warnings.\n")
    assert summary.count("\n| ") == 5
    # Nothing but the document on standard output, and nothing that Actions would not read.
    finished = inv(two, "check", "--json", env=job.env)
    assert finished.code == 1
    assert len(finished.document["findings"]) == 3


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = [
        os.fsdecode(b"caf\xe9.yaml"),
        "new\nline.yaml",
        "\x1b[31m.yaml",
        "\N{RIGHT-TO-LEFT OVERRIDE}.yaml",
    ]
    repo = monorepo(tmp_path / "repo", {f"artifacts/app/{name}": "a: [" for name in names})
    finished = inv(repo, "check")
    assert finished.code == 1
    shown = finished.out.splitlines()
    assert len(shown) == 5
    assert all(line.isprintable() for line in shown)
    assert {finding["path"] for finding in inv(repo, "check", "--json").document["findings"]} == {
        f"artifacts/app/{name}" for name in names
    }
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, repo.head))
    assert len(inv(repo, "check", env=job.env).out.splitlines()) == 5


def test_that_no_kustomize_is_there_is_said(
    two: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch)
    finished = inv(two, "check", "-a", "db")
    assert finished.code == 0
    assert finished.err.splitlines() == [
        "kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH"
    ]


def test_the_artifacts_of_this_repository_are_fit(renderer: tuple[str, ...]) -> None:
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        pytest.skip("not a clone")
    with opened(root) as monorepo:
        assert lines(check_artifacts(monorepo, ())) == []


def test_a_desired_state_in_an_artifact_is_a_warning(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "whole")
    repo.commit(files={"a.yaml": "a: 1\n", "flux/releaseconfig.json": "{}\n"})
    whole = SourceEntry(".", "all")
    state = "flux/releaseconfig.json"
    (finding,) = [one for one in run_check(repo, artifacts=(whole,)).findings if one.path == state]
    assert finding.level == Level.WARNING
    without = replace(whole, exclude=("/flux",))
    assert [one for one in run_check(repo, artifacts=(without,)).findings if one.path == state] == []


def test_only_what_a_change_concerns_is_checked(tmp_path: Path) -> None:
    """The desired state is checked in any case."""
    files = {f"artifacts/{name}/x.yaml": "a: 1\na: 2\n" for name in ("app", "db")}
    repo = monorepo(tmp_path / "repo", files)
    repo.bare_origin()
    assert len(run_check(repo).findings) == 2
    config = "flux/releaseconfig.json"
    repo.commit(files={"artifacts/app/y.yaml": "b: 1\n", config: '{"web": {"at": "1.0.0"}}'})
    with opened(repo) as context:
        since = check_artifacts(context, [], changed=True, since="HEAD~1")
        assert since.artifacts == ["app"]
        assert {finding.path for finding in since.findings} == {"artifacts/app/x.yaml", config}
        assert check_artifacts(context, ["db"], changed=True).artifacts == []
    repo.push("origin", "HEAD:main")
    with opened(repo) as context:
        assert check_artifacts(context, [], changed=True).artifacts == []
        assert check_artifacts(context, []).artifacts == ["app", "db"]
