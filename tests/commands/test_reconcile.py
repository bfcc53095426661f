"""What is due is done, and then nothing."""

from dataclasses import replace

import pytest

from flux.commands.reconcile import Reconciler
from flux.errors import RequestError, UnvouchedError
from flux.monorepo.commit_artifacts import Sources
from tests.commands.promoted import registry_of
from tests.commands.promoting import World
from tests.monorepos import opened
from tests.registry.images import image, push


def test_reconcile_does_what_is_due_and_then_nothing(world: World) -> None:
    tag = world.release("eso", "1.2.0", publish=False)
    done = world.reconcile()
    assert not done.errors
    assert f"{tag}: pushed" in done.repaired or f"{tag}: tagged" in done.repaired
    if world.github:
        assert f"{tag}: opened issue 1" in done.repaired
    again = world.reconcile()
    assert (again.repaired, again.errors) == ([], [])
    tags = world.tags()
    digests = {about: image.partition("@")[2] for about, image in again.digests.items()}
    assert again.digests == done.digests
    assert digests.keys() == {"dashboard", "eso", "eso 1.0.0", "eso 1.2.0"}, "tip, desired, newest"
    assert {name: digests[f"eso {name}"] for name in ("1.0.0", "1.2.0")} == {
        name: tags[name] for name in ("1.0.0", "1.2.0")
    }


def test_a_dry_run_plans_on_top_of_its_own_steps(world: World) -> None:
    """A release that it would publish is one that tags could move to."""
    tag = world.release("eso", "1.2.0", publish=False)
    world.desire("eso", at_ring1="1.2.0")
    tags, issues = world.tags(), world.issues()
    dry = world.reconcile(dry_run=True)
    assert not dry.failed
    assert (world.tags(), world.issues()) == (tags, issues)
    done = world.reconcile()
    assert f"{tag}: pushed" in dry.repaired or f"{tag}: tagged" in dry.repaired
    assert "eso:at_ring1: move to 1.2.0" in dry.repaired
    assert [what.replace("moved to", "move to") for what in done.repaired if "issue" not in what] == [
        what for what in dry.repaired if "issue" not in what
    ]


def test_versions_that_are_not_published_are_told_apart(local: World) -> None:
    """They are one error, however many tags they keep from moving."""
    local.desire("eso", at_ring1="1.3.0", prod_ring1="1.3.0")
    done = local.reconcile()
    assert [(step.environment, step.version) for step in done.missing] == [
        ("at_ring1", "1.3.0"),
        ("prod_ring1", "1.3.0"),
    ]
    assert (done.failed, done.errors) == (True, [])


def test_only_the_mode_observe_compares(local: World) -> None:
    local.desire(at_ring1="1.1.0")
    assert local.reconcile(dry_run=True).observed == []
    observed = local.with_(mode="observe").reconcile(dry_run=True).observed
    assert {one.name: one.agrees for one in observed} == {
        "dashboard:latest": False,
        "eso:latest": False,
        "eso:at_ring1": False,
        "eso:prod_ring1": True,
        "eso:prod_ring2": True,
    }


def test_reconcile_vouches_for_no_content_but_the_releases(world: World) -> None:
    """What its digests name is signed."""
    world.release("eso", "1.2.0")
    assert "eso 1.2.0" in world.reconcile().digests
    target = registry_of(world)
    for version in ("1.0.0", "1.2.0"):
        push(target, image(version.encode()), version)
    done = world.reconcile()
    assert done.digests.keys() == {"dashboard", "eso"}
    assert [about for about, _ in done.errors] == ["flux-oci-eso-v1.0.0", "flux-oci-eso-v1.2.0"]
    assert all(isinstance(error, UnvouchedError) for _, error in done.errors)


def test_reconcile_vouches_for_no_release_of_a_commit_that_is_not_mains(world: World) -> None:
    world.repo.git("checkout", "--quiet", "-b", "side")
    world.repo.commit("side", files={"artifacts/eso/x.yaml": "evil: 1\n"})
    world.repo.git("tag", "flux-oci-eso-v1.3.0")
    with world.opened() as monorepo:
        evil = Sources(monorepo, monorepo.git.head()).image_of("eso")
    if world.github:
        world.repo.git("push", "--quiet", "origin", "flux-oci-eso-v1.3.0")
    world.repo.git("checkout", "--quiet", "main")
    push(registry_of(world), evil, "1.3.0")
    done = world.reconcile()
    assert "eso 1.3.0" not in done.digests
    ((about, error),) = done.errors
    assert about == "flux-oci-eso-v1.3.0"
    assert isinstance(error, UnvouchedError)
    assert "which is not on the first-parent line of main" in error.message


def test_without_a_forge_nothing_is_done(local: World) -> None:
    """It would be known only after the first images were pushed."""
    tag = local.release("eso", "1.2.0", publish=False)
    before = local.tags()
    settings = replace(local.settings, forge="github")
    with opened(local.repo, settings) as monorepo, pytest.raises(RequestError, match="GitHub"):
        Reconciler(monorepo)
    assert (tag, local.tags()) == ("flux-oci-eso-v1.2.0", before)
