"""Makes the manifests for the clusters of an environment."""

from dataclasses import dataclass

from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import wanted_environments
from flux.monorepo.source_url import source_url
from flux.promotion.clusters.manifests import manifests


@dataclass(frozen=True)
class ClusterManifests:
    """The YAML documents of an environment, by cluster."""

    environment: str
    documents: dict[str, str]


def cluster_manifests(monorepo: Monorepo, name: str) -> list[ClusterManifests]:
    """Return the documents for the clusters of an environment, or of all environments of a phase.

    Raises RequestError if the settings name no cluster, or if the repository is unknown.
    """
    environments = wanted_environments(monorepo.settings, name)
    repository = source_url(monorepo)
    if not repository:
        raise RequestError(
            "the repository on GitHub is unknown",
            "set origin to its URL, or `source` in invoke.yaml",
        )
    found = []
    for environment in environments:
        clusters = monorepo.settings.clusters.get(environment)
        if clusters is None or not clusters.names:
            raise RequestError(
                f"the setting `clusters` names no cluster of {environment}",
                f"write `clusters: {{{environment}: {{names: [eu], reporters: [LOGIN]}}}}` in invoke.yaml",
            )
        documents = {cluster: manifests(repository, cluster) for cluster in clusters.names}
        found.append(ClusterManifests(environment, documents))
    return found
