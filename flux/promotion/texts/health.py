"""The texts about what clusters report."""

from flux.promotion.clusters.health import ClusterKustomization, Failure, Health, Silence, TagBehind


def message(health: Health) -> str:
    """Return why an environment fails or waits, as plain text; empty if it does neither."""
    match health.cause:
        case Failure(place, description):
            return _named(place) + (f": {description}" if description else "")
        case Silence(places, clusters):
            return f"waits for {', '.join([*map(_named, places), *clusters]) or 'its clusters'}"
        case TagBehind():
            return "its tag has not moved yet"
        case None:
            return ""


def _named(place: ClusterKustomization) -> str:
    kustomization, cluster = place
    return f"{kustomization} in {cluster}"
