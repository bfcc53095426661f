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
    tag_prefix: str
    releaseconfig: str
    label: str
    host: str = ""
    uses: str = ""


def render(text: str, values: Values) -> str:
    """A workflow with these values in place of this repository's own."""
    branch = _scalar(values.branch)
    for before, after in (
        ("branches: [main]", f"branches: [{branch}]"),
        ('{ref: "main"', f"{{ref: {json.dumps(values.branch)}"),
        ('{"ref": "main"', f'{{"ref": {json.dumps(values.branch)}'),
        ('paths: ["artifacts/**"]', f"paths: {json.dumps(list(values.paths))}"),
        ("'flux-oci-'", f"'{values.tag_prefix}'"),
        ("paths: [flux/releaseconfig.json]", f"paths: [{_scalar(values.releaseconfig)}]"),
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


def _scalar(value: str) -> str:
    """A value in YAML: plain where that is nothing else."""
    return value if re.fullmatch(r"[A-Za-z][A-Za-z0-9._/-]*", value) else json.dumps(value)
