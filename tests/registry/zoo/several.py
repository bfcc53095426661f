"""Registries and `?tag=`, several of which a manifest may be pushed with by its digest.

All the others in this folder do as those do that were before it: they answer 201, and make none.
"""

from collections.abc import Sequence
from dataclasses import replace

from flux.artifact.layer import digest_of
from tests.registry.zoo.registry import Call, Registry, error
from tests.servers import Answer


class TakesSeveral(Registry):
    """It makes each tag and echoes it, in two headers. Where the path has a tag too it answers 400, as zot
    and olareg do."""

    host = "several.example.com"
    described = (
        "https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests",
        "https://github.com/opencontainers/distribution-spec/pull/600",
        "https://github.com/opencontainers/distribution-spec/issues/591",
        "https://github.com/project-zot/zot/blob/main/pkg/api/routes.go",
        "https://github.com/olareg/olareg/blob/main/manifest.go",
    )
    most = 10

    def put_manifest(self, call: Call) -> Answer:
        tags = call.query.get("tag", [])
        if tags and ":" not in call.reference:
            return error(400, "UNSUPPORTED", "tag query parameter requires a digest")
        if not tags:
            return super().put_manifest(call)
        if len(tags) > self.most:
            return error(414, "TAG_INVALID", "too many tags")
        answer = super().put_manifest(call)
        if answer.status != 201:
            return answer
        made = self.make(call, tags)
        echoed = [", ".join(made[:1]), " ,".join(made[1:])]
        headers = [*answer.headers, *(("oci-tag", value) for value in echoed if value)]
        return replace(answer, headers=headers)

    def make(self, call: Call, tags: Sequence[str]) -> Sequence[str]:
        """Make the tags; those that are to be echoed."""
        self.tags[call.repository] |= dict.fromkeys(tags, digest_of(call.request.body))
        return tags


class TakesSome(TakesSeveral):
    """It makes and echoes every second tag only, such as where the others are not to be moved."""

    host = "some.example.com"

    def make(self, call: Call, tags: Sequence[str]) -> Sequence[str]:
        return super().make(call, tags[::2])


class EchoesAll(TakesSeveral):
    """It echoes what it was asked for, and makes nothing of it."""

    host = "echo.example.com"

    def make(self, call: Call, tags: Sequence[str]) -> Sequence[str]:
        return tags


class RefusesSeveral(Registry):
    """It answers 400 to parameters that it does not know."""

    host = "strict.example.com"
    described = TakesSeveral.described

    def put_manifest(self, call: Call) -> Answer:
        if call.query:
            return error(400, "UNSUPPORTED", "unknown parameter")
        return super().put_manifest(call)
