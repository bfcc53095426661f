"""Who may know whom, and what a command that needs little does not wait for."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Hold the package in `folder` to the contracts in its pyproject.toml."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", _LINT]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_arrows() -> None:
    result = lint(_ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("module", "added", "broken"),
    [
        ("artifact/name.py", "from flux import repository", "Arrows point down"),
        ("repository.py", "from flux import registry", "Arrows point down"),
        ("release/tag.py", "from pathlib import Path", "The pure rooms know no system"),
        ("commands/changed.py", "import subprocess", "Only report prints"),
        ("newcomer.py", "", "Arrows point down"),
    ],
)
def test_an_arrow_that_points_elsewhere_is_found(
    module: str, added: str, broken: str, tmp_path: Path
) -> None:
    shutil.copytree(_ROOT / "flux", tmp_path / "flux", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "flux" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{added}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert any(broken in line for line in result.stdout.splitlines() if line.endswith("BROKEN")), (
        result.stdout
    )


def test_commands_write_to_registries_through_a_publisher() -> None:
    """Of which there is one for the flux CLI; the writes of a target are those of the built-in one."""
    for path in (_ROOT / "flux/commands").glob("*.py"):
        assert not {"push_blob", "push_manifest"} & set(re.findall(r"\w+", path.read_text())), path.name


# PyYAML is not among them: Invoke's own YAML looks for it.
_HEAVY = {
    *("docker", "git", "github", "pathspec", "pydantic", "python_on_whales", "requests", "rich", "semver"),
    "urllib3",
}


def test_the_list_of_commands_waits_for_nothing_heavy() -> None:
    assert all(find_spec(name) for name in _HEAVY)
    loaded = loaded_with("flux.tasks")
    assert loaded >= {"invoke", "flux.tasks", "flux.settings"}
    assert loaded & (_HEAVY | {"flux.git.clone", "flux.registry", "flux.report", "flux.event"}) == set()
    assert not any(name.startswith(("flux.commands", "flux.artifact")) for name in loaded)


def test_environment_tags_wait_neither_for_the_build_nor_for_its_patterns() -> None:
    loaded = loaded_with("flux.commands.tag, flux.monorepo.registry, flux.forge.github.token, flux.running")
    assert loaded >= {"git", "semver", "flux.git.clone"}
    assert not loaded & (_HEAVY - {"git", "semver"})
    assert not loaded & {"flux.commands.build", "flux.monorepo.sources", "flux.forge.forge"}


def loaded_with(modules: str) -> set[str]:
    """All modules that an interpreter has after it imported some."""
    code = f"import {modules}, json, sys; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return set(json.loads(output))
