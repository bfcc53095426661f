"""Names of repositories, and where they are asked for."""

import pytest

from flux.registry.remote.registry import RemoteRegistry
from tests.registry.scripted import reply, scripted


@pytest.mark.parametrize(
    ("location", "name", "path"),
    [
        ("", "app", "/v2/app/tags/list"),
        ("/", "app", "/v2/app/tags/list"),
        ("/some", "some/app", "/v2/some/app/tags/list"),
        ("/some/where/", "some/where/app", "/v2/some/where/app/tags/list"),
    ],
)
def test_a_repository_is_below_the_prefix(location: str, name: str, path: str) -> None:
    with scripted(reply(body=b'{"tags": ["a"]}')) as script:
        registry = RemoteRegistry(f"{script.host}{location}", jobs=1, insecure=None)
        assert registry.name("app") == f"{script.host}/{name}"
        assert registry.publisher("app").target.tags() == ["a"]
    assert script.asked == [f"GET {path}"]


@pytest.mark.parametrize("host", ["docker.io", "index.docker.io"])
def test_docker_hub_is_not_at_the_names_that_people_know(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with scripted(reply(body=b'{"tags": []}')) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        registry = RemoteRegistry(f"{host}/acme", jobs=1, insecure=True)
        assert registry.name("app") == f"{host}/acme/app"
        assert registry.repository("app").tags() == []
    assert proxy.asked == ["GET http://registry-1.docker.io/v2/acme/app/tags/list"]
