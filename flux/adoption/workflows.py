"""The workflows of this repository, rendered for another one from its settings."""

import json
import re
from dataclasses import dataclass

WORKFLOWS = (
    "release-flux-artifact.yml",
    "manage-flux-releases.yml",
    "check-flux-promotions.yml",
    "sign-flux-promotions.yml",
)


@dataclass(frozen=True)
class Values:
    """What stands in the workflows and is a setting. `uses` is `OWNER/REPOSITORY@COMMIT`, or empty."""

    branch: str
    paths: tuple[str, ...]
    release_tag: str
    releaseconfig: str
    label: str
    host: str = ""
    uses: str = ""
    freezes: str = ""
    """The file of freezes, beside the desired state."""


def render(text: str, values: Values) -> str:
    """A workflow with these values in place of this repository's own."""
    branch, prefix = _scalar(values.branch), values.release_tag.partition("{")[0]
    state = [_scalar(path) for path in (values.releaseconfig, values.freezes) if path]
    for before, after in (
        ("branches: [main]", f"branches: [{branch}]"),
        ('{ref: "main"', f"{{ref: {json.dumps(values.branch)}"),
        ('{"ref": "main"', f'{{"ref": {json.dumps(values.branch)}'),
        ('paths: ["artifacts/**", invoke.yaml]', f"paths: [{_listed(values.paths)}, invoke.yaml]"),
        (
            'tags: ["[Ff][Ll][Uu][Xx]-[Oo][Cc][Ii]-**"]',
            f"tags: [{json.dumps(tag_filter(values.release_tag))}]",
        ),
        ("'flux-oci-'", f"'{prefix}'"),
        ("'refs/tags/flux-oci-'", f"'refs/tags/{prefix}'"),
        ("paths: [flux/releaseconfig.json]", f"paths: [{_scalar(values.releaseconfig)}]"),
        ("paths: [flux/releaseconfig.json, flux/freezes.json]", f"paths: [{', '.join(state)}]"),
        ("'flux-release'", f"'{values.label}'"),
        ("|| 'ghcr.io'", f"|| '{values.host or 'ghcr.io'}'"),
    ):
        text = text.replace(before, after)
    text = re.sub(r"(?m)^( +ref: )main$", lambda found: found[1] + branch, text)
    if values.uses:
        repository, _, commit = values.uses.partition("@")
        text = re.sub(
            r"uses: \./(\.github/actions/\w+)", lambda found: f"uses: {repository}/{found[1]}@{commit}", text
        )
    return text


def tag_filter(form: str) -> str:
    """The filter of GitHub's that release tags pass, in any case: their beginning, else all of their form."""
    prefix = form.partition("{")[0]
    pattern = f"{prefix}**" if prefix else form.replace("{artifact}", "**").replace("{version}", "[0-9]**")
    return re.sub(r"[A-Za-z]", lambda letter: f"[{letter[0].upper()}{letter[0].lower()}]", pattern)


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(json.dumps, values))


def _scalar(value: str) -> str:
    """A value in YAML: plain where that is nothing else."""
    return value if re.fullmatch(r"[A-Za-z][A-Za-z0-9._/-]*", value) else json.dumps(value)
