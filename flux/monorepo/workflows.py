"""The workflows as the settings have them: those that come with this package, rendered."""

from importlib.metadata import PackageNotFoundError, distribution
from json import loads
from pathlib import Path

from flux.adoption.workflows import WORKFLOWS, Values, render, used_by, without_versions
from flux.artifact.source import https_url
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import freezes_path
from flux.settings import Settings

_PACKAGE = Path(__file__).parents[1]
_FOLDERS = (_PACKAGE / "adoption" / "shipped", _PACKAGE.parent / ".github" / "workflows")


def rendered(name: str, settings: Settings, uses: str = "") -> str:
    """A workflow for this monorepo. `uses` says where what it calls is: `OWNER/REPOSITORY@REF`."""
    folder = next(folder for folder in _FOLDERS if (folder / name).exists())
    host = settings.registry.removeprefix("oci://").partition("/")[0] if "://" in settings.registry else ""
    layout = settings.layout
    tops = [""] if layout.has_steps else layout.tops
    outermost = [top for top in tops if not any(_is_below(top, other) for other in tops)]
    values = Values(
        settings.branch,
        tuple(f"{top}/**" if top else "**" for top in outermost),
        settings.release_tag,
        settings.releaseconfig,
        settings.label,
        host,
        uses or installed_from(),
        freezes_path(settings.releaseconfig),
    )
    return render((folder / name).read_text(encoding="utf-8"), values)


def _is_below(path: str, folder: str) -> bool:
    """Whether a folder is in another one; the root is empty."""
    return path != folder and (not folder or path.startswith(f"{folder}/"))


def drifted_workflows(monorepo: Monorepo, uses: str = "") -> tuple[list[str], list[str]]:
    """The workflows that are missing in the working tree, and those that differ from the settings."""
    missing, drifted = [], []
    for name in WORKFLOWS:
        try:
            there = (monorepo.git.root / ".github" / "workflows" / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            missing.append(name)
            continue
        except (OSError, UnicodeDecodeError):
            there = ""
        wanted = rendered(name, monorepo.settings, used_by(there) or uses)
        if without_versions(there) != without_versions(wanted):
            drifted.append(name)
    return missing, drifted


def has_tasks(monorepo: Monorepo) -> bool:
    """Whether tasks.py has the commands that the workflows run, by `inv`."""
    try:
        return "flux.tasks" in (monorepo.git.root / "tasks.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def installed_from() -> str:
    """Where this package was installed from, as a workflow says it; empty where it is not a commit on GitHub.

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
