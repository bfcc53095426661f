"""What the clusters of an environment get from our commands, seen in real Flux controllers."""

import os
import subprocess
from functools import partial
from pathlib import Path

from tests import parts
from tests.cluster.cluster import wait_for
from tests.cluster.conftest import Fleet, config_map
from tests.conftest import need

RUNNING, FAILED, PULLED = "ReconciliationSucceeded", "ReconciliationFailed", "NewArtifact"


def value(fleet: Fleet, name: str) -> str:
    return fleet.cluster.kubectl(
        "get",
        "configmap",
        name,
        "--namespace=default",
        "--ignore-not-found",
        "--output=jsonpath={.data.value}",
    )


def test_a_promoted_version_runs(fleet: Fleet) -> None:
    name = fleet.name
    fleet.release(
        "1.0.0", {"first.yaml": config_map(f"{name}-1", "1"), "more.yaml": config_map(f"{name}-2", "1")}
    )
    fleet.follow()
    revision = fleet.deploy("promote", name, "prod", "1.0.0")
    event = fleet.cluster.told("Kustomization", RUNNING, revision)
    assert event["involvedObject"]["name"] == name
    # The commit is what a provider of commit statuses posts to.
    commit = fleet.repo.git("log", "-1", "--format=%H", "--", f"artifacts/{name}")
    assert f"main@sha1:{commit}" in event["metadata"].values()
    assert fleet.acknowledge(event)["state"] == "running"
    assert (value(fleet, f"{name}-1"), value(fleet, f"{name}-2")) == ("1", "1")


def test_a_version_that_does_not_apply(fleet: Fleet) -> None:
    """It is told as failed, the version before goes on, and a rollback makes it good."""
    name = fleet.name
    fleet.release("1.0.0", {"first.yaml": config_map(name, "1")})
    fleet.follow()
    first = fleet.deploy("promote", name, "prod", "1.0.0")
    fleet.cluster.told("Kustomization", RUNNING, first)
    fleet.release(
        "1.1.0",
        {
            "first.yaml": config_map(name, "2"),
            "other.yaml": '{"kind": "Unknown", "apiVersion": "example.com/v1", "metadata": {"name": "x"}}',
        },
    )
    second = fleet.deploy("promote", name, "prod", "1.1.0")
    assert second != first
    failed = fleet.cluster.told("Kustomization", FAILED, second)
    assert "example.com/v1" in failed["message"]
    assert fleet.acknowledge(failed)["state"] == "failing"
    assert value(fleet, name) == "1"
    back = fleet.deploy("rollback", name, "prod")
    assert back == first
    fleet.cluster.told("OCIRepository", PULLED, back)
    wait_for(lambda: value(fleet, name) == "1", "value of the version before")


def test_a_rollback(fleet: Fleet) -> None:
    """The old version runs again, and what only the newer one had is pruned."""
    name = fleet.name
    fleet.release("1.0.0", {"first.yaml": config_map(f"{name}-1", "1")})
    fleet.follow()
    fleet.cluster.told("Kustomization", RUNNING, fleet.deploy("promote", name, "prod", "1.0.0"))
    newer = {"first.yaml": config_map(f"{name}-1", "2"), "more.yaml": config_map(f"{name}-2", "2")}
    fleet.release("1.1.0", newer)
    fleet.cluster.told("Kustomization", RUNNING, fleet.deploy("promote", name, "prod", "1.1.0"))
    assert (value(fleet, f"{name}-1"), value(fleet, f"{name}-2")) == ("2", "2")
    fleet.deploy("rollback", name, "prod")
    wait_for(lambda: value(fleet, f"{name}-1") == "1", "value of the version before")
    wait_for(lambda: not value(fleet, f"{name}-2"), "pruned object")


def test_a_forged_image_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    """Where the cluster demands a signature.

    It is one of a key here: without a key the controller asks a transparency log, which the tests have not.
    """
    name, cosign = fleet.name, need(parts.cosign)
    environment = {**os.environ, "COSIGN_PASSWORD": ""}
    subprocess.run(
        [cosign, "generate-key-pair"], cwd=tmp_path, env=environment, check=True, capture_output=True
    )
    public = (tmp_path / "cosign.pub").read_text()
    fleet.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": "flux-system"},
            "stringData": {"cosign.pub": public},
        }
    )
    fleet.release("1.0.0", {"first.yaml": config_map(name, "1")})
    fleet.follow(verify={"provider": "cosign", "secretRef": {"name": name}})
    first = fleet.deploy("promote", name, "prod", "1.0.0")
    assert not value(fleet, name)
    wait_for(lambda: "no matching signatures" in state(fleet), "refusal of an image without a signature")
    assert not value(fleet, name)

    # With no service but the key: neither certificates nor a log of signatures.
    run = partial(subprocess.run, cwd=tmp_path, env=environment, check=True, capture_output=True)
    run([cosign, "signing-config", "create", "--out=signing.json"])
    image = f"{fleet.repository.removeprefix('oci://')}@{first.partition('@')[2]}"
    sign = [cosign, "sign", "--yes", "--key=cosign.key", "--signing-config=signing.json"]
    run([*sign, "--allow-insecure-registry", image])
    fleet.cluster.reconcile("ocirepository", name)
    fleet.cluster.told("Kustomization", RUNNING, first)
    assert value(fleet, name) == "1"

    # Somebody who can write to the registry moves the tag to content of their own.
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / "first.yaml").write_text(config_map(name, "forged"))
    where = f"{fleet.repository}:prod_ring1"
    push = [need(parts.flux), "push", "artifact", where, f"--path={forged}", "--source=x", "--revision=x"]
    subprocess.run([*push, "--insecure-registry"], check=True, capture_output=True)
    fleet.cluster.reconcile("ocirepository", name)
    wait_for(lambda: "no matching signatures" in state(fleet), "refusal of the forged image")
    assert value(fleet, name) == "1"

    # Our next run puts back what is desired.
    fleet.inv("tag")
    assert fleet.revision == first


def state(fleet: Fleet) -> str:
    """What the source-controller says of the image."""
    found = fleet.cluster.find("ocirepository", fleet.name)
    return " ".join(condition["message"] for condition in found.get("status", {}).get("conditions", []))
