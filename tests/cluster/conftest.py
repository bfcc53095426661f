"""One cluster for all tests; each has a monorepo, a repository and objects of its own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flux.promotion.proposal import Promotion
from tests import parts
from tests.cluster.cluster import NAMESPACE, Cluster, run_cluster
from tests.cluster.notifications import status_of
from tests.cluster.recipes import RECIPES
from tests.commands.invoking import Finished, inv, monorepo
from tests.conftest import need
from tests.repo import Repo

ENVIRONMENT, CLUSTER, REPORTER = "prod_ring1", "eu", "flux-reporter"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    for recipe in RECIPES:
        need(partial(parts.built, recipe))
    need(parts.etcd)
    need(parts.kubectl)
    with run_cluster(tmp_path_factory.mktemp("cluster") / "cluster") as running:
        yield running


class Fleet:
    """A monorepo whose artifact `name` a cluster follows in one environment."""

    def __init__(self, cluster: Cluster, repo: Repo, registry: str, name: str) -> None:
        self.cluster = cluster
        self.repo = repo
        self.name = name
        self.repository = f"{registry}/{name}"
        self._told = 0

    def inv(self, *arguments: str) -> Finished:
        """One of our commands, which has to succeed."""
        done = inv(self.repo, *arguments)
        assert done.code == 0, done.said
        return done

    def release(self, version: str, files: dict[str, str]) -> None:
        """Change the artifact, build it and publish it under a version."""
        changed = {f"artifacts/{self.name}/{path}": content for path, content in files.items()}
        self.repo.commit(f"feat: {version}", files=changed)
        self.inv("build")
        self.inv("release", self.name, version)
        self.inv("publish", f"flux-oci-{self.name}-v{version}")

    def deploy(self, *command: str) -> str:
        """Promote or roll back, merge that and move the tag; give the tag's revision as Flux writes it."""
        done = self.inv(*command, "--json").document
        self.repo.git("merge", "--quiet", Promotion(self.name, done["version"]).branch)
        self.inv("tag")
        self.cluster.reconcile("ocirepository", self.name)
        return self.revision

    @property
    def revision(self) -> str:
        return f"{ENVIRONMENT}@{self._row()['from']}"

    def acknowledge(self, event: dict[str, Any]) -> dict[str, Any]:
        """Take the word of a controller's event, as the status that notification-controller makes of it, and
        give what `inv status` says of the cluster."""
        self._told += 1
        payload = {
            **status_of(event, CLUSTER),
            "id": self._told,
            "sender": {"login": REPORTER},
            "created_at": datetime.now(UTC).isoformat(),
        }
        path = self.repo.path.with_name("status.json")
        path.write_text(json.dumps(payload))
        self.inv("ack", "--event", str(path))
        cluster: dict[str, Any] = self._row()["cluster"]
        return cluster

    def _row(self) -> dict[str, Any]:
        rows = self.inv("status", "--json").document["tags"]
        return next(row for row in rows if (row["artifact"], row["environment"]) == (self.name, ENVIRONMENT))

    def follow(self, **verify: Any) -> None:
        """Have the cluster apply what the environment's tag has."""
        host = self.repository.removeprefix("oci://")
        source = {
            "interval": "10m",
            "url": f"oci://{host}",
            "ref": {"tag": ENVIRONMENT},
            "insecure": True,
            **verify,
        }
        applied = {
            "interval": "10m",
            "retryInterval": "10m",
            "prune": True,
            "targetNamespace": "default",
            "sourceRef": {"kind": "OCIRepository", "name": self.name},
        }
        self.cluster.apply(
            self._object("source.toolkit.fluxcd.io/v1", "OCIRepository", source),
            self._object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", applied),
        )

    def _object(self, version: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
        metadata = {"name": self.name, "namespace": NAMESPACE}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture
def fleet(
    cluster: Cluster, registry_server: parts.Registry, tmp_path: Path, request: pytest.FixtureRequest
) -> Fleet:
    """Each test's artifact has a name of its own."""
    name = str(request.function.__name__).removeprefix("test_").replace("_", "-")[:40].strip("-")
    registry = f"oci://{registry_server.host}/{name}"
    settings = {
        "registry": registry,
        "phases": {"prod": [ENVIRONMENT]},
        "clusters": {ENVIRONMENT: {"names": [CLUSTER], "reporters": [REPORTER]}},
    }
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/first.yaml": config_map("first", "0")}, settings)
    return Fleet(cluster, repo, registry, name)


def config_map(name: str, value: str) -> str:
    """A manifest that any cluster can apply."""
    metadata = {"name": name}
    return json.dumps(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"value": value}}
    )
