"""The OCI image of an artifact: one layer, one config and one manifest, with Flux's media types.

https://github.com/opencontainers/image-spec/blob/main/manifest.md and config.md;
https://fluxcd.io/flux/cheatsheets/oci-artifacts/
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from typing import Any

from flux.artifact.archive import archive
from flux.artifact.layer import Layer, digest_of, pack
from flux.artifact.published import PublishedEntry
from flux.artifact.revision import Revision
from flux.artifact.tree import EXECUTABLE, Content, File
from flux.errors import ContentError

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.cncf.flux.config.v1+json"
LAYER_TYPE = "application/vnd.cncf.flux.content.v1.tar+gzip"

CREATED = "org.opencontainers.image.created"
SOURCE = "org.opencontainers.image.source"
REVISION = "org.opencontainers.image.revision"


@dataclass(frozen=True)
class Image:
    """An image to push. Each call of `read` yields the uncompressed layer in pieces. `source` is a URL or
    empty.

    `is_at` tells whether a commit of the branch has exactly the content of a diff ID. Other publishers
    of the same content may name such a commit. Without `is_at`, only the revision counts. `is_earlier` means
    that an earlier system published the image, with another form of annotations.
    """

    read: Callable[[], Iterable[bytes]] = field(compare=False, repr=False)
    branch: str
    revision: Revision
    source: str
    is_at: Callable[[str, str], bool] = field(
        default=lambda commit, diff_id: False, compare=False, repr=False
    )
    is_earlier: bool = field(default=False, compare=False)

    @property
    def tar(self) -> bytes:
        return b"".join(self.read())

    @cached_property
    def layer(self) -> Layer:
        return pack(self.read())

    @property
    def diff_id(self) -> str:
        return self.layer.diff_id

    @cached_property
    def config(self) -> bytes:
        """Return the config. It depends only on the diff ID: equal content has an equal config digest."""
        return _config(self.diff_id)

    @cached_property
    def config_digest(self) -> str:
        return digest_of(self.config)

    @cached_property
    def manifest(self) -> bytes:
        # The descriptor also embeds the config (descriptor.md, `data`): one request for the manifest then
        # gives the diff ID.
        config = _descriptor(CONFIG_TYPE, self.config) | {"data": base64.b64encode(self.config).decode()}
        annotations = {CREATED: self.created, REVISION: self.revision_annotation}
        return _json(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST_TYPE,
                "config": config,
                "layers": [_descriptor(LAYER_TYPE, self.layer.content)],
                "annotations": annotations | ({SOURCE: self.source} if self.source else {}),
            }
        )

    @property
    def created(self) -> str:
        """Return the time of the revision (RFC 3339). Raises ContentError for an invalid time."""
        try:
            time = datetime.fromtimestamp(self.revision.time, UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise ContentError(
                f"commit {self.revision.commit[:12]} has an invalid time, {self.revision.time}",
                "change the artifact in a new commit with a valid time",
            ) from error
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def revision_annotation(self) -> str:
        return f"{self.branch}@sha1:{self.revision.commit}"


def told_diff_id(config: bytes) -> str | None:
    """Return the diff ID in one of our configs; None for any other config."""
    found = re.search(rb"sha256:[0-9a-f]{64}", config)
    return found[0].decode() if found and _config(found[0].decode()) == config else None


def layer_of(entries: Iterable[PublishedEntry], read: Callable[[File], Content]) -> Iterator[bytes]:
    """Return the uncompressed layer in pieces. Modes are 644 and 755, as in a checkout with umask 022."""
    members = (
        (path, 0o755, None)
        if file is None
        else (path, 0o755 if file.mode == EXECUTABLE else 0o644, read(file))
        for path, file in entries
    )
    return archive(chain([(".", 0o755, None)], members))


def _config(diff_id: str) -> bytes:
    return _json({"architecture": "", "os": "", "rootfs": {"type": "layers", "diff_ids": [diff_id]}})


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True, sort_keys=True).encode()
