"""What people see before they merge."""

from tests.commands.promoting import World


def test_a_downgrade_is_marked(world: World) -> None:
    world.promote("eso", "prod")
    world.merge()
    world.promote("eso", "prod_ring1", "1.0.0")
    assert "**down**" in world.pull().body
    assert "Taken back from 1.1.0" in world.pull().body


def release(name: str, chart: str, image: str) -> str:
    spec = f"chart: {{spec: {{chart: {name}, version: {chart}}}}}"
    return (
        f"kind: HelmRelease\nspec:\n  {spec}\n  values: {{image: {{repository: busybox, tag: '{image}'}}}}\n"
    )


def test_charts_and_images_that_change_stand_above_the_commits(world: World) -> None:
    world.change({"artifacts/eso/release.yaml": release("eso", "1.9.0", "1.36")}, "feat: a chart")
    world.release("eso", "1.2.0")
    world.desire(prod_ring1="1.2.0")
    world.change({"artifacts/eso/release.yaml": release("eso", "2.0.0", "1.37")}, "feat: a newer chart")
    world.release("eso", "1.3.0")
    world.promote("eso", "prod_ring1", "1.3.0")
    body = world.pull().body
    chart, image = "- chart eso: `1.9.0` → `2.0.0` ⚠️ **major**", "- image busybox: `1.36` → `1.37`\n"
    assert body.index("### Versions since 1.2.0") < body.index(chart) < body.index(image)
    assert body.index(image) < body.index("### Commits since 1.2.0") < body.index("a newer chart")
    assert body.count("**major**") == 1


def test_what_was_removed_meanwhile_is_said_to_be_gone(local: World) -> None:
    local.promote("eso", "prod_ring1", "1.1.0")
    assert "gone" not in local.pull().body
    local.repo.remove("artifacts/eso")
    local.repo.commit("remove eso")
    local.sync()
    assert "> eso: the artifact is gone; what is deployed of it can be rolled back." in local.pull().body
    local.merge()
    local.roll_back("eso", "prod_ring1")
    assert "gone" not in local.pull().body
