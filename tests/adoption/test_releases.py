"""The form of release tags is the one that fits the tags that there are."""

import json

import pytest

from flux.adoption.clues import Clues, Gap, ProposedSetting
from flux.adoption.releases import find_releases, is_maintenance

NAMES = ["eso", "ingress-nginx", "ingress"]


def found(tags: list[str], texts: dict[str, str] | None = None, only: str = "") -> dict[str, object]:
    clues = Clues([], texts or {}, tags)
    return {
        one.setting: one.value
        for one in find_releases(clues, NAMES, only)
        if isinstance(one, ProposedSetting)
    }


@pytest.mark.parametrize(
    ("tags", "form"),
    [
        (["eso/v1.0.0", "ingress/v2.0.0-rc.1"], "{artifact}/v{version}"),
        (["eso-1.0.0", "ingress-nginx-2.0.0", "other"], "{artifact}-{version}"),
        (["flux-oci-eso-v1.0.0", "docs-v1.0.0"], "flux-oci-{artifact}-v{version}"),
        (["release/eso@1.0.0"], "release/{artifact}@{version}"),
        # A monorepo releases other things too, some of which have the name of an artifact.
        (
            [
                *(f"flux-oci-{name}-v1.0.0" for name in NAMES),
                *(f"eso-v1.{n}.0" for n in range(9)),
                "api-1.0.0",
            ],
            "flux-oci-{artifact}-v{version}",
        ),
    ],
)
def test_the_form(tags: list[str], form: str) -> None:
    assert found(tags) == {"release_tag": form}


def test_of_one_artifact_it_is_a_version() -> None:
    assert found(["v1.0.0", "v1.1.0"], only="platform") == {"release_tag": "v{version}"}


def test_the_evidence_counts() -> None:
    tags = [*(f"eso/v1.{n}.0" for n in range(9)), "eso-v0.9.0"]
    (finding,) = find_releases(Clues([], {}, tags), NAMES)
    assert isinstance(finding, ProposedSetting)
    assert finding.evidence == "9 of 10 tags with a version match"


def test_two_forms_are_no_setting() -> None:
    (gap,) = find_releases(
        Clues([], {}, ["eso/v1.0.0", "eso-v2.0.0", "ingress-v1.0.0", "ingress/v2.0.0"]), NAMES
    )
    assert isinstance(gap, Gap)
    assert gap.message.startswith("release tags have more than one form: ")


def test_nothing_is_said_without_tags() -> None:
    assert found(["latest", "2024"]) == {}


def test_release_please() -> None:
    config = json.dumps({"packages": {"apps/eso": {}}, "tag-separator": "/"})
    assert found([], {"release-please-config.json": config}) == {
        "ignore": ["CHANGELOG.md"],
        "release_tag": "{artifact}/v{version}",
    }
    assert found(["eso-v1.0.0"], {"release-please-config.json": "broken"}) == {
        "ignore": ["CHANGELOG.md"],
        "release_tag": "{artifact}-v{version}",
    }


def test_the_names_of_maintenance_branches() -> None:
    for name in ("release-1.x", "release/2.0", "support/1", "v1.2", "1.x", "hotfix/1.4.3"):
        assert is_maintenance(name)
    for name in ("main", "release", "release-please--branches--main", "feature/1", "promote/web-1.0.0", "v"):
        assert not is_maintenance(name)
