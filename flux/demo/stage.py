"""Finds what the demo begins with: the artifact that changes, and the files of the clone."""

from collections.abc import Collection
from dataclasses import dataclass

from flux.artifact.manifests import is_manifest
from flux.artifact.revision import Revision
from flux.errors import ContentError, RequestError
from flux.monorepo.artifacts import where
from flux.monorepo.commit_artifact import Source
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.freeze import freezes_path, render_freezes

_NOTHING = b"{}\n"


@dataclass(frozen=True)
class Chosen:
    """The file of an artifact that the demo changes. `path` is relative to the root. `is_closed` is whether
    the last line ends with a newline."""

    artifact: str
    path: str
    is_closed: bool = True


def choose_file(monorepo: Monorepo, names: Collection[str]) -> Chosen:
    """Return the first artifact, of these or of all, that has a manifest and can be built and released.

    Raises RequestError if there is none, or no environment to promote to.
    """
    if not monorepo.settings.environments:
        raise RequestError("there is no environment to promote to", "name one in the setting `phases`")
    sources = Sources(monorepo, monorepo.git.head())
    form = monorepo.settings.tag_form
    fault = ""
    for name in sources.choose(names):
        (source,) = sources.load([name])
        try:
            sources.image(source, Revision(sources.commit, 0))
        except ContentError as error:
            fault = fault or f": {name}: {error.message}"
            continue
        if not form.misreads(name) and (chosen := _file(monorepo, source)):
            return chosen
    raise RequestError(
        f"there is no artifact at {sources.commit[:12]} that can be built and has YAML in it{fault}",
        f"artifacts are {where(sources.layout)}; `inv check` says what is wrong",
    )


def _file(monorepo: Monorepo, source: Source) -> Chosen | None:
    fit = [file for file in source.kept if is_manifest(file.path) and file.path.isprintable()]
    if not fit:
        return None
    file = min(fit, key=lambda file: (file.path.count("/"), file.path))
    is_closed = monorepo.git.read(file.oid).endswith(b"\n")
    return Chosen(source.artifact, source.folder.join(file.path), is_closed)


def beginnings(monorepo: Monorepo) -> dict[str, bytes]:
    """Return the files that differ from HEAD in the clone. Its registry is empty, so the desired state is
    empty, too. No phase is frozen."""
    state = monorepo.git.file(monorepo.git.head(), monorepo.settings.releaseconfig)
    is_empty = state is None or b"".join(state.split()) == _NOTHING.strip()
    is_lacking = state is None and "releaseconfig" in monorepo.settings.named
    files = {monorepo.settings.releaseconfig: _NOTHING} if is_lacking or not is_empty else {}
    freezes = freezes_path(monorepo.settings.releaseconfig)
    if monorepo.git.file(monorepo.git.head(), freezes) is not None:
        files[freezes] = render_freezes(())
    return files


def left_out(monorepo: Monorepo) -> list[str]:
    """Return the uncommitted paths that matter to the demo. The clone does not have them."""
    ours = ("tasks.py", "invoke.yaml", monorepo.settings.releaseconfig)
    return [
        path for path in monorepo.git.uncommitted("") if path in ours or monorepo.settings.layout.owners(path)
    ]
