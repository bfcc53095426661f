"""No name stands for two things."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.modules import ROOT, modules


def public_names(source: str) -> list[str]:
    """The classes, functions, types and constants that a module defines: also its own classes, whose names
    begin with `_`. What people type and placeholders have no part in this: the commands of `tasks/`, and the
    variables of generic types."""
    names: list[str] = []
    for node in ast.parse(source).body:
        typed = isinstance(node, ast.FunctionDef) and any(map(is_command, node.decorator_list))
        if isinstance(node, ast.ClassDef):
            names.append(node.name.lstrip("_"))
        elif isinstance(node, ast.FunctionDef) and not typed:
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and "TypeVar(" not in ast.unparse(node):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [each.id for to in targets for each in ast.walk(to) if isinstance(each, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "command"


def home_of(name: str, module: Path) -> str:
    """Where a name has its meaning: its module, or the rooms whose modules do the same for different things.

    A part of a forge is named as at the other forge. The modules of `report/` each have a `document`, which
    is what `--json` prints of the result that they show.
    """
    if module.parts[0] == "forge" and name[0].isupper() and not name.isupper():
        return "forge"
    return "report" if module.parts[0] == "report" and name == "document" else str(module)


def test_one_name_is_one_thing() -> None:
    homes = defaultdict(set)
    for module in modules():
        for name in public_names((ROOT / "flux" / module).read_text()):
            homes[name].add(home_of(name, module))
    assert {name: sorted(where) for name, where in homes.items() if len(where) > 1} == {}


def test_what_counts_as_a_name() -> None:
    source = """
T = TypeVar("T")
Answer = str | None
MOST, _LEAST = 3, 1
KNOWN: dict[str, int] = {}
def find(): ...
def _own(): ...
class Found: ...
class _Kept: ...
@command(example="find")
def typed(): ...
"""
    assert public_names(source) == ["Answer", "MOST", "KNOWN", "find", "Found", "Kept"]
    assert home_of("document", Path("report/tag.py")) == home_of("document", Path("report/log.py"))
    local, github = (Path("forge", kind, "issues.py") for kind in ("local", "github"))
    assert home_of("Issues", local) == home_of("Issues", github)
    assert home_of("find", Path("forge/place.py")) == "forge/place.py"
