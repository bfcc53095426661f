"""What is due is done, and then nothing."""

from datetime import timedelta

from flux.errors import UnvouchedError
from flux.monorepo.commit_artifacts import Sources
from tests.commands.promoted import TAG, registry_of
from tests.commands.promoting import World
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


def test_reconcile_undoes_what_main_was_forced_back_from(hub: World) -> None:
    assert hub.github
    hub.github.advance(timedelta(hours=-2))
    hub.open(TAG)
    hub.apply(hub.tick("tt"))
    hub.merge()
    hub.github.advance(timedelta(hours=2))
    hub.bare.git("update-ref", "refs/heads/main", "main~1")
    undone = "issue 1: tt: the tick was lost; tick it again if you still want it"
    assert undone in hub.reconcile().repaired
    assert hub.reconcile().repaired == []


def test_reconcile_opens_no_issue_for_old_releases(hub: World) -> None:
    assert hub.github
    hub.github.advance(timedelta(days=-8))
    hub.release("eso", "1.2.0")
    hub.github.advance(timedelta(days=8))
    hub.reconcile()
    assert hub.forge().issues("flux-release") == []


def test_what_publish_always_refuses_is_a_warning(world: World) -> None:
    world.repo.checkout("aside", create=True)
    world.repo.commit(files={"artifacts/eso/x.yaml": "aside\n"})
    world.repo.tag("flux-oci-eso-v9.0.0")
    if world.github:
        world.repo.push("origin", "flux-oci-eso-v9.0.0")
    world.repo.checkout("main")
    done = world.reconcile()
    assert not done.errors
    assert any("flux-oci-eso-v9.0.0" in notice for notice in done.notices)


def test_one_registry_that_fails_leaves_the_other_artifacts_to_be_published(local: World) -> None:
    tag = local.release("eso", "1.2.0", publish=False)
    local.release("dashboard", "0.1.0", publish=False)
    (local.repo.path / ".registry/dashboard").mkdir(parents=True, exist_ok=True)
    (local.repo.path / ".registry/dashboard/index.json").write_text("not JSON")
    done = local.reconcile()
    assert any(what.startswith(f"{tag}: ") for what in done.repaired)
    assert any(about == "dashboard" for about, _ in done.errors)
