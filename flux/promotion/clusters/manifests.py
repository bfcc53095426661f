"""The documents that let a cluster report: Flux's Provider and Alert.

https://fluxcd.io/flux/components/notification/providers/#git-commit-status-updates
"""

from flux.promotion.clusters.status import EXPRESSION

_PROVIDER_NAME = "flux-artifacts"
_PROVIDER_SECRET = "flux-artifacts-github"
"""The Secret with the Provider's login to GitHub: that of an App, or `token`."""


def manifests(repository: str, cluster: str) -> str:
    """Return YAML for one cluster and the repository at a URL. All our values are quoted."""
    return f"""\
# For the cluster {cluster}. The Secret {_PROVIDER_SECRET} logs in an account that the setting
# `clusters` names.
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata:
  name: {_PROVIDER_NAME}
  namespace: flux-system
spec:
  type: github
  address: "{repository}"
  secretRef:
    name: {_PROVIDER_SECRET}
  commitStatusExpr: "{EXPRESSION}"
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata:
  name: {_PROVIDER_NAME}
  namespace: flux-system
spec:
  providerRef:
    name: {_PROVIDER_NAME}
  eventSeverity: info
  eventMetadata:
    cluster: "{cluster}"
  eventSources:
    - kind: Kustomization
      name: "*"
"""
