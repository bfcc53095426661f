"""YAML for kubectl, and nothing beside it."""

import yaml

from flux.commands.cluster.manifests import ClusterManifests
from flux.promotion.clusters.manifests import manifests
from flux.report.cluster.manifests import show_manifests
from tests.report.showing import Stage

FOUND = [
    ClusterManifests("prod_ring1", {name: manifests("https://x/y/z", name) for name in ("eu", "us")}),
    ClusterManifests("prod_ring2", {"us": manifests("https://x/y/z", "us")}),
]


def test_every_document_once(stage: Stage) -> None:
    shown = stage.log(lambda report: show_manifests(report, FOUND))
    kinds = [document["kind"] for document in yaml.safe_load_all(shown.out)]
    assert kinds == ["Provider", "Alert"] * 2
    document = stage.json(lambda report: show_manifests(report, FOUND)).document
    assert [*document["environments"]] == ["prod_ring1", "prod_ring2"]
