"""What tags and the forge tell about releases, and what stays where the forge does not answer."""

from flux.monorepo.release_details import ReleaseReader
from flux.monorepo.releases import releases
from tests.commands.promoted import TAG
from tests.commands.promoting import World


def test_a_release_has_its_time_notes_and_issue(world: World) -> None:
    world.open(TAG)
    with world.opened() as monorepo:
        reader = ReleaseReader(monorepo, releases(monorepo, ["eso", "dashboard"]))
        first, last = map(reader.release, reader.releases_of("eso"))
    assert (first.version, last.version, last.tag) == ("1.0.0", "1.1.0", TAG)
    assert "eso 1.1.0" in last.notes
    assert (bool(last.time), last.commit, first.issue) == (
        True,
        world.bare.git("rev-parse", f"{TAG}^{{}}"),
        "",
    )
    assert last.issue == world.issue().url
    assert (reader.notices, reader.releases_of("dashboard")) == ([], [])
    assert (reader.committed("eso", "1.1.0") or 0) > (reader.committed("eso", "1.0.0") or 0) > 0
    assert reader.committed("eso", "9.9.9") is reader.committed("eso", None) is None


def test_what_git_knows_is_told_without_the_forge(hub: World) -> None:
    broken = hub.with_()
    broken.token = "not-a-token"
    with broken.opened() as monorepo:
        reader = ReleaseReader(monorepo, releases(monorepo, ["eso"]))
        found = [reader.release(released) for released in reader.releases_of("eso")]
    assert [(each.version, each.notes, each.url) for each in found] == [("1.0.0", "", ""), ("1.1.0", "", "")]
    (notice,) = reader.notices
    assert str(notice).startswith("notes and issues are not shown: ")
