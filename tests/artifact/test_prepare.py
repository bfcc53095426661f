"""What a build step is told, and what it gets to see."""

import pytest

from flux.artifact.changes import changed_files
from flux.artifact.folder import Folder, SourceEntry
from flux.artifact.layout import Layout
from flux.artifact.prepare import Prepare
from flux.artifact.tree import Change

STATE = ("flux/releaseconfig.json", "flux/freezes.json")


def folder(step: Prepare, path: str = "apps/web", name: str = "shop") -> Folder:
    return Folder(name, path, SourceEntry("apps/*", "{name}", (), step))


def test_its_templates() -> None:
    step = Prepare("make {name} -C {path}", "out/{name}/{path}", ("{path}/../{name}.cue",))
    there = folder(step)
    assert step.command_for(there) == "make shop -C apps/web"
    assert step.output_for(there) == "out/shop/apps/web"
    assert step.reads(there)("apps/web/x")
    assert Prepare("x").output_for(there) == "apps/web"
    assert Prepare("x", ".").output_for(there) == ""


@pytest.mark.parametrize("path", ["apps/a b", "apps/$(touch x)", "apps/'", "apps/{name}"])
def test_a_folders_name_is_one_word_and_no_pattern(path: str) -> None:
    step = Prepare("ls {path}", inputs=("/base/",))
    there = folder(step, path)
    assert step.command_for(there).startswith("ls '") or path == "apps/{name}"
    assert step.reads(there)(f"{path}/x")
    assert not step.reads(folder(step, "apps/[ab]*"))("apps/a/x")
    assert step.reads(folder(step, "apps/[ab]*"))("apps/[ab]*/x")


@pytest.mark.parametrize(
    ("inputs", "seen", "unseen"),
    [
        ((), ["Makefile", "docs/x", "apps/web/x"], [*STATE]),
        (
            ("/base/", "Makefile"),
            ["base/x", "Makefile", "apps/web/x", "apps/api/Makefile"],
            ["x", "apps/api/x"],
        ),
        (("!CHANGELOG.md",), ["apps/web/x"], ["apps/web/CHANGELOG.md", "x"]),
        (("/flux/",), [*STATE, "apps/web/x"], ["x"]),
        (("base/{name}/",), ["base/shop/x"], ["base/web/x"]),
    ],
)
def test_what_it_sees(inputs: tuple[str, ...], seen: list[str], unseen: list[str]) -> None:
    reads = Prepare("x", inputs=inputs).reads(folder(Prepare("x")), STATE)
    assert [path for path in [*seen, *unseen] if reads(path)] == seen


@pytest.mark.parametrize(
    ("inputs", "places"),
    [
        ((), ["."]),
        (("Makefile",), ["."]),
        (("/base/x*",), ["apps/web", "base"]),
        (("/*/x",), ["."]),
        (("/base/", "lib/{name}/", "!x"), ["apps/web", "base", "lib/shop"]),
    ],
)
def test_the_places_of_its_history(inputs: tuple[str, ...], places: list[str]) -> None:
    assert Prepare("x", inputs=inputs).places(folder(Prepare("x"))) == places


def test_a_change_of_what_it_reads_changes_what_it_makes() -> None:
    layout = Layout((SourceEntry("apps/*"),)).prepared(Prepare("x", "out", ("/base/",)), STATE)
    made = [Folder(name, f"apps/{name}", layout.artifacts[0]) for name in ("api", "web")]

    def changed(*paths: str) -> dict[str, list[str]]:
        changes = [Change(path) for path in paths]
        return changed_files(changes, layout, lambda path: True, lambda path: True, lambda: made)

    assert changed("base/x") == {"api": ["base/x"], "web": ["base/x"]}
    assert changed("apps/web/x", "apps/web/x.png") == {"web": ["apps/web/x", "apps/web/x.png"]}
    assert changed("out/x", "flux/releaseconfig.json", "README.md") == {}


def test_a_step_of_ones_own_comes_before_that_of_all() -> None:
    own = Prepare("own")
    layout = Layout((SourceEntry("a", prepare=own), SourceEntry("b"))).prepared(Prepare("all"), STATE)
    assert [entry.prepare for entry in layout.artifacts] == [own, Prepare("all")]
    assert layout.state == STATE
    assert not Layout().prepared(None, STATE).state
    assert not layout.is_plain


def test_what_is_left_out_counts_from_the_output_on() -> None:
    layout = Layout(
        (SourceEntry("apps/*", exclude=("/out/shop/secret", "*.tmp"), prepare=Prepare("x", "out/{name}")),)
    )
    excluded = layout.excludes(Folder("shop", "apps/shop", layout.artifacts[0]))
    assert [path for path in ("secret", "a/secret", "x.tmp", "x.png", "x") if excluded(path)] == [
        *("secret", "x.tmp", "x.png")
    ]
