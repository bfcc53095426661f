"""What reviewers see of a promotion where the settings have changed between two releases."""

import json

from tests.commands.promoting import World


def configure(world: World, **settings: object) -> str:
    said = json.loads((world.repo.path / "invoke.yaml").read_text())
    said["flux"].update(settings)
    return world.change({"invoke.yaml": json.dumps(said)}, "settings")


def test_files_that_only_the_settings_took_away_are_not_shown(world: World) -> None:
    world.change({"artifacts/eso/NOTES.md": "old notes\n", "artifacts/eso/gone.yaml": "a: 1\n"})
    world.release("eso", "1.2.0")
    world.desire(at_ring1="1.2.0")
    world.update()
    world.repo.remove("artifacts/eso/gone.yaml")
    world.repo.commit("remove it")
    if world.github:
        world.repo.push()
    configure(world, ignore=["*.md"])
    now = world.with_(ignore=("*.md",))
    now.release("eso", "1.3.0")
    now.promote("eso", "at_ring1", "1.3.0")
    body = now.pull().body
    assert "gone.yaml" in body
    assert "version: 1.3.0" in body
    assert "NOTES" not in body
    assert "old notes" not in body


def test_an_old_release_is_what_it_was_for_whoever_promotes_and_tags(world: World) -> None:
    configure(world, ignore=["x.yaml"])
    now = world.with_(ignore=("x.yaml",))
    before = now.tags()["1.0.0"]
    converged = now.tag()
    assert not converged.failed
    assert now.tags()["at_ring1"] == before
    done = now.reconcile()
    assert not done.errors
    assert not [text for text in done.repaired if "1.0.0" in text]
    assert not [text for text in done.notices if "cannot be published" in str(text)]
