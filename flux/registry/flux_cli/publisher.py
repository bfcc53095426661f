"""The publisher that uses the flux CLI.

It reads with our own requests, and writes what is missing with the program.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from tempfile import gettempdir

from flux.artifact.image import Image
from flux.errors import RegistryError
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.staging import stage, staging_folder
from flux.registry.identity import judge_image
from flux.registry.target import Manifest, Target


@dataclass(frozen=True)
class FluxPublisher:
    """Publishes with the flux CLI. `name` is the repository as `docker pull` takes it."""

    cli: FluxCli
    name: str
    target: Target

    def foresee(self, image: Image) -> None:
        """Return None: Go compresses the layer, so the digest is unknown."""

    def push(self, image: Image, tags: Sequence[str]) -> str:
        """Push, and return the digest. Raises RegistryError if flux packed other content than the image's;
        only the first tag points at it then."""
        first, *others = tags
        url = f"oci://{self.name}:{first}"
        try:
            with staging_folder() as folder:
                content = folder / "content"
                ignored = stage(image.tar, content)
                digest = self.cli.push(url, content, image.source, image.revision_annotation, ignored)
        except OSError as error:
            raise RegistryError(
                f"the files for `flux push` could not be written to {gettempdir()}: {error.strerror}",
                "set TMPDIR to a folder with free space, on a file system that keeps file names unchanged",
            ) from error
        manifest = self.target.fetch_manifest(digest)
        verdict = judge_image(self.target, manifest, image) if manifest else None
        if verdict is None or not verdict.is_same:
            why = (verdict and verdict.why) or f"its diff ID is not {image.diff_id}"
            raise RegistryError(
                f"flux packed other content in {self.name}:{first}: {why}",
                "set `flux_version` to a version that packs alike, or `publisher: builtin`",
            )
        if others:
            self.cli.tag(f"oci://{self.name}@{digest}", others)
        return digest

    def tag(self, manifest: Manifest, tag: str) -> None:
        self.cli.tag(f"oci://{self.name}@{manifest.digest}", [tag])

    def tag_at_once(self, manifest: Manifest, tags: Sequence[str]) -> Collection[str]:
        """Return none: if one tag fails, the program does not say which others it made."""
        return ()

    def written(self, tag: str) -> str:
        return tag
