"""Files with credentials, without a registry: broken ones, and those of somebody else."""

import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flux.errors import RegistryUnreachableError
from flux.registry.remote.credentials import Credentials, find_credentials

SECRET = "s3cret-pa55"

PAIR = base64.b64encode(f"user:{SECRET}".encode()).decode()


@dataclass(frozen=True)
class Home:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder / "run")}

    def write(self, name: str, config: object) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(config if isinstance(config, str) else json.dumps(config))
        return path

    def docker(self, config: object) -> None:
        self.write(".docker/config.json", config)

    def find(self, host: str = "registry.example", **more: str) -> Credentials | None:
        return find_credentials(host, {**self.environment, **more})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def auth_of(username: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{username}:x".encode()).decode()}


BROKEN: list[object] = [
    None,
    {},
    1,
    "x",
    [],
    {"auth": 1},
    {"auth": None},
    {"auth": "?"},
    {"auth": "bm9jb2xvbg=="},
    {"username": 1},
]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_an_entry_that_is_broken_concerns_its_own_host_only(home: Home, broken: object) -> None:
    home.docker({"auths": {"other.example": broken, "registry.example": {"auth": PAIR}, "third": broken}})
    assert home.find() == Credentials("user", SECRET)
    assert home.find("fourth.example") is None


@pytest.mark.parametrize("empty", [None, {}, {"auth": None}, {"auth": ""}, {"email": "x"}])
def test_an_entry_without_anything_is_none(home: Home, empty: object) -> None:
    """As Docker leaves it where a helper has the credentials."""
    home.docker({"auths": {"registry.example": empty}})
    assert home.find() is None


@pytest.mark.parametrize(
    "config", ["{}", '{"auths": null}', '{"auths": {}, "credsStore": "", "credHelpers": null}']
)
def test_a_configuration_without_logins(home: Home, config: str) -> None:
    home.docker(config)
    assert home.find() is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"auth": PAIR}, Credentials("user", SECRET)),
        ({"username": "user", "password": SECRET}, Credentials("user", SECRET)),
        ({"username": "user"}, Credentials("user", "")),
        ({"auth": PAIR, "username": "other", "password": "x"}, Credentials("user", SECRET)),
        ({"auth": "", "username": "user", "password": SECRET}, Credentials("user", SECRET)),
        ({"identitytoken": SECRET, "auth": PAIR}, Credentials(refresh_token=SECRET)),
        ({"identitytoken": "", "auth": PAIR}, Credentials("user", SECRET)),
        ({"auth": base64.b64encode(b"user:a:b:c").decode()}, Credentials("user", "a:b:c")),
        ({"auth": base64.b64encode(b"AWS:x\0\0").decode()}, Credentials("AWS", "x")),
    ],
)
def test_the_forms_of_an_entry(home: Home, entry: object, expected: Credentials) -> None:
    home.docker({"auths": {"registry.example": entry}})
    assert home.find() == expected
    assert SECRET not in repr(expected)


HUB = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "https://index.docker.io/v1/",
    "https://index.docker.io/v2/",
    "https://docker.io",
    "INDEX.docker.io",
]


@pytest.mark.parametrize("key", HUB)
@pytest.mark.parametrize("host", ["docker.io", "index.docker.io", "registry-1.docker.io"])
def test_docker_hub_has_many_names(home: Home, key: str, host: str) -> None:
    home.docker({"auths": {"docker.io.example": auth_of("no"), key: {"auth": PAIR}}})
    assert home.find(host) == Credentials("user", SECRET)
    assert home.find("docker.io.example") == Credentials("no", "x")


@pytest.mark.parametrize(
    "key", ["registry.example", "https://registry.example", "http://registry.example/v2/", "Registry.Example"]
)
def test_a_key_may_be_a_url(home: Home, key: str) -> None:
    home.docker({"auths": {key: {"auth": PAIR}}})
    assert home.find() == Credentials("user", SECRET)
    assert home.find("registry.example:5000") is None


def test_the_order_of_the_files(home: Home) -> None:
    named = home.write("named.json", {"auths": {"registry.example": auth_of("named")}})
    order = [
        (home.write(".docker/config.json", {"auths": {"registry.example": auth_of("docker")}}), "docker"),
        (named, "named"),
        (
            home.write("run/containers/auth.json", {"auths": {"registry.example": auth_of("podman")}}),
            "podman",
        ),
        (home.write(".config/containers/auth.json", {"auths": {"registry.example": auth_of("old")}}), "old"),
    ]
    for path, username in order:
        assert home.find(REGISTRY_AUTH_FILE=str(named)) == Credentials(username, "x")
        path.unlink()
    assert home.find(REGISTRY_AUTH_FILE=str(named)) is None


def test_a_file_without_this_host_leaves_it_to_the_next(home: Home) -> None:
    home.docker({"auths": {"other.example": auth_of("docker")}})
    home.write("run/containers/auth.json", {"auths": {"registry.example": auth_of("podman")}})
    assert home.find() == Credentials("podman", "x")


def test_a_file_that_cannot_be_read_is_named(home: Home) -> None:
    path = home.write("run/containers/auth.json", "[1]")
    with pytest.raises(RegistryUnreachableError) as raised:
        home.find()
    assert raised.value.hint.endswith(f"or fix {path}")
    path.unlink()
    path.mkdir()
    with pytest.raises(RegistryUnreachableError, match="could not be read"):
        home.find()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["auths", "registry.example", "auth", "username", "password", "identitytoken"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_configuration_is_a_crash(home: Home, config: object) -> None:
    home.docker(config)
    with suppress(RegistryUnreachableError):
        home.find()


NAMESPACES = {
    "registry.example/other": "other",
    "registry.example": "all",
    "registry.example/team/": "team",
    "registry.example/team/inner": "inner",
    "registry.example/te": "te",
}


@pytest.mark.parametrize(
    ("repository", "whose"),
    [
        ("team/app", "team"),
        ("team/inner/app", "inner"),
        ("team/inner", "inner"),
        ("team/inner2", "team"),
        ("other/app", "other"),
        ("tea/app", "all"),
        ("", "all"),
    ],
)
@pytest.mark.parametrize("name", ["config.json", "auth.json"])
def test_an_entry_for_a_namespace_is_for_what_is_in_it(
    tmp_path: Path, repository: str, whose: str, name: str
) -> None:
    auths = {key: {"username": user, "password": "x"} for key, user in NAMESPACES.items()}
    (tmp_path / name).write_text(json.dumps({"auths": auths}))
    environment = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path)}
    environment["REGISTRY_AUTH_FILE"] = str(tmp_path / name)
    assert find_credentials("registry.example", environment, repository) == Credentials(whose, "x")


def test_an_entry_for_another_namespace_is_better_than_none(tmp_path: Path) -> None:
    auths = {"registry.example/other": {"username": "other", "password": "x"}}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    found = find_credentials("registry.example", {"DOCKER_CONFIG": str(tmp_path)}, "team/app")
    assert found == Credentials("other", "x")
