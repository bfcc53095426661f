"""What differs between the versions that environments should have."""

from collections.abc import Mapping

from flux.environments.version_differences import VersionDifference, compare_versions
from flux.monorepo.releases import releases
from tests.commands.promoting import World


def compare(world: World, wanted: Mapping[str, str]) -> list[VersionDifference]:
    with world.opened() as monorepo:
        return compare_versions(monorepo, releases(monorepo, ["eso"]), wanted)


def test_each_version_is_compared_with_the_next_higher_one(local: World) -> None:
    (found,) = compare(local, {"at_ring1": "1.1.0", "prod_ring1": "1.0.0", "prod_ring2": "1.0.0"})
    assert (found.old, found.new) == ("1.0.0", "1.1.0")
    assert found.environments == (("prod_ring1", "prod_ring2"), ("at_ring1",))
    assert [file.path for file in found.files] == ["x.yaml"]
    assert compare(local, {"at_ring1": "1.0.0", "prod_ring1": "1.0.0"}) == []


def test_charts_and_images_that_differ(local: World) -> None:
    for version, chart in (("1.2.0", "0.1.0"), ("1.3.0", "0.2.0")):
        local.change({"artifacts/eso/y.yaml": f"chart: eso\nversion: {chart}\n"})
        local.release("eso", version, publish=False)
    (found,) = compare(local, {"at_ring1": "1.3.0", "prod_ring1": "1.2.0"})
    assert found.names == (("chart eso", "0.1.0", "0.2.0"),)


def test_a_version_that_is_no_release(local: World) -> None:
    (found,) = compare(local, {"at_ring1": "1.0.0", "prod_ring1": "0.9.0"})
    assert str(found.unknown) == "no release has version 0.9.0"


def test_many_versions_and_files_are_cut(local: World) -> None:
    local.change({f"artifacts/eso/{number}.yaml": "x: 1\n" for number in range(60)})
    local.release("eso", "2.0.0", publish=False)
    found = compare(
        local, {f"ring{minor}": f"0.{minor}.0" for minor in range(9)} | {"at_ring1": "2.0.0", "prod": "1.1.0"}
    )
    assert [each.new for each in found] == ["2.0.0", "1.1.0", "0.8.0", "0.7.0"]
    assert (len(found[0].files), found[0].more_files) == (50, 11)
