"""Who may know whom, and what a command that needs little does not wait for."""

import ast
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from flux.forge import kinds as forges
from flux.regex import Uncompiled
from flux.registry import kinds as registries
from tests.commands.helpers import monorepo

_ROOT = Path(__file__).parent.parent
_LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"

_LONGEST, _MEDIAN = 300, 100  # lines of a module


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
        ("artifact/name.py", "from flux import registry", "Arrows point down"),
        ("git/clone.py", "from flux import registry", "Arrows point down"),
        ("release/tag.py", "from pathlib import Path", "The pure rooms know no system"),
        ("commands/changed.py", "import subprocess", "Only report prints"),
        ("commands/ack.py", "from flux.commands.issue.sync import sync_all", "No command knows another"),
        ("commands/issue/sync.py", "from flux.commands.issue import apply", "No command of a collection"),
        ("tasks/look.py", "def f(): import flux.git.clone", "A task calls its command"),
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
    assert any(broken in line for line in result.stdout.splitlines() if " BROKEN" in line), result.stdout


def test_commands_write_to_registries_through_a_publisher() -> None:
    """Of which there is one for the flux CLI; the writes of a target are those of the built-in one."""
    writes = {"push_blob", "push_manifest", "push_tags"}
    for path in (_ROOT / "flux/commands").rglob("*.py"):
        assert not writes & set(re.findall(r"\w+", path.read_text())), path.name


def modules() -> list[Path]:
    return [path.relative_to(_ROOT / "flux") for path in sorted((_ROOT / "flux").rglob("*.py"))]


def is_tested(module: Path, tests: Path) -> bool:
    """Whether a module has its test file, of the same path and name, or a folder with one for each subject.
    What an `__init__.py` does is tested with its room."""
    own, folder = module.with_name(f"test_{module.name}"), module.with_suffix("")
    return module.name == "__init__.py" or (tests / own).exists() or any((tests / folder).glob("test_*.py"))


def test_each_module_has_its_test_file() -> None:
    assert [str(module) for module in modules() if not is_tested(module, _ROOT / "tests")] == []


def test_a_module_without_a_test_file_is_found(tmp_path: Path) -> None:
    for name in ("room/test_one.py", "room/two/test_subject.py", "room/three/data.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {name: is_tested(Path(f"room/{name}.py"), tmp_path) for name in ("one", "two", "three", "four")}
    assert found == {"one": True, "two": True, "three": False, "four": False}


def test_one_name_is_one_thing() -> None:
    """What a forge has of its own is named as at the other forge."""
    homes = defaultdict(set)
    functions = Counter[str]()
    for module in modules():
        forge = module.parts[0] == "forge" and len(module.parts) > 1
        for node in ast.parse((_ROOT / "flux" / module).read_bytes()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].add("forge" if forge else str(module))
            elif isinstance(node, ast.FunctionDef):
                functions[node.name] += 1
    assert {name for name, where in homes.items() if len(where) > 1} == set()
    # These stood for two things once.
    assert {name: functions[name] for name in ("open_forge", "publish")} == {"open_forge": 1, "publish": 1}


# Where the context of a command is made.
_MAKE_THE_CONTEXT = {
    *("commands/doctor.py", "monorepo/layouts.py", "monorepo/monorepo.py", "monorepo/opening.py"),
}
_PARTS = {"Clone", "Event", "Forge", "Registry", "Settings"}


def separate_parts(source: str) -> list[str]:
    """The functions that take two or more parts of a Monorepo, or a part beside the whole. One that gives
    another Monorepo may."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):  # whose fields a dataclass takes
            taken: list[Any] = [field for field in node.body if isinstance(field, ast.AnnAssign)]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        else:
            continue
        types = [ast.unparse(each.annotation).strip("'\"") for each in taken if each.annotation]
        parts = [each for each in types if each.removesuffix(" | None") in _PARTS]
        returns = getattr(node, "returns", None)
        gives = ast.unparse(returns) if returns else ""
        if len(parts) + ("Monorepo" in types) > 1 and parts and gives != "Monorepo":
            found.append(node.name)
    return found


def test_what_one_command_works_on_is_passed_whole() -> None:
    found = {
        str(module): names
        for module in modules()
        if str(module) not in _MAKE_THE_CONTEXT
        if (names := separate_parts((_ROOT / "flux" / module).read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("arguments", "is_found"),
    [
        ("git: Clone, settings: Settings", True),
        ("monorepo: Monorepo, *, forge: Forge | None = None", True),
        ("monorepo: 'Monorepo', settings: 'Settings'", True),
        ("monorepo: Monorepo, commit: str", False),
        ("settings: Settings, names: list[str]", False),
    ],
)
def test_parts_that_are_passed_separately_are_found(arguments: str, is_found: bool) -> None:
    assert separate_parts(f"def one({arguments}) -> None: ...") == (["one"] if is_found else [])
    assert separate_parts(f"def one({arguments}) -> Monorepo: ...") == []
    fields = "\n    ".join(arguments.replace("*, ", "").split(", "))
    assert separate_parts(f"class one:\n    {fields}\n") == (["one"] if is_found else [])


# What opens connections: a command that calls one of these beside its context has two pools.
_OPENERS = re.compile(
    r"\b(open_registry|open_target_registry|RemoteRegistry|forge_at|GitHubForge|LocalForge)\("
)
_MAY_OPEN = {
    *("commands/doctor.py", "commands/init.py"),  # each makes the context of other settings
    *("monorepo/opening.py", "monorepo/registry.py"),
}


def test_the_registry_and_the_forge_are_opened_with_the_context() -> None:
    found = {
        str(module)
        for module in modules()
        if module.parts[0] not in ("forge", "registry")
        if _OPENERS.search((_ROOT / "flux" / module).read_text().replace("def open_", ""))
    }
    assert found == _MAY_OPEN


# Flux names the repositories in its own manifests by these URLs, whatever kinds of registries there are.
_READ_URLS_OF_FLUX = ("adoption", "artifact")
_PACKAGES_OF_KINDS = re.compile(r"flux\.(forge\.(github|local)|registry\.(folder|remote))\b")


def names_of_kinds(source: str) -> set[str]:
    """The kinds of forges and registries that a module names or imports, instead of asking their table."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in (*forges.KINDS, *filter(None, registries.KINDS)):
            found.add(str(node.value))
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import | ast.ImportFrom):
            names += [alias.name for alias in node.names]
            names += [f"{name}.{alias.name}" for name in names[:1] for alias in node.names]
        found |= {
            name
            for name in names
            if re.match(r"flux\.(forge\.(github|local)|registry\.(folder|remote))\b", name)
        }
    return found


def test_only_their_rooms_name_the_kinds_of_forges_and_registries() -> None:
    found = {
        str(module): names
        for module in modules()
        if module.parts[0] not in ("forge", "registry") and str(module) != "packages.py"  # names of imports
        if (names := names_of_kinds((_ROOT / "flux" / module).read_text()))
        if module.parts[0] not in _READ_URLS_OF_FLUX or names != {"oci://"}
    }
    assert found == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('if place.kind == "github": pass', {"github"}),
        ('location.startswith("oci://")', {"oci://"}),
        ("from flux.forge.local.folder import FOLDER", {"flux.forge.local.folder"}),
        ("from flux.forge import local", {"flux.forge.local"}),
        ("import flux.registry.remote.address", {"flux.registry.remote.address"}),
        ("from flux.forge.kinds import KINDS", set()),
        ('said = "GitHub at github.com"', set()),
    ],
)
def test_a_kind_that_is_named_is_found(source: str, names: set[str]) -> None:
    assert {name for name in names_of_kinds(source) if name.count(".") < 4} >= names
    assert bool(names_of_kinds(source)) == bool(names)


def test_modules_are_short() -> None:
    sizes = {module: len((_ROOT / "flux" / module).read_text().splitlines()) for module in modules()}
    assert {str(module): size for module, size in sizes.items() if size > _LONGEST} == {}
    assert median(size for module, size in sizes.items() if module.name != "__init__.py") <= _MEDIAN


# Whose text the standard library writes, and may write otherwise in its next version.
_ITS_ERRORS = {
    *("ArithmeticError", "AttributeError", "EOFError", "JSONDecodeError", "KeyError", "LookupError"),
    *("OSError", "OverflowError", "RecursionError", "TarError", "TypeError", "UnicodeDecodeError"),
    *("UnicodeError", "ValueError", "HTTPException", "IndexError"),
}


def quoted_errors(source: str) -> list[int]:
    """The lines that put an error of the standard library into a text as it is."""
    return [
        quoted.lineno
        for handler in ast.walk(ast.parse(source))
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type
        if _ITS_ERRORS & set(re.findall(r"\w+", ast.unparse(handler.type)))
        for statement in handler.body
        for quoted in map(quoted_value, ast.walk(statement))
        if isinstance(quoted, ast.Name) and quoted.id == handler.name
    ]


def quoted_value(node: ast.AST) -> ast.AST | None:
    """What a node makes text of, or takes the text of."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("str", "repr", "format") and node.args:
        return node.args[0]
    if isinstance(node, ast.FormattedValue) or (
        isinstance(node, ast.Attribute) and node.attr in ("msg", "args")
    ):
        return node.value
    return None


def test_no_message_depends_on_the_words_of_the_standard_library() -> None:
    # Where a setting is read every ValueError is raised there, with a text of ours.
    found = {
        str(module): lines
        for module in modules()
        if module.parts[0] != "settings" and module.name != "settings.py"
        if (lines := quoted_errors((_ROOT / "flux" / module).read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("handler", "lines"),
    [
        ("except ValueError as error: raise Our(f'no: {error}')", [3]),
        ("except (OSError, zlib.error) as e: raise Our(str(e)) from e", [3]),
        ("except json.JSONDecodeError as error: say(error.msg)", [3]),
        ("except OSError as error: raise Our(f'no: {error.strerror}')", []),
        ("except ValueError as error: raise Our('no') from error", []),
        ("except FluxError as error: say(f'{error}')", []),
    ],
)
def test_an_error_that_is_quoted_is_found(handler: str, lines: list[int]) -> None:
    assert quoted_errors(f"try:\n    x()\n{handler}\n") == lines


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
        if (lines := compiled_at_import((_ROOT / "flux" / module).read_text()))
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
    *("configured", "errors", "listing", "packages", "parallel", "reasons", "regex", "running", "tasks"),
    "working",
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
        (["build"], _IN_GIT | {"registry"}, {"deflate", "semver"}),
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
