"""Plans the demo: commands that a person can type, from a change to the tags that clusters follow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from shlex import quote

from semver import Version

from flux.artifact.manifests import is_manifest
from flux.artifact.revision import Revision
from flux.errors import ContentError, RequestError
from flux.monorepo.artifacts import where
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import read_releases
from flux.monorepo.source import Source
from flux.monorepo.sources import Sources
from flux.promotion.gates.freeze import freezes_path, render_freezes
from flux.promotion.proposal import Promotion
from flux.release.version import next_version
from flux.settings import Settings

_REGISTRY = ".registry"
_NOTHING = b"{}\n"
_COMMENT = "# Changed by inv demo."


@dataclass(frozen=True)
class Chosen:
    """The file of an artifact that the demo changes. `path` is relative to the root. `is_closed` is whether
    the last line ends with a newline."""

    artifact: str
    path: str
    is_closed: bool = True


@dataclass(frozen=True)
class Scene:
    """Commands to type into a shell in the clone, and why."""

    why: str
    typed: tuple[str, ...]


@dataclass(frozen=True)
class Demo:
    """`variables` are exported before the first scene. `afterwards` are commands to try after the last."""

    variables: Mapping[str, str]
    scenes: tuple[Scene, ...]
    afterwards: tuple[str, ...]


def choose(monorepo: Monorepo, names: Collection[str]) -> Chosen:
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


def plan_demo(settings: Settings, chosen: Chosen, tags: Mapping[str, str]) -> Demo:
    """Plan the demo of one artifact. `tags` are the tags of the clone, with their commits."""
    artifact = chosen.artifact
    earlier = read_releases(settings.tag_form, tags, [artifact])
    version = next_version("minor", earlier[-1].version if earlier else None)
    return Demo(
        variables(settings),
        _scenes(settings, chosen, version),
        ("head -20 .forge/pulls/2.md", "inv list", *_promotion(settings, artifact)),
    )


def variables(settings: Settings) -> dict[str, str]:
    """Return the variables that keep the demo on this machine, whatever the other settings are."""
    variables = {"INVOKE_FLUX_REGISTRY": _REGISTRY, "INVOKE_FLUX_FORGE": "local"}
    if settings.publisher != "builtin":
        variables["INVOKE_FLUX_PUBLISHER"] = "builtin"
    if settings.promoters:
        variables["INVOKE_FLUX_PROMOTERS"] = ""
    if settings.require_signature:
        variables["INVOKE_FLUX_REQUIRE_SIGNATURE"] = "false"  # only a job of GitHub Actions can sign
    return variables


def _scenes(settings: Settings, chosen: Chosen, version: Version) -> tuple[Scene, ...]:
    artifact, tag = chosen.artifact, settings.tag_form.render(chosen.artifact, version)
    environment, state = settings.environments[0], settings.releaseconfig
    path = quote(chosen.path)
    comment = f"echo '{_COMMENT}'" if chosen.is_closed else f"printf '\\n{_COMMENT}\\n'"
    branch = Promotion(artifact, str(version)).branch
    return (
        Scene(
            f"An artifact changes: {artifact}, by a commit on {settings.branch}.",
            (f"{comment} >> {path}", f"git commit -am 'feat({artifact}): a comment, for the demo'"),
        ),
        Scene(
            "Build what changed and push the image. In GitHub Actions a push runs this.",
            ("inv build --since HEAD~1",),
        ),
        Scene("Release it: a tag in git, with notes of what changed.", (f"inv release {artifact} minor",)),
        Scene(
            "Publish it. The same commit gives the same image, with one more tag.",
            (f"inv publish {quote(tag)}",),
        ),
        Scene("Open an issue that has a box for each environment.", (f"inv issue {quote(tag)}",)),
        Scene(
            f"Tick {environment}. On GitHub that is a click; here the issue is a file.",
            (
                f"sed -i.bak 's/\\[ \\] `{environment}`/[x] `{environment}`/' .forge/issues/1.md",
                "grep '\\[.\\]' .forge/issues/1.md",
            ),
        ),
        Scene(f"The tick becomes a pull request that edits {state}.", ("inv issue.apply 1",)),
        Scene("Somebody merges it.", (f"git merge {quote(branch)}",)),
        Scene(
            f"Move the tag {environment} in the registry. The clusters there follow it.",
            ("inv tag",),
        ),
        Scene("Say in the issue where the release is deployed.", ("inv issue.sync",)),
        Scene(
            "See what each environment has, and whether it is what it should have.",
            (f"inv status -a {artifact}",),
        ),
        Scene("The same for all artifacts, as a site that a browser opens from disk.", ("inv board",)),
    )


def _promotion(settings: Settings, artifact: str) -> list[str]:
    """Return the command that promotes to the rest of the first phase, or else to the next phase."""
    (first, environments), *others = settings.groups.items()
    place = first if len(environments) > 1 else others[0][0] if others else ""
    return [f"inv promote {artifact} {place}"] if place else []
