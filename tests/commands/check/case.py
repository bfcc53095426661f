"""An artifact to check, and what several of them have."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: secret}\n"
PLAIN = "in plain text: encrypt it with SOPS or use External Secrets"
REMOTE = "which is remote: not fetched, so not rendered"
LFS = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n"
CHART = "apiVersion: v2\nname: chart\nversion: 1.0.0\n"
TEMPLATE = "{{- if .Values.on }}\non: {{ .Values.on }}\n{{- end }}\n"


@dataclass(frozen=True)
class Case:
    """One artifact and what is found in it, `level path:line: message`; `…` stands for anything.

    `renders` are folders and whether kustomize itself renders them.
    """

    files: Mapping[str, str | bytes]
    found: list[str] = field(default_factory=list)
    renders: Mapping[str, bool] = field(default_factory=dict)
