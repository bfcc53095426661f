"""Settings: their right forms, and what is said of wrong ones."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flux.artifact.folder import SourceEntry
from flux.errors import SettingError
from flux.promotion.gates.rule import Auto
from flux.settings import Phase, Settings, read_settings, require_section
from flux.settings.rules import FollowedClusters
from tests.settings.reading.forms import NAMES, WRONG, settings_in, told

RIGHT: tuple[tuple[str, object, str | None, object], ...] = (
    # The setting, a value in YAML, the same in INVOKE_FLUX_*, what it means
    ("sources", "components", "components", "components"),
    ("sources", "./deploy/flux/", "./deploy/flux/", "deploy/flux"),
    ("sources", ".", ".", "."),
    ("artifacts", ["apps/*"], "apps/*", (SourceEntry("apps/*"),)),
    ("artifacts", ["./a/*/", {"path": "b"}], "a/*,b", (SourceEntry("a/*"), SourceEntry("b"))),
    ("artifacts", {"path": ".", "name": "all"}, None, (SourceEntry(".", "all"),)),
    (
        "artifacts",
        [{"path": "c/**/apps/*", "name": "{parent}-{name}", "exclude": ["*.md", "c/old/"]}],
        None,
        (SourceEntry("c/**/apps/*", "{parent}-{name}", ("*.md", "c/old/")),),
    ),
    ("releaseconfig", "./state.json", "./state.json", "state.json"),
    ("registry", ".registry/", ".registry/", ".registry"),
    ("registry", "/srv/images", "/srv/images", "/srv/images"),
    ("registry", "/", "/", "/"),
    ("registry", "oci://ghcr.io/acme/flux/", "oci://ghcr.io/acme/flux/", "oci://ghcr.io/acme/flux"),
    ("registry", "oci://localhost:5000", "oci://localhost:5000", "oci://localhost:5000"),
    ("registry", "oci://[::10]:5000/9-b__c.d9", "oci://[::10]:5000/9-b__c.d9", "oci://[::10]:5000/9-b__c.d9"),
    ("mode", "observe", "observe", "observe"),
    ("adopted", "0123456789" * 4, "0123456789" * 4, "0123456789" * 4),
    ("adopted", "", "", ""),
    ("repository", "infrastructure/{name}", "infrastructure/{name}", "infrastructure/{name}"),
    ("repository", "flux-{name}-sync", "flux-{name}-sync", "flux-{name}-sync"),
    ("version_tag", "v{version}", "v{version}", "v{version}"),
    ("latest", "edge", "edge", "edge"),
    ("latest", False, "none", ""),
    ("branch", "main", " main ", "main"),
    ("branch", "release/1.x", "release/1.x", "release/1.x"),
    ("branches", ["main", "release/*"], "main, release/*", ("main", "release/*")),
    ("release_tag", "{artifact}/{version}", "{artifact}/{version}", "{artifact}/{version}"),
    ("create_release", True, "true", True),
    ("source", "https://github.com/acme/m", "https://github.com/acme/m", "https://github.com/acme/m"),
    ("phases", ["at", "prod"], "at,prod", (Phase("at", ("at",)), Phase("prod", ("prod",)))),
    ("phases", {"prod": None, "at": []}, "prod, at", (Phase("prod", ("prod",)), Phase("at", ("at",)))),
    ("phases", {"at": ["ring1", "ring_2"]}, None, (Phase("at", ("ring1", "ring_2")),)),
    ("phases", [{"at": ["r1"]}, "prod"], None, (Phase("at", ("r1",)), Phase("prod", ("prod",)))),
    ("phases", {"at": ["at"]}, "at", (Phase("at", ("at",)),)),
    ("prepare", "make {name}", " make {name} ", "make {name}"),
    ("prepare_network", True, "true", True),
    ("ignore", ["CHANGELOG.md", "/docs/"], "CHANGELOG.md, /docs/", ("CHANGELOG.md", "/docs/")),
    ("ignore", "*.md", "*.md,", ("*.md",)),
    ("ignore", [], "", ()),
    ("jobs", 1, "1", 1),
    ("jobs", 64, " 64 ", 64),
    ("insecure", True, " true ", True),
    ("insecure", False, "False", False),
    ("insecure", "1", "1", True),
    ("insecure", "0", "0", False),
    ("publisher", "flux", "flux", "flux"),
    ("flux_version", "2.10", "2.10", "2.10"),
    ("flux_version", "v2.9.4", "v2.9.4", "2.9.4"),
    ("flux_version", 2, "2", "2"),
    ("provider", "aws", "aws", "aws"),
    ("forge", "local", "local", "local"),
    ("label", "released with flux", "released with flux", "released with flux"),
    ("promoters", {"prod": ["alice", "bob"]}, None, {"prod": ("alice", "bob")}),
    ("promoters", {"at": "alice,bob", "tt": []}, None, {"at": ("alice", "bob"), "tt": ()}),
    ("promoters", {}, "", {}),
    ("automation", ["acme[bot]"], "acme[bot], ,", ("acme[bot]",)),
    ("require_order", True, "TRUE", True),
    ("two_person", True, "true", True),
    ("two_person", ["prod"], "prod", ("prod",)),
    ("require_signature", True, "true", True),
    ("sign_promotions", True, "1", True),
    ("signature_identity", "^https://a/.*$", "^https://a/.*$", "^https://a/.*$"),
    (
        "signature_issuer",
        "https://token.example.com",
        "https://token.example.com",
        "https://token.example.com",
    ),
    (
        "rules",
        {"eso": {"prod": {"auto": "patch"}}},
        None,
        {"eso": {"prod": (("auto", Auto.PATCH),)}},
    ),
    ("rules", {}, "", {}),
    ("clusters", {"prod": ["eu"]}, None, {"prod": FollowedClusters(("eu",))}),
    ("clusters", {}, "", {}),
)


def values(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in NAMES}


def test_the_defaults() -> None:
    assert read_settings(None, {}) == read_settings({}, {}) == Settings()
    assert values(Settings()) == {
        "sources": "artifacts",
        "artifacts": (),
        "prepare": "",
        "output": "",
        "inputs": (),
        "prepare_network": False,
        "releaseconfig": "flux/releaseconfig.json",
        "registry": ".registry",
        "repository": "{name}",
        "version_tag": "{version}",
        "latest": "latest",
        "mode": "act",
        "adopted": "",
        "branch": "main",
        "branches": (),
        "release_tag": "flux-oci-{artifact}-v{version}",
        "create_release": False,
        "source": "",
        "phases": (Phase("at", ("at",)), Phase("tt", ("tt",)), Phase("prod", ("prod",))),
        "ignore": (),
        "jobs": 16,
        "insecure": None,
        "publisher": "builtin",
        "flux_version": "2.9",
        "provider": "generic",
        "forge": "",
        "label": "flux-release",
        "promoters": None,
        "automation": ("github-actions[bot]",),
        "require_order": False,
        "two_person": False,
        "require_signature": False,
        "signature_identity": "",
        "signature_issuer": "",
        "sign_promotions": False,
        "rules": {},
        "clusters": {},
    }
    assert Settings().environments == ("at", "tt", "prod")


@pytest.mark.parametrize(("name", "value", "text", "meaning"), RIGHT)
def test_right_forms(name: str, value: object, text: str | None, meaning: object) -> None:
    configured = read_settings({name: value}, {})
    assert getattr(configured, name) == meaning
    assert type(getattr(configured, name)) is type(meaning)
    assert configured.named == {name}
    assert values(configured) == values(Settings()) | {name: meaning}
    if text is not None:
        assert read_settings(None, {f"INVOKE_FLUX_{name.upper()}": text}) == configured


def test_a_variable_has_the_last_word() -> None:
    """Even where the file is wrong, since it is how one gets out of that."""
    settings = read_settings({"jobs": "abc", "branch": "trunk"}, {"INVOKE_FLUX_JOBS": "3"})
    assert (settings.jobs, settings.branch) == (3, "trunk")
    assert settings.named == {"jobs", "branch"}


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_wrong_forms(path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(settings_in(path), {})
    assert (caught.value.message, caught.value.hint) == told(path)
    assert caught.value.exit_code == 2
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("INVOKE_FLUX_JOBS", "abc", "INVOKE_FLUX_JOBS cannot be 'abc'"),
        ("INVOKE_FLUX_JOBS", "", "INVOKE_FLUX_JOBS cannot be ''"),
        ("INVOKE_FLUX_JOBS", "-1", "INVOKE_FLUX_JOBS cannot be '-1'"),
        ("INVOKE_FLUX_INSECURE", "no", "INVOKE_FLUX_INSECURE cannot be 'no'"),
        ("INVOKE_FLUX_INSECURE", "", "INVOKE_FLUX_INSECURE cannot be ''"),
        ("INVOKE_FLUX_REGSITRY", "x", "INVOKE_FLUX_REGSITRY is not a setting; did you mean registry?"),
        ("INVOKE_FLUX_NAMED", "x", "INVOKE_FLUX_NAMED is not a setting"),
        ("INVOKE_FLUX_PROMOTERS", "alice", "INVOKE_FLUX_PROMOTERS cannot be 'alice'"),
        (
            "INVOKE_FLUX_PHASES",
            "at,1.0.0",
            "INVOKE_FLUX_PHASES cannot be 'at,1.0.0' ('1.0.0' looks like a version)",
        ),
        (
            "INVOKE_FLUX_REGISTRY",
            "https://user:hunter2@ghcr.io",
            "INVOKE_FLUX_REGISTRY cannot be 'https://ghcr.io' (a registry begins with oci://)",
        ),
    ],
)
def test_wrong_variables(variable: str, text: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({}, {variable: text})
    assert caught.value.message == message


def test_of_a_long_value_the_beginning_is_shown_and_the_reason() -> None:
    environments = [f"ring{number}" for number in range(1000)]
    with pytest.raises(SettingError) as caught:
        read_settings({"phases": [{"at": [*environments, "ring1"]}]}, {})
    assert caught.value.message.startswith("flux.phases cannot be [{'at': ['ring0', 'ring1',")
    assert caught.value.message.endswith("… ('ring1' is listed twice)")
    assert len(caught.value.message) < 300


@example("source", "oci", "][", "")
@given(
    st.sampled_from(["registry", "source"]),
    st.sampled_from(["oci", "http", "https", "ssh"]),
    st.text("abAB01%!$&'()*+,;=@:/?#[]~ ", max_size=6),
    st.text("abAB01%!$&'()*+,;=@:/?#[]~ ", max_size=6),
)
def test_no_password_gets_into_a_message(name: str, scheme: str, before: str, after: str) -> None:
    """Passwords come as they are, with characters that ought to be escaped in a URL."""
    url = f"{scheme}://user:{before}hunter2{after}@ghcr.io/acme"
    with pytest.raises(SettingError) as caught:
        read_settings({name: url}, {})
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "key", ["Flux", "FLUX", "flx", "fluxx", "fulx", "flux_", "flux-artifacts", "Flux_Artifacts"]
)
def test_a_key_that_is_nearly_the_section_is_named(key: str) -> None:
    with pytest.raises(SettingError, match=f"'{key}' in invoke.yaml .*did you mean flux"):
        require_section(["run", key, "tasks"])
    with pytest.raises(SettingError, match="did you mean flux"):
        require_section(["flux", key])


@pytest.mark.parametrize("key", ["sources", "phases"])
def test_a_setting_beside_the_section_is_named(key: str) -> None:
    with pytest.raises(SettingError, match=f"'{key}' in invoke.yaml is not under `flux:`"):
        require_section(["flux", key])


def test_the_section_itself() -> None:
    require_section(["run", "flux", "tasks"])


@pytest.mark.parametrize("key", ["run", "influx", "fluentd", "tasks", "f", "", "x" * 100])
def test_other_keys_are_nobodys_business(key: str) -> None:
    require_section(["sudo", key])
