"""Which paths are which artifact: of any tree and any entries, a file is in one artifact at most."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.discovery import Below
from flux.artifact.folder import SourceEntry
from flux.artifact.layout import Layout
from flux.artifact.tree import FOLDER, REGULAR, SUBMODULE, SYMLINK
from tests.artifact.test_discovery import below

_PARTS = st.sampled_from(["apps", "infra", "x", "y", ".z", "a.yaml"])
_FILES = st.lists(st.lists(_PARTS, min_size=1, max_size=4).map("/".join), max_size=10).map(
    lambda paths: sorted({p for p in paths if not any(o.startswith(p + "/") for o in paths)})
)
_ENTRIES = st.lists(
    st.builds(
        SourceEntry,
        st.lists(st.sampled_from(["apps", "infra", "*", "x", "?", "**"]), max_size=3)
        .filter(lambda parts: not parts or parts[-1] != "**")
        .map(lambda parts: "/".join(parts) or "."),
        st.sampled_from(["{name}", "{path}", "{parent}-{name}"]),
        st.lists(st.sampled_from(["apps", "x/", "*.yaml", "infra/x", "apps/*"]), max_size=2).map(tuple),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


def beside(tree: Below) -> Callable[[str], list[str]]:
    return lambda folder: [name for name, there in tree(folder).items() if there.mode != FOLDER]


@given(_ENTRIES, _FILES)
def test_a_path_alone_says_what_the_tree_says(entries: tuple[SourceEntry, ...], files: list[str]) -> None:
    layout = Layout(entries)
    found = layout.find(below(files))
    folders = list(found.folders.values())
    for path in files:
        owners = [one for one in layout.owners(path) if not layout.excludes(one)(one.inside(path))]
        assert all(path == one.join(one.inside(path)) for one in owners)
        if not found.clashes:
            holding = [f for f in folders if path.startswith(f.path + "/") or not f.path]
            assert owners == [f for f in holding if not layout.excludes(f)(f.inside(path))]
            assert len(owners) < 2, "no file is in two artifacts"
            assert layout.owner(path) == next(iter(owners), None)


@given(_ENTRIES, _FILES)
def test_some_are_found_as_all_are(entries: tuple[SourceEntry, ...], files: list[str]) -> None:
    layout, tree = Layout(entries), below(files)
    every = layout.find(tree).folders
    for name in every:
        assert layout.find(tree, [name, "none"]).folders == {name: every[name]}
    assert list(layout.find(tree, list(every)[::-1]).folders) == list(every)


@given(_ENTRIES, _FILES)
def test_what_is_no_folder_is_found_alone_as_it_is_with_all(
    entries: tuple[SourceEntry, ...], files: list[str]
) -> None:
    layout, tree = Layout(entries), below(files, dict.fromkeys(files[::2], SYMLINK))
    assert layout.find_odd(tree, beside(tree)) == layout.find(tree).odd


def test_links_in_the_place_of_artifacts_are_found_alone() -> None:
    tree = below(["apps/web/a"], {"apps/x": SYMLINK, "apps/y": SUBMODULE, "apps/z": REGULAR})
    assert {*Layout.under("apps").find_odd(tree, beside(tree))} == {"x", "y"}


@given(_ENTRIES, _FILES)
def test_whatever_is_of_an_artifact_is_within_its_reach(
    entries: tuple[SourceEntry, ...], files: list[str]
) -> None:
    layout = Layout(entries)
    for path in files:
        for folder in layout.owners(path):
            base, names = layout.reach([folder.artifact])
            assert not names or any(path.startswith(f"{base}{name}/") for name in names)


def test_a_folder_in_that_of_another_is_within_reach_once() -> None:
    layout = Layout(
        (SourceEntry("apps/*", exclude=("apps/web/charts",)), SourceEntry("apps/web/charts", "charts"))
    )
    assert layout.reach(["charts"]) == ("", ["apps"])


def test_the_files_of_each() -> None:
    layout = Layout((SourceEntry("apps/*"), SourceEntry(".", "rest", ("apps", "*.md"))), ("tests/",))
    paths = ["apps/a/x", "apps/a/tests/x", "apps/y", "b/x", "README.md"]
    assert layout.sort(paths) == {"a": ["apps/a/x"], "rest": ["b/x"]}


def test_the_only_one_has_a_name() -> None:
    assert Layout((SourceEntry("clusters/local"),)).only == "local"
    assert Layout((SourceEntry(".", "platform"),)).only == "platform"
    assert Layout().only == Layout((SourceEntry("a"), SourceEntry("b"))).only == ""


def test_how_people_write_it() -> None:
    assert [Layout.under(sources).shown for sources in ("apps", "a/b", ".")] == ["apps", "a/b", "."]
    assert Layout((SourceEntry("apps/*", exclude=("x",)),)).shown == "apps/*"
