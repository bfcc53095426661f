"""The documents for clusters, as a Flux of 2.6 reads them."""

import pytest
import yaml

from flux.commands.cluster.manifests import cluster_manifests
from flux.errors import RequestError
from flux.promotion.clusters.status import EXPRESSION
from flux.settings.rules import FollowedClusters
from tests.commands.promoting import World


def test_one_for_each_cluster(local: World) -> None:
    clusters = {"prod_ring1": FollowedClusters(("eu", "us"), ("flux-reporter[bot]",))}
    world = local.with_(clusters=clusters, source="https://github.com/acme/m")
    with world.opened() as monorepo:
        (found,) = cluster_manifests(monorepo, "prod_ring1")
    assert [*found.documents] == ["eu", "us"]
    provider, alert = yaml.safe_load_all(found.documents["us"])
    assert provider["kind"] == "Provider"
    assert provider["spec"]["type"] == "github"
    assert provider["spec"]["address"] == "https://github.com/acme/m"
    assert provider["spec"]["commitStatusExpr"] == EXPRESSION
    assert alert["spec"]["eventMetadata"] == {"cluster": "us"}
    assert alert["spec"]["providerRef"]["name"] == provider["metadata"]["name"]


def test_what_is_lacking_is_named(local: World) -> None:
    with local.opened() as monorepo, pytest.raises(RequestError, match="no environment or phase 'live'"):
        cluster_manifests(monorepo, "live")
    world = local.with_(source="https://github.com/acme/m")
    with world.opened() as monorepo, pytest.raises(RequestError, match="names no cluster of prod_ring1"):
        cluster_manifests(monorepo, "prod_ring1")
    with local.opened() as monorepo, pytest.raises(RequestError, match="the repository on GitHub is unknown"):
        cluster_manifests(monorepo, "prod_ring1")
