"""The Provider and the Alert, as YAML."""

import yaml

from flux.promotion.clusters.manifests import manifests


def test_names_that_yaml_would_take_for_something_else_stay_names() -> None:
    provider, alert = yaml.safe_load_all(manifests("https://github.com/acme/m", "no"))
    assert alert["spec"]["eventMetadata"]["cluster"] == "no"
    assert alert["spec"]["eventSources"] == [{"kind": "Kustomization", "name": "*"}]
    assert provider["metadata"]["namespace"] == alert["metadata"]["namespace"] == "flux-system"
