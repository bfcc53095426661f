"""What the registry has for a version goes nowhere unless git builds it for the version's release."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from flux.artifact.image import LAYER_TYPE, MANIFEST_TYPE, Image
from flux.artifact.layer import digest_of
from flux.errors import ContentError, FluxError, UnpublishedError, UnvouchedError
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.vouching import Vouching
from flux.registry import open_registry
from flux.registry.target import Manifest, Target
from flux.settings import Settings
from tests.artifact.trees import archived
from tests.commands.invoking import monorepo
from tests.commands.releasing import publish, release
from tests.monorepos import opened
from tests.registry.images import packed, push
from tests.repo import Repo

EVIL = gzip.compress(archived([(".", 0o755, None), ("x.yaml", 0o644, b"evil: 1\n")]), mtime=0)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Two artifacts; `app` 1.0.0 and 1.1.0 are released and published."""
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": "a: 1\n" for name in ("app", "db")})
    for version in ("1.0.0", "1.1.0"):
        repo.commit(version, files={"artifacts/app/x.yaml": f"version: {version}\n"})
        planned, *_ = release(repo, "app", version)
        publish(repo, planned.tag)
    return repo


@pytest.fixture
def run(repo: Repo) -> Iterator[Monorepo]:
    with opened(repo, Settings()) as run:
        yield run


@pytest.fixture
def target(repo: Repo) -> Target:
    return open_registry(".registry", repo.path, 1, None).repository("app")


def good(target: Target, version: str = "1.0.0") -> Manifest:
    manifest = target.fetch_manifest(version)
    assert manifest
    return manifest


def with_second_layers(target: Target, key: str) -> Manifest:
    """A good manifest that names another layer under a key that Go takes for `layers`."""
    target.push_blob(EVIL)
    layer = {"mediaType": LAYER_TYPE, "digest": digest_of(EVIL), "size": len(EVIL)}
    content = good(target).content.rstrip()
    assert content.endswith(b"}")
    extra = f', "{key}": {json.dumps([layer])}}}'.encode()
    return Manifest(content[:-1] + extra, MANIFEST_TYPE)


def test_what_git_builds_is_vouched_for(run: Monorepo, target: Target) -> None:
    vouching = Vouching(run)
    for version in ("1.0.0", "1.1.0"):
        assert vouching.fault("app", version, good(target, version)) is None
        assert vouching.promotion_fault("app", version) is None
        assert vouching.build_fault("app", good(target, version)) is None


@pytest.mark.parametrize("key", ["Layers", "LAYERS", "layer\u017f", "layers"])
def test_a_second_key_that_flux_reads_as_layers(run: Monorepo, target: Target, key: str) -> None:
    forged = with_second_layers(target, key)
    target.push_manifest(forged, "1.0.0")
    for error in (
        Vouching(run).fault("app", "1.0.0", forged),
        Vouching(run).promotion_fault("app", "1.0.0"),
        Vouching(run).build_fault("app", forged),
    ):
        assert isinstance(error, UnvouchedError)
        assert error.hint


def test_the_image_of_another_version_is_not_the_versions(run: Monorepo, target: Target) -> None:
    error = Vouching(run).fault("app", "1.0.0", good(target, "1.1.0"))
    assert isinstance(error, UnvouchedError)
    assert error.message == ("app 1.0.0 in the registry is not what git builds: its content differs")


def test_other_content_under_a_version(run: Monorepo, repo: Repo, target: Target) -> None:
    commit = repo.git("rev-parse", "flux-oci-app-v1.0.0^{commit}")
    forged = push(target, packed(b"evil: 1\n", commit=commit, source=""), "1.0.0")
    assert isinstance(Vouching(run).promotion_fault("app", "1.0.0"), UnvouchedError)
    assert isinstance(Vouching(run).build_fault("app", forged), UnvouchedError)


def test_a_version_that_no_release_made(run: Monorepo, target: Target) -> None:
    target.push_manifest(good(target, "1.1.0"), "9.9.9")
    error = Vouching(run).promotion_fault("app", "9.9.9")
    assert isinstance(error, UnvouchedError)
    assert error.message == "there is no release of app 9.9.9: the tag flux-oci-app-v9.9.9 is missing"


def test_a_release_of_a_commit_that_is_not_on_the_line(run: Monorepo, repo: Repo, target: Target) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    side = repo.commit("side", files={"artifacts/app/x.yaml": "evil: 1\n"})
    repo.git("tag", "flux-oci-app-v1.2.0")
    repo.git("checkout", "--quiet", "main")
    pushed = push(target, packed(b"evil: 1\n", commit=side, source=""), "1.2.0")
    error = Vouching(run).promotion_fault("app", "1.2.0")
    assert isinstance(error, UnvouchedError)
    assert "not on the first-parent line of main" in error.message
    error = Vouching(run).build_fault("app", pushed)
    assert isinstance(error, UnvouchedError)
    assert "which is not on main" in error.message


def test_a_version_that_is_not_published(run: Monorepo, repo: Repo) -> None:
    planned, *_ = release(repo, "db", "1.0.0")
    error = Vouching(run).promotion_fault("db", "1.0.0")
    assert isinstance(error, UnpublishedError)
    assert planned.tag in error.hint


@pytest.mark.parametrize(
    "revision",
    ["", "main", "main@sha1:", "main@sha1:HEAD", "main@sha1:" + "f" * 40, "main@sha1:--all", "x" * 5000],
)
def test_a_revision_that_is_no_commit_of_main(run: Monorepo, target: Target, revision: str) -> None:
    document = json.loads(good(target).content)
    document["annotations"]["org.opencontainers.image.revision"] = revision
    forged = Manifest(json.dumps(document).encode(), MANIFEST_TYPE)
    assert isinstance(Vouching(run).build_fault("app", forged), FluxError)


def renamed(manifest: Manifest, revision: str) -> Manifest:
    """The same image as an earlier system describes it."""
    document = json.loads(manifest.content)
    document["annotations"] |= {"org.opencontainers.image.revision": revision, "title": "app"}
    return Manifest(json.dumps(document).encode(), MANIFEST_TYPE)


@pytest.mark.parametrize("revision", ["refs/tags/v1@sha1:" + "f" * 40, "main/" + "a" * 40, "1.1.0", ""])
def test_of_an_earlier_system_the_content_counts(repo: Repo, target: Target, revision: str) -> None:
    """Up to the start line, whatever its annotations say; and no other content."""
    first = repo.git("rev-parse", "flux-oci-app-v1.0.0^{commit}")
    second = repo.git("rev-parse", "flux-oci-app-v1.1.0^{commit}")
    old, new = (renamed(good(target, version), revision) for version in ("1.0.0", "1.1.0"))
    for adopted, accepted in (("", []), (first, [old]), (second, [old, new]), ("a" * 40, [])):
        with opened(repo, Settings(adopted=adopted)) as run:
            vouching = Vouching(run)
            for version, manifest in (("1.0.0", old), ("1.1.0", new)):
                assert (vouching.fault("app", version, manifest) is None) == (manifest in accepted)
            assert vouching.fault("app", "1.0.0", new)
            assert vouching.fault("app", "1.0.0", with_second_layers(target, "Layers"))


def test_what_an_earlier_system_publishes_while_this_one_observes(repo: Repo, target: Target) -> None:
    """The start line moves on with the mode `observe`, and stays when the mode ends."""
    started = repo.head
    versions = {"1.2.0": "mode: observe", "1.3.0": "mode: act"}
    for version, mode in versions.items():
        files = {"artifacts/app/x.yaml": f"version: {version}\n", "invoke.yaml": f"flux: {{{mode}}}\n"}
        repo.commit(version, files=files)
        repo.tag(f"flux-oci-app-v{version}")
        publish(repo, f"flux-oci-app-v{version}")
    images = {version: renamed(good(target, version), "main/1") for version in versions}
    for settings, accepted in (
        (Settings(adopted=started), ["1.2.0"]),
        (Settings(), []),
        (Settings(mode="observe"), ["1.2.0", "1.3.0"]),
    ):
        with opened(repo, settings, dry_run=True) as run:
            vouching = Vouching(run)
            assert [v for v, image in images.items() if not vouching.fault("app", v, image)] == accepted
            assert vouching.fault("app", "1.2.0", images["1.3.0"])


def test_earlier_images_of_a_maintenance_branch(repo: Repo, target: Target) -> None:
    """Its own line has no start line: there, the first settings end the rules of the earlier system."""
    adopted = repo.head
    repo.checkout("release-1.x", create=True)
    repo.remove("invoke.yaml")
    for version, files in (("1.0.1", {}), ("1.0.2", {"invoke.yaml": "flux: {}\n"})):
        repo.commit(version, files={**files, "artifacts/app/x.yaml": f"version: {version}\n"})
        repo.tag(f"flux-oci-app-v{version}")
        publish(repo, f"flux-oci-app-v{version}", branches=["main", "release-*"])
    repo.checkout("main")
    for since, accepted in ((adopted, ["1.0.1"]), ("", [])):
        with opened(repo, Settings(branches=("main", "release-*"), adopted=since)) as run:
            vouching = Vouching(run)
            images = {version: renamed(good(target, version), "x") for version in ("1.0.1", "1.0.2")}
            found = [v for v, image in images.items() if vouching.fault("app", v, image) is None]
            assert found == accepted, vouching.fault("app", "1.0.1", images["1.0.1"])
            assert vouching.fault("app", "1.0.1", images["1.0.2"])


def test_links_of_an_earlier_system_are_left_out(repo: Repo) -> None:
    """As `flux push artifact` does. Their folder stays. Later ones are refused."""
    repo.write("artifacts/app/only/x", "x")
    (repo.path / "artifacts/app/only/x").unlink()
    repo.symlink("artifacts/app/only/link.yaml", "../x.yaml")
    commit = repo.commit("link")
    told = [(".", 0o755, None), ("only", 0o755, None), ("x.yaml", 0o644, b"version: 1.1.0\n")]
    with opened(repo, Settings(adopted=commit)) as run:
        assert Sources(run, commit).image_of("app").layer.diff_id == digest_of(archived(told))
    later = repo.commit("more", files={"artifacts/app/y.yaml": "y: 1\n"})
    with opened(repo, Settings(adopted=commit)) as run, pytest.raises(ContentError, match="is a symlink"):
        Sources(run, later).image_of("app")


def test_an_earlier_image_that_names_no_commit_is_the_tips_or_none(repo: Repo, target: Target) -> None:
    old, new = (renamed(good(target, version), "x") for version in ("1.0.0", "1.1.0"))
    with opened(repo, Settings(adopted=repo.head)) as run:
        assert Vouching(run).build_fault("app", new) is None
        assert Vouching(run).build_fault("app", old)


@pytest.mark.parametrize("subject", ["Merge branch 'main' of https://example.com/x", "Merge branch 'main'"])
def test_the_subject_of_a_merge_puts_no_commit_on_the_line(repo: Repo, subject: str) -> None:
    """Of a pull request that takes back what it brings, nobody has reviewed what lies between."""
    repo.checkout("feature", create=True)
    between = repo.commit("bring", files={"artifacts/app/x.yaml": "evil: 1\n"})
    repo.commit("take back", files={"artifacts/app/x.yaml": "version: 1.1.0\n"})
    repo.checkout("main")
    repo.git("merge", "--quiet", "--no-ff", "-m", subject, "feature")
    with opened(repo, Settings()) as run:
        image = Sources(run, between).image_of("app")
        error = Vouching(run).build_fault("app", Manifest(image.manifest, MANIFEST_TYPE))
    assert isinstance(error, UnvouchedError)
    assert "which is not on main" in error.message


@pytest.mark.parametrize("forge", ["noreply@github.com", "noreply@ghe.example.com"])
def test_a_release_between_is_refused_whatever_title_the_pull_request_has(
    repo: Repo, forge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forge takes the title of a pull request as the subject of its merge."""
    repo.checkout("feature", create=True)
    between = repo.commit("bring", files={"artifacts/app/x.yaml": "evil: 1\n"})
    repo.commit("take back", files={"artifacts/app/x.yaml": "version: 1.1.0\n"})
    repo.checkout("main")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", forge)
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge branch 'main' of https://example.com/x", "feature")
    repo.tag("flux-oci-app-v3.0.0", between)
    with opened(repo, Settings()) as run, pytest.raises(UnvouchedError, match="first-parent line of main"):
        Vouching(run).release_commit("app", "3.0.0")


def test_no_artifact_waits_for_another(
    run: Monorepo, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that have to be built meet while they are."""
    both, build = Barrier(2, timeout=30), Sources.image_of

    def image_of(self: Sources, artifact: str) -> Image:
        both.wait()
        return build(self, artifact)

    monkeypatch.setattr(Sources, "image_of", image_of)
    vouching = Vouching(run)
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(vouching.fault, "app", v, good(target, v)) for v in ("1.0.0", "1.1.0")]
        assert [each.result() for each in asked] == [None, None]


def test_each_manifest_is_judged_once(run: Monorepo, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    vouching = Vouching(run)
    build = vouching._image

    def count(artifact: str, commit: str) -> Image:
        built.append(commit)
        return build(artifact, commit)

    monkeypatch.setattr(vouching, "_image", count)
    manifests = [good(target, version) for version in ("1.0.0", "1.1.0")]
    for _ in range(3):
        faults = vouching.faults("app", "1.0.0", manifests)
        assert [bool(faults[manifest.digest]) for manifest in manifests] == [False, True]
    assert len(built) == 1
