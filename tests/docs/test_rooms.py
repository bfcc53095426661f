"""The picture of the house in CONTRIBUTING.md has every room, and an arrow for every import."""

import ast
import re
from collections import defaultdict
from collections.abc import Mapping, Set
from pathlib import Path

from tests.modules import ROOT, modules

_TEXT = (ROOT / "CONTRIBUTING.md").read_text()
_PICTURE = next(each for each in re.findall(r"```mermaid\n(.*?)```", _TEXT, re.DOTALL) if "tasks" in each)
_SMALL = set(re.findall(r"`(\w+)\.py`", _TEXT.split("Small modules stand below")[1].split("\n\n")[0]))


def boxes() -> dict[str, str]:
    """The box of each room. A box may have several modules in its label."""
    labels = re.findall(r"(\w+)\[\"([^:<]*)", _PICTURE)
    return {re.sub(r"/|\.py", "", room): box for box, label in labels for room in label.split(", ")}


def arrows() -> Mapping[str, Set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for begin, end in re.findall(r"^\s*(\w+)(?:\[.*?\])? --> (\w+)", _PICTURE, re.MULTILINE):
        found[begin].add(end)
    return found


def reached(begin: str, by: Mapping[str, Set[str]]) -> set[str]:
    """Where the arrows lead."""
    found: set[str] = set()
    new = {begin}
    while new:
        new = {end for each in new for end in by.get(each, ())} - found
        found |= new
    return found


def room_of(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imports() -> set[tuple[str, str]]:
    """Each room, and a room that it imports."""
    found = set()
    for module in modules():
        for node in ast.walk(ast.parse((ROOT / "flux" / module).read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "flux":
                _, _, rest = (node.module or "").partition(".")
                names = [rest.partition(".")[0]] if rest else [alias.name for alias in node.names]
                found |= {(room_of(module), name) for name in names}
    return found


def test_every_room_has_its_place() -> None:
    rooms = {room_of(module) for module in modules()} - {"__init__"}
    assert {*boxes()} | _SMALL == rooms
    assert not {*boxes()} & _SMALL


def test_each_import_goes_along_the_arrows() -> None:
    box, by = boxes(), arrows()
    between = {(box[one], box[other]) for one, other in imports() if {one, other} <= {*box}}
    assert len(between) > 50
    assert {(one, other) for one, other in between if one != other and other not in reached(one, by)} == set()


def test_each_arrow_is_an_import() -> None:
    box = boxes()
    between = {(box[one], box[other]) for one, other in imports() if {one, other} <= {*box}}
    assert {(begin, end) for begin, ends in arrows().items() for end in ends} <= between


def test_what_is_small_knows_no_room_with_effects() -> None:
    known = {other for one, other in imports() if one in _SMALL} - _SMALL
    assert known <= {"artifact"}
