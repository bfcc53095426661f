"""One suite for every registry that teams push to: all that the commands do with it, and what they say."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux.commands.diff import compare_version
from flux.errors import RegistryUnreachableError
from flux.monorepo.image_result import ImageAction
from flux.registry import open_registry
from flux.settings import Settings
from tests.commands.invoking import build, monorepo
from tests.commands.releasing import CONFIG, PHASES, PHASES_SETTING, actions_of, publish, status, tag
from tests.monorepos import opened
from tests.registry.token_service import Certificate, make_certificate
from tests.registry.zoo import clouds, fronts, hosted, products, several
from tests.registry.zoo.internet import Internet, internet
from tests.registry.zoo.registry import Registry
from tests.repo import Repo

PROFILES: tuple[type[Registry], ...] = (
    hosted.Ghcr,
    clouds.Ecr,
    clouds.EcrPublic,
    clouds.Acr,
    clouds.ArtifactRegistry,
    products.Harbor,
    products.Nexus,
    products.Artifactory,
    hosted.Quay,
    hosted.GitLab,
    products.Gitea,
    hosted.DockerHub,
    fronts.BehindNginx,
    fronts.BehindProxy,
    several.TakesSeveral,
    several.TakesSome,
    several.EchoesAll,
    several.RefusesSeveral,
)
DESIRED = {"app": {"at_ring1": "1.1.0", "prod_ring1": "1.0.0"}, "db": {"at_ring1": "1.0.0"}}


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A monorepo with two releases of `app` and one of `db`, and the images that they make."""
    path = tmp_path_factory.mktemp("seed")
    files = {f"artifacts/{name}/x.yaml": f"{name}: 1\n" for name in ("app", "db")}
    repo = monorepo(path / "repo", files, {"phases": PHASES_SETTING})
    for name in ("app", "db"):
        repo.tag(f"flux-oci-{name}-v1.0.0")
    repo.commit(files={"artifacts/app/x.yaml": "app: 2\n"})
    repo.tag("flux-oci-app-v1.1.0")
    repo.commit("desire", files={CONFIG: json.dumps(DESIRED)})
    _release(repo, str(path / "images"))
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    names = sorted({host for profile in PROFILES for host in profile().sites()})
    return make_certificate(tmp_path_factory.mktemp("tls"), *names)


_TYPICAL = (hosted.Ghcr, clouds.Ecr)


@pytest.fixture(
    params=[
        pytest.param(profile, id=profile.__name__, marks=[] if profile in _TYPICAL else [pytest.mark.stories])
        for profile in PROFILES
    ]
)
def registry(request: pytest.FixtureRequest) -> Registry:
    profile: type[Registry] = request.param
    return profile()


@pytest.fixture
def net(
    registry: Registry, certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Internet]:
    """The registry at its own name, with the login of who may push there."""
    password = getattr(registry, "proxy_header", None)
    with internet(registry.sites(), certificate, password) as net:
        user = f"{getattr(registry, 'proxy_user', '')}@".removeprefix("@")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("https_proxy", f"http://{user}{net.proxy}")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
        log_in(registry, tmp_path)
        yield net


@pytest.fixture
def repo(seed: Path, tmp_path: Path) -> Repo:
    shutil.copytree(seed / "repo", tmp_path / "repo")
    return Repo(tmp_path / "repo")


def log_in(registry: Registry, folder: Path, password: str | None = None) -> None:
    path = folder / "docker" / "config.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(registry.config(password)))


def _release(repo: Repo, location: str) -> list[ImageAction]:
    """All that a push to main and the releases do; what became of each image."""
    built = build(repo, registry=location)
    assert built.failed == []
    results = list(built.results)
    for release in ("app-v1.0.0", "app-v1.1.0", "db-v1.0.0"):
        published = publish(repo, f"flux-oci-{release}", registry=location)
        assert published.result
        results.append(published.result)
    assert [result.error for result in results if result.error] == []
    return [result.action for result in results]


def content_of(location: str, root: Path = Path("/nowhere")) -> dict[str, dict[str, str]]:
    registry = open_registry(location, root, jobs=1, insecure=None)
    found = {}
    for name in ("app", "db"):
        target = registry.repository(name)
        found[name] = {tag: digest for tag in sorted(target.tags()) if (digest := target.resolve(tag))}
    return found


def writes(net: Internet, registry: Registry) -> list[str]:
    asked = net.requests(registry.host)
    written = [request for request in asked if request.method in ("PUT", "PATCH", "DELETE")]
    return [f"{request.method} {request.path}" for request in written]


def keeps_secrets(net: Internet, registry: Registry) -> None:
    """Only the registry and its token service ever see a user, a password or a token."""
    told = {host for host, request in net.asked if "authorization" in request.text.lower()}
    assert told <= {registry.host, *registry.trusted}
    assert not any("Proxy-Authorization" in request.headers for _, request in net.asked)


def test_all_that_the_commands_do(registry: Registry, net: Internet, repo: Repo, seed: Path) -> None:
    where = registry.location
    assert set(_release(repo, where)) == {ImageAction.PUSHED, ImageAction.TAGGED}
    assert content_of(where) == content_of(str(seed / "images"), seed)
    before = writes(net, registry)
    assert set(_release(repo, where)) == {ImageAction.UNCHANGED}
    assert writes(net, registry) == before

    moved = tag(repo, registry=where)
    assert moved.failed == []
    assert actions_of(moved.steps) == dict.fromkeys(
        ["app:at_ring1", "app:prod_ring1", "db:at_ring1"], "moved"
    )
    before = writes(net, registry)
    assert set(actions_of(tag(repo, registry=where).steps).values()) == {"unchanged"}
    assert writes(net, registry) == before

    found = status(repo, registry=where)
    assert not found.failed
    assert not found.drifts
    with opened(repo, Settings(registry=where, phases=PHASES), dry_run=True) as monorepo:
        diff = compare_version(monorepo, "app", "prod", "1.1.0")
    (compared,) = diff.compared
    assert (compared.version, [file.path for file in compared.files]) == ("1.0.0", ["x.yaml"])
    open_registry(where, repo.path, 1, None).repository("app").try_push()
    assert content_of(where)["app"]["at_ring1"] == content_of(where)["app"]["1.1.0"]
    keeps_secrets(net, registry)


def test_a_right_that_is_missing_is_one_repositorys(registry: Registry, net: Internet, repo: Repo) -> None:
    registry.denied.add(f"{registry.prefix}/app")
    built = build(repo, registry=registry.location)
    assert [(result.artifact, result.action) for result in built.results] == [
        ("app", ImageAction.FAILED),
        ("db", ImageAction.PUSHED),
    ]
    (failed,) = built.failed
    assert failed.error
    assert not isinstance(failed.error, RegistryUnreachableError)
    assert "does not let this account push" in failed.error.message
    keeps_secrets(net, registry)


def test_a_wrong_login_is_said_once(registry: Registry, net: Internet, repo: Repo, tmp_path: Path) -> None:
    log_in(registry, tmp_path, "pa55-wrong")
    built = build(repo, registry=registry.location)
    assert [result.artifact for result in built.failed] == ["app", "db"]
    for result in built.failed:
        assert result.error
        assert "pa55-wrong" not in result.error.message + result.error.hint
        assert "docker login" in result.error.hint
    secret = ("authorization", "refresh_token")
    tried = [request for _, request in net.asked if any(name in request.text.lower() for name in secret)]
    assert 1 <= len(tried) <= 6
    assert writes(net, registry) == []
    keeps_secrets(net, registry)


@pytest.mark.parametrize("registry", [fronts.BehindNginx], indirect=True, ids=["nginx"])
def test_the_page_that_refuses_a_large_layer_is_quoted(registry: Registry, net: Internet, repo: Repo) -> None:
    repo.commit(files={"artifacts/app/noise": random.Random(1).randbytes(2 << 20)})
    built = build(repo, registry=registry.location)
    (failed,) = built.failed
    assert failed.artifact == "app"
    assert failed.error
    assert "answered 413" in failed.error.message
    assert '"413 Request Entity Too Large"' in failed.error.message


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_says_where_its_oddities_are_described(profile: type[Registry]) -> None:
    assert profile.__doc__
    assert len(profile.described) >= 3
    assert all(url.startswith("https://") for url in profile.described)
