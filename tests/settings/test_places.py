"""Names of registries, branches, release tags and URLs."""

import pytest

from flux.settings.places import branch, registry, release_tag, source
from tests.settings.refusing import refuses


@pytest.mark.parametrize("name", ["main", "release/1.x", "feature_x", "a.b", "x@y", "1"])
def test_names_of_branches(name: str) -> None:
    assert branch(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("@", "-x", "/x", "x/", "x.", ".x", "a/.b", "x.lock", "x.lock/y", "a..b", "a//b"),
        *("a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a@{1}", "a\x7f"),
    ],
)
def test_names_that_git_has_for_no_branch(name: str) -> None:
    assert refuses(branch, name)


@pytest.mark.parametrize(
    ("location", "read"),
    [("images/", "images"), ("/", "/"), ("./a.b", "./a.b"), ("oci://h:5000/a/b/", "oci://h:5000/a/b")],
)
def test_folders_and_registries(location: str, read: str) -> None:
    assert registry(location) == read


@pytest.mark.parametrize(
    "location", ["oci://", "https://h/a", "oci://h/A", "oci://u@h/a", "h:5000/a", "h.io/a"]
)
def test_what_is_no_registry(location: str) -> None:
    assert refuses(registry, location)


def test_release_tags_and_sources() -> None:
    assert release_tag("{artifact}/v{version}") == "{artifact}/v{version}"
    assert source("https://github.com/acme/m") == "https://github.com/acme/m"
    for read, value in ((release_tag, "v{version}"), (source, "ssh://git@h/m"), (source, "https://u:p@h/m")):
        assert refuses(read, value)
