"""What counts as a change of an artifact: whatever its image shows, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.changes import Commit, HasFolder, Passed, changed_files, last_changes, moved, passed
from flux.artifact.folder import SourceEntry
from flux.artifact.ignore import Excludes, excludes
from flux.artifact.layout import Layout
from flux.artifact.revision import Revision
from flux.artifact.tree import EXECUTABLE, REGULAR, Change
from tests.artifact.trees import Tree, layer, trees

_LAYOUT = Layout(ignore=("CHANGELOG.md", "docs/"))


def differences(old: Tree, new: Tree) -> list[Change]:
    paths = sorted(old.keys() | new.keys())
    return [
        Change(path) if path in old and path in new else Change(path, path not in old, path not in new)
        for path in paths
        if old.get(path) != new.get(path)
    ]


def folders(tree: Iterable[str]) -> HasFolder:
    return lambda folder: not folder or any(path.startswith(folder + "/") for path in tree)


def changed(old: Tree, new: Tree, layout: Layout = _LAYOUT) -> dict[str, list[str]]:
    return changed_files(differences(old, new), layout, folders(old), folders(new))


def line(history: Sequence[Tree]) -> Iterator[Commit]:
    """The commits of a history of trees, newest first; the last is the root."""
    for at, (tree, parent) in enumerate(zip(history, [*history[1:], None], strict=True)):
        yield Commit(
            Revision(f"{at:040}", at),
            None if parent is None else differences(parent, tree),
            folders(tree),
            folders(parent or ()),
        )


def judged(commits: Iterable[Commit], layout: Layout = _LAYOUT) -> Iterator[Passed]:
    return (passed(commit, layout) for commit in commits)


def tree(*paths: str) -> dict[str, tuple[int, bytes]]:
    return dict.fromkeys(paths, (REGULAR, b""))


def test_an_artifact_whose_files_are_in_several_folders_may_only_have_moved() -> None:
    layout = Layout((SourceEntry("apps/*"), SourceEntry("infra/*")))
    reasons = changed(tree("apps/eso/a.yaml"), tree("infra/eso/a.yaml", "infra/db/a.yaml"), layout)
    assert moved(reasons, layout) == ["eso"]
    assert moved({"eso": ["artifacts/eso/a.yaml"]}, _LAYOUT) == []


def test_a_file_may_be_left_out_of_one_artifact_and_be_in_another() -> None:
    layout = Layout((SourceEntry(".", "all", ("apps",)), SourceEntry("apps/*")))
    assert changed({}, tree("apps/eso/a.yaml", "a.yaml"), layout) == {
        "all": ["a.yaml"],
        "eso": ["apps/eso/a.yaml"],
    }


def test_files_of_several_artifacts() -> None:
    old = tree("artifacts/eso/a.yaml", "artifacts/eso/b.yaml", "artifacts/ingress/a.yaml", "README.md")
    new = tree("artifacts/eso/a.yaml", "artifacts/eso/c.yaml", "artifacts/new/a.yaml", "artifacts/README.md")
    assert changed(old, new) == {
        "eso": ["artifacts/eso/b.yaml", "artifacts/eso/c.yaml"],
        "ingress": ["artifacts/ingress/a.yaml"],
        "new": ["artifacts/new/a.yaml"],
    }


def test_a_mode_is_a_change() -> None:
    old, new = {"artifacts/eso/run": (REGULAR, b"")}, {"artifacts/eso/run": (EXECUTABLE, b"")}
    assert changed(old, new) == {"eso": ["artifacts/eso/run"]}


def test_a_file_that_is_left_out_is_none() -> None:
    old = tree("artifacts/eso/a.yaml", "artifacts/eso/CHANGELOG.md", "artifacts/eso/docs/a.md")
    new = old | dict.fromkeys(
        ["artifacts/eso/CHANGELOG.md", "artifacts/eso/docs/a.md"], (EXECUTABLE, b"other")
    )
    assert changed(old, new) == {}
    assert changed(old, tree("artifacts/eso/a.yaml")) == {}
    assert changed(tree("artifacts/eso/a.yaml"), old) == {}


def test_the_folder_of_a_file_that_is_left_out_appears_and_disappears() -> None:
    without = tree("artifacts/eso/a.yaml")
    one = without | tree("artifacts/eso/img/small/logo.png")
    two = one | tree("artifacts/eso/img/other.png")
    assert changed(without, one) == {"eso": ["artifacts/eso/img/small/logo.png"]}
    assert changed(one, without) == {"eso": ["artifacts/eso/img/small/logo.png"]}
    # `img` is there with both.
    assert changed(one, two) == {}
    assert changed(two, without | tree("artifacts/eso/img/other.png")) == {
        "eso": ["artifacts/eso/img/small/logo.png"]
    }


def test_an_artifact_of_nothing_but_files_that_are_left_out() -> None:
    assert changed({}, tree("artifacts/eso/CHANGELOG.md")) == {"eso": ["artifacts/eso/CHANGELOG.md"]}
    assert changed(tree("artifacts/eso/docs/a.md"), {}) == {"eso": ["artifacts/eso/docs/a.md"]}


_NAMES = st.sampled_from(["a.yaml", "b", "docs", "img", "logo.png", "CHANGELOG.md"])
_IN_ARTIFACTS = st.builds(
    lambda artifact, parts: "/".join(["artifacts", artifact, *parts]),
    st.sampled_from(["eso", "ingress", "docs"]),
    st.lists(_NAMES, max_size=3),
)
_TREES = trees(_IN_ARTIFACTS, max_size=8)
_PATTERNS = st.lists(
    st.sampled_from(
        ["CHANGELOG.md", "docs/", "docs", "docs/*", "/img/", "*", "!*/", "!a.yaml", "!docs/a.yaml", "b/**"]
    ),
    max_size=3,
).map(tuple)


def shown(whole: Tree, artifact: str, ignored: Excludes) -> bytes | None:
    """What the image of an artifact shows; None where there is no artifact."""
    root = f"artifacts/{artifact}/"
    own = {path.removeprefix(root): entry for path, entry in whole.items() if path.startswith(root)}
    return layer(own, ignored) if own else None


@given(_TREES, _TREES, _PATTERNS)
def test_an_artifact_changed_if_its_image_did(old: Tree, new: Tree, patterns: tuple[str, ...]) -> None:
    ignored = excludes(patterns)
    reasons = changed(old, new, Layout(ignore=patterns))
    names = ["eso", "ingress", "docs"]
    assert reasons.keys() == {n for n in names if shown(old, n, ignored) != shown(new, n, ignored)}
    paths = {change.path for change in differences(old, new)}
    for name, given_paths in reasons.items():
        assert given_paths
        assert set(given_paths) <= {path for path in paths if path.startswith(f"artifacts/{name}/")}


@given(st.lists(_TREES, min_size=1, max_size=6), _PATTERNS)
def test_the_last_change_is_the_newest_with_another_image(
    history: list[Tree], patterns: tuple[str, ...]
) -> None:
    ignored = excludes(patterns)
    names = [name for name in ("eso", "ingress", "docs") if shown(history[0], name, ignored) is not None]
    found = last_changes(judged(line(history), Layout(ignore=patterns)), names)
    for name in names:
        images = [shown(whole, name, ignored) for whole in [*history, {}]]
        newest = next(at for at, image in enumerate(images) if image != images[at + 1])
        assert found[name].time == newest
    assert found.keys() == set(names)


def test_the_root_changed_all_that_nothing_later_did() -> None:
    history = [tree("artifacts/eso/a.yaml", "artifacts/ingress/a.yaml"), tree("artifacts/ingress/a.yaml")]
    found = last_changes(judged(line(history)), ["eso", "ingress"])
    assert found == {"eso": Revision("0" * 40, 0), "ingress": Revision(f"{1:040}", 1)}


def test_history_is_read_no_further_than_needed() -> None:
    history = [
        tree("artifacts/eso/a.yaml", "artifacts/eso/CHANGELOG.md"),
        tree("artifacts/eso/a.yaml"),
        tree("artifacts/eso/b.yaml"),
        tree(),
    ]
    commits = line(history)
    assert last_changes(judged(commits), ["eso"]) == {"eso": Revision(f"{1:040}", 1)}
    assert next(commits).revision.time == 2


def test_a_line_that_ends_early_leaves_names_out() -> None:
    """As the walk of a shallow clone would, where nothing at the edge may be taken for the root."""
    history = [tree("artifacts/eso/a.yaml"), tree("artifacts/eso/b.yaml")]
    commits = list(line(history))[:1]
    assert last_changes(judged(commits), ["eso", "ingress"]).keys() == {"eso"}
