"""Checks that the registry's image of a version is the one that git builds for its release.

Without this check, no image moves to an environment and none is signed. The registry is not trusted.
"""

from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock

from semver import Version

from flux.artifact.image import REVISION, Image
from flux.artifact.image_manifest import Foreign, parse_manifest
from flux.errors import ContentError, FluxError, RequestError, UnpublishedError, UnvouchedError
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.release_branches import find_line, find_released_line, or_its_branch
from flux.monorepo.repositories import lost_repositories
from flux.regex import regex
from flux.registry.identity import judge_image
from flux.registry.target import Manifest
from flux.settings import FILES

_COMMIT = regex(r"[0-9a-f]{40}")
_AGAIN = "find out who pushed it, then release a higher version"
_REBUILD = "build it with `inv build` or `inv publish`"


class Vouching:
    """Builds images from git, and compares manifests with them. Each manifest is compared once.

    Threads may share this if each has other artifacts. No thread waits while another builds or downloads.
    """

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._form = monorepo.settings.tag_form
        self._judged: dict[tuple[str, str, str], FluxError | None] = {}
        self._line: tuple[str, frozenset[str]] = "", frozenset()
        self._walked = ""
        self._asking = Lock()

    def fault(self, artifact: str, version: str, manifest: Manifest) -> FluxError | None:
        """Return an error if a manifest is not what git builds for a version's release; else None.

        The error is an UnvouchedError, or the error of a failed request to git or the registry.
        """
        return self.faults(artifact, version, [manifest])[manifest.digest]

    def faults(
        self, artifact: str, version: str, manifests: Sequence[Manifest]
    ) -> dict[str, FluxError | None]:
        """Return the same for several manifests, by digest. The version is built once."""
        build = cache(lambda: self._release_image(artifact, version))
        for manifest in manifests:
            key = (artifact, version, manifest.digest)
            if key not in self._judged:
                self._judged[key] = self._judge(artifact, f"{artifact} {version}", manifest, build)
        return {m.digest: self._judged[artifact, version, m.digest] for m in manifests}

    def promotion_fault(self, artifact: str, version: str) -> FluxError | None:
        """Return an error if a version may not be promoted; None if its release's image is published.

        The error is an UnvouchedError, an UnpublishedError, a SettingError if another artifact has the
        repository now, or the error of a failed request.
        """
        try:
            if error := lost_repositories(self._monorepo, [artifact]).get(artifact):
                return error
            self.release_commit(artifact, version)
            manifest = self._monorepo.registry.repository(artifact).fetch_manifest(version)
        except FluxError as error:
            return error
        if manifest is None:
            tag = self._form.render(artifact, Version.parse(version))
            return UnpublishedError(
                f"{artifact} {version} is not published, so it cannot be promoted",
                f"publish it with `inv publish {tag}`, then ask for it again",
            )
        fault = self.fault(artifact, version, manifest)
        return fault or self.signature_fault(artifact, version, manifest.digest)

    def signature_fault(self, artifact: str, version: str, digest: str) -> FluxError | None:
        """Return an error if an image lacks the signature that `require_signature` needs; else None."""
        if not self._monorepo.settings.require_signature:
            return None
        from flux.monorepo.signature_gate import require_signature

        try:
            require_signature(self._monorepo, artifact, version, digest)
        except FluxError as error:
            return error
        return None

    def build_fault(self, artifact: str, manifest: Manifest) -> FluxError | None:
        """Return an error if a manifest is not what git builds at the commit of its revision; else None.

        The commit has to be on the first-parent line of the tip. A manifest of an earlier system may name no
        commit: then it has to be what git builds at the tip.
        """
        read = parse_manifest(manifest.content, manifest.media_type)
        commit = "" if isinstance(read, Foreign) else read.annotations.get(REVISION, "").rpartition(":")[2]
        if self._monorepo.settings.adopted and not _COMMIT.fullmatch(commit):
            commit = self._monorepo.tip
        about = f"{artifact} at {manifest.digest[:19]}"
        if isinstance(read, Foreign) or not _COMMIT.fullmatch(commit):
            why = read.why if isinstance(read, Foreign) else "its revision names no commit"
            return UnvouchedError(f"{about} is not an image that this tool or flux writes: {why}", _REBUILD)
        if not self._is_on_line(commit):
            branch = self._monorepo.settings.branch
            return UnvouchedError(
                f"{about} says that its commit is {commit[:12]}, which is not on {branch}", _REBUILD
            )
        return self._judge(artifact, about, manifest, lambda: self._image(artifact, commit))

    def release_commit(self, artifact: str, version: str) -> str:
        """Return the commit of a version's release. Raises UnvouchedError if no release on a line made it."""
        tag = self._form.render(artifact, Version.parse(version))
        with self._asking:
            commit = self._monorepo.home_tags.get(tag)
        if commit is None:
            raise UnvouchedError(
                f"there is no release of {artifact} {version}: the tag {tag} is missing",
                f"release it with `inv release {artifact} {version}`, or name a version that is released",
            )
        if not self._is_on_line(commit) and find_released_line(self._monorepo, commit, artifact) is None:
            branch = self._monorepo.settings.branch
            raise UnvouchedError(
                f"{tag} is at {commit[:12]}, which is not on the first-parent line of {branch}",
                or_its_branch(self._monorepo, f"release a commit of {branch} under a higher version"),
            )
        return commit

    def _judge(
        self, artifact: str, about: str, manifest: Manifest, build: Callable[[], Image]
    ) -> FluxError | None:
        try:
            verdict = judge_image(self._monorepo.registry.repository(artifact), manifest, build())
        except (RequestError, ContentError) as error:
            return UnvouchedError(f"{about} cannot be built from git: {error.message}", error.hint)
        except FluxError as error:
            return error
        if verdict.is_same:
            return None
        why = verdict.why or "its content differs"
        return UnvouchedError(f"{about} in the registry is not what git builds: {why}", _AGAIN)

    def _release_image(self, artifact: str, version: str) -> Image:
        return self._image(artifact, self.release_commit(artifact, version))

    def _image(self, artifact: str, commit: str) -> Image:
        self.keep_walk()
        return Sources(self._monorepo, commit).image_of(artifact)

    def keep_walk(self) -> None:
        """Let one git process find the last change of each artifact at each release on main's line."""
        with self._asking:
            tip = self._monorepo.tip
            if self._walked == tip:
                return
            self._walked = tip
            obtain_lines(self._monorepo)
            top, _ = self._monorepo.layouts.at(tip).reach([])
            self._monorepo.git.keep_walk(tip, top, FILES)

    def _is_on_line(self, commit: str) -> bool:
        """Whether a commit is on a line that releases come from. Main's line is read once.

        A commit that was on a line before somebody pulled does not count here. Only the subject of a merge
        tells this, which is not enough without a release tag.
        """
        git = self._monorepo.git
        with self._asking:
            tip = self._monorepo.tip
            if self._line[0] != tip:
                self._line = tip, frozenset(git.first_parents(tip, [commit]))
            line = self._line[1]
        return commit in line or find_line(self._monorepo, commit) is not None
