"""Renders the workflows of this package with the settings, and compares them with the working tree."""

from importlib.metadata import PackageNotFoundError, distribution
from json import loads
from pathlib import Path
from typing import NamedTuple

from flux.adoption.workflows import (
    ACTION,
    WORKFLOWS,
    Values,
    calls_own_repository,
    render_workflow,
    used_by,
    without_versions,
)
from flux.artifact.source_url import https_url
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import freezes_path
from flux.registry import host_of
from flux.settings import Settings

_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "adoption" / "shipped", _PACKAGE.parent / ".github" / "workflows")


def rendered(name: str, settings: Settings, uses: str = "") -> str:
    """Render a workflow for this monorepo. `uses` is where it calls from: `OWNER/REPOSITORY@REF`."""
    folder = next(folder for folder in _FOLDERS if (folder / name).exists())
    layout = settings.layout
    tops = [""] if layout.has_steps else layout.tops
    outermost = [top for top in tops if not any(_is_below(top, other) for other in tops)]
    values = Values(
        settings.branch,
        tuple(f"{top}/**" if top else "**" for top in outermost),
        settings.release_tag,
        settings.releaseconfig,
        settings.label,
        host_of(settings.registry),
        uses or installed_from(),
        freezes_path(settings.releaseconfig),
    )
    return render_workflow((folder / name).read_text(encoding="utf-8"), values)


def _is_below(path: str, folder: str) -> bool:
    """Whether a path is inside a folder. The root is the empty string."""
    return path != folder and (not folder or path.startswith(f"{folder}/"))


class WorkflowFaults(NamedTuple):
    """The names of wrong workflows in the working tree: those that are missing, those that differ from the
    settings, and those that call files which this repository does not have."""

    missing: list[str]
    drifted: list[str]
    calling_nothing: list[str]


def find_workflow_faults(monorepo: Monorepo, uses: str = "") -> WorkflowFaults:
    missing, drifted, calling_nothing = faults = WorkflowFaults([], [], [])
    has_action = (monorepo.git.root / ACTION).exists()
    for name in WORKFLOWS:
        try:
            there = (monorepo.git.root / ".github" / "workflows" / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            missing.append(name)
            continue
        except (OSError, UnicodeDecodeError):
            there = ""
        if calls_own_repository(there) and not has_action:
            calling_nothing.append(name)
            continue
        wanted = rendered(name, monorepo.settings, used_by(there) or uses)
        if without_versions(there) != without_versions(wanted):
            drifted.append(name)
    return faults


def has_tasks(monorepo: Monorepo) -> bool:
    """Whether tasks.py has the `inv` commands that the workflows run."""
    try:
        return "flux.tasks" in (monorepo.git.root / "tasks.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def installed_from() -> str:
    """Return where this package was installed from, for `uses`. Empty if it is not a commit on GitHub.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        told = distribution("flux-artifacts").read_text("direct_url.json")
        document = loads(told or "{}")
        url, commit = document.get("url", ""), document.get("vcs_info", {}).get("commit_id", "")
    except (PackageNotFoundError, ValueError, AttributeError):
        return ""
    place = https_url(url)
    return (
        f"{place.removeprefix('https://github.com/')}@{commit}" if commit and "//github.com/" in place else ""
    )
