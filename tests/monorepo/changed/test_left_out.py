"""Which artifacts changed: what is left out of their images does not count."""

from pathlib import Path

import pytest

from tests.commands.invoking import changed
from tests.monorepo.changed.comparing import compared
from tests.monorepo.changing import repo as repo
from tests.monorepo.changing import says
from tests.repo import Repo


@pytest.mark.parametrize(
    ("ignore", "path", "counts"),
    [
        ((), "logo.png", False),
        ((), "deep/er/logo.JPG", True),
        ((), "deep/er/logo.jpg", False),
        ((), ".gitignore", False),
        ((), ".gitattributes", False),
        ((), "chart.tar.gz", False),
        ((), "chart.tgz", True),
        ((), "CHANGELOG.md", True),
        (("CHANGELOG.md",), "CHANGELOG.md", False),
        (("CHANGELOG.md",), "deep/CHANGELOG.md", False),
        (("/CHANGELOG.md",), "deep/CHANGELOG.md", True),
        (("/CHANGELOG.md",), "CHANGELOG.md", False),
        (("*.md", "!README.md"), "README.md", True),
        (("*.md", "!README.md"), "NEWS.md", False),
        (("!*.png",), "logo.png", True),
        (("docs/",), "docs/a.md", False),
        (("docs/",), "deep/docs/a.md", False),
        (("docs/",), "docs", True),
        (("/docs/",), "deep/docs/a.md", True),
        (("docs/**",), "docs/a/b.md", False),
        (("**/tmp",), "a/tmp/x", False),
        (("a/b",), "a/b", False),
        (("a/b",), "x/a/b", True),
        (("*.md",), "new\nline.md", False),
        (("# comment",), "# comment", True),
        (("\\#hash",), "#hash", False),
        (("app",), "base.txt", True),
        (("artifacts/",), "base.txt", True),
    ],
)
def test_what_is_left_out_is_no_change(repo: Repo, ignore: tuple[str, ...], path: str, counts: bool) -> None:
    place = f"artifacts/app/{path}"
    # Whatever folders it needs are there already.
    repo.commit(files={f"{Path(place).parent}/keep.yaml": "x"})
    expected = {"app": [place]} if counts else {}
    for content in ("one", "other"):
        repo.commit(files={place: content})
        assert compared(repo, ignore=ignore).reasons == expected
    repo.write(place, "other", executable=True)
    repo.commit()
    assert compared(repo, ignore=ignore).reasons == expected
    repo.write(place, "uncommitted")
    assert changed(repo, ignore=ignore).uncommitted == expected
    repo.remove(place)
    repo.commit()
    assert compared(repo, ignore=ignore).reasons == expected


def test_a_file_that_is_left_out_still_makes_its_folder(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/pictures/logo.png": "x"})
    assert compared(repo).reasons == {"app": ["artifacts/app/pictures/logo.png"]}
    repo.commit(files={"artifacts/app/pictures/other.png": "x"})
    assert compared(repo).reasons == {}
    repo.remove("artifacts/app/pictures/logo.png")
    repo.commit()
    assert compared(repo).reasons == {}
    repo.remove("artifacts/app/pictures/other.png")
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/pictures/other.png"]}


def test_a_folder_that_is_left_out_is_no_change(repo: Repo) -> None:
    ignore = ("docs/", "*.md")
    repo.commit(files={"artifacts/app/docs/a.yaml": "x", "artifacts/app/docs/deep/b.md": "x"})
    assert compared(repo, ignore=ignore).reasons == {}
    repo.commit(files={"artifacts/app/new/docs/a.yaml": "x"})
    assert compared(repo, ignore=ignore).reasons == {"app": ["artifacts/app/new/docs/a.yaml"]}
    repo.remove("artifacts/app/docs")
    repo.commit()
    assert compared(repo, ignore=ignore).reasons == {}


def test_an_artifact_of_nothing_published(repo: Repo) -> None:
    repo.commit(files={"artifacts/new/logo.png": "x"})
    assert says(compared(repo)) == ({"new"}, set())
    repo.commit(files={"artifacts/new/logo.png": "y"})
    assert says(compared(repo)) == (set(), set())
    repo.remove("artifacts/new")
    repo.commit()
    assert says(compared(repo)) == (set(), {"new"})


@pytest.mark.parametrize(
    ("sources", "path", "artifact"),
    [
        ("components", "components/app/x.yaml", "app"),
        ("components", "artifacts/app/x.yaml", None),
        ("components", "deep/components/app/x.yaml", None),
        ("a/b", "a/b/app/x.yaml", "app"),
        ("a/b", "a/b2/app/x.yaml", None),
        ("a/b", "a/app/x.yaml", None),
        (".", "app/x.yaml", "app"),
        (".", "artifacts/app/x.yaml", "artifacts"),
        (".", "x.yaml", None),
    ],
)
def test_where_the_sources_are(repo: Repo, sources: str, path: str, artifact: str | None) -> None:
    repo.commit(files={path: "x"})
    expected = {artifact: [path]} if artifact else {}
    assert compared(repo, sources=sources).reasons == expected
    repo.write(path, "uncommitted")
    assert changed(repo, sources=sources).uncommitted == expected
