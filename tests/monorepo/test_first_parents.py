"""Revisions and changes are those of the layers, whatever settings each commit has."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from flux.artifact.ignore import excludes
from flux.artifact.tree import REGULAR
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.first_parents import changed_between, walk_first_parents
from flux.monorepo.layouts import Layouts
from flux.settings import Settings
from tests.commands.invoking import monorepo
from tests.monorepo.histories import PATTERNS, Made, Tree, changed_at, histories, imported, layers, line
from tests.monorepos import opened
from tests.repo import Repo

LENGTH = int(os.environ.get("FLUX_TEST_HISTORIES", "40"))
"""How many made-up histories each test has. A night can have more than a push."""

SOURCES = ["artifacts", "a/b", "."]


def settled(made: Made, said: tuple[str, tuple[str, ...]]) -> Made:
    """The commit with an invoke.yaml, and its artifacts where that says."""
    sources, ignore = said
    prefix = "" if sources == "." else f"{sources}/"
    tree = {f"{prefix}{path}": entry for path, entry in made.tree.items()}
    content = json.dumps({"flux": {"sources": sources, "ignore": list(ignore)}})
    return Made(made.parents, tree | {"invoke.yaml": (REGULAR, content)})


def listed(repo: Repo, commit: str, sources: str) -> Tree:
    """What git lists in the folder of the artifacts: mode and object by path."""
    folder = "" if sources == "." else f"{sources}/"
    tree: dict[str, tuple[int, str]] = {}
    for entry in repo.git("ls-tree", "-r", "-z", commit).split("\0")[:-1]:
        about, _, path = entry.partition("\t")
        mode, _, oid = about.split()
        if path.startswith(folder):
            tree[path.removeprefix(folder)] = (int(mode, 8), oid)
    return tree


@pytest.mark.stories
@hypothesis_settings(max_examples=LENGTH, deadline=None)
@given(history=histories(), picks=st.data())
def test_what_changed_is_what_a_cluster_gets_otherwise(history: list[Made], picks: Any) -> None:
    said = [(picks.draw(st.sampled_from(SOURCES)), picks.draw(st.sampled_from(PATTERNS))) for _ in history]
    with TemporaryDirectory() as folder:
        written = [settled(made, one) for made, one in zip(history, said, strict=True)]
        repo, hashes = imported(Path(folder) / "repo", written, "")
        shown = [
            layers(listed(repo, commit, sources), excludes(ignore))
            for commit, (sources, ignore) in zip(hashes, said, strict=True)
        ]
        with opened(repo, Settings()) as monorepo:
            for old, before in enumerate(shown):
                for new, after in enumerate(shown):
                    found = changed_between(monorepo, hashes[old], hashes[new])
                    expected = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
                    assert found.keys() == expected
                    for name in expected:
                        alone = changed_between(monorepo, hashes[old], hashes[new], name)
                        assert alone.get(name) == found[name]
                        assert found[name]
            for at, commit in enumerate(hashes):
                sources = Sources(monorepo, commit)
                names = sources.present()
                assert sorted(names) == sorted(shown[at])
                expected_at = {
                    name: next(
                        hashes[c] for c, parent in line(history, at) if changed_at(shown, name, c, parent)
                    )
                    for name in names
                }
                revisions = sources.revisions(names)
                assert {name: revision.commit for name, revision in revisions.items()} == expected_at


def test_settings_are_read_where_they_change_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x": "0", "artifacts/db/x": "0"})
    for number in range(1, 6):
        repo.commit(files={"artifacts/app/x": str(number)})
    read: list[str] = []
    are_said = Layouts.are_said

    def counted(layouts: Layouts, commit: str) -> bool:
        read.append(commit)
        return are_said(layouts, commit)

    monkeypatch.setattr(Layouts, "are_said", counted)
    with opened(repo.path, Settings()) as context:
        assert [passed.changed for passed in walk_first_parents(context, repo.head, ["app"])][:5] == [
            {"app": ["artifacts/app/x"]}
        ] * 5
    assert len(read) <= 2


def test_settings_that_come_and_go_on_the_line(tmp_path: Path) -> None:
    """Where there are none, the folders that are there say where the artifacts are."""
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"apps/app/x": "0", "other/app/x": "0"})
    repo.commit(files={"invoke.yaml": "flux: {sources: apps}\n"})
    repo.commit(files={"other/app/x": "1"})
    repo.commit(files={"invoke.yaml": "flux: {sources: other}\n"})
    repo.commit(files={"other/app/x": "2"})
    repo.git("rm", "--quiet", "invoke.yaml")
    repo.commit()
    repo.commit(files={"apps/app/x": "3"})
    repo.commit(files={"apps/app/x": "4", "invoke.yaml": "flux: {sources: other}\n"})
    with opened(repo.path, Settings(sources="apps")) as context:
        *found, first = [
            (one.revision.commit, one.changed) for one in walk_first_parents(context, repo.head, ["app"])
        ]
        assert first[1] is None
        for commit, changed in found:
            expected = changed_between(context, context.git.commit(f"{commit}~"), commit)
            assert changed == {name: paths for name, paths in expected.items() if name == "app"}
    assert sum(bool(changed) for _, changed in found) >= 2
