"""Who owns the files that decide."""

from pathlib import Path

import pytest

from flux.diagnosis.owners import unowned
from flux.settings import Settings
from tests.diagnosis.examining import OWNED, Spoil, UnsafeWith, asked, safe, the, unsafe
from tests.github.server import GitHub
from tests.repo import Repo


@pytest.mark.parametrize(
    ("content", "lacking"),
    [
        ("* @a", []),
        ("* a@example.com", []),
        ("* @a\n/tasks.py", ["tasks.py"]),
        ("* @a\ntasks.py @b # that one", []),
        ("# * @a", ["github", "invoke.yaml", "tasks.py", "state"]),
        ("!tasks.py @a\n[t]asks.py @a", ["github", "invoke.yaml", "tasks.py", "state"]),
        ("/.github/ @a\n*.yaml @a\ntasks.* @a\nflux @a", []),
        (".github/* @a\n/*.yaml @a\n/*.py @a\nreleaseconfig.json @a", ["github"]),
        (".github/** @a\ninvoke.yaml tasks.py @a\n**/releaseconfig.json @a", ["tasks.py"]),
        ("/github/ @a\n/nvoke.yaml @a\n/docs/tasks.py @a\n/flux @a", ["github", "invoke.yaml", "tasks.py"]),
    ],
)
def test_code_owners(content: str, lacking: list[str]) -> None:
    names = {
        ".github/workflows/any.yml": "github",
        "invoke.yaml": "invoke.yaml",
        "tasks.py": "tasks.py",
        "flux/releaseconfig.json": "state",
    }
    assert [names[path] for path in unowned(content, list(names))] == lacking


def test_the_code_owners_of_this_repository() -> None:
    root = Path(__file__).parents[2]
    text = (root / OWNED).read_text()
    wanted = [".github/workflows/x.yml", ".github/actions/setup/requirements.txt", OWNED, "invoke.yaml"]
    state = [Settings().releaseconfig, "flux/freezes.json"]
    assert unowned(text, [*wanted, "tasks.py", *state, ".ci/build.txt"]) == []


def test_code_owners_at_the_tip(github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub reads the first of three files."""
    safe(github, repo)
    repo.commit(files={"CODEOWNERS": "# nobody\n", "flux/x.json": "{}"})
    repo.push()
    token = github.token("alice")
    assert unsafe(asked(github, monkeypatch, token)) == {}
    repo.git("rm", "--quiet", OWNED)
    repo.commit("remove")
    assert unsafe(asked(github, monkeypatch, token)) == {}, "it is not at the tip yet"
    repo.push()
    lines = asked(github, monkeypatch, token)
    assert (
        "nobody owns .github/, invoke.yaml, tasks.py, flux/releaseconfig.json, flux/freezes.json, "
        "CODEOWNERS at main" in unsafe(lines).values()
    )
    assert the(lines, "code owners").fix.endswith("to CODEOWNERS")


@pytest.mark.parametrize(
    "some", ["/.github/workflows/", "/.github/workflows/ @a\n/.github/actions/", ".github/*/"]
)
def test_who_owns_some_of_the_folder_of_workflows_does_not_own_it(
    github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch, some: str
) -> None:
    """A change of the others, or of the list of owners, needed no owner."""
    safe(github, repo)
    repo.commit(files={OWNED: f"*.yaml @a\n*.json @a\n*.py @a\n{some} @a\n"})
    repo.push()
    bad = unsafe(asked(github, monkeypatch, github.token("alice")))
    assert bad == {"code owners": "nobody owns .github/ at main"}


@pytest.mark.parametrize(
    ("there", "lacking"),
    [
        ("invoke.yaml", ["invoke.yaml"]),
        ("invoke.json", ["invoke.yaml", "invoke.yml", "invoke.json"]),
        ("", ["invoke.yaml", "invoke.yml", "invoke.json", "invoke.py"]),
    ],
)
def test_configuration_that_invoke_would_take_first(
    github: GitHub, repo: Repo, monkeypatch: pytest.MonkeyPatch, there: str, lacking: list[str]
) -> None:
    """A new file that Invoke reads before the one of today, or runs, decides as much."""
    safe(github, repo)
    repo.git("rm", "--quiet", "invoke.yaml")
    files = {there: "{}\n"} if there else {}
    repo.commit(files={**files, OWNED: "* @a\n/invoke.*\n"})
    repo.push()
    bad = unsafe(asked(github, monkeypatch, github.token("alice")))
    assert bad == {"code owners": f"nobody owns {', '.join(lacking)} at main"}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda there: there.unknown_owners.append(3),
            ".github/CODEOWNERS, line 3: Unknown owner",
        ),
    ],
)
def test_owners_whom_nobody_knows(unsafe_with: UnsafeWith, spoil: Spoil, said: str) -> None:
    """GitHub leaves their lines out."""
    bad = unsafe_with(spoil)
    assert list(bad) == ["code owners"]
    assert said in bad["code owners"]
