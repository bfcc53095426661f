"""What is proposed: what is settled already is left alone, and gaps are kept apart."""

from flux.adoption.clues import Gap, ProposedSetting
from flux.adoption.plan import proposed, version_tag, without_own_files


def test_what_somebody_set_is_settled() -> None:
    found: list[ProposedSetting | Gap] = [
        ProposedSetting("release_tag", "x", "a"),
        ProposedSetting("sources", "apps", "b"),
        ProposedSetting("sources", "other", "c"),
        Gap("d", "e"),
    ]
    values, findings, gaps = proposed(found, [])
    assert list(values.items()) == [("sources", "apps"), ("release_tag", "x")]
    assert [one.evidence for one in findings] == ["b", "a"]
    assert gaps == [Gap("d", "e")]
    assert proposed(found, ["artifacts", "release_tag"])[0] == {}
    about = Gap("d", "e", "artifacts")
    assert proposed([about], [])[2] == [about]
    assert proposed([about], ["sources"])[2] == []


def test_the_whole_repository_leaves_out_what_the_adoption_adds() -> None:
    (entry,) = without_own_files({"artifacts": [{"path": ".", "name": "all"}], "releaseconfig": "s.json"})[
        "artifacts"
    ]
    assert entry["exclude"] == ["/invoke.yaml", "/tasks.py", "/s.json", "/.github/"]
    there = ["tasks.py", ".github/workflows/publish.yml", "flux/apps/a.yaml", "x/y"]
    whole = {"artifacts": [{"path": ".", "name": "all", "exclude": ["*.md"]}]}
    (entry,) = without_own_files(whole, there, ["flux/freezes.json"])["artifacts"]
    assert entry["exclude"][:4] == ["*.md", "/invoke.yaml", "/flux/releaseconfig.json", "/flux/freezes.json"]
    assert "/.github/workflows/release-flux-artifact.yml" in entry["exclude"]
    (entry,) = without_own_files(whole, ["x"], ["flux/freezes.json"])["artifacts"]
    assert entry["exclude"] == ["*.md", "/invoke.yaml", "/tasks.py", "/flux/", "/.github/"]
    for kept in ({"artifacts": ["apps/*"]}, {"sources": "apps"}, {}):
        assert without_own_files(kept) == kept


def test_how_versions_are_written() -> None:
    (finding,) = version_tag(["v1.0.0", "v2.0.0", "1.0.0", "vx", "latest"])
    assert (finding.value, finding.evidence) == (
        "v{version}",
        "2 of 3 versions in the registry have this form",
    )
    assert list(version_tag(["1.0.0", "v1.0.0"])) == []
