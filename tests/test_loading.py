"""What a command that needs little does not wait for."""

import ast
import importlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from flux.regex import Uncompiled
from tests.commands.invoking import monorepo
from tests.modules import ROOT, modules

# PyYAML is not among them: Invoke's own YAML looks for it.
_HEAVY = {
    *("git", "github", "pathspec", "pydantic", "python_on_whales", "requests", "rich", "semver", "urllib3"),
}


def test_the_list_of_commands_waits_for_nothing_heavy() -> None:
    assert all(find_spec(name) for name in _HEAVY)
    loaded = loaded_with("flux.tasks")
    assert loaded >= {"invoke", "flux.tasks"}
    assert not loaded & _HEAVY
    own = {name for name in loaded if name.startswith("flux.") and not name.startswith("flux.tasks")}
    assert own == {"flux.configured", "flux.errors", "flux.regex", "flux.running"}


def compiled_at_import(source: str) -> list[int]:
    """The lines that compile a regular expression when the module is imported."""
    found: list[int] = []

    def look(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and ast.unparse(child.func) == "re.compile":
                found.append(child.lineno)
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                look(child)

    look(ast.parse(source))
    return found


def test_regular_expressions_wait_until_they_are_used() -> None:
    found = {
        str(module): lines
        for module in modules()
        if (lines := compiled_at_import((ROOT / "flux" / module).read_text()))
    }
    assert found == {}
    assert compiled_at_import("import re\nclass A:\n    b = [re.compile('x')]\n") == [3]
    assert compiled_at_import("import re\ndef f(): return re.compile('x')\n") == []


def test_regular_expressions_that_wait_are_right() -> None:
    waiting = [
        value
        for module in modules()
        if module.name != "__init__.py"
        for value in vars(importlib.import_module(".".join(("flux", *module.with_suffix("").parts)))).values()
        if isinstance(value, Uncompiled)
    ]
    assert len(waiting) > 100
    assert all(each.groups >= 0 for each in waiting)


def test_environment_tags_wait_neither_for_the_build_nor_for_its_patterns() -> None:
    loaded = loaded_with("flux.commands.tag, flux.monorepo.registry, flux.forge.github.token, flux.running")
    assert loaded >= {"semver", "flux.git.clone"}
    assert not loaded & (_HEAVY - {"semver"})
    assert not loaded & {"flux.commands.build", "flux.monorepo.commit_artifacts", "flux.forge.forge"}


_RUN = """
import json, sys, sysconfig
from invoke.main import program
before, libraries = {*sys.modules}, sysconfig.get_path("purelib")
program.run(["inv", *sys.argv[1:]], exit=False)
rooms = {name.split(".")[1] for name in sys.modules if name.startswith("flux.")}
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
loaded = {name.partition(".")[0] for name in files.keys() - before if files[name].startswith(libraries)}
print(json.dumps([sorted(rooms), sorted(loaded - {"flux"})]), file=sys.stderr)
"""
_LIGHT = {
    *("configured", "errors", "listing", "notice", "packages", "parallel", "reasons", "regex", "running"),
    *("tasks", "working"),
}
_IN_GIT = {
    *("artifact", "commands", "event", "forge", "git", "monorepo", "promotion", "release", "report"),
    "settings",
}


@pytest.mark.parametrize(
    ("command", "rooms", "libraries"),
    [
        (["--list"], set(), set()),
        (["changed"], _IN_GIT, set()),
        (["list"], _IN_GIT, {"semver"}),
        (["check"], _IN_GIT | {"kustomize"}, {"semver"}),
        (["build"], _IN_GIT | {"registry"}, {"deflate"}),
        (["status"], _IN_GIT | {"environments", "proposals", "registry"}, {"semver"}),
        (["tag"], _IN_GIT | {"environments", "registry"}, {"semver"}),
        (["log"], _IN_GIT | {"environments"}, {"semver"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_loads_what_it_needs(
    tmp_path: Path, command: list[str], rooms: set[str], libraries: set[str]
) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "x: 1\n", "artifacts/db/x.yaml": "x: 1\n"})
    repo.bare_origin()
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *command],
        cwd=repo.path,
        env=os.environ | {"INVOKE_FLUX_FORGE": "local"},
        capture_output=True,
        text=True,
    )
    assert done.stderr, done
    found_rooms, found_libraries = json.loads(done.stderr.splitlines()[-1])
    assert {*found_rooms} - _LIGHT == rooms
    assert {*found_libraries} == libraries


def loaded_with(modules: str) -> set[str]:
    """All modules that an interpreter has after it imported some."""
    code = f"import {modules}, json, sys; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return set(json.loads(output))
