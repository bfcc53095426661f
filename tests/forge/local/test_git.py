"""The clone has what the local forge needs of git."""

from flux.forge.local.git import AnnotatedTag, Git
from flux.git.clone import Clone
from tests.forge.conftest import Place


def members(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_a_clone_has_it_all(local: Place) -> None:
    clone = Clone(local.repo.path)
    assert members(Git) >= {"ref", "refs", "move_ref", "write_commit", "home_tags"}
    assert all(hasattr(clone, name) for name in members(Git))


def test_so_has_a_tag(local: Place) -> None:
    local.forge.create_release("v1", local.tip, "Title", "Body", False)
    git: Git = Clone(local.repo.path)
    (tag,) = git.annotated_tags()
    assert all(hasattr(tag, name) for name in members(AnnotatedTag))
    assert (tag.name, tag.commit, tag.tagger) == ("v1", local.tip, local.login)
