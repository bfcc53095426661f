"""What every forge promises of branches, commits and workflows, tried on local files and on GitHub."""

from pathlib import Path

import pytest

from flux.errors import FluxError
from flux.forge.forge import Forge, PullState
from tests.forge.conftest import Place
from tests.forge.forge.asking import forge as forge


def test_branches_are_made_found_and_deleted(place: Place) -> None:
    forge = place.forge
    assert forge.branch("main") == place.tip
    assert forge.branch("promote/eso-1.0.0") is None
    commit = place.commit()
    assert forge.create_branch("promote/eso-1.0.0", commit)
    assert forge.branch("promote/eso-1.0.0") == commit
    assert forge.branch("promote") is None
    assert place.repo.git("rev-parse", "refs/heads/promote/eso-1.0.0") == commit
    assert forge.branches("promote/") == {"promote/eso-1.0.0": commit}
    assert forge.branches("promote/e") == {"promote/eso-1.0.0": commit}
    assert forge.branches("other/") == {}
    assert forge.delete_branch("promote/eso-1.0.0", commit)
    assert forge.branch("promote/eso-1.0.0") is None
    assert forge.delete_branch("promote/eso-1.0.0", commit)


def test_a_branch_that_moved_on_is_not_deleted(place: Place) -> None:
    first = place.propose()
    further = place.commit("more", onto=first.head)
    assert place.forge.advance_branch("topic", further)
    assert not place.forge.delete_branch("topic", first.head)
    assert place.forge.branch("topic") == further
    assert place.forge.pull_requests(PullState.OPEN, "topic")[0].head == further


def test_branches_are_listed_by_how_their_names_begin(place: Place) -> None:
    forge = place.forge
    made = {name: place.start(name, name) for name in ("promote/eso-1.0.0", "promote/b#a", "promoted", "a")}
    assert forge.branches("promote/") == {name: made[name] for name in made if name.startswith("promote/")}
    assert forge.branches("promote/b#") == {"promote/b#a": made["promote/b#a"]}
    assert forge.branches("") == {**made, "main": place.tip}
    assert forge.branches("absent") == {}


def test_a_branch_that_is_there_is_not_made(place: Place) -> None:
    place.start("topic", "one")
    before = place.forge.branch("topic")
    assert not place.forge.create_branch("topic", place.commit("two"))
    assert place.forge.branch("topic") == before


def test_a_branch_only_moves_forward(place: Place) -> None:
    forge = place.forge
    first = place.start("topic")
    second = place.commit("more", onto=first)
    assert forge.advance_branch("topic", second)
    assert forge.branch("topic") == second
    assert forge.advance_branch("topic", second)
    for elsewhere in (first, place.tip, place.commit("other")):
        assert not forge.advance_branch("topic", elsewhere)
    assert forge.branch("topic") == second
    assert not forge.advance_branch("absent", second)
    assert forge.branch("absent") is None


@pytest.mark.parametrize("name", ["main", "absent", "a/b"])
def test_a_branch_that_nothing_protects(forge: Forge, name: str) -> None:
    assert forge.protection(name) is None


def test_what_workflows_may_is_not_told_to_everybody(forge: Forge) -> None:
    assert forge.workflows_may_propose() is None
    assert forge.keepers("KEY") is None
    assert forge.owner_faults("main") == []


@pytest.mark.parametrize("name", ["topic..", "main/under", "a b"])
def test_a_branch_that_cannot_be(place: Place, name: str) -> None:
    with pytest.raises(FluxError):
        place.forge.create_branch(name, place.tip)
    assert place.forge.branch(name) is None


def test_a_branch_of_no_commit(place: Place) -> None:
    with pytest.raises(FluxError):
        place.forge.create_branch("topic", "a" * 40)
    assert place.forge.branch("topic") is None


def test_a_commit_has_the_bytes_given_and_leaves_the_rest(place: Place, tmp_path: Path) -> None:
    odd = b'{\r\n  "eso": "1.0.0"\r\n}\0\xff\xfe\n\n'
    commit = place.forge.commit([place.tip], {"new/deep/file.json": odd, "file": b""}, "Subject\n\n# Body\n")
    place.forge.create_branch("topic", commit)
    git = place.repo.git
    assert git("show", f"{commit}:folder/other") == "kept"
    (tmp_path / "odd").write_bytes(odd)
    written = git("hash-object", "--no-filters", str(tmp_path / "odd"))
    assert git("rev-parse", f"{commit}:new/deep/file.json") == written
    assert git("ls-tree", "-r", "--name-only", commit).split() == [
        "file",
        "folder/other",
        "new/deep/file.json",
    ]
    assert git("rev-parse", f"{commit}^@") == place.tip
    assert git("log", "-1", "--format=%B", commit).strip() == "Subject\n\n# Body"


def test_a_commit_joins_two_lines(place: Place) -> None:
    one, two = place.commit("one"), place.commit("two")
    merged = place.forge.commit([one, two], {"two": b"new\n"}, "Merge")
    place.forge.create_branch("topic", merged)
    assert place.repo.git("rev-parse", f"{merged}^@").split() == [one, two]
    assert place.repo.git("ls-tree", "--name-only", merged).split() == ["file", "folder", "one", "two"]


def test_a_commit_of_no_files_has_its_first_parents(place: Place) -> None:
    commit = place.forge.commit([place.tip], {}, "Nothing")
    place.forge.create_branch("topic", commit)
    assert place.repo.git("rev-parse", f"{commit}^{{tree}}") == place.repo.git("rev-parse", "main^{tree}")
    assert commit != place.tip


def test_starting_a_workflow_that_is_not_there(place: Place) -> None:
    """A forge without workflows has nothing to do; one that has them says so."""
    assert place.forge.dispatch("absent.yml", "main", {}) is place.url.startswith("file:")


def test_what_nobody_attested(place: Place) -> None:
    """A forge without attestations lacks none."""
    assert place.forge.is_attested(f"sha256:{'0' * 64}") is place.url.startswith("file:")
