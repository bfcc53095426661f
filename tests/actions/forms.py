"""The workflows as `init` writes them for other repositories: one folder for each form, for the linters.

Only the standard library, since noxfile.py writes them too.
"""

import shutil
from dataclasses import replace
from pathlib import Path

from flux.adoption.workflows import WORKFLOWS, Values, render_workflow

GITHUB = Path(__file__).parents[2] / ".github"
_USES = "acme/flux-artifacts@0123456789abcdef0123456789abcdef01234567"
DEFAULT = Values(
    "main",
    ("artifacts/**",),
    "flux-oci-{artifact}-v{version}",
    "flux/releaseconfig.json",
    "flux-release",
    uses=_USES,
    freezes="flux/freezes.json",
)
FORMS = {
    "default": DEFAULT,
    "ghcr": replace(DEFAULT, host="ghcr.io", branch="release/1.x", label="a label: 'x'"),
    "password": replace(DEFAULT, host="registry.example.com:5000", release_tag="{artifact}/v{version}"),
    "azure": replace(DEFAULT, host="example.azurecr.io", paths=("**",), releaseconfig="deploy/state.json"),
    "aws": replace(DEFAULT, host="123456789012.dkr.ecr.eu-north-1.amazonaws.com", branch="trunk"),
    "google": replace(DEFAULT, host="europe-docker.pkg.dev", release_tag="v{version}"),
}


def write_form(name: str, folder: Path) -> list[str]:
    """The files of a form, as an adopter has them."""
    return _write(FORMS[name], folder)


def write_own(folder: Path, name: str | None = None) -> list[str]:
    """This repository's workflows, or those of a form beside what they call: linters follow `./` alone."""
    shutil.copytree(GITHUB, folder / ".github")
    if name:
        _write(replace(FORMS[name], uses=""), folder)
    for path in (folder / ".github").rglob("*.yml"):
        path.write_text(path.read_text(encoding="utf-8").replace("uses: $/", "uses: ./"), encoding="utf-8")
    (folder / ".git").mkdir()  # by which actionlint knows whose workflows they are
    return sorted(map(str, (folder / ".github/workflows").glob("*.yml")))


def _write(values: Values, folder: Path) -> list[str]:
    target = folder / ".github/workflows"
    target.mkdir(parents=True, exist_ok=True)
    for name in WORKFLOWS:
        text = (GITHUB / "workflows" / name).read_text(encoding="utf-8")
        (target / name).write_text(render_workflow(text, values), encoding="utf-8")
    return [str(target / name) for name in WORKFLOWS]
