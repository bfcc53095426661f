"""Who may know whom, and where things are."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from flux.forge import kinds as forges
from flux.registry import kinds as registries
from tests.modules import ROOT, modules

_LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"

_LONGEST, _MEDIAN = 300, 100  # lines of a module

_LONGEST_TEST, _LONG_TESTS = 400, 12  # lines of a file of tests; how many may have more than a module


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Hold the package in `folder` to the contracts in its pyproject.toml."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", _LINT]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_arrows() -> None:
    result = lint(ROOT)
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
    shutil.copytree(ROOT / "flux", tmp_path / "flux", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "flux" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{added}\n")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert any(broken in line for line in result.stdout.splitlines() if " BROKEN" in line), result.stdout


def test_every_room_writes_to_registries_through_a_publisher() -> None:
    """Of which there is one for the flux CLI; the writes of a target are those of the built-in one."""
    writes = {"push_blob", "push_manifest", "push_tags"}
    outside = [module for module in modules() if module.parts[0] != "registry"]
    assert {Path("monorepo/publishing.py"), Path("commands/build.py")} <= {*outside}
    found = {
        str(each) for each in outside if writes & {*re.findall(r"\w+", (ROOT / "flux" / each).read_text())}
    }
    assert found == set()


def is_tested(module: Path, tests: Path) -> bool:
    """Whether a module has its test file, of the same path and name, or a folder with one for each subject.
    What an `__init__.py` does is tested with its room."""
    own, folder = module.with_name(f"test_{module.name}"), module.with_suffix("")
    return module.name == "__init__.py" or (tests / own).exists() or any((tests / folder).glob("test_*.py"))


def is_placed(test: Path, flux: Path, tests: Path) -> bool:
    """Whether a test file lies where somebody looks for it. One in a room of flux tests a module or a package
    there, or is in the folder of a module; or it tests a file of the tests' own, beside it."""
    module, folder = test.with_name(test.name.removeprefix("test_")), test.parent
    if len(test.parts) == 1 or not (flux / test.parts[0]).is_dir():
        return True
    is_package = module.stem == folder.name
    return is_package or any(path.exists() for path in (flux / module, flux / f"{folder}.py", tests / module))


def test_each_module_has_its_test_file() -> None:
    assert [str(module) for module in modules() if not is_tested(module, ROOT / "tests")] == []


def test_pytest_enters_each_folder_of_tests() -> None:
    """It passes by `build` and `dist`, which a module of that name would ask for."""
    folders = {path.parent.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert not folders & {"build", "dist", "venv", "node_modules"}


def test_each_test_file_in_a_room_is_of_a_module() -> None:
    """What concerns several commands is in tests/promises; several programs, in tests/integration."""
    tests = (path.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [str(path) for path in tests if not is_placed(path, ROOT / "flux", ROOT / "tests")] == []


def test_a_module_without_a_test_file_is_found(tmp_path: Path) -> None:
    for name in ("room/test_one.py", "room/two/test_subject.py", "room/three/data.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {name: is_tested(Path(f"room/{name}.py"), tmp_path) for name in ("one", "two", "three", "four")}
    assert found == {"one": True, "two": True, "three": False, "four": False}


@pytest.mark.parametrize(
    ("name", "placed"),
    [
        ("test_here.py", True),
        ("stories/test_any.py", True),
        ("room/test_one.py", True),
        ("room/one/test_subject.py", True),
        ("room/inner/test_inner.py", True),
        ("room/test_double.py", True),
        ("room/test_other.py", False),
        ("room/inner/test_one.py", False),
        ("room/other/test_subject.py", False),
    ],
)
def test_a_test_file_of_no_module_is_found(name: str, placed: bool, tmp_path: Path) -> None:
    for path in ("flux/room/one.py", "flux/room/inner/__init__.py", "tests/room/double.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert is_placed(Path(name), tmp_path / "flux", tmp_path / "tests") == placed


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
        if (names := separate_parts((ROOT / "flux" / module).read_text()))
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
        if _OPENERS.search((ROOT / "flux" / module).read_text().replace("def open_", ""))
    }
    assert found == _MAY_OPEN


# Flux names the repositories in its own manifests by these URLs, whatever kinds of registries there are.
_READ_URLS_OF_FLUX = ("adoption", "artifact")

_PACKAGES_OF_KINDS = re.compile(r"flux\.(forge\.(github|local)|registry\.(folder|remote))\b")


def names_of_kinds(source: str) -> set[str]:
    """The kinds of forges and registries that a module names or imports, instead of asking their table."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        kinds = *forges.FORGE_KINDS, *filter(None, registries.REGISTRY_KINDS)
        if isinstance(node, ast.Constant) and node.value in kinds:
            found.add(str(node.value))
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import | ast.ImportFrom):
            names += [alias.name for alias in node.names]
            names += [f"{name}.{alias.name}" for name in names[:1] for alias in node.names]
        found |= {name for name in names if _PACKAGES_OF_KINDS.match(name)}
    return found


def test_only_their_rooms_name_the_kinds_of_forges_and_registries() -> None:
    found = {
        str(module): names
        for module in modules()
        if module.parts[0] not in ("forge", "registry") and str(module) != "packages.py"  # names of imports
        if (names := names_of_kinds((ROOT / "flux" / module).read_text()))
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


def test_files_of_tests_are_not_long() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    long = {path.relative_to(ROOT).as_posix(): size for path, size in sizes.items() if size > _LONGEST}
    assert {path: size for path, size in long.items() if size > _LONGEST_TEST} == {}
    assert len(long) <= _LONG_TESTS, f"split what is over {_LONGEST} lines by subject: {sorted(long)}"


def test_modules_are_short() -> None:
    sizes = {module: len((ROOT / "flux" / module).read_text().splitlines()) for module in modules()}
    assert {str(module): size for module, size in sizes.items() if size > _LONGEST} == {}
    assert median(size for module, size in sizes.items() if module.name != "__init__.py") <= _MEDIAN
