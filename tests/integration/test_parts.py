"""The real parts are what they are taken for."""

import http.client
import subprocess
from pathlib import Path

import pytest

from tests import parts
from tests.conftest import need


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def status(registry: parts.Registry) -> int:
    connection = http.client.HTTPConnection(registry.host)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_registry_answers_on_loopback(registry_server: parts.Registry) -> None:
    assert registry_server.host.startswith("127.0.0.1:")
    assert status(registry_server) == 200
    assert "/v2/" in registry_server.log.read_text()


def test_a_registry_with_a_configuration_of_its_own(run_registry: parts.RunRegistry, tmp_path: Path) -> None:
    passwords = tmp_path / "htpasswd"
    passwords.touch()
    auth = {"htpasswd": {"realm": "tests", "path": str(passwords)}}
    with run_registry(tmp_path, auth=auth) as own:
        assert status(own) == 401
    with pytest.raises(ConnectionRefusedError):
        status(own)


def test_a_registry_that_cannot_start_says_why(run_registry: parts.RunRegistry, tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="nonesuch"),
        run_registry(tmp_path, auth={"nonesuch": {}}),
    ):
        pass


def test_flux_is_the_wanted_one(flux_cli: str) -> None:
    assert run("flux", "--version").split() == ["flux", "version", parts.FLUX]


def test_skopeo_runs(skopeo: str) -> None:
    assert run(skopeo, "--version").startswith("skopeo version 1.")


def test_kustomize_renders(kustomize: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("namePrefix: our-\nresources: [map.yaml]\n")
    (tmp_path / "map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\n")
    assert "name: our-map" in run(*kustomize, tmp_path)


@pytest.mark.parametrize(("required", "outcome"), [("", "Skipped"), ("1", "Failed")])
def test_a_missing_part_skips_or_fails_in_one_line(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: str
) -> None:
    def find() -> str:
        raise parts.MissingError("it is missing: get it")

    monkeypatch.setenv("FLUX_TESTS_REQUIRE_PARTS", required)
    with pytest.raises(BaseException, match=r"^it is missing: get it$") as raised:
        need(find)
    assert type(raised.value).__name__ == outcome
