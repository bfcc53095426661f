"""Renders the workflows of this repository for another one, with its settings."""

import json
import re
from dataclasses import dataclass

from flux.adoption.clouds import cloud_of
from flux.regex import regex

WORKFLOWS = (
    "release-flux-artifact.yml",
    "manage-flux-releases.yml",
    "check-flux-promotions.yml",
    "sign-flux-promotions.yml",
    "publish-flux-board.yml",
)
SIGNING = WORKFLOWS[:2]
"""Those that sign images. The others have an identity that is for promotions, or none."""
ACTION = ".github/actions/setup/action.yml"
"""The file of this repository that the workflows use. It identifies the repository."""
_GHCR = "ghcr.io"

_PLAIN = regex(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][A-Za-z0-9._/-]*", re.IGNORECASE)
_OWN = regex(r"\$/(\.github/[\w./-]+)")
_CALLED = regex(r"(/\.github/workflows/\w+)\.yml")
_PERMISSIONS = regex(r"permissions: \{(?!\}|[^}]*id-token)([^}]*)\}")
_OURS = regex(
    r"uses: [\w./$-]+/\.github/(workflows/(release|manage|board)(-oidc)?\.yml|actions/(setup|sign)\b)"
)
_USED = regex(r"uses: ([\w.-]+/[\w.-]+)/\.github/[\w./-]+@([\w./-]+)")
_PINNED = regex(r"(?P<what>uses: [\w./$-]+)@[\w./-]+(?P<more>.*?)(?: # v\S+)?$", re.MULTILINE)


@dataclass(frozen=True)
class Values:
    """The values in the workflows that come from settings. `uses` is `OWNER/REPOSITORY@REF`, or empty."""

    branch: str
    paths: tuple[str, ...]
    release_tag: str
    releaseconfig: str
    label: str
    host: str = ""
    uses: str = ""
    freezes: str = ""
    """The file of freezes, next to the desired state."""


def render_workflow(text: str, values: Values) -> str:
    """Return a workflow with these values instead of this repository's own."""
    branch, host = _scalar(values.branch), values.host or _GHCR
    state = [_scalar(path) for path in (values.releaseconfig, values.freezes) if path]
    for before, after in (
        ("branches: [main]", f"branches: [{branch}]"),
        ("branch: main", f"branch: {branch}"),
        ("ref: main", f"ref: {branch}"),
        ('paths: ["artifacts/**", invoke.yaml]', f"paths: [{_listed(values.paths)}, invoke.yaml]"),
        (
            'tags: ["[Ff][Ll][Uu][Xx]-[Oo][Cc][Ii]-**"]',
            f"tags: [{json.dumps(tag_filter(values.release_tag))}]",
        ),
        ("prefix: flux-oci-", f"prefix: {_scalar(values.release_tag.partition('{')[0])}"),
        ("paths: [flux/releaseconfig.json, flux/freezes.json]", f"paths: [{', '.join(state)}]"),
        ("label: flux-release", f"label: {_scalar(values.label)}"),
        (f"registry: {_GHCR}", f"registry: {_scalar(host)}"),
    ):
        text = text.replace(before, after)
    if cloud_of(host):
        text = _PERMISSIONS.sub(r"permissions: {\1, id-token: write}", _CALLED.sub(r"\1-oidc.yml", text))
    if values.uses:
        repository, _, ref = values.uses.partition("@")
        text = _OWN.sub(lambda found: f"{repository}/{found[1]}@{ref}", text)
    return text


def used_by(text: str) -> str:
    """Return where a rendered workflow calls from, as `OWNER/REPOSITORY@REF`, or an empty text."""
    found = _USED.search(text)
    return f"{found[1]}@{found[2]}" if found else ""


def calls_ours(text: str) -> bool:
    """Whether a workflow is one of ours, in any version: it calls what ours call."""
    return bool(_OURS.search(text))


def calls_own_repository(text: str) -> bool:
    """Whether a workflow calls files of its own repository, as a rendered one does without `uses`."""
    return "uses: $/" in text


def without_versions(text: str) -> str:
    """Return a workflow without the versions of its actions, because Dependabot changes them."""
    return _PINNED.sub(r"\g<what>\g<more>", text)


def tag_filter(form: str) -> str:
    """Return a GitHub filter for release tags, in upper and lower case.

    It matches the beginning of the form. If the form begins with a placeholder, it matches the whole form.
    """
    prefix = form.partition("{")[0]
    pattern = f"{prefix}**" if prefix else form.replace("{artifact}", "**").replace("{version}", "[0-9]**")
    return re.sub(r"[A-Za-z]", lambda letter: f"[{letter[0].upper()}{letter[0].lower()}]", pattern)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(json.dumps, values))


def _scalar(value: str) -> str:
    """Return a value in YAML: plain if that is safe, else quoted."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value)
