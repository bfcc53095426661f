"""Refs and tags of this clone."""

from flux.git.clone import Clone
from tests.repo import Repo


def test_tags_of_every_kind(repo: Repo, git: Clone) -> None:
    first = repo.head
    repo.tag("light")
    repo.tag("annotated", message="two\nlines")
    repo.tag("nested", "annotated", message="a tag of a tag")
    repo.tag("tree", "HEAD^{tree}")
    repo.tag("é/日本 ".strip(), message="x")
    repo.tag("\N{LINE SEPARATOR}\N{NEXT LINE}x")
    repo.git("update-ref", "refs/tags/with/%(objectname)", "HEAD")
    repo.commit()
    tags = git.tags()
    assert tags.pop("tree") == repo.git("rev-parse", f"{first}^{{tree}}")
    assert set(tags) == {
        "light",
        "annotated",
        "nested",
        "é/日本",
        "\N{LINE SEPARATOR}\N{NEXT LINE}x",
        "with/%(objectname)",
    }
    assert set(tags.values()) == {first}, "what they point at in the end"
