"""Which artifacts a commit has, what is refused in their places, and which cannot stand together."""

from collections.abc import Iterable, Mapping

from flux.artifact.discovery import Below, find_all
from flux.artifact.folder import SourceEntry
from flux.artifact.tree import FOLDER, REGULAR, SUBMODULE, SYMLINK
from flux.git.tree import TreeEntry as Node


def below(paths: Iterable[str], modes: Mapping[str, int] = {}) -> Below:
    """The folders of a tree of files, with other modes for some."""
    found: dict[str, dict[str, Node]] = {}
    for path in [*sorted(paths), *modes]:
        parts = path.split("/")
        for depth, part in enumerate(parts):
            mode = modes.get(path, REGULAR) if depth == len(parts) - 1 else FOLDER
            found.setdefault("/".join(parts[:depth]), {})[part] = Node(mode, "")
    return lambda folder: found.get(folder, {})


def test_several_roots_and_depths() -> None:
    tree = below(
        ["infra/components/eso/a", "infra/x", "apps/web/a", "apps/a.md", "clusters/local/a", "docs/a"]
    )
    entries = [SourceEntry("infra/components/*"), SourceEntry("apps/*"), SourceEntry("clusters/local")]
    found = find_all(entries, tree)
    assert {name: folder.path for name, folder in found.folders.items()} == {
        "eso": "infra/components/eso",
        "web": "apps/web",
        "local": "clusters/local",
    }
    assert (found.odd, found.clashes) == ({}, ())


def test_the_whole_repository_is_one() -> None:
    found = find_all([SourceEntry(".", "platform")], below([]))
    assert {name: folder.path for name, folder in found.folders.items()} == {"platform": ""}


def test_the_outermost_folder_at_any_depth() -> None:
    found = find_all(
        [SourceEntry("**/deploy", "{parent}")], below(["a/deploy/x", "b/c/deploy/deploy/x", "d/x"])
    )
    assert {name: folder.path for name, folder in found.folders.items()} == {
        "a": "a/deploy",
        "c": "b/c/deploy",
    }


def test_what_is_no_folder_in_the_place_of_one() -> None:
    modes = {"apps/link": SYMLINK, "apps/sub": SUBMODULE, "link": SYMLINK, "sub": SUBMODULE}
    tree = below(["apps/file"], modes)
    assert {n: odd.path for n, odd in find_all([SourceEntry("apps/*")], tree).odd.items()} == {
        "link": "apps/link",
        "sub": "apps/sub",
    }
    assert set(find_all([SourceEntry("*")], tree).odd) == {"sub"}
    for entry in ("link", "link/*", "link/a"):
        assert {odd.path for odd in find_all([SourceEntry(entry)], tree).odd.values()} == {"link"}
    assert find_all([SourceEntry("apps/*", exclude=("link", "sub"))], tree).odd == {}


def test_what_is_no_folder_on_the_way_to_one() -> None:
    modes = {"clusters/prod": SYMLINK, "clusters/sub": SUBMODULE, "other": SYMLINK, "file": REGULAR}
    tree = below(["clusters/dev/apps/web/f", "clusters/file"], modes)
    for entry, names in (
        (SourceEntry("clusters/*/apps", "{parent}-{name}"), ["prod-apps", "sub-apps"]),
        (SourceEntry("clusters/*/apps/*"), ["apps", "apps"]),
        (SourceEntry("clusters/prod/**/apps", "{path}"), ["clusters-prod"]),
        (SourceEntry("clusters/*/apps", exclude=("clusters/prod", "clusters/sub")), []),
        (SourceEntry("*/apps"), []),
        (SourceEntry("**/apps"), []),
    ):
        odd = find_all([entry], tree).odd
        assert list(odd) == list(dict.fromkeys(names)), entry
        assert {each.path for each in odd.values()} <= {"clusters/prod", "clusters/sub"}


def test_two_of_one_name_clash() -> None:
    tree = below(["a/x/f", "b/x/f", "c/y/f"])
    found = find_all([SourceEntry("*/*")], tree)
    (clash,) = found.clashes
    assert (clash.names, clash.path, list(found.clashing)) == (("x",), "b/x", ["x"])
    assert list(found.folders) == ["y"], "neither is published under the name of the other"
    assert (found.of(["y"]).clashes, found.of(["x"]).clashes) == ((), (clash,))
    assert clash.message == "two artifacts are named x: a/x and b/x"
    assert (clash.error.message, clash.error.hint) == (clash.message, clash.hint)
    assert find_all([SourceEntry("*/x", "{parent}-{name}")], tree).clashes == ()


def test_a_folder_in_two_artifacts_clashes() -> None:
    tree = below(["apps/x/f", "f"])
    for entries in (
        [SourceEntry(".", "all"), SourceEntry("apps/*")],
        [SourceEntry("apps/*"), SourceEntry("apps/x", "y")],
        [SourceEntry("apps/*"), SourceEntry("*/x")],
        [SourceEntry("apps", "all"), SourceEntry("apps/*")],
    ):
        (clash,) = find_all(entries, tree).clashes
        assert clash.message.startswith("apps/x is in two artifacts: ")
        assert clash.hint == "list apps/x under `exclude` of one of them in the setting `artifacts`"


def test_what_one_leaves_out_the_other_may_have() -> None:
    tree = below(["apps/x/f", "f"])
    for pattern in ("apps", "apps/", "/apps/*", "apps/x", "apps/**"):
        assert find_all([SourceEntry(".", "all", (pattern,)), SourceEntry("apps/*")], tree).clashes == ()
