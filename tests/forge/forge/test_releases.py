"""What every forge promises of accounts and releases, tried on local files and on GitHub."""

import pytest

from flux.errors import ForgeError
from flux.forge.forge import Forge
from tests.forge.conftest import Place
from tests.forge.forge.asking import ODD
from tests.forge.forge.asking import forge as forge


def test_the_account_that_asks_is_known_and_may_all(place: Place) -> None:
    assert place.forge.login() == place.login
    assert place.forge.permission(place.login) in ("admin", "write")


def test_an_app_has_no_permission_of_its_own(forge: Forge) -> None:
    assert forge.permission("github-actions[bot]") == "none"


def test_who_asks_lacks_nothing_that_is_told(forge: Forge) -> None:
    assert not forge.lacks()


def test_an_account_is_there_or_not(place: Place) -> None:
    assert place.forge.has_account(place.login)
    assert not place.forge.has_account("nobody-of-this-name")


def test_nothing_is_released_at_first(forge: Forge) -> None:
    assert forge.releases() == []
    assert forge.release("eso-v1.0.0") is None


def test_a_tag_is_no_release(place: Place) -> None:
    place.repo.tag("eso-v1.0.0", "main")
    assert place.forge.release("eso-v1.0.0") is None
    assert place.forge.releases() == []


@pytest.mark.parametrize("tag", ["eso-v1.0.0", "eso/1.0.0", "flux-oci-a-v1.0.0-rc.1"])
@pytest.mark.parametrize("prerelease", [True, False])
@pytest.mark.parametrize("body", ["Notes", ODD, ""])
def test_a_release_is_made_and_found(place: Place, tag: str, prerelease: bool, body: str) -> None:
    created = place.forge.create_release(tag, place.tip, "eso 1.0.0", body, prerelease)
    assert (created.tag, created.commit, created.title) == (tag, place.tip, "eso 1.0.0")
    assert (created.body, created.prerelease, created.author) == (body, prerelease, place.login)
    assert created.url.startswith(place.url)
    assert place.forge.release(tag) == created
    assert place.forge.releases() == [created]
    assert place.repo.git("rev-parse", f"refs/tags/{tag}^{{commit}}") == place.tip


def test_a_release_is_of_the_commit_asked_for(place: Place) -> None:
    first = place.tip
    place.start("topic")
    place.merge(place.forge.create_pull_request("Title", "", "topic", "main"))
    assert place.tip != first
    assert place.forge.create_release("eso-v1.0.0", first, "eso 1.0.0", "", False).commit == first


def test_releases_are_listed_the_newest_first(place: Place) -> None:
    tags = [f"eso-v1.{minor}.0" for minor in range(12)]
    for tag in tags:
        place.forge.create_release(tag, place.tip, tag, "", False)
    assert [release.tag for release in place.forge.releases()] == tags[::-1]


def test_there_is_one_release_of_a_tag(place: Place) -> None:
    first = place.forge.create_release("eso-v1.0.0", place.tip, "First", "", False)
    for commit in (place.tip, place.commit()):
        with pytest.raises(ForgeError, match=r"eso-v1\.0\.0"):
            place.forge.create_release("eso-v1.0.0", commit, "Second", "", False)
    assert place.forge.releases() == [first]


def test_a_tag_elsewhere_is_not_released(place: Place) -> None:
    place.repo.tag("eso-v1.0.0", "main")
    with pytest.raises(ForgeError, match=rf"tag eso-v1\.0\.0 is there already, at {place.tip[:12]}"):
        place.forge.create_release("eso-v1.0.0", place.commit(), "eso 1.0.0", "", False)
    assert place.forge.releases() == []
    assert place.repo.git("rev-parse", "refs/tags/eso-v1.0.0") == place.tip


def test_a_tag_at_the_commit_is_released(place: Place) -> None:
    """Someone pushed it, or a run was killed between the two."""
    place.repo.tag("eso-v1.0.0", "main")
    made = place.forge.create_release("eso-v1.0.0", place.tip, "eso 1.0.0", "Notes", True)
    assert (made.commit, made.body, made.prerelease) == (place.tip, "Notes", True)
    assert place.forge.release("eso-v1.0.0") == made
    assert place.forge.releases() == [made]
    assert place.repo.git("rev-parse", "eso-v1.0.0^{commit}") == place.tip


def test_a_release_of_an_annotated_tag_is_of_its_commit(place: Place) -> None:
    """On GitHub one can release a tag that someone pushed; locally that tag is the release."""
    first = place.tip
    place.repo.tag("eso-v1.0.0", first, message="eso 1.0.0")
    if place.forge.release("eso-v1.0.0") is None:
        place.forge.create_release("eso-v1.0.0", first, "eso 1.0.0", "", False)
    release = place.forge.release("eso-v1.0.0")
    assert release is not None
    assert release.commit == first
    assert place.forge.releases() == [release]
