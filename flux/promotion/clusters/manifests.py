"""The documents that let a cluster report: Flux's Provider and Alert.

https://fluxcd.io/flux/components/notification/providers/#git-commit-status-updates
"""

from flux.promotion.clusters.status import EXPRESSION

NAME = "flux-artifacts"
SECRET = "flux-artifacts-github"
"""The Secret with the Provider's login to GitHub: that of an App, or `token`."""


def manifests(repository: str, cluster: str) -> str:
    """Return YAML for one cluster and the repository at a URL. All our values are quoted."""
    return f"""\
# For the cluster {cluster}. The Secret {SECRET} logs in an account that the setting
# `clusters` names.
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata:
  name: {NAME}
  namespace: flux-system
spec:
  type: github
  address: "{repository}"
  secretRef:
    name: {SECRET}
  commitStatusExpr: "{EXPRESSION}"
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata:
  name: {NAME}
  namespace: flux-system
spec:
  providerRef:
    name: {NAME}
  eventSeverity: info
  eventMetadata:
    cluster: "{cluster}"
  eventSources:
    - kind: Kustomization
      name: "*"
"""
