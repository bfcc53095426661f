"""What follows from the settings."""

import pytest

from flux.artifact.folder import SourceEntry
from flux.artifact.layout import Layout
from flux.promotion.gates.rule import Auto, Rule
from flux.release.tag import TagForm
from flux.settings.derived import Settings
from flux.settings.phases import Follow, Phase

GROUPED = Settings(phases=(Phase("at", ("at_1", "at_2")), Phase("prod", ("prod",))))


@pytest.mark.parametrize(("sources", "path"), [("artifacts", "artifacts/*"), ("a/b", "a/b/*"), (".", "*")])
def test_the_simple_form_is_a_layout_of_one_entry(sources: str, path: str) -> None:
    settings = Settings(sources=sources, ignore=("x",))
    assert settings.layout == Layout((SourceEntry(path),), ("x",))
    assert settings.layout.shown == sources


def test_entries_stand_in_for_the_simple_form() -> None:
    entries = (SourceEntry("apps/*"), SourceEntry("clusters/local"))
    assert Settings(artifacts=entries).layout == Layout(entries)
    assert Settings(artifacts=entries).layout.shown == "apps/*, clusters/local"


def test_of_one_artifact_a_release_tag_is_a_version() -> None:
    one = Settings(artifacts=(SourceEntry(".", "platform"),), release_tag="v{version}")
    assert one.tag_form == TagForm("v{version}", "platform")
    assert Settings().tag_form == TagForm("flux-oci-{artifact}-v{version}")


def test_who_observes_writes_nothing() -> None:
    assert Settings(mode="observe").observes
    assert not Settings().observes


def test_what_follows_is_not_promoted_to() -> None:
    phases = (Phase("edge", (), following=(("edge", Follow.TIP),)), *GROUPED.phases)
    settings = Settings(phases=phases)
    assert settings.environments == GROUPED.environments
    assert settings.groups == GROUPED.groups
    assert settings.following(Follow.TIP) == ("edge",)
    assert settings.following(Follow.STABLE) == ()
    assert settings.moving == ("latest", "edge")
    assert (
        Settings(phases=phases, latest="").moving
        == Settings(phases=phases, latest="edge").moving
        == ("edge",)
    )
    assert settings.rule("eso", "prod") == GROUPED.rule("eso", "prod")


def test_environments_are_in_the_order_of_the_phases() -> None:
    assert GROUPED.environments == ("at_1", "at_2", "prod")
    assert GROUPED.groups == {"at": ("at_1", "at_2"), "prod": ("prod",)}
    assert list(GROUPED.groups) == ["at", "prod"]
    assert Settings().environments == ("at", "tt", "prod")


RULED = Settings(
    phases=(
        Phase("at", ("at",), (("auto", Auto.MINOR),), is_ruled=True),
        Phase("tt", ("tt",), is_ruled=True),
        Phase("prod", ("p1", "p2")),
    ),
    rules={"eso": {"prod": (("soak", 60),)}},
)


def test_a_phase_with_a_rule_comes_after_the_one_before() -> None:
    assert RULED.rule("eso", "at") == Rule(auto=Auto.MINOR)
    assert RULED.rule("eso", "tt") == Rule(after="at")
    assert RULED.rule("eso", "prod") == Rule(after="tt", soak=60)
    assert RULED.rule("other", "prod") == Rule()
    assert RULED.has_rules
    assert not GROUPED.has_rules
